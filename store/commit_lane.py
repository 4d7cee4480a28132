"""A lane of the log writer: one connection on which batch after batch of appends is committed."""

import asyncio
import logging
from collections.abc import Sequence

import asyncpg
import trio

from store.append_batch import OWN_FAULT, append_batch
from store.append_queue import AppendQueue, PendingAppend
from store.commit_tally import CommitTally
from store.database import Connection, Database
from store.errors import DatabaseError, DatabaseUnavailable, Unstorable

_log = logging.getLogger(__name__)
_PAUSE_S = 0.05
_PAUSE_S_MAX = 1.0
_TROUBLE = (DatabaseError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError, ValueError)


class CommitLane:
    """Commits what waits in a queue that it may share with other lanes.

    A lane takes what there is while no other lane commits, else only a batch of `company_events`: so a second
    transaction is under way only where many wait. After a commit it waits `gather_s` for company, unless as
    many appends wait as came last time.
    """

    def __init__(
        self,
        database: Database,
        queue: AppendQueue,
        tally: CommitTally,
        *,
        company_events: int,
        gather_s: float,
        give_up_after_s: float,
    ) -> None:
        self._database = database
        self._queue = queue
        self._tally = tally
        self._company_events = company_events
        self._gather_s = gather_s
        self._give_up_after_s = give_up_after_s
        self._lost = False
        self.in_hand: list[PendingAppend] = []
        """The batch under way, or to be tried again."""
        self.trouble: str | None = None
        """Why the last try failed, until the next one has a connection."""

    async def run(self) -> None:
        """Commit what waits, for ever, on one connection after the other."""
        pause_s = 0.0
        while True:
            batches = self._tally.batches
            try:
                await self._database.run(self._serve)
            except _TROUBLE as error:
                self._let_go(error)
            went_well = self._tally.batches > batches
            pause_s = 0.0 if went_well else min(max(2 * pause_s, _PAUSE_S), _PAUSE_S_MAX)
            await trio.sleep(pause_s)

    async def _serve(self, connection: Connection) -> None:
        """Commit batch after batch on one connection, in asyncio: no batch pays for a crossing from Trio."""
        connection.add_termination_listener(self._on_lost)
        self._lost = False
        self.trouble = None
        while True:
            self.in_hand = self.in_hand or await self._next_batch()
            with self._queue.committing():
                await self._commit(connection, self.in_hand)
            company, self.in_hand = len(self.in_hand), []
            await self._gather(company)

    async def _next_batch(self) -> list[PendingAppend]:
        while not self._lost:
            wanted = self._company_events if self._queue.commits_under_way else 1
            if self._queue.events >= wanted and (batch := self._queue.take()):
                return batch
            await self._queue.arrival(wanted)
        raise DatabaseUnavailable("the connection to PostgreSQL was lost")

    async def _gather(self, company: int) -> None:
        """Let others come along: who was just answered (a third more appends a second), who is on the way."""
        await asyncio.sleep(0)
        if 2 * len(self._queue) < company:
            await self._queue.arrival(self._company_events, self._gather_s)

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
        stored = [pending for pending in batch if pending not in refused] if refused else batch
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
        if self.trouble is None:
            _log.warning("the event log waits for the database: %s", error)
        self.trouble = str(error) or type(error).__name__
        give_up_before = trio.current_time() - self._give_up_after_s
        for pending in (*self.in_hand, *self._queue.take_older(give_up_before)):
            if pending.since <= give_up_before:
                pending.fail(
                    DatabaseUnavailable(f"{pending.channel}: not known to be stored: {self.trouble}")
                )
        self.in_hand = [pending for pending in self.in_hand if not pending.abandoned]
