"""The appends of all rooms that wait for the next commit, and who waits for each."""

from collections import deque
from collections.abc import Sequence

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
    """A bounded queue from which whole batches are taken.

    When it is full the caller waits: a database that is slow or away makes rooms wait, not memory grow.
    """

    def __init__(self, capacity: int, batch_appends_max: int, batch_events_max: int) -> None:
        self.capacity = capacity
        self._batch_appends_max = batch_appends_max
        self._batch_events_max = batch_events_max
        self._waiting: deque[PendingAppend] = deque()
        self._places = trio.Semaphore(capacity, max_value=capacity)
        self._arrivals = trio.lowlevel.ParkingLot()

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
        self._arrivals.unpark()

    def give_up_place(self) -> None:
        """Leave a place unfilled."""
        self._places.release()

    async def take(self) -> list[PendingAppend]:
        """Wait for appends, then take what fits in one batch: by arrival, at most one a channel."""
        while True:
            while not self._waiting:
                await self._arrivals.park()
            if batch := self._take_batch():
                return batch

    def take_all(self) -> list[PendingAppend]:
        """Take everything that waits, at once."""
        taken = list(self._waiting)
        self._waiting.clear()
        self._free_places(len(taken))
        return taken

    def _take_batch(self) -> list[PendingAppend]:
        batch: dict[str, PendingAppend] = {}
        left: deque[PendingAppend] = deque()
        waiting, events, before = self._waiting, 0, len(self._waiting)
        while waiting and len(batch) < self._batch_appends_max and events < self._batch_events_max:
            pending = waiting.popleft()
            if pending.channel in batch:
                left.append(pending)
            elif not pending.abandoned:
                batch[pending.channel] = pending
                events += len(pending.drafts)
        waiting.extendleft(reversed(left))
        self._free_places(before - len(waiting))
        return list(batch.values())

    def _free_places(self, count: int) -> None:
        for _ in range(count):
            self._places.release()
