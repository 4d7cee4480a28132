"""A mailbox is bounded, first in first out, and loses nothing to cancellation."""

import pytest
import trio
from trio.testing import wait_all_tasks_blocked

from actors import Mailbox, MailboxClosed, MailboxFull, WhenFull


def filled(when_full: WhenFull, messages: int = 2, capacity: int = 2) -> Mailbox[int]:
    mailbox: Mailbox[int] = Mailbox(capacity, when_full)
    for message in range(messages):
        mailbox.put_nowait(message)
    return mailbox


async def test_what_waits_is_taken_together_oldest_first() -> None:
    mailbox = filled(WhenFull.WAIT, messages=5, capacity=8)
    assert await mailbox.take(3) == [0, 1, 2]
    assert await mailbox.take(3) == [3, 4]


async def test_take_waits_for_the_first_and_gets_what_came_with_it() -> None:
    mailbox: Mailbox[int] = Mailbox(8)
    batches: list[list[int]] = []

    async def take() -> None:
        batches.append(await mailbox.take(8))

    async with trio.open_nursery() as nursery:
        nursery.start_soon(take)
        await wait_all_tasks_blocked()
        for message in range(3):
            await mailbox.put(message)
    assert batches == [[0, 1, 2]]


async def test_a_full_one_refuses() -> None:
    mailbox = filled(WhenFull.REFUSE)
    with pytest.raises(MailboxFull, match="2 messages already wait"):
        await mailbox.put(2)
    assert mailbox.statistics().refused == 1
    assert await mailbox.take(8) == [0, 1]


async def test_who_finds_it_full_and_then_waits_is_not_counted_as_refused() -> None:
    mailbox = filled(WhenFull.WAIT)
    with pytest.raises(MailboxFull):
        mailbox.put_nowait(2)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(mailbox.put, 2)
        await wait_all_tasks_blocked()
        assert await mailbox.take(8) == [0, 1]
    assert await mailbox.take(8) == [2]
    assert mailbox.statistics().refused == 0


async def test_a_full_one_hands_back_the_oldest_it_dropped() -> None:
    mailbox = filled(WhenFull.DROP_OLDEST)
    assert await mailbox.put(2) == 0
    assert mailbox.put_nowait(3) == 1
    assert await mailbox.take(8) == [2, 3]
    assert mailbox.statistics().dropped == 2


async def test_senders_at_a_full_one_wait_in_their_order() -> None:
    mailbox = filled(WhenFull.WAIT)
    async with trio.open_nursery() as nursery:
        for message in (2, 3, 4):
            nursery.start_soon(mailbox.put, message)
            await wait_all_tasks_blocked()
        assert mailbox.statistics().senders_waiting == 3
        assert await mailbox.take(8) == [0, 1]
        assert await mailbox.take(8) == [2, 3]
    assert await mailbox.take(8) == [4]


async def test_nobody_overtakes_the_senders_that_wait() -> None:
    mailbox = filled(WhenFull.WAIT)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(mailbox.put, 2)
        await wait_all_tasks_blocked()
        assert await mailbox.take(1) == [0]
        with pytest.raises(MailboxFull):
            mailbox.put_nowait(9)
    assert await mailbox.take(8) == [1, 2]


async def test_a_sender_cancelled_while_it_waits_has_put_nothing(autojump_clock: object) -> None:
    mailbox = filled(WhenFull.WAIT)
    with trio.move_on_after(1) as impatience:
        await mailbox.put(2)
    assert impatience.cancelled_caught
    assert mailbox.statistics().senders_waiting == 0
    assert await mailbox.take(8) == [0, 1]


async def test_a_sender_let_in_and_then_cancelled_has_put() -> None:
    mailbox = filled(WhenFull.WAIT)
    scope = trio.CancelScope()
    ended: list[str] = []

    async def put() -> None:
        with scope:
            await mailbox.put(2)
            ended.append("put")

    async with trio.open_nursery() as nursery:
        nursery.start_soon(put)
        await wait_all_tasks_blocked()
        assert mailbox.drain() == [0, 1]
        scope.cancel()
    assert ended == ["put"]
    assert mailbox.drain() == [2]


async def test_a_put_under_cancellation_puts_nothing_even_with_room() -> None:
    mailbox: Mailbox[int] = Mailbox(2)
    with trio.CancelScope() as scope:
        scope.cancel()
        await mailbox.put(1)
    assert scope.cancelled_caught
    assert len(mailbox) == 0


async def test_a_cancelled_take_has_taken_nothing(autojump_clock: object) -> None:
    mailbox: Mailbox[int] = Mailbox(2)
    with trio.move_on_after(1):
        await mailbox.take(8)
    mailbox.put_nowait(1)
    with trio.CancelScope() as scope:
        scope.cancel()
        await mailbox.take(8)
    assert scope.cancelled_caught
    assert await mailbox.take(8) == [1]


async def test_a_take_that_a_message_woke_keeps_it_although_cancelled() -> None:
    mailbox: Mailbox[int] = Mailbox(2)
    scope = trio.CancelScope()
    batches: list[list[int]] = []

    async def take() -> None:
        with scope:
            batches.append(await mailbox.take(8))

    async with trio.open_nursery() as nursery:
        nursery.start_soon(take)
        await wait_all_tasks_blocked()
        mailbox.put_nowait(1)
        scope.cancel()
    assert batches == [[1]]


async def test_closing_turns_senders_away_and_leaves_what_is_inside() -> None:
    mailbox = filled(WhenFull.WAIT)
    turned_away: list[int] = []

    async def put(message: int) -> None:
        with pytest.raises(MailboxClosed):
            await mailbox.put(message)
        turned_away.append(message)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(put, 2)
        await wait_all_tasks_blocked()
        mailbox.close()
    assert turned_away == [2]
    with pytest.raises(MailboxClosed):
        mailbox.put_nowait(3)
    assert await mailbox.take(8) == [0, 1]
    with pytest.raises(MailboxClosed):
        await mailbox.take(8)


async def test_closing_wakes_the_taker() -> None:
    mailbox: Mailbox[int] = Mailbox(2)
    async with trio.open_nursery() as nursery:

        @nursery.start_soon
        async def take() -> None:
            with pytest.raises(MailboxClosed):
                await mailbox.take(8)

        await wait_all_tasks_blocked()
        mailbox.close()


async def test_it_has_one_taker() -> None:
    mailbox: Mailbox[int] = Mailbox(2)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(mailbox.take, 8)
        await wait_all_tasks_blocked()
        with pytest.raises(trio.BusyResourceError):
            await mailbox.take(8)
        mailbox.put_nowait(1)


async def test_a_taker_of_a_mailbox_that_is_never_empty_lets_others_run() -> None:
    mailbox = filled(WhenFull.WAIT, messages=3, capacity=3)
    async with trio.open_nursery() as nursery:
        other_ran = trio.Event()

        @nursery.start_soon
        async def other() -> None:
            other_ran.set()

        await mailbox.take(1)
        await mailbox.take(1)
        assert other_ran.is_set()
    assert len(mailbox) == 1


def test_statistics_tell_what_happened() -> None:
    mailbox = filled(WhenFull.DROP_OLDEST, messages=3)
    mailbox.drain()
    mailbox.put_nowait(9)
    seen = mailbox.statistics()
    assert (seen.capacity, seen.waiting, seen.waiting_max, seen.taken) == (2, 1, 2, 2)
    assert (seen.dropped, seen.refused, seen.senders_waiting, seen.closed) == (1, 0, 0, False)


def test_a_mailbox_without_room_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        Mailbox(0)
