"""The HTTP side: a Quart app with one blueprint a noun."""
