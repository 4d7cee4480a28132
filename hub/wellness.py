"""How the hub is: what keeps it from doing its work, in sentences."""

from collections.abc import Sequence
from math import inf

import trio

from actors import Supervisor
from store.database import Database
from store.errors import DatabaseError
from store.event_log import EventLog
from store.notices import Notices

PROBE_TIMEOUT_S = 2.0


class HubWellness:
    """Looks at the database, the log writer and the supervisors; implements the API's Wellness.

    A service that was given up stays so until the hub is restarted. A room that was given up is tried again
    by whoever comes after its cool-down, so it is a trouble only that long.
    """

    def __init__(
        self, database: Database, log: EventLog, services: Sequence[Supervisor], rooms: Supervisor
    ) -> None:
        self._database = database
        self._log = log
        self._services = services
        self._rooms = rooms
        self.notices: Notices | None = None
        self.stopping = False

    async def troubles(self) -> Sequence[str]:
        """Return what is not well, a sentence each."""
        found = ["the hub is shutting down"] if self.stopping else []
        found += await self._database_troubles()
        log = self._log.statistics()
        if not log.healthy:
            found.append(f"the log writer does not write: {log.trouble or 'it has not begun'}")
        if self.notices is not None and not self.notices.statistics().listening:
            found.append("changes of accounts are not heard: LISTEN does not work on the database")
        for supervisor in self._services:
            found += _given_up(supervisor, since_s=-inf)
        return found + _given_up(self._rooms, trio.current_time() - self._rooms.policy.cool_down_s)

    async def _database_troubles(self) -> list[str]:
        try:
            with trio.fail_after(PROBE_TIMEOUT_S):
                await self._database.fetchval("select 1")
        except (DatabaseError, trio.TooSlowError) as error:
            return [f"the database does not answer: {str(error) or 'no answer in time'}"]
        return []


def _given_up(supervisor: Supervisor, since_s: float) -> list[str]:
    given_up = supervisor.statistics().given_up.items()
    return [
        f"{name} crashed too often and was given up: {each.error!r}"
        for name, each in given_up
        if each.at_s > since_s
    ]
