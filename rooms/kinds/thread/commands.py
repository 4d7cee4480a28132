"""What people can ask of a thread, read out of what they send."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from rooms.commands import (
    as_object,
    flag_of,
    integer_of,
    message_id_of,
    optional_text_of,
    text_of,
    visible_text_of,
)
from rooms.refusals import invalid

TEXT_LENGTH_MAX = 4_000
EMOJI_LENGTH_MAX = 16  # a family with skin tones is 11 code points
TITLE_LENGTH_MAX = 120
BOARD_LENGTH_MAX = 40
TAGS_MAX = 5
TAG = re.compile(r"[a-z0-9][a-z0-9-]{0,29}")
REASON_LENGTH_MAX = 500
SLOW_S_MAX = 3_600


@dataclass(frozen=True, slots=True)
class Open:
    """Begin the thread with its first message: the hub's own command, on behalf of the author."""

    title: str
    board: str
    tags: tuple[str, ...]
    guests: bool
    id: str
    text: str


class Post(NamedTuple):
    """Say something new under an id of the client's own, perhaps in answer to the message `quote`."""

    id: str
    text: str
    quote: str | None = None


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace the text of an own message."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Delete:
    """Take a message back; moderators may take back anybody's."""

    id: str


@dataclass(frozen=True, slots=True)
class Hide:
    """Withhold a message from all but moderators, or show it again: `hidden` is what it is to be."""

    id: str
    hidden: bool
    reason: str


@dataclass(frozen=True, slots=True)
class React:
    """Put an emoji under a message."""

    id: str
    emoji: str

    @property
    def text(self) -> str:
        """What others read of it."""
        return self.emoji


@dataclass(frozen=True, slots=True)
class Unreact:
    """Take an emoji away again."""

    id: str
    emoji: str


@dataclass(frozen=True, slots=True)
class Typing:
    """Show the others that a message is being written."""


@dataclass(frozen=True, slots=True)
class Switch:
    """Set the thread's lock or pin, or withdraw it from all but moderators: `word` is the event's type."""

    word: str
    reason: str


@dataclass(frozen=True, slots=True)
class Solve:
    """Say which message answers the thread's question; None that none does."""

    post: str | None


@dataclass(frozen=True, slots=True)
class Title:
    """Give the thread another title and tags; with `version`, if its settings are still the same."""

    title: str
    tags: tuple[str, ...]
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Slow:
    """Let each person post only once in so many seconds; 0 ends that."""

    seconds: int


AboutMessage = Post | Edit | Delete | Hide | React | Unreact
AboutThread = Switch | Solve | Title | Slow
Command = Open | AboutMessage | AboutThread | Typing


def parse(data: object) -> Command:
    """Return the command in `data`, such as `{"type": "post", "id": "…", "text": "…"}`; raise Refused."""
    fields = as_object(data)
    word = fields.get("type")
    if not isinstance(word, str) or word not in _PARSERS:
        raise invalid("type", "one of " + ", ".join(_PARSERS))
    return _PARSERS[word](fields)


def _text(fields: dict[str, Any]) -> str:
    return visible_text_of(fields, "text", TEXT_LENGTH_MAX)


def _title(fields: dict[str, Any]) -> str:
    title = visible_text_of(fields, "title", TITLE_LENGTH_MAX)
    if not title.isprintable():
        raise invalid("title", "one line of printable characters")
    return title


def _tags(fields: dict[str, Any]) -> tuple[str, ...]:
    tags = fields.get("tags", [])
    if not isinstance(tags, list) or len(tags) > TAGS_MAX:
        raise invalid("tags", f"a list of {TAGS_MAX} at most")
    if not all(isinstance(tag, str) and TAG.fullmatch(tag) for tag in tags):
        raise invalid("tags", "made of the letters a–z, digits and hyphens, up to 30 characters each")
    return tuple(dict.fromkeys(tags))


def _version(fields: dict[str, Any]) -> int | None:
    return None if fields.get("version") is None else integer_of(fields, "version", 0, 1 << 31)


def _reason(fields: dict[str, Any]) -> str:
    return optional_text_of(fields, "reason", REASON_LENGTH_MAX) or ""


def _open(fields: dict[str, Any]) -> Open:
    board = text_of(fields, "board", BOARD_LENGTH_MAX)
    guests = flag_of(fields, "guests")
    return Open(_title(fields), board, _tags(fields), guests, message_id_of(fields), _text(fields))


def _post(fields: dict[str, Any]) -> Post:
    quote = message_id_of(fields, "quote") if fields.get("quote") is not None else None
    return Post(message_id_of(fields), _text(fields), quote)


def _switch(word: str) -> Callable[[dict[str, Any]], Command]:
    return lambda fields: Switch(word, _reason(fields))


_PARSERS: dict[str, Callable[[dict[str, Any]], Command]] = {
    "post": _post,
    "edit": lambda f: Edit(message_id_of(f), _text(f)),
    "delete": lambda f: Delete(message_id_of(f)),
    "react": lambda f: React(message_id_of(f), visible_text_of(f, "emoji", EMOJI_LENGTH_MAX)),
    "unreact": lambda f: Unreact(message_id_of(f), text_of(f, "emoji", EMOJI_LENGTH_MAX)),
    "typing": lambda f: Typing(),
    "title": lambda f: Title(_title(f), _tags(f), _version(f)),
    "solve": lambda f: Solve(message_id_of(f, "post")),
    "unsolve": lambda f: Solve(None),
    "hide": lambda f: Hide(message_id_of(f), True, _reason(f)),
    "unhide": lambda f: Hide(message_id_of(f), False, _reason(f)),
    "slow": lambda f: Slow(integer_of(f, "seconds", 0, SLOW_S_MAX)),
    **{word: _switch(word) for word in ("lock", "unlock", "pin", "unpin", "withdraw", "restore")},
    "open": _open,
}
