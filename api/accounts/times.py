"""Times as they stand on the wire."""

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)


def to_ms(at: datetime) -> int:
    """Return a time as ms since 1970; the database's `infinity` is the last one of the year 9999."""
    return (at.replace(tzinfo=UTC) - _EPOCH) // _MS  # the driver gives UTC, and `infinity` without a zone
