"""A bounded queue of messages with one taker, whose owner says what happens when it is full."""

from collections import OrderedDict, deque
from enum import Enum
from typing import Generic, TypeVar

import trio

from actors.errors import MailboxClosed, MailboxFull
from actors.statistics import MailboxStatistics

__all__ = ["Mailbox", "MailboxClosed", "MailboxFull", "WhenFull"]

M = TypeVar("M")


class WhenFull(Enum):
    """What a full mailbox does with one more message."""

    WAIT = "wait"  # the sender waits, in order of arrival
    REFUSE = "refuse"  # the sender gets MailboxFull
    DROP_OLDEST = "drop oldest"  # the oldest message makes room and is handed back


class _Sender(Generic[M]):
    """A task that waits outside with its message."""

    __slots__ = ("admitted", "message", "task")

    def __init__(self, message: M) -> None:
        self.message = message
        self.task = trio.lowlevel.current_task()
        self.admitted = False


class Mailbox(Generic[M]):
    """Hold at most `capacity` messages for one taker, first in first out.

    Invariant: a sender waits outside only while the mailbox is full and open, so nobody can overtake.
    """

    __slots__ = (
        "_closed",
        "_items",
        "_nudged",
        "_senders",
        "_taken",
        "_taker",
        "_waiting_max",
        "capacity",
        "dropped",
        "refused",
        "when_full",
    )

    def __init__(self, capacity: int, when_full: WhenFull = WhenFull.WAIT) -> None:
        if capacity < 1:
            raise ValueError(f"a mailbox holds at least 1 message, not {capacity}: choose a larger capacity")
        self.capacity = capacity
        self.when_full = when_full
        self._items: deque[M] = deque()
        self._senders: OrderedDict[_Sender[M], None] = OrderedDict()
        self._taker: trio.lowlevel.Task | None = None
        self._closed = self._nudged = False
        self._taken = self.refused = self.dropped = self._waiting_max = 0

    def __len__(self) -> int:
        """Return how many messages wait inside."""
        return len(self._items)

    @property
    def closed(self) -> bool:
        """Tell whether it takes no more messages."""
        return self._closed

    async def put(self, message: M) -> M | None:
        """Put `message` in; return the message that was dropped for it, None if none was.

        Yields to other tasks only when it must wait for room. Cancelled, it has put nothing.
        Raises MailboxFull (REFUSE) or MailboxClosed.
        """
        await trio.lowlevel.checkpoint_if_cancelled()
        if self.when_full is WhenFull.WAIT and len(self._items) >= self.capacity and not self._closed:
            await self._wait_outside(message)
            return None
        return self.put_nowait(message)

    def put_nowait(self, message: M) -> M | None:
        """Put `message` in as `put` does, but raise MailboxFull where that would wait."""
        if self._closed:
            raise MailboxClosed
        dropped = self._make_room() if len(self._items) >= self.capacity else None
        self._items.append(message)
        if self._taker is not None:
            self._wake_taker()
        return dropped

    async def take(self, limit: int) -> list[M]:
        """Wait for a message, then take all that wait inside, at most `limit` ≥ 1, oldest first.

        Yields to other tasks each time, so that what they send meanwhile joins the same batch. Cancelled, it
        has taken nothing. When it is nudged while it waits it may take none. Raises MailboxClosed once it is
        closed and empty, BusyResourceError for a second taker.
        """
        await trio.lowlevel.checkpoint_if_cancelled()
        if self._items:
            await trio.lowlevel.cancel_shielded_checkpoint()
        self._nudged = False
        while not (self._items or self._nudged):
            if self._closed:
                raise MailboxClosed
            await self._wait_for_message()
        return self._pop(limit)

    def nudge(self) -> None:
        """Let a taker that waits for a message go on without one."""
        if self._taker is not None:
            self._nudged = True
            self._wake_taker()

    def drain(self) -> list[M]:
        """Take all that wait inside at once, none of them perhaps."""
        return self._pop(len(self._items))

    def close(self) -> None:
        """Take no more messages: who waits outside gets MailboxClosed, what is inside can still be taken."""
        self._closed = True
        for sender in self._senders:
            trio.lowlevel.reschedule(sender.task)
        self._senders.clear()
        if self._taker is not None:
            self._wake_taker()

    def statistics(self) -> MailboxStatistics:
        """Return counts since it was made."""
        return MailboxStatistics(
            capacity=self.capacity,
            waiting=len(self._items),
            waiting_max=max(self._waiting_max, len(self._items)),
            senders_waiting=len(self._senders),
            taken=self._taken,
            refused=self.refused,
            dropped=self.dropped,
            closed=self._closed,
        )

    def _make_room(self) -> M:
        if self.when_full is not WhenFull.DROP_OLDEST:
            self.refused += self.when_full is WhenFull.REFUSE  # where senders wait, this one may wait now
            raise MailboxFull(self.capacity)
        self.dropped += 1
        return self._items.popleft()

    async def _wait_outside(self, message: M) -> None:
        sender = _Sender(message)
        self._senders[sender] = None

        def leave(_: object) -> trio.lowlevel.Abort:
            del self._senders[sender]
            return trio.lowlevel.Abort.SUCCEEDED

        await trio.lowlevel.wait_task_rescheduled(leave)
        if not sender.admitted:
            raise MailboxClosed

    async def _wait_for_message(self) -> None:
        if self._taker is not None:
            raise trio.BusyResourceError("another task already waits at this mailbox: it has one taker")
        self._taker = trio.lowlevel.current_task()
        await trio.lowlevel.wait_task_rescheduled(self._stop_taking)

    def _stop_taking(self, _: object) -> trio.lowlevel.Abort:
        self._taker = None
        return trio.lowlevel.Abort.SUCCEEDED

    def _wake_taker(self) -> None:
        taker, self._taker = self._taker, None
        if taker is not None:
            trio.lowlevel.reschedule(taker)

    def _pop(self, limit: int) -> list[M]:
        items = self._items
        self._waiting_max = max(self._waiting_max, len(items))
        if limit >= len(items):
            batch = list(items)
            items.clear()
        else:
            batch = [items.popleft() for _ in range(limit)]
        self._taken += len(batch)
        if self._senders:
            self._admit()
        return batch

    def _admit(self) -> None:
        while self._senders and len(self._items) < self.capacity:
            sender, _ = self._senders.popitem(last=False)
            sender.admitted = True
            self._items.append(sender.message)
            trio.lowlevel.reschedule(sender.task)
