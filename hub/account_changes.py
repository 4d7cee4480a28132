"""What changes in accounts while they are connected: looked at again, and acted on at once.

The database tells which account has changed, whichever process changed it. Its connections are closed when
the account may not be here any more, and go on with what it is now when it may.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import structlog
import trio

from api.ports import Standing
from api.tokens import Claims
from hub.connections import Connections
from hub.session import Session
from hub.wire import codes
from store.errors import DatabaseError

ACCOUNTS_NOTED_MAX = 10_000  # beyond it all are looked at: no notice is ever lost
SESSIONS_A_LOOK = 500
DATABASE_PAUSE_S = 0.2

log = structlog.get_logger(__name__)


class Standings(Protocol):
    """Knows how accounts stand."""

    async def of_many(self, asked: Sequence[tuple[str, str | None]]) -> list[Standing | None]:
        """Return the standings of pairs of account and session, in their order."""


class NoAccounts:
    """Standings where there are no accounts."""

    async def of_many(self, asked: Sequence[tuple[str, str | None]]) -> list[Standing | None]:
        """Know nobody."""
        return [None] * len(asked)


@dataclass(frozen=True, slots=True)
class AccountChangeStatistics:
    """How many notices came, how many sessions were looked at for them, and how many were closed."""

    heard: int
    looked_at: int
    closed: int


class AccountChanges:
    """Lets sessions of accounts in, and looks at them again when their account has changed."""

    def __init__(self, standings: Standings, connections: Connections) -> None:
        self._standings = standings
        self._connections = connections
        self._changed: dict[str, None] = {}
        self._all_changed = False
        self._woken = trio.Event()
        self._heard = 0
        self._looked_at = 0
        self._closed = 0

    def hear(self, account: str) -> None:
        """Note that an account has changed; for the callback of a notice."""
        self._heard += 1
        self._changed[account] = None
        if len(self._changed) > ACCOUNTS_NOTED_MAX:
            self.hear_of_all()
        self._woken.set()

    def hear_of_all(self) -> None:
        """Note that any account may have changed: notices were missed."""
        self._heard += 1
        self._all_changed = True
        self._changed.clear()
        self._woken.set()

    def statistics(self) -> AccountChangeStatistics:
        """Return the counts so far."""
        return AccountChangeStatistics(self._heard, self._looked_at, self._closed)

    async def run(self) -> None:
        """Look at sessions of changed accounts again, for ever; at all first, for it may have crashed."""
        self.hear_of_all()
        while True:
            await self._woken.wait()
            self._woken = trio.Event()
            sessions = self._take_affected()
            for at in range(0, len(sessions), SESSIONS_A_LOOK):
                await self._look_again(sessions[at : at + SESSIONS_A_LOOK])

    async def let_in(self, session: Session, claims: Claims) -> None:
        """Let `session` be the one whom an account's token names, as the account stands at this instant.

        Raises Disconnected when the account or the session of the token is no more, Rejected (token expired:
        a fresh one helps) when the account has changed since it was signed, and DatabaseError.
        """
        standing = await self._current(claims)
        if standing is None or not _may_stay(standing):
            raise codes.Disconnected(codes.INVALID_TOKEN)
        if not session.connected and standing.authorization_version != claims.authorization_version:
            raise codes.Rejected(codes.TOKEN_EXPIRED)
        session.claims = claims
        session.stand(standing)
        self._connections.follow(session)

    async def _current(self, claims: Claims) -> Standing | None:
        """Read a standing that no notice has overtaken; what comes later finds the session in its place."""
        while True:
            heard = self._heard
            [standing] = await self._standings.of_many([(claims.user, claims.session)])
            if heard == self._heard:
                return standing

    def _take_affected(self) -> list[Session]:
        if self._all_changed:
            sessions = self._connections.of_accounts()
        else:
            sessions = [each for account in self._changed for each in self._connections.of_account(account)]
        self._all_changed = False
        self._changed.clear()
        return sessions

    async def _look_again(self, sessions: Sequence[Session]) -> None:
        asked = [(session.claims.user, session.claims.session) for session in sessions]
        for session, was, standing in zip(sessions, asked, await self._read(asked), strict=True):
            if (session.claims.user, session.claims.session) == was:  # else it was just let in anew
                self._apply(session, standing)

    async def _read(self, asked: Sequence[tuple[str, str | None]]) -> list[Standing | None]:
        """Read standings, however long the database is away: until then nobody can have changed them."""
        while True:
            try:
                return await self._standings.of_many(asked)
            except DatabaseError as error:
                if not error.temporary:
                    raise
                log.warning("standings_wait", reason=str(error))
                await trio.sleep(DATABASE_PAUSE_S)

    def _apply(self, session: Session, standing: Standing | None) -> None:
        self._looked_at += 1
        if session.claims.session is None:
            return
        if standing is None or not _may_stay(standing):
            self._closed += 1
            session.close(codes.INVALID_TOKEN)
        else:
            session.stand(standing)


def _may_stay(standing: Standing) -> bool:
    return standing.session_alive and not standing.banned
