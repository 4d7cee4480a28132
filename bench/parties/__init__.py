"""Many parties whose members do what people do while the hub is killed: nothing may be lost or stuck."""
