"""Reading commands to a watch party out of what clients and the API send."""

import re
import unicodedata
from collections.abc import Callable
from typing import Any

from immutables import Map

from rooms.addresses import name_of, read_address
from rooms.commands import (
    as_object,
    flag_of,
    integer_of,
    message_id_of,
    optional_text_of,
    visible_text_of,
)
from rooms.kinds.watch import commands as c
from rooms.kinds.watch.position import POSITION_MS_MAX
from rooms.kinds.watch.roles import GRANTS
from rooms.kinds.watch.state import DEFAULT_GRANTS, GUEST, HOST, MEMBER, QUEUE_MAX, Grants, Item
from rooms.refusals import invalid

TEXT_LENGTH_MAX = 4_000
TITLE_LENGTH_MAX = 120
EMOJI_LENGTH_MAX = 32
WORD_LENGTH_MAX = 200
STALL_MS_MAX = 3_600_000
LAST_START_MS = 1 << 47  # beyond any date that browsers show
SEQ_MAX = 1 << 53
RATE_LEAST, RATE_MOST = 0.25, 2.0
POLICIES = ("none", "quorum", "all")
VISIBILITIES = ("public", "unlisted", "invite")
ROLES = (HOST, MEMBER, GUEST)
_UNSEEN = ("Cc", "Cs", "Cn", "Zl", "Zp")  # control, lone surrogate, unassigned, and what ends a line
_EPOCH = re.compile(r"[0-9a-f]{8}")

Fields = dict[str, Any]


def parse(data: object) -> c.Command:
    """Return the command in `data`, such as `{"type": "play", "op": "…", "seen": {…}}`; raise Refused."""
    fields = as_object(data)
    word = fields.get("type")
    if not isinstance(word, str) or word not in _PARSERS:
        raise invalid("type", "one of " + ", ".join(_PARSERS))
    return _PARSERS[word](fields)


def _op(fields: Fields) -> str:
    return message_id_of(fields, "op")


def _seen(fields: Fields) -> c.Seen:
    seen = fields.get("seen")
    if not isinstance(seen, dict):
        raise invalid("seen", 'the timeline that you saw, such as {"epoch": "0a1b2c3d", "seq": 7}')
    return c.Seen(_epoch(seen), integer_of(seen, "seq", 0, SEQ_MAX))


def _epoch(fields: Fields) -> str:
    epoch = fields.get("epoch")
    if not isinstance(epoch, str) or not _EPOCH.fullmatch(epoch):
        raise invalid("epoch", "8 hexadecimal digits")
    return epoch


def _position(fields: Fields) -> int:
    return integer_of(fields, "position_ms", 0, POSITION_MS_MAX)


def _rate(fields: Fields) -> float:
    rate = fields.get("rate")
    if isinstance(rate, bool) or not isinstance(rate, int | float) or not RATE_LEAST <= rate <= RATE_MOST:
        raise invalid("rate", f"a number from {RATE_LEAST} to {RATE_MOST}")
    return round(float(rate), 2)


def _one_of(fields: Fields, field: str, words: tuple[str, ...]) -> str:
    word = fields.get(field)
    if not isinstance(word, str) or word not in words:
        raise invalid(field, "one of " + ", ".join(words))
    return word


def _flag(fields: Fields, field: str) -> bool:
    if field not in fields:
        raise invalid(field, "true or false")
    return flag_of(fields, field)


def _title(fields: Fields) -> str:
    title = visible_text_of(fields, "title", TITLE_LENGTH_MAX)
    if any(unicodedata.category(letter) in _UNSEEN for letter in title):
        raise invalid("title", "one line of readable characters")
    return title


def _user(fields: Fields) -> str:
    return message_id_of(fields, "user")


def _item_id(fields: Fields) -> str:
    return message_id_of(fields, "item")


def _optional(fields: Fields, field: str, read: Callable[[Fields], Any]) -> Any:
    return None if fields.get(field) is None else read(fields)


def _duration(fields: Fields) -> int:
    return integer_of(fields, "duration_ms", 1, POSITION_MS_MAX)


def _item(value: object, usual_id: str) -> Item:
    if not isinstance(value, dict):
        raise invalid("item", 'an object such as {"url": "https://…/film.m3u8", "title": "A film"}')
    address = read_address(value.get("url"), value.get("kind"))
    return Item(
        id=message_id_of(value) if value.get("id") is not None else usual_id,
        title=_title(value) if value.get("title") else name_of(address.url),
        url=address.url,
        kind=address.kind,
        duration_ms=_optional(value, "duration_ms", _duration),
        video=_optional(value, "video", lambda fields: message_id_of(fields, "video")),
    )


def _items(fields: Fields) -> tuple[Item, ...]:
    items = fields.get("items", [])
    if not isinstance(items, list) or len(items) > QUEUE_MAX:
        raise invalid("items", f"a list of {QUEUE_MAX} at most")
    read = tuple(_item(item, f"item-{number}") for number, item in enumerate(items, 1))
    if len({item.id for item in read}) < len(read):
        raise invalid("items", "items with different ids")
    return read


