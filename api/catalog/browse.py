"""Pages of videos by what is wanted of them: filters, four sorts, and the place where the last page ended."""

import hashlib
import uuid
from dataclasses import astuple, dataclass
from datetime import datetime
from typing import Any

from api.http.cursors import decode_cursor, encode_cursor
from api.problems import Problem
from store.database import Connection

COMMON_TAG = (
    1_000  # videos; from here on walking the sort finds a page sooner than sorting all that bear the tag
)

_PAGE = """
select page.key, page.id, video_card.card
from (
    select id, {column} as key from video
    where listed {filters}
    order by {column} desc, id desc
    limit $1
) as page join video_card using (id)
order by page.key desc, page.id desc
"""
_CREATOR = "creator = (select id from account where lower(handle) = lower(${n}) and deleted_at is null)"


@dataclass(frozen=True, slots=True)
class Sort:
    """A column in whose descending order videos stand, and the type of its values."""

    column: str
    kind: type


SORTS = {
    "newest": Sort("published_at", datetime),
    "popular": Sort("views", int),
    "trending": Sort("trending", float),
    "duration": Sort("duration_s", float),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for; `creator` is a handle, durations are in seconds."""

    sort: str = "newest"
    category: str | None = None
    tag: str | None = None
    creator: str | None = None
    min_duration: float | None = None
    max_duration: float | None = None

    @property
    def fingerprint(self) -> str:
        """Return what a cursor carries so that it is used for this very query alone."""
        return hashlib.blake2b(repr(astuple(self)).encode(), digest_size=6).hexdigest()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ended: the last video's value of the sort, and its id."""

    key: Any
    video: uuid.UUID


@dataclass(frozen=True, slots=True)
class VideoPage:
    """Cards as JSON texts, and the place behind which more stand."""

    cards: list[str]
    end: Place | None

    def as_json(self, fingerprint: str) -> bytes:
        """Return the page as it goes out."""
        following = "null"
        if self.end is not None:
            following = f'"{encode_cursor(fingerprint, self.end.key, self.end.video)}"'
        return f'{{"items":[{",".join(self.cards)}],"next":{following}}}'.encode()


def place_of(wanted: Wanted, cursor: str | None) -> Place | None:
    """Return the place that a cursor names; raise 400 when it belongs to another query."""
    decoded = decode_cursor(cursor, str, SORTS[wanted.sort].kind, uuid.UUID)
    if decoded is None:
        return None
    if decoded[0] != wanted.fingerprint or None in decoded:
        raise Problem(
            400, "invalid_cursor", "this cursor belongs to another sort or filter: begin without it", "cursor"
        )
    return Place(decoded[1], decoded[2])


async def browse(connection: Connection, wanted: Wanted, place: Place | None, limit: int) -> VideoPage:
    """Read at most `limit` listed videos behind `place`.

    A page ends at a video, not at a number: what is added meanwhile lets none be skipped or shown twice.
    """
    common_tag = wanted.tag is not None and await _is_common(connection, wanted.tag)
    sql, arguments = page_query(wanted, place, limit + 1, common_tag)
    rows = await connection.fetch(sql, *arguments)
    end = Place(rows[limit - 1]["key"], rows[limit - 1]["id"]) if len(rows) > limit else None
    return VideoPage([row["card"] for row in rows[:limit]], end)


def page_query(wanted: Wanted, place: Place | None, limit: int, common_tag: bool) -> tuple[str, list[Any]]:
    """Return the statement that reads a page, and its values; its shape follows what is wanted.

    So each shape has a plan of its own, by the index that fits it.
    """
    arguments: list[Any] = [limit]
    filters = _filters(wanted, place, common_tag, arguments)
    return _PAGE.format(column=SORTS[wanted.sort].column, filters=filters), arguments


async def _is_common(connection: Connection, tag: str) -> bool:
    count = await connection.fetchval("select videos from tag where name = $1", tag)
    return (count or 0) >= COMMON_TAG


def _filters(wanted: Wanted, place: Place | None, common_tag: bool, arguments: list[Any]) -> str:
    """Return the conditions, made of nothing but the texts below, and put their values into `arguments`."""
    column = SORTS[wanted.sort].column
    by_tag = "${n} = any(tags)" if common_tag else "tags @> array[${n}::text]"  # the latter by its own index
    conditions = [
        ("category = ${n}", wanted.category),
        (by_tag, wanted.tag),
        (_CREATOR, wanted.creator),
        ("duration_s >= ${n}", wanted.min_duration),
        ("duration_s <= ${n}", wanted.max_duration),
    ]
    texts = []
    for text, value in conditions:
        if value is not None:
            arguments.append(value)
            texts.append(f"and {text.format(n=len(arguments))}")
    if place is not None:
        arguments += [place.key, place.video]
        texts.append(f"and ({column}, id) < (${len(arguments) - 1}, ${len(arguments)})")
    return " ".join(texts)
