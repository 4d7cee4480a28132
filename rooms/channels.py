"""Channel names: `kind:id`, such as `thread:lobby` or `sat:25544`."""

import re

from rooms.kind import Kind
from rooms.kinds import KINDS, ROOMS

CHANNEL_LENGTH_MAX = 255
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def kind_of(channel: str) -> Kind | None:
    """Return the kind of room that `channel` names, or None where it names none."""
    if channel in ROOMS:
        return ROOMS[channel]
    word, _, room_id = channel.partition(":")
    return KINDS.get(word) if _ID.fullmatch(room_id) else None
