"""Drive a Trio run from outside, step by step in virtual time, for hypothesis' state machines."""

import threading
from collections.abc import Awaitable, Callable
from typing import TypeVar

import trio
import trio.testing

T = TypeVar("T")


class TrioStepper:
    """A Trio run in a thread of its own that moves only while a step is made.

    A step ends when every task is blocked, so the next one depends on nothing but those before it.
    """

    def __init__(self) -> None:
        self.clock = trio.testing.MockClock()
        self.nursery: trio.Nursery
        self._token: trio.lowlevel.TrioToken
        self._ready = threading.Event()
        self._thread = threading.Thread(target=trio.run, args=(self._main,), kwargs={"clock": self.clock})
        self._thread.start()
        self._ready.wait()

    def step(self, act: Callable[[], T]) -> T:
        """Call `act` in the Trio thread, then let all tasks run until they are blocked."""

        async def acted() -> T:
            result = act()
            await trio.testing.wait_all_tasks_blocked()
            return result

        return self._call(acted)

    def advance(self, seconds: float) -> None:
        """Let virtual time pass, from one deadline to the next."""

        async def pass_time() -> None:
            end_s = trio.current_time() + seconds
            while (left_s := end_s - trio.current_time()) > 0:
                next_s = trio.lowlevel.current_statistics().seconds_to_next_deadline
                self.clock.jump(min(left_s, max(next_s, 0.001)))
                await trio.testing.wait_all_tasks_blocked()

        self._call(pass_time)

    def close(self) -> None:
        """End the run, cancelling what is left in its nursery."""
        self._call(self._cancel)
        self._thread.join()

    def _call(self, function: Callable[[], Awaitable[T]]) -> T:
        return trio.from_thread.run(function, trio_token=self._token)

    async def _cancel(self) -> None:
        self.nursery.cancel_scope.cancel()

    async def _main(self) -> None:
        self._token = trio.lowlevel.current_trio_token()
        async with trio.open_nursery() as self.nursery:
            self._ready.set()
            await trio.sleep_forever()
