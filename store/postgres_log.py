"""The event log in PostgreSQL: the appends of all rooms of the process are committed together."""

import logging
from collections.abc import Sequence
from functools import partial

import asyncpg
import trio

from store.append_batch import append_batch, is_own_fault
from store.append_queue import AppendQueue, PendingAppend
from store.commit_tally import CommitTally
from store.database import Database
from store.errors import DatabaseError, DatabaseUnavailable, Unstorable
from store.event_log import Draft, LogStatistics, Position, check_drafts
from store.log_reader import LogReader

_log = logging.getLogger(__name__)
_PAUSE_S = 0.05
_PAUSE_S_MAX = 1.0
_TROUBLE = (DatabaseError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError, ValueError)


class PostgresEventLog(LogReader):
    """An `EventLog` whose `run()` commits, in one transaction, all appends that came during the last commit.

    Nothing is answered before PostgreSQL says that it is on disk. When the server goes away in the middle the
    outcome is unknown and the batch is tried again: an append that had been committed then meets itself and
    is refused with Conflict, so its writer reads on and finds its own events.
    """

    def __init__(
        self,
        database: Database,
        *,
        waiting_max: int = 10_000,
        batch_appends_max: int = 1_000,
        batch_events_max: int = 5_000,
        give_up_after_s: float = 30.0,
    ) -> None:
        super().__init__(database)
        self._queue = AppendQueue(waiting_max, batch_appends_max, batch_events_max)
        self._give_up_after_s = give_up_after_s
        self._tally = CommitTally()
        self._committing: list[PendingAppend] = []
        self._running = False
        self._ended: str | None = None
        self._trouble: str | None = None

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
            while True:
                self._committing = await self._queue.take()
                await self._commit(self._committing)
                self._committing = []
        finally:
            self._end()

    def statistics(self) -> LogStatistics:
        """Return counts since this log was made; healthy means that `run()` runs and the last try worked."""
        return self._tally.statistics(
            waiting=len(self._queue) + len(self._committing),
            waiting_max=self._queue.capacity,
            healthy=self._running and self._trouble is None,
            trouble=self._trouble
            or self._ended
            or (None if self._running else "the log writer has not begun"),
        )

    async def _commit(self, batch: Sequence[PendingAppend]) -> None:
        pause_s = _PAUSE_S
        while batch:
            try:
                await self._write(batch)
            except _TROUBLE as error:
                if is_own_fault(error):
                    return await self._part(batch, error)
                batch = self._let_go(batch, error)
                await trio.sleep(pause_s)
                pause_s = min(2 * pause_s, _PAUSE_S_MAX)
            else:
                return None
        return None

    async def _write(self, batch: Sequence[PendingAppend]) -> None:
        began = trio.current_time()
        refusals = await self._database.run(partial(append_batch, batch=batch))
        self._trouble = None
        for refusal in refusals:
            refusal.pending.fail(refusal.error)
        refused = {refusal.pending for refusal in refusals}
        stored = [pending for pending in batch if pending not in refused]
        for pending in stored:
            pending.succeed()
        self._tally.count(stored, refused=len(refused), commit_s=trio.current_time() - began)

    async def _part(self, batch: Sequence[PendingAppend], error: Exception) -> None:
        """Halve a batch that one of its appends spoils, until that one stands alone."""
        if len(batch) == 1:
            self._tally.refused += 1
            return batch[0].fail(Unstorable(batch[0].channel, f"cannot be stored: {error}"))
        middle = len(batch) // 2
        await self._commit(batch[:middle])
        return await self._commit(batch[middle:])

    def _let_go(self, batch: Sequence[PendingAppend], error: Exception) -> list[PendingAppend]:
        """Answer those who have waited too long, and return the others."""
        if self._trouble is None:
            _log.warning("the event log waits for the database: %s", error)
        self._trouble = str(error) or type(error).__name__
        give_up_before = trio.current_time() - self._give_up_after_s
        for pending in batch:
            if pending.since <= give_up_before:
                pending.fail(
                    DatabaseUnavailable(f"{pending.channel}: not known to be stored: {self._trouble}")
                )
        return [pending for pending in batch if not pending.abandoned]

    def _end(self) -> None:
        self._running = False
        self._ended = "the log writer has stopped; what was under way may or may not have been stored"
        for pending in (*self._committing, *self._queue.take_all()):
            pending.fail(DatabaseUnavailable(self._ended))
        self._committing = []
