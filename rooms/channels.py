"""Channel names: `kind:id`, such as `thread:lobby` or `sat:25544`."""

import re
from functools import lru_cache

from rooms.kind import Kind
from rooms.kinds import KINDS, ROOMS

CHANNEL_LENGTH_MAX = 255
REMEMBERED_NAMES = 4_096
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def kind_of(channel: str) -> Kind | None:
    """Return the kind of room that `channel` names, or None where it names none."""
    if channel in ROOMS:
        return ROOMS[channel]
    word = _word_of(channel)
    return KINDS.get(word) if word is not None else None


@lru_cache(REMEMBERED_NAMES)
def _word_of(channel: str) -> str | None:
    word, _, room_id = channel.partition(":")
    return word if _ID.fullmatch(room_id) else None
