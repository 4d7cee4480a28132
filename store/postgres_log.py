"""The event log in PostgreSQL: the appends of all rooms of the process are committed together."""

import asyncio
import logging
import math
from collections.abc import Sequence

import asyncpg
import trio

from store.append_batch import OWN_FAULT, append_batch
from store.append_queue import AppendQueue, PendingAppend
from store.commit_tally import CommitTally
from store.database import Connection, Database
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

    `run()` keeps one of the database's connections to itself. After a commit it waits `gather_s` for company,
    unless as many appends wait as came last time. An append that could not be stored within `give_up_after_s`
    ends with DatabaseUnavailable.
    """

    def __init__(
        self,
        database: Database,
        *,
        waiting_max: int = 10_000,
        batch_appends_max: int = 1_000,
        batch_events_max: int = 5_000,
        gather_s: float = 0.002,  # a commit costs us 0.25 ms of CPU, with one append or with ten
        give_up_after_s: float = 30.0,
    ) -> None:
        super().__init__(database)
        self._queue = AppendQueue(waiting_max, batch_appends_max, batch_events_max)
        self._gather_s = gather_s
        self._give_up_after_s = give_up_after_s
        self._tally = CommitTally()
        self._in_hand: list[PendingAppend] = []
        self._lost = False
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
        pause_s = 0.0
        try:
            while True:
                batches = self._tally.batches
                try:
                    await self._database.run(self._serve)
                except _TROUBLE as error:
                    self._let_go(error)
                went_well = self._tally.batches > batches
                pause_s = 0.0 if went_well else min(max(2 * pause_s, _PAUSE_S), _PAUSE_S_MAX)
                await trio.sleep(pause_s)
        finally:
            self._end()

    def statistics(self) -> LogStatistics:
        """Return counts since this log was made; healthy means that `run()` runs and the last try worked."""
        return self._tally.statistics(
            waiting=len(self._queue) + len(self._in_hand),
            waiting_max=self._queue.capacity,
            healthy=self._running and self._trouble is None,
            trouble=self._trouble
            or self._ended
            or (None if self._running else "the log writer has not begun"),
        )

    async def _serve(self, connection: Connection) -> None:
        """Commit batch after batch on one connection, in asyncio: no batch pays for a crossing from Trio."""
        connection.add_termination_listener(self._on_lost)
        self._lost = False
        self._trouble = None
        while True:
            self._in_hand = self._in_hand or await self._next_batch()
            await self._commit(connection, self._in_hand)
            company, self._in_hand = len(self._in_hand), []
            await self._gather(company)

    async def _next_batch(self) -> list[PendingAppend]:
        while not self._lost:
            if batch := self._queue.take():
                return batch
            await self._queue.arrival()
        raise DatabaseUnavailable("the connection to PostgreSQL was lost")

    async def _gather(self, company: int) -> None:
        """Let others come along: who was just answered (a third more appends a second), who is on the way."""
        await asyncio.sleep(0)
        if 2 * len(self._queue) < company:
            await asyncio.sleep(self._gather_s)

    def _on_lost(self, _connection: object) -> None:
        self._lost = True
        self._queue.wake()

    async def _commit(self, connection: Connection, batch: Sequence[PendingAppend]) -> None:
        began = trio.current_time()
        try:
            refusals = await append_batch(connection, batch)
        except OWN_FAULT as error:
            await self._part(connection, batch, error)
            return
        for refusal in refusals:
            refusal.pending.fail(refusal.error)
        refused = {refusal.pending for refusal in refusals}
        stored = [pending for pending in batch if pending not in refused]
        for pending in stored:
            pending.succeed()
        self._tally.count(stored, refused=len(refused), commit_s=trio.current_time() - began)

    async def _part(self, connection: Connection, batch: Sequence[PendingAppend], error: Exception) -> None:
        """Halve a batch that one of its appends spoils, until that one stands alone."""
        if len(batch) == 1:
            self._tally.refused += 1
            batch[0].fail(Unstorable(batch[0].channel, f"cannot be stored: {error}"))
            return
        middle = len(batch) // 2
        await self._commit(connection, batch[:middle])
        await self._commit(connection, batch[middle:])

    def _let_go(self, error: Exception) -> None:
        """Keep in hand, to be tried again, what was not answered, except who has waited too long."""
        if self._trouble is None:
            _log.warning("the event log waits for the database: %s", error)
        self._trouble = str(error) or type(error).__name__
        give_up_before = trio.current_time() - self._give_up_after_s
        for pending in (*self._in_hand, *self._queue.take_older(give_up_before)):
            if pending.since <= give_up_before:
                pending.fail(
                    DatabaseUnavailable(f"{pending.channel}: not known to be stored: {self._trouble}")
                )
        self._in_hand = [pending for pending in self._in_hand if not pending.abandoned]

    def _end(self) -> None:
        self._running = False
        self._ended = "the log writer has stopped; what was under way may or may not have been stored"
        for pending in (*self._in_hand, *self._queue.take_older(math.inf)):
            pending.fail(DatabaseUnavailable(self._ended))
        self._in_hand = []
