"""The hub's one clock: ms since 1970 that go on evenly, whatever is done to the system's clock meanwhile."""

import time
from collections.abc import Callable

_SINCE_BOOT = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)  # goes on while the machine sleeps


def elapsed_s() -> float:
    """Return seconds on a clock that nobody sets."""
    return time.clock_gettime(_SINCE_BOOT)


class HubClock:
    """The wall clock of the moment in which it was made, and from then on what has elapsed.

    Players are kept together to some ms by it, so it never steps. Another process has another clock: clients
    tell them apart by the node that comes with each answer.
    """

    __slots__ = ("_elapsed_s", "_zero_ms")

    def __init__(
        self, wall_s: Callable[[], float] = time.time, elapsed_s: Callable[[], float] = elapsed_s
    ) -> None:
        self._elapsed_s = elapsed_s
        self._zero_ms = (wall_s() - elapsed_s()) * 1000

    def now_ms(self) -> float:
        """Return ms since 1970."""
        return self._zero_ms + self._elapsed_s() * 1000

    def whole_ms(self) -> int:
        """Return whole ms since 1970, as rooms and events have them."""
        return int(self.now_ms())
