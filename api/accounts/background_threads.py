"""Threads that step back: what they compute never takes a core from the thread that answers everybody."""

import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TypeVar

import trio

T = TypeVar("T")

NICENESS = 5  # of 19: where cores are scarce, a third of what another thread gets; not starved


class BackgroundThreads:
    """A few threads of low priority; Trio's own are shared with others and cannot be raised again."""

    def __init__(self, count: int) -> None:
        self._limiter = trio.CapacityLimiter(count)
        self._threads = ThreadPoolExecutor(count, "background", initializer=_step_back)

    @property
    def running(self) -> int:
        """Return how many threads work now."""
        return self._limiter.borrowed_tokens

    @property
    def waiting(self) -> int:
        """Return how many callers wait for a thread."""
        return self._limiter.statistics().tasks_waiting

    async def run(self, work: Callable[[], T]) -> T:
        """Return what `work` returns; who is cancelled leaves the line, but not work that has begun."""
        token, done = trio.lowlevel.current_trio_token(), trio.Event()
        async with self._limiter:
            future = self._threads.submit(work)
            future.add_done_callback(lambda _: token.run_sync_soon(done.set))
            with trio.CancelScope(shield=True):
                await done.wait()
            return future.result()


def _step_back() -> None:
    if sys.platform == "linux":  # elsewhere a priority is the whole process's
        with suppress(OSError):  # where it is forbidden, the work is done all the same
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
