"""What people at a party may do next: commands drawn at random, mostly by somebody who may give them."""

import random
from collections.abc import Callable
from typing import Any

from examples.party_view import PartyView

LEADERS = ("owner", "host")
Command = dict[str, Any]
Draw = Callable[[random.Random, PartyView, str], Command | None]

_RATES = (0.5, 0.75, 1.0, 1.25, 1.5, 2.0)
_FILMS_MS = (None, 5_000, 20_000, 60_000, 300_000)
_FOREIGN_SHARE = 0.15  # given by anybody, allowed or not
_WORDS = ("Ad astra", "What is that light?", "🛰️ hello", "again, please")


def draw_command(rng: random.Random, view: PartyView, present: list[str]) -> tuple[str, Command] | None:
    """Return who does what next, None when nothing comes to mind; `present` are users who can act."""
    draw, led = rng.choices(_DRAWS, _WEIGHTS)[0]
    known = [user for user in present if user in view.members]
    if led and rng.random() >= _FOREIGN_SHARE:
        known = [user for user in known if view.role_of(user) in LEADERS]
    if not known:
        return None
    user = rng.choice(known)
    command = draw(rng, view, user)
    return None if command is None else (user, command)


def new_film(rng: random.Random) -> Command:
    """Return something to watch."""
    number = rng.randrange(1_000)
    film: Command = {"url": f"/films/{number}.mp4", "title": f"Film {number}"}
    duration_ms = rng.choice(_FILMS_MS)
    return film if duration_ms is None else {**film, "duration_ms": duration_ms}


def _item(view: PartyView) -> Any:
    return (view.timeline.state or {})["item"]


def _play(rng: random.Random, view: PartyView, user: str) -> Command | None:
    return {"type": "play"}


def _pause(rng: random.Random, view: PartyView, user: str) -> Command | None:
    return {"type": "pause"}


def _seek(rng: random.Random, view: PartyView, user: str) -> Command | None:
    end_ms = (_item(view) or {}).get("duration_ms") or 300_000
    return {"type": "seek", "position_ms": rng.randrange(end_ms)}


def _rate(rng: random.Random, view: PartyView, user: str) -> Command | None:
    return {"type": "rate", "rate": rng.choice(_RATES)}


def _next(rng: random.Random, view: PartyView, user: str) -> Command | None:
    named = rng.choice(view.queue)["id"] if view.queue and rng.random() < 0.5 else None
    return {"type": "next"} if named is None else {"type": "next", "item": named}


def _add(rng: random.Random, view: PartyView, user: str) -> Command | None:
    return {"type": "add", "item": new_film(rng), "now": rng.random() < 0.1}


def _duration(rng: random.Random, view: PartyView, user: str) -> Command | None:
    items = [item for item in (*view.queue, _item(view)) if item and item["duration_ms"] is None]
    if not items:
        return None
    return {"type": "duration", "item": rng.choice(items)["id"], "duration_ms": rng.randrange(5_000, 90_000)}


def _queued(type_: str, **fields: Callable[[random.Random], Any]) -> Draw:
    def draw(rng: random.Random, view: PartyView, user: str) -> Command | None:
        if not view.queue:
            return None
        drawn = {name: field(rng) for name, field in fields.items()}
        return {"type": type_, "item": rng.choice(view.queue)["id"], **drawn}

    return draw


def _about_somebody(type_: str, **fields: Callable[[random.Random], Any]) -> Draw:
    def draw(rng: random.Random, view: PartyView, user: str) -> Command | None:
        others = [each for each in sorted(view.members) if each != user]
        if not others:
            return None
        drawn = {name: field(rng) for name, field in fields.items()}
        return {"type": type_, "user": rng.choice(others), **drawn}

    return draw


def _plain(type_: str, **fields: Callable[[random.Random], Any]) -> Draw:
    def draw(rng: random.Random, view: PartyView, user: str) -> Command | None:
        return {"type": type_, **{name: field(rng) for name, field in fields.items()}}

    return draw


def _unban(rng: random.Random, view: PartyView, user: str) -> Command | None:
    if not view.banned:
        return None
    return {"type": "ban", "user": rng.choice(sorted(view.banned)), "banned": False}


def _hand_over(rng: random.Random, view: PartyView, user: str) -> Command | None:
    others = [each["id"] for each in view.members.values() if not each["guest"] and each["id"] != user]
    return {"type": "hand_over", "user": rng.choice(sorted(others))} if others else None


def _coin(rng: random.Random) -> bool:
    return rng.random() < 0.5


def _seldom(rng: random.Random) -> bool:
    return rng.random() < 0.2


def _one_of(*words: str) -> Callable[[random.Random], str]:
    return lambda rng: rng.choice(words)


_TABLE: list[tuple[int, bool, Draw]] = [
    (14, True, _play),
    (8, True, _pause),
    (12, True, _seek),
    (5, True, _rate),
    (5, True, _next),
    (8, True, _add),
    (3, True, _duration),
    (2, True, _queued("remove")),
    (3, True, _queued("move", place=lambda rng: rng.randrange(5))),
    (8, False, _queued("vote", vote=_coin)),
    (8, False, _plain("ready", ready=_coin)),
    (10, False, _plain("buffering", stalled=_coin)),
    (12, False, _plain("chat", text=_one_of(*_WORDS))),
    (4, False, _plain("react", emoji=_one_of("🚀", "🌍"))),
    (2, False, _plain("ask", word=_one_of("please pause"))),
    (3, True, _plain("policy", policy=_one_of("none", "quorum", "all"))),
    (2, True, _plain("lock", locked=_seldom)),
    (1, True, _plain("settings", title=_one_of("A night out", "Moon night", "Launch"))),
    (3, True, _about_somebody("promote", role=_one_of("host", "member", "guest"))),
    (1, True, _hand_over),
    (1, True, _about_somebody("kick")),
    (1, True, _about_somebody("ban", banned=lambda rng: True)),
    (1, True, _unban),
]
_WEIGHTS = [weight for weight, _, _ in _TABLE]
_DRAWS = [(draw, led) for _, led, draw in _TABLE]
"""What is drawn how often; most of what is `led` comes from somebody who leads."""
