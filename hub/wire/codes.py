"""Every code of the protocol that the hub sends: the one place that maps what went wrong to the wire."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Error:
    """What an error reply says; SDKs try again when it is temporary."""

    code: int
    message: str
    temporary: bool = False

    def as_json(self) -> dict[str, object]:
        """Return the reply's error object, without the fields that are false."""
        body: dict[str, object] = {"code": self.code, "message": self.message}
        if self.temporary:
            body["temporary"] = True
        return body


@dataclass(frozen=True, slots=True)
class Disconnect:
    """What a close frame says; from 3500 on SDKs do not come back. The reason is under 124 bytes."""

    code: int
    reason: str


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    """What a push says that ends a subscription; from 2500 on SDKs subscribe again."""

    code: int
    reason: str


class Rejected(Exception):
    """A command that is answered with an error."""

    def __init__(self, error: Error, message: str | None = None) -> None:
        super().__init__(message or error.message)
        self.error = Error(error.code, message or error.message, error.temporary)


class Disconnected(Exception):
    """A connection that the hub closes."""

    def __init__(self, disconnect: Disconnect) -> None:
        super().__init__(disconnect.reason)
        self.disconnect = disconnect


INTERNAL = Error(100, "internal error: try again", temporary=True)
UNAUTHORIZED = Error(101, "unauthorized")
UNKNOWN_CHANNEL = Error(102, "unknown channel")
PERMISSION_DENIED = Error(103, "permission denied")
METHOD_NOT_FOUND = Error(104, "method not found")
ALREADY_SUBSCRIBED = Error(105, "already subscribed")
LIMIT_EXCEEDED = Error(106, "limit exceeded")
BAD_REQUEST = Error(107, "bad request")
NOT_AVAILABLE = Error(108, "not available")
TOKEN_EXPIRED = Error(109, "token expired")
TOO_MANY_REQUESTS = Error(111, "too many requests: slow down", temporary=True)
UNRECOVERABLE_POSITION = Error(112, "unrecoverable position")

UNSUBSCRIBED_KICKED = Unsubscribe(2003, "kicked")
UNSUBSCRIBED_BANNED = Unsubscribe(2003, "banned")
UNSUBSCRIBED_INSUFFICIENT_STATE = Unsubscribe(2500, "insufficient state")
UNSUBSCRIBED_EXPIRED = Unsubscribe(2501, "subscription expired")

SHUTDOWN = Disconnect(3001, "shutdown")
EXPIRED = Disconnect(3005, "connection expired")
SLOW = Disconnect(3008, "slow")
INSUFFICIENT_STATE = Disconnect(3010, "insufficient state")
NO_PONG = Disconnect(3012, "no pong")
TOO_MANY_COMMANDS = Disconnect(3013, "too many requests")
INVALID_TOKEN = Disconnect(3500, "invalid token")
BAD_FRAME = Disconnect(3501, "bad request")
STALE = Disconnect(3502, "stale")
CONNECTION_LIMIT = Disconnect(3504, "connection limit")
