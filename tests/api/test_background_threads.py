"""Background threads: of low priority, as many as wanted, and whoever is cancelled harms nobody."""

import os
import sys
import threading

import pytest
import trio
from trio.testing import wait_all_tasks_blocked

from api.accounts.background_threads import NICENESS, BackgroundThreads


async def test_what_is_computed_comes_back_or_what_it_raised() -> None:
    threads = BackgroundThreads(1)
    assert await threads.run(lambda: 6 * 7) == 42
    with pytest.raises(ZeroDivisionError):
        await threads.run(lambda: 1 // 0)
    assert await threads.run(threading.get_ident) != threading.get_ident()
    assert (threads.running, threads.waiting) == (0, 0)


@pytest.mark.skipif(sys.platform != "linux", reason="a thread has a priority of its own on Linux alone")
async def test_they_step_back_and_nobody_else_does() -> None:
    def niceness() -> int:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    before = niceness()
    assert await BackgroundThreads(1).run(niceness) == max(before, NICENESS)
    assert niceness() == before
    assert await trio.to_thread.run_sync(niceness) == before


async def test_work_that_has_begun_is_finished_although_nobody_waits_any_more() -> None:
    threads, begun, go_on = BackgroundThreads(1), threading.Event(), threading.Event()
    finished: list[bool] = []

    def work() -> None:
        begun.set()
        finished.append(go_on.wait(5))

    async with trio.open_nursery() as nursery:
        nursery.start_soon(threads.run, work)
        assert await trio.to_thread.run_sync(begun.wait, 5)
        nursery.start_soon(threads.run, lambda: finished.append(False))
        await wait_all_tasks_blocked()
        assert (threads.running, threads.waiting) == (1, 1)
        nursery.cancel_scope.cancel()
        await trio.lowlevel.cancel_shielded_checkpoint()
        go_on.set()
    assert finished == [True]
    assert (threads.running, threads.waiting) == (0, 0)
