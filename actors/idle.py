"""When to look whether actors are idle: one timer for all of them, at any number of actors and turns."""

import heapq
import math
from collections.abc import Callable
from itertools import count
from typing import TypeAlias

import trio

Look: TypeAlias = Callable[[float], float | None]
"""Takes the time and returns a later one for the next look, in s of Trio's clock; None to be forgotten."""


class IdleClock:
    """Calls each look when it wants to be called.

    A timer of its own would cost each wait of an actor for its next message as much as a small turn.
    """

    def __init__(self) -> None:
        self._looks: list[tuple[float, int, Look]] = []
        self._numbers = count()  # looks that are due together are called in order
        self._nap = trio.CancelScope()

    def watch(self, look: Look, at_s: float) -> None:
        """Call `look` at `at_s`."""
        heapq.heappush(self._looks, (at_s, next(self._numbers), look))
        self._nap.deadline = min(self._nap.deadline, at_s)

    async def run(self) -> None:
        """Call looks, for ever."""
        while True:
            with trio.CancelScope(deadline=self._first_s) as self._nap:
                await trio.sleep_forever()
            now_s = trio.current_time()
            while self._first_s <= now_s:
                _, _, look = heapq.heappop(self._looks)
                again_s = look(now_s)
                if again_s is not None:
                    self.watch(look, again_s)

    @property
    def _first_s(self) -> float:
        return self._looks[0][0] if self._looks else math.inf
