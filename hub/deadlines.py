"""By when a connection must have done what is expected of it."""

import trio

from hub.limits import CONNECT_TIMEOUT_S, PING_INTERVAL_S, PONG_TIMEOUT_S, TOKEN_GRACE_S
from hub.wire import codes


class Deadlines:
    """The time-outs of one connection: to connect, to answer a ping, to bring a fresh token.

    Times are of Trio's clock, but for the token's, which is in s since 1970.
    """

    __slots__ = ("_connect_by", "_ping_at", "_pong_by")

    def __init__(self) -> None:
        now = trio.current_time()
        self._connect_by = now + CONNECT_TIMEOUT_S
        self._ping_at = now + PING_INTERVAL_S
        self._pong_by: float | None = None

    def pong(self) -> bool:
        """Take note of a pong; say whether one was waited for."""
        waited, self._pong_by = self._pong_by is not None, None
        return waited

    def ping_due(self, now: float) -> bool:
        """Say whether it is time for a ping, and wait for its pong from now on."""
        if now < self._ping_at:
            return False
        self._ping_at = now + PING_INTERVAL_S
        self._pong_by = now + PONG_TIMEOUT_S
        return True

    def wait_longer(self, now: float) -> None:
        """Give the client time anew: what it says is read only after the command under way."""
        self._connect_by = now + CONNECT_TIMEOUT_S
        if self._pong_by is not None:
            self._pong_by = now + PONG_TIMEOUT_S

    def overdue(
        self, now: float, wall_s: float, *, connected: bool, expires_at: float | None
    ) -> codes.Disconnect | None:
        """Return why the connection is to be closed, if it is."""
        if not connected:
            return codes.STALE if now >= self._connect_by else None
        if self._pong_by is not None and now >= self._pong_by:
            return codes.NO_PONG
        if expires_at is not None and wall_s >= expires_at + TOKEN_GRACE_S:
            return codes.EXPIRED
        return None
