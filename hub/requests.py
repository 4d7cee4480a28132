"""Reading the fields of a command: each is of its type or the command is a bad request that says so."""

from typing import Any

from hub.wire.codes import BAD_REQUEST, Rejected
from rooms.channels import CHANNEL_LENGTH_MAX
from store.event_log import Position

UINT64_MAX = (1 << 64) - 1
OFFSET_MAX = (1 << 63) - 1


def text(request: dict[str, Any], field: str) -> str:
    """Return a text, empty when it is left out."""
    value = request.get(field)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Rejected(BAD_REQUEST, f"{field} must be a text")
    return value


def flag(request: dict[str, Any], field: str) -> bool:
    """Return a truth value, false when it is left out."""
    value = request.get(field)
    if value is None:
        return False
    if not isinstance(value, bool):
        raise Rejected(BAD_REQUEST, f"{field} must be true or false")
    return value


def integer(request: dict[str, Any], field: str) -> int:
    """Return a whole number, 0 when it is left out."""
    value = request.get(field)
    if value is None:
        return 0
    if isinstance(value, bool) or not isinstance(value, int) or not -UINT64_MAX <= value <= UINT64_MAX:
        raise Rejected(BAD_REQUEST, f"{field} must be a whole number")
    return value


def nested(request: dict[str, Any], field: str) -> dict[str, Any] | None:
    """Return an object, None when it is left out."""
    value = request.get(field)
    if value is not None and not isinstance(value, dict):
        raise Rejected(BAD_REQUEST, f"{field} must be an object")
    return value


def channel(request: dict[str, Any]) -> str:
    """Return the channel a command is about."""
    name = text(request, "channel")
    if not 1 <= len(name) <= CHANNEL_LENGTH_MAX:
        raise Rejected(BAD_REQUEST, f"channel must be 1 to {CHANNEL_LENGTH_MAX} characters long")
    return name


def position(request: dict[str, Any]) -> Position:
    """Return the position that the client has seen, from `epoch` and `offset`."""
    offset = integer(request, "offset")
    if not 0 <= offset <= OFFSET_MAX:
        raise Rejected(BAD_REQUEST, "offset must be 0 or more")
    return Position(text(request, "epoch"), offset)
