"""The wall clock of the orbits: integer ms UTC since 1970."""

import time
from collections.abc import Callable

Clock = Callable[[], int]

HOUR_MS = 3_600_000
MINUTE_MS = 60_000
SECOND_MS = 1000


def wall_clock_ms() -> int:
    """Give the time of the system's clock."""
    return time.time_ns() // 1_000_000
