"""The queue in front of the commits: bounded, fair, and at most one append a channel in a batch."""

import asyncio
import math

import pytest
import trio
from trio.testing import wait_all_tasks_blocked
from trio_asyncio import aio_as_trio

from store.append_queue import AppendQueue, PendingAppend
from store.event_log import Draft, Position

START = Position("epoch", 0)


def pending(channel: str, events: int = 1) -> PendingAppend:
    return PendingAppend(channel, START, [Draft("1")] * events)


async def put(queue: AppendQueue, *appends: PendingAppend) -> None:
    for append in appends:
        await queue.place()
        queue.put(append)


def channels(batch: list[PendingAppend]) -> list[str]:
    return [append.channel for append in batch]


async def test_a_batch_takes_one_append_a_channel_in_the_order_they_came() -> None:
    queue = AppendQueue(10, batch_appends_max=10, batch_events_max=100)
    first, second = pending("a"), pending("a")
    await put(queue, first, second, pending("b"), pending("c"))
    batch = queue.take()
    assert channels(batch) == ["a", "b", "c"]
    assert batch[0] is first
    assert queue.take() == [second]
    assert queue.take() == []


async def test_a_batch_is_bounded_in_appends() -> None:
    queue = AppendQueue(10, batch_appends_max=2, batch_events_max=100)
    await put(queue, pending("a"), pending("b"), pending("c"))
    assert channels(queue.take()) == ["a", "b"]
    assert channels(queue.take()) == ["c"]


async def test_a_batch_is_bounded_in_events_but_takes_a_large_append() -> None:
    queue = AppendQueue(10, batch_appends_max=10, batch_events_max=5)
    await put(queue, pending("a", 3), pending("b", 30), pending("c"))
    assert channels(queue.take()) == ["a", "b"]
    assert channels(queue.take()) == ["c"]


async def test_who_finds_it_full_waits_for_a_place(nursery: trio.Nursery) -> None:
    queue = AppendQueue(2, batch_appends_max=1, batch_events_max=100)
    await put(queue, pending("a"), pending("b"))
    nursery.start_soon(put, queue, pending("c"))
    await wait_all_tasks_blocked()
    assert len(queue) == 2
    assert channels(queue.take()) == ["a"]
    await wait_all_tasks_blocked()
    assert channels(queue.take()) == ["b"]
    assert channels(queue.take()) == ["c"]


async def test_who_leaves_while_waiting_for_a_place_takes_none() -> None:
    queue = AppendQueue(1, batch_appends_max=1, batch_events_max=100)
    await put(queue, pending("a"))
    with trio.move_on_after(0):
        await put(queue, pending("b"))
    assert channels(queue.take()) == ["a"]
    assert queue.take() == []
    await put(queue, pending("c"))
    assert len(queue) == 1


async def test_an_abandoned_append_is_not_taken_and_frees_its_place(nursery: trio.Nursery) -> None:
    queue = AppendQueue(1, batch_appends_max=10, batch_events_max=100)

    async def append(channel: str, scope: trio.CancelScope) -> None:
        with scope:
            waiting = pending(channel)
            await put(queue, waiting)
            await waiting.answer()

    scope = trio.CancelScope()
    nursery.start_soon(append, "left", scope)
    await wait_all_tasks_blocked()
    scope.cancel()
    await wait_all_tasks_blocked()
    assert queue.take() == []
    await put(queue, pending("b"))
    assert channels(queue.take()) == ["b"]


async def test_an_answer_reaches_who_waits_and_only_the_first_counts(nursery: trio.Nursery) -> None:
    answers: list[object] = []
    waiting: list[PendingAppend] = []

    async def append() -> None:
        waiting.append(PendingAppend("a", Position("epoch", 4), [Draft("1"), Draft("2")]))
        answers.append(await waiting[0].answer())

    nursery.start_soon(append)
    await wait_all_tasks_blocked()
    assert not waiting[0].abandoned
    waiting[0].succeed()
    waiting[0].fail(RuntimeError("too late"))
    await wait_all_tasks_blocked()
    assert answers == [Position("epoch", 6)]
    assert waiting[0].abandoned


