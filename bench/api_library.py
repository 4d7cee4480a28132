"""What the API is measured on: many videos of a few creators, one long thread, and people who sign in."""

import asyncio
import datetime
import json
import random
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg

from api.accounts.passwords import HASHER
from bench.errors import BenchError

THREAD = "benchthread1"
PASSWORD = "correct horse battery staple"
_CREATORS = 200
_PEOPLE = 100
_AT_ONCE = 5_000
_STATEMENT_S_MAX = 600.0
_SYLLABLES = "ka to ri ne sol ar ven tu mi pla stra lo gen ix or bel du fen hy qua"
_COMMON = """
space launch station rocket mission orbit live nasa moon mars international satellite telescope spacewalk
crew falcon starship engine landing astronaut soyuz dragon artemis apollo hubble webb galaxy planet solar
earth lunar rover capsule docking booster payload cargo science explained highlights
"""

_ACCOUNTS = """
insert into account (email, email_verified_at, password_hash, handle, display_name, role)
select $1 || number || '@example.org', now(), $2, $1 || number, initcap($1) || ' ' || number, $3
from generate_series(1, $4::integer) as number
returning id
"""
_OPEN_THREAD = """
with head as (
    insert into channel_head (channel, life, epoch, top, appended)
    select 'thread:' || $1, nextval('channel_life'), epoch, $2::bigint + 1, 1 from log_epoch
    returning life
)
insert into event (life, "offset", creates, subject, data)
select life, 1, true, thread_subject(), $3::json from head
returning life
"""
_POSTS = """
insert into event (life, "offset", creates, subject, data)
select $1, number + 1, true, 'bench-' || number, json_build_object(
    'type', 'post', 'id', 'bench-' || number, 'text', repeat($2, 1 + number % 3),
    'user', json_build_object('id', ($3::text[])[author], 'display_name', 'Creator ' || author),
    'at', $4::bigint + number * 1000)
from generate_series($5::integer, $6::integer) as number, lateral (select 1 + number % 200) as by (author)
"""
_VIDEO_COLUMNS = (
    *("id", "creator", "title", "description", "category", "tags", "state"),
    *("duration_s", "views", "published_at"),
)


@dataclass(frozen=True)
class Library:
    """What there is, and what people may ask of it."""

    rows: int
    emails: list[str]
    typed: list[str] = field(default_factory=list)
    """Beginnings of queries, as somebody types them, some mistyped."""


def database_of(data_dir: Path) -> dict[str, Any]:
    """Return how to connect to the PostgreSQL whose data folder lies in data_dir."""
    pid_file = next(data_dir.rglob("postmaster.pid"), None)
    if pid_file is None:
        raise BenchError(f"no PostgreSQL of its own runs in {data_dir}")
    port, folder = pid_file.read_text().splitlines()[3:5]
    return {"host": folder, "port": int(port), "user": "hub", "database": "postgres"}


def fill(data_dir: Path, rows: int) -> Library:
    """Put so many videos and so many posts of one thread into the database of a hub."""
    return asyncio.run(_fill(data_dir, rows))


async def _fill(data_dir: Path, rows: int) -> Library:
    connection = await asyncpg.connect(**database_of(data_dir), command_timeout=_STATEMENT_S_MAX)
    try:
        await connection.execute("set synchronous_commit = off")
        hashed = HASHER.hash(PASSWORD)
        creators = [
            row["id"] for row in await connection.fetch(_ACCOUNTS, "creator", None, "creator", _CREATORS)
        ]
        await connection.fetch(_ACCOUNTS, "person", hashed, "viewer", _PEOPLE)
        words = _Words()
        await _fill_catalog(connection, creators, words, rows)
        await _fill_thread(connection, creators, rows)
        await connection.execute("vacuum analyze")
        await connection.execute("checkpoint")
    finally:
        await connection.close()
    emails = [f"person{number}@example.org" for number in range(1, _PEOPLE + 1)]
    return Library(rows, emails, words.typed(300))


async def _fill_catalog(connection: Any, creators: Sequence[uuid.UUID], words: "_Words", rows: int) -> None:
    categories = [row["slug"] for row in await connection.fetch("select slug from category order by slug")]
    began = datetime.datetime.now(datetime.UTC)
    for first in range(0, rows, _AT_ONCE):
        videos = [
            words.video(creators, categories, began - datetime.timedelta(minutes=5 * number))
            for number in range(first, min(rows, first + _AT_ONCE))
        ]
        await connection.copy_records_to_table("video", records=videos, columns=_VIDEO_COLUMNS)


async def _fill_thread(connection: Any, creators: Sequence[uuid.UUID], rows: int) -> None:
    began_ms = 1_790_000_000_000
    opening = {"type": "open", "title": "A long thread", "board": "launches", "guests": False, "tags": []}
    opening |= {"user": {"id": str(creators[0]), "display_name": "Creator 1"}, "at": began_ms}
    life = await connection.fetchval(_OPEN_THREAD, THREAD, rows, json.dumps(opening))
    authors = [str(creator) for creator in creators]
    text = "What a launch! The booster came back before I had found my glasses. "
    for first in range(1, rows + 1, _AT_ONCE):
        last = min(rows, first + _AT_ONCE - 1)
        await connection.execute(_POSTS, life, text, authors, began_ms, first, last)


class _Words:
    """Words as skewed as those of people: few are in most titles, most are in few."""

    def __init__(self) -> None:
        chance = self._chance = random.Random(2026)
        syllables = _SYLLABLES.split()
        rare = ("".join(chance.choices(syllables, k=chance.randint(2, 4))) for _ in range(12_000))
        self._words = list(dict.fromkeys([*_COMMON.split(), *rare]))

    def pick(self, least: int, most: int) -> list[str]:
        """Return between `least` and `most` words."""
        count, chance = len(self._words), self._chance.random
        return [self._words[int(count * chance() ** 4)] for _ in range(self._chance.randint(least, most))]

    def video(
        self, creators: Sequence[uuid.UUID], categories: Sequence[str], published_at: datetime.datetime
    ) -> tuple[Any, ...]:
        """Return a row of _VIDEO_COLUMNS; a few videos have most of the views."""
        chance = self._chance
        return (
            uuid.UUID(int=chance.getrandbits(128)),
            creators[int(len(creators) * chance.random() ** 2)],
            " ".join(self.pick(4, 9)).capitalize(),
            " ".join(self.pick(10, 40)),
            chance.choice(categories),
            list(dict.fromkeys(self.pick(1, 4))),
            "ready",
            chance.randint(30, 7_200),
            int(1 / (chance.random() + 1e-5)),
            published_at,
        )

    def typed(self, count: int) -> list[str]:
        """Return what people have typed when suggestions are asked for; every fifth slips."""
        return [self._typed(slips=number % 5 == 0) for number in range(count)]

    def _typed(self, slips: bool) -> str:
        text = " ".join(self.pick(1, 2))
        place = self._chance.randrange(1, len(text))
        if slips:
            return text[: place - 1] + text[place] + text[place - 1] + text[place + 1 :]
        return text[:place]
