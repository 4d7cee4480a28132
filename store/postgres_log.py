"""The event log in PostgreSQL: the appends of all rooms of the process are committed together."""

import math
from collections.abc import Sequence

import trio

from store.append_queue import AppendQueue, PendingAppend
from store.commit_lane import CommitLane
from store.commit_tally import CommitTally
from store.database import Database
from store.errors import DatabaseUnavailable
from store.event_log import Draft, LogStatistics, Position, check_drafts
from store.log_reader import LogReader

_LANES = 2  # while one commits, the appends that it has answered come in again for the other


class PostgresEventLog(LogReader):
    """An `EventLog` whose `run()` commits, in one transaction, all appends that came during the last commit.

    Nothing is answered before PostgreSQL says that it is on disk. When the server goes away in the middle the
    outcome is unknown and the batch is tried again: an append that had been committed then meets itself and
    is refused with Conflict, so its writer reads on and finds its own events.

    `run()` keeps two of the database's connections to itself, each a `CommitLane`; the second commits beside
    the first only where many wait. Batches are bounded, so that some rooms decide while others are committed:
    with all of them in one, hub and PostgreSQL would work in turns. An append that could not be stored within
    `give_up_after_s` ends with DatabaseUnavailable.
    """

    def __init__(
        self,
        database: Database,
        *,
        waiting_max: int = 10_000,
        batch_appends_max: int = 1_000,
        batch_events_max: int = 250,  # beyond it a commit costs hardly less an event
        company_events: int = 100,
        gather_s: float = 0.002,  # a commit costs us 0.25 ms of CPU, with one append or with ten
        give_up_after_s: float = 30.0,
    ) -> None:
        super().__init__(database)
        self._queue = AppendQueue(waiting_max, batch_appends_max, batch_events_max)
        self._tally = CommitTally()
        self._lanes = [
            CommitLane(
                database,
                self._queue,
                self._tally,
                company_events=company_events,
                gather_s=gather_s,
                give_up_after_s=give_up_after_s,
            )
            for _ in range(_LANES)
        ]
        self._running = False
        self._ended: str | None = None

    async def append(self, channel: str, after: Position, drafts: Sequence[Draft]) -> Position:
        """Append the drafts behind `after` and return the new top, once it is on disk; see the port."""
        check_drafts(drafts)
        await self._queue.place()
        if self._ended:
            self._queue.give_up_place()
            raise DatabaseUnavailable(self._ended)
        pending = PendingAppend(channel, after, drafts)
        self._queue.put(pending)
        return await pending.answer()

    async def run(self) -> None:
        """Commit what waits, for ever; when this ends, whoever waits is told so and nobody waits any more."""
        self._running, self._ended = True, None
        try:
            async with trio.open_nursery() as nursery:
                for lane in self._lanes:
                    nursery.start_soon(lane.run)
        finally:
            self._end()

    def statistics(self) -> LogStatistics:
        """Return counts since this log was made; healthy means that `run()` runs and the last try worked."""
        trouble = self._trouble()
        return self._tally.statistics(
            waiting=len(self._queue) + sum(len(lane.in_hand) for lane in self._lanes),
            waiting_max=self._queue.capacity,
            healthy=self._running and trouble is None,
            trouble=trouble or self._ended or (None if self._running else "the log writer has not begun"),
        )

    def _trouble(self) -> str | None:
        return next((lane.trouble for lane in self._lanes if lane.trouble is not None), None)

    def _end(self) -> None:
        self._running = False
        self._ended = "the log writer has stopped; what was under way may or may not have been stored"
        for lane in self._lanes:
            in_hand, lane.in_hand = lane.in_hand, []
            self._tell_the_end(in_hand)
        self._tell_the_end(self._queue.take_older(math.inf))

    def _tell_the_end(self, waiting: Sequence[PendingAppend]) -> None:
        for pending in waiting:
            pending.fail(DatabaseUnavailable(self._ended))
