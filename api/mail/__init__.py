"""Mail: written to an outbox in the transaction of its cause, delivered by a service, at least once."""