def _grants(fields: Fields) -> Grants:
    grants = fields.get("grants")
    if not isinstance(grants, dict) or not set(grants) <= {MEMBER, GUEST}:
        raise invalid("grants", 'an object such as {"member": ["queue", "chat"], "guest": ["chat"]}')
    given = {role: _words(words) for role, words in grants.items()}
    return Map({**DEFAULT_GRANTS, **given})


def _words(words: object) -> frozenset[str]:
    if not isinstance(words, list) or not all(isinstance(word, str) and word in GRANTS for word in words):
        raise invalid("grants", "lists of " + ", ".join(GRANTS))
    return frozenset(words)


def _starts_at(fields: Fields) -> int:
    return integer_of(fields, "starts_at", 0, LAST_START_MS)


def _visibility(fields: Fields) -> str:
    return _one_of(fields, "visibility", VISIBILITIES)


def _add(f: Fields) -> c.Add:
    op = _op(f)
    return c.Add(op, _item(f.get("item"), op), flag_of(f, "now"))


def _next(f: Fields) -> c.Next:
    return c.Next(_op(f), _seen(f), _optional(f, "item", _item_id))


def _buffering(f: Fields) -> c.Buffering:
    took_ms = _optional(f, "duration_ms", lambda f: integer_of(f, "duration_ms", 0, STALL_MS_MAX))
    return c.Buffering(_op(f), _flag(f, "stalled"), took_ms)


def _settings(f: Fields) -> c.Settings:
    return c.Settings(
        _op(f),
        title=_optional(f, "title", _title),
        visibility=_optional(f, "visibility", _visibility),
        grants=_optional(f, "grants", _grants),
        starts_at=_starts_at(f) if f.get("starts_at") is not None else 0 if "starts_at" in f else None,
    )


def _open(f: Fields) -> c.Open:
    return c.Open(
        id=optional_text_of(f, "id", 64),
        epoch=_epoch(f),
        title=_title(f),
        visibility=_visibility(f),
        starts_at=_optional(f, "starts_at", _starts_at),
        policy=_one_of(f, "policy", POLICIES) if f.get("policy") is not None else "none",
        grants=_grants(f) if f.get("grants") is not None else DEFAULT_GRANTS,
        items=_items(f),
    )


def _admit(f: Fields) -> c.Admit:
    name = optional_text_of(f, "display_name", 200) or ""
    return c.Admit(_user(f), name, _one_of(f, "role", ROLES), optional_text_of(f, "via", 200) or "")


_PARSERS: dict[str, Callable[[Fields], c.Command]] = {
    "play": lambda f: c.Play(_op(f), _seen(f)),
    "pause": lambda f: c.Pause(_op(f), _seen(f)),
    "seek": lambda f: c.Seek(_op(f), _seen(f), _position(f)),
    "rate": lambda f: c.Rate(_op(f), _seen(f), _rate(f)),
    "next": _next,
    "add": _add,
    "remove": lambda f: c.Remove(_op(f), _item_id(f)),
    "move": lambda f: c.Move(_op(f), _item_id(f), integer_of(f, "place", 0, QUEUE_MAX - 1)),
    "vote": lambda f: c.Vote(_op(f), _item_id(f), _flag(f, "vote")),
    "duration": lambda f: c.Duration(_op(f), _item_id(f), _duration(f)),
    "enter": lambda f: c.Enter(),
    "leave": lambda f: c.Leave(),
    "ready": lambda f: c.Ready(_op(f), _flag(f, "ready")),
    "buffering": _buffering,
    "chat": lambda f: c.Chat(message_id_of(f), visible_text_of(f, "text", TEXT_LENGTH_MAX)),
    "delete": lambda f: c.Delete(message_id_of(f)),
    "react": lambda f: c.React(visible_text_of(f, "emoji", EMOJI_LENGTH_MAX), _optional(f, "op", _op)),
    "ask": lambda f: c.Ask(visible_text_of(f, "word", WORD_LENGTH_MAX)),
    "policy": lambda f: c.Policy(_op(f), _one_of(f, "policy", POLICIES)),
    "lock": lambda f: c.Lock(_op(f), _flag(f, "locked")),
    "settings": _settings,
    "kick": lambda f: c.Kick(_op(f), _user(f)),
    "ban": lambda f: c.Ban(_op(f), _user(f), _flag(f, "banned")),
    "promote": lambda f: c.Promote(_op(f), _user(f), _one_of(f, "role", ROLES)),
    "hand_over": lambda f: c.HandOver(_op(f), _user(f)),
    "invite": lambda f: c.Invite(_op(f), message_id_of(f), _one_of(f, "role", ROLES)),
    "end": lambda f: c.End(_op(f)),
    "open": _open,
    "admit": _admit,
    "check": lambda f: c.Check(_user(f)),
}
