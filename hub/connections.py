"""All connections of this node: counted a user, looked at by one clock, closed in a paced way."""

import time
from collections import Counter
from typing import TYPE_CHECKING

import trio

from hub.wire.codes import CONNECTION_LIMIT, SHUTDOWN, Disconnected

if TYPE_CHECKING:
    from hub.session import Session

TICK_S = 1.0
TICKS_BETWEEN_CHECKPOINTS = 500
CLOSES_A_STEP = 100
CLOSE_STEP_S = 0.02  # 5,000 clients are told within a second, and do not all come back in the same instant


class Connections:
    """The sessions that are open now."""

    def __init__(self, per_user_max: int, total_max: int) -> None:
        self._per_user_max = per_user_max
        self._total_max = total_max
        self._sessions: dict[Session, None] = {}
        self._clients: dict[str, Session] = {}
        self._users: Counter[str] = Counter()
        self._accounts: dict[str, dict[Session, None]] = {}
        self._account_of: dict[Session, str] = {}

    def __len__(self) -> int:
        """Return how many are open."""
        return len(self._sessions)

    @property
    def full(self) -> bool:
        """Whether no more may come in."""
        return len(self._sessions) >= self._total_max

    def add(self, session: "Session") -> None:
        """Note a connection that has been accepted."""
        self._sessions[session] = None
        self._clients[session.client] = session

    def of_client(self, client: str) -> "Session | None":
        """Return the session of a client id."""
        return self._clients.get(client)

    def identify(self, session: "Session") -> None:
        """Count a connection to its user; raise Disconnected when the user has too many."""
        user = session.claims.user
        if user and self._users[user] >= self._per_user_max:
            raise Disconnected(CONNECTION_LIMIT)
        self._users[user] += 1

    def follow(self, session: "Session") -> None:
        """Find a session by the account that it is of now."""
        self._forget_account(session)
        account = self._account_of[session] = session.claims.user
        self._accounts.setdefault(account, {})[session] = None

    def of_account(self, account: str) -> list["Session"]:
        """Return the sessions of an account."""
        return list(self._accounts.get(account, ()))

    def of_accounts(self) -> list["Session"]:
        """Return the sessions of all accounts."""
        return list(self._account_of)

    def remove(self, session: "Session") -> None:
        """Forget a connection that has ended."""
        self._sessions.pop(session, None)
        self._clients.pop(session.client, None)
        self._forget_account(session)
        if session.connected:
            user = session.claims.user
            self._users[user] -= 1
            if self._users[user] <= 0:
                del self._users[user]

    def _forget_account(self, session: "Session") -> None:
        account = self._account_of.pop(session, None)
        if account is not None:
            del self._accounts[account][session]
            if not self._accounts[account]:
                del self._accounts[account]

    async def keep_time(self) -> None:
        """Let every session look at its time-outs once a second."""
        while True:
            await trio.sleep(TICK_S)
            for number, session in enumerate(list(self._sessions)):
                if number % TICKS_BETWEEN_CHECKPOINTS == 0:
                    await trio.lowlevel.checkpoint()
                session.tick(trio.current_time(), time.time())

    async def close_all(self) -> None:
        """Tell every client that the hub shuts down, some at a time."""
        for number, session in enumerate(list(self._sessions), start=1):
            session.close(SHUTDOWN)
            if number % CLOSES_A_STEP == 0:
                await trio.sleep(CLOSE_STEP_S)
