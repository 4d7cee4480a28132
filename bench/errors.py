"""What can go wrong in a measurement, told in words."""


class BenchError(Exception):
    """A measurement cannot be made or cannot be trusted; the message says why."""


class NotAvailable(BenchError):
    """A server or a tool that is needed is not there; the message says how to get it."""
