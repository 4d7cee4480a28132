"""What a client may do, how often and how much, each bound with its reason."""

from dataclasses import dataclass

FRAME_CHARACTERS_MAX = 64 * 1024  # 16 posts of the longest text; beyond it the WebSocket closes with 1009
CHANNELS_PER_CONNECTION_MAX = 128
PUBLISHES_IN_FLIGHT_MAX = 64  # unanswered posts of one connection; the next waits, alone
CONNECT_TIMEOUT_S = 10.0
PING_INTERVAL_S = 25.0  # under the 30 s after which many proxies drop an idle connection
PONG_TIMEOUT_S = 8.0
TOKEN_GRACE_S = 25.0  # to refresh an expired token on the live connection
CLOSE_LINGER_S = 2.0  # for the client's own close frame, or for a command under way when the client has gone
HISTORY_PUBLICATIONS_MAX = 1_000
REFUSALS_MAX = 200  # commands refused in a row for their rate before the connection is closed
BURST_S = 2.0  # seconds' worth of commands that may come at once


@dataclass(frozen=True, slots=True)
class Limits:
    """The bounds that an operator sets."""

    commands_per_second: float
    connections_per_user: int
    connections_max: int


class TokenBucket:
    """Lets through `rate` things a second, and a burst of `burst` after a rest."""

    __slots__ = ("_burst", "_filled_at", "_rate", "_tokens")

    def __init__(self, rate: float, burst: float, now: float) -> None:
        self._rate = rate
        self._burst = burst
        self._tokens = burst
        self._filled_at = now

    def take(self, now: float) -> bool:
        """Take one token at `now` (s, monotonic), or say that there is none."""
        if now != self._filled_at:
            self._tokens = min(self._burst, self._tokens + (now - self._filled_at) * self._rate)
            self._filled_at = now
        if self._tokens < 1.0:
            return False
        self._tokens -= 1.0
        return True