async def test_only_the_old_are_taken(autojump_clock: trio.testing.MockClock) -> None:
    queue = AppendQueue(10, batch_appends_max=10, batch_events_max=100)
    await put(queue, pending("old"))
    await trio.sleep(10)
    await put(queue, pending("young"))
    assert channels(queue.take_older(trio.current_time() - 5)) == ["old"]
    assert channels(queue.take_older(math.inf)) == ["young"]


async def test_the_taker_wakes_when_something_arrives(asyncio_loop: None, nursery: trio.Nursery) -> None:
    queue = AppendQueue(10, batch_appends_max=10, batch_events_max=100)
    taken: list[str] = []

    async def take() -> None:
        while len(taken) < 2:
            await queue.arrival()
            taken.extend(channels(queue.take()))

    with trio.fail_after(30):
        async with trio.open_nursery() as taking:
            taking.start_soon(aio_as_trio(take))
            for channel in ("a", "b"):
                await wait_all_tasks_blocked()
                await put(queue, pending(channel))
    assert taken == ["a", "b"]


async def test_waking_without_an_arrival_ends_the_wait(asyncio_loop: None) -> None:
    queue = AppendQueue(10, batch_appends_max=10, batch_events_max=100)

    async def wait_and_wake() -> list[PendingAppend]:
        asyncio.get_running_loop().call_soon(queue.wake)
        await queue.arrival()
        return queue.take()

    with trio.fail_after(30):
        assert await aio_as_trio(wait_and_wake)() == []
    queue.wake()


async def waits(queue: AppendQueue, events: int, within_s: float | None = None) -> int:
    """Wait as a taker that wants so many events; return how many there are then."""

    async def wait() -> int:
        await queue.arrival(events, within_s)
        return queue.events

    with trio.fail_after(30):
        return await aio_as_trio(wait)()


async def test_a_taker_that_waits_for_many_is_not_woken_by_few(asyncio_loop: None) -> None:
    queue = AppendQueue(10, batch_appends_max=10, batch_events_max=100)
    there: list[int] = []

    async def wait_for_five() -> None:
        there.append(await waits(queue, 5))

    async with trio.open_nursery() as nursery:
        nursery.start_soon(wait_for_five)
        await wait_all_tasks_blocked()
        await put(queue, pending("a", 3))
        await wait_all_tasks_blocked(0.01)
        assert not there
        await put(queue, pending("b", 2))
    assert there == [5]
    assert await waits(queue, 5) == 5


async def test_a_taker_waits_for_many_only_so_long(asyncio_loop: None) -> None:
    queue = AppendQueue(10, batch_appends_max=10, batch_events_max=100)
    await put(queue, pending("a"))
    assert await waits(queue, 5, 0.001) == 1


async def test_a_commit_that_fails_wakes_who_waits_for_many(asyncio_loop: None) -> None:
    queue = AppendQueue(10, batch_appends_max=10, batch_events_max=100)

    def fail() -> None:
        with queue.committing():
            assert queue.commits_under_way == 1
            raise OSError("gone")

    async with trio.open_nursery() as nursery:
        nursery.start_soon(waits, queue, 5)
        await wait_all_tasks_blocked()
        with pytest.raises(OSError, match="gone"):
            fail()
    assert queue.commits_under_way == 0


async def test_the_events_that_wait_are_counted(nursery: trio.Nursery) -> None:
    queue = AppendQueue(10, batch_appends_max=10, batch_events_max=3)
    await put(queue, pending("a", 2), pending("a", 2), pending("b", 2), pending("c", 2))
    assert queue.events == 8
    assert channels(queue.take()) == ["a", "b"]
    assert queue.events == 4
    queue.take_older(math.inf)
    assert queue.events == 0
