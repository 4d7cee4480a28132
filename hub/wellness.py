"""How the hub is: what keeps it from doing its work, in sentences."""

from collections.abc import Sequence

import trio

from actors import Supervisor
from store.database import Database
from store.errors import DatabaseError
from store.event_log import EventLog

PROBE_TIMEOUT_S = 2.0


class HubWellness:
    """Looks at the database, the log writer and the supervisor; implements the API's Wellness."""

    def __init__(self, database: Database, log: EventLog, supervisors: Sequence[Supervisor]) -> None:
        self._database = database
        self._log = log
        self._supervisors = supervisors
        self.stopping = False

    async def troubles(self) -> Sequence[str]:
        """Return what is not well, a sentence each."""
        found = ["the hub is shutting down"] if self.stopping else []
        found += await self._database_troubles()
        log = self._log.statistics()
        if not log.healthy:
            found.append(f"the log writer does not write: {log.trouble or 'it has not begun'}")
        for supervisor in self._supervisors:
            found += _given_up(supervisor)
        return found

    async def _database_troubles(self) -> list[str]:
        try:
            with trio.fail_after(PROBE_TIMEOUT_S):
                await self._database.fetchval("select 1")
        except (DatabaseError, trio.TooSlowError) as error:
            return [f"the database does not answer: {str(error) or 'no answer in time'}"]
        return []


def _given_up(supervisor: Supervisor) -> list[str]:
    """Name what crashed too often; a room that has cooled down and serves again is not named any more."""
    names = supervisor.statistics().given_up
    return [f"{name} crashed too often and was given up: {each.error!r}" for name, each in names.items()]
