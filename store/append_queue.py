"""The appends of all rooms that wait for the next commit, and who waits for each."""

import asyncio
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import outcome
import trio

from store.event_log import Draft, Position


class PendingAppend:
    """One append, from the call until it is answered; made by the task that then waits in `answer()`."""

    __slots__ = ("_task", "after", "channel", "drafts", "since")

    def __init__(self, channel: str, after: Position, drafts: Sequence[Draft]) -> None:
        self.channel = channel
        self.after = after
        self.drafts = drafts
        self.since = trio.current_time()
        self._task: trio.lowlevel.Task | None = trio.lowlevel.current_task()

    @property
    def abandoned(self) -> bool:
        """Whether nobody waits for the outcome (any more)."""
        return self._task is None

    async def answer(self) -> Position:
        """Wait for the outcome; a caller that is cancelled leaves, and what is under way goes on."""
        top: Position = await trio.lowlevel.wait_task_rescheduled(self._abandon)
        return top

    def succeed(self) -> None:
        """Answer with the top that this append has made."""
        self._resolve(outcome.Value(Position(self.after.epoch, self.after.offset + len(self.drafts))))

    def fail(self, error: Exception) -> None:
        """Answer with an error."""
        self._resolve(outcome.Error(error))

    def _abandon(self, _raise_cancel: object) -> trio.lowlevel.Abort:
        self._task = None
        return trio.lowlevel.Abort.SUCCEEDED

    def _resolve(self, result: outcome.Value[Position] | outcome.Error) -> None:
        task, self._task = self._task, None
        if task is not None:
            trio.lowlevel.reschedule(task, result)


class AppendQueue:
    """A bounded queue: Trio tasks fill it, asyncio tasks take whole batches from it.

    When it is full the caller waits: a database that is slow or away makes rooms wait, not memory grow.
    """

    def __init__(self, capacity: int, batch_appends_max: int, batch_events_max: int) -> None:
        self.capacity = capacity
        self.events = 0
        """How many events the waiting appends have together."""
        self.commits_under_way = 0
        self._batch_appends_max = batch_appends_max
        self._batch_events_max = batch_events_max
        self._waiting: deque[PendingAppend] = deque()
        self._places = trio.Semaphore(capacity, max_value=capacity)
        self._takers: dict[asyncio.Future[None], int] = {}

    def __len__(self) -> int:
        return len(self._waiting)

    async def place(self) -> None:
        """Wait for a place, which `put()` then fills; yields only when the queue is full."""
        try:
            self._places.acquire_nowait()
        except trio.WouldBlock:
            await self._places.acquire()

    def put(self, pending: PendingAppend) -> None:
        """Queue an append in the place that the caller has waited for."""
        self._waiting.append(pending)
        self.events += len(pending.drafts)
        for arrival, wanted in self._takers.items():
            if self.events >= wanted and not arrival.done():
                arrival.set_result(None)

    def give_up_place(self) -> None:
        """Leave a place unfilled."""
        self._places.release()

    async def arrival(self, events: int = 1, within_s: float | None = None) -> None:
        """Wait, in asyncio, until so many events wait, the time is over, or somebody calls `wake()`."""
        if self.events >= events:
            return
        arrival = asyncio.get_running_loop().create_future()
        self._takers[arrival] = events
        try:
            await asyncio.wait([arrival], timeout=within_s)
        finally:
            del self._takers[arrival]

    def wake(self) -> None:
        """End the wait of all takers."""
        for arrival in self._takers:
            if not arrival.done():
                arrival.set_result(None)

    @contextmanager
    def committing(self) -> Iterator[None]:
        """Count a commit as under way; a taker that waits for many looks again when it ends badly."""
        self.commits_under_way += 1
        try:
            yield
        except BaseException:
            self.wake()
            raise
        finally:
            self.commits_under_way -= 1

    def take(self) -> list[PendingAppend]:
        """Take what fits in one batch: by arrival, at most one a channel, none that was abandoned."""
        batch: dict[str, PendingAppend] = {}
        later: deque[PendingAppend] = deque()
        events = 0
        while self._waiting and len(batch) < self._batch_appends_max and events < self._batch_events_max:
            pending = self._waiting.popleft()
            if pending.channel in batch:
                later.append(pending)
                continue
            self._count_out(pending)
            if not pending.abandoned:
                batch[pending.channel] = pending
                events += len(pending.drafts)
        self._waiting.extendleft(reversed(later))
        return list(batch.values())

    def take_older(self, since: float) -> list[PendingAppend]:
        """Take all that have waited since this time (trio.current_time()) or longer."""
        taken = []
        while self._waiting and self._waiting[0].since <= since:
            taken.append(self._waiting.popleft())
            self._count_out(taken[-1])
        return taken

    def _count_out(self, pending: PendingAppend) -> None:
        self.events -= len(pending.drafts)
        self._places.release()
