"""What stands in a saved list, and where."""

import uuid
from typing import Any

import orjson

from api.catalog.viewers import Viewer
from api.http.cursors import decode_cursor, encode_cursor
from api.problems import Problem
from store.database import Connection

ITEMS_MAX = 5_000  # in one list
GAP = (
    1 << 20
)  # between neighbours, so that one moves without the others; spread out anew when a gap is used up

_PAGE = """
select item.place, item.video, item.added_at, video_card.card
from saved_list_item as item join video as seen on seen.id = item.video join video_card using (id)
where item.list = $1 and seen.deleted_at is null and may_see(seen, $2, $3)
    and ($4::bigint is null or (item.place, item.video) > ($4, $5))
order by item.place, item.video
limit $6
"""
_ROOM_BEFORE = """
select neighbour.place as after, (
    select max(place) from saved_list_item where list = $1 and video <> $3 and place < neighbour.place
) as before
from saved_list_item as neighbour where list = $1 and video = $2
"""
_SPREAD = """
update saved_list_item as item set place = spread.place
from (
    select video, row_number() over (order by place, video) * $2::bigint as place
    from saved_list_item where list = $1
) as spread
where item.list = $1 and item.video = spread.video
"""
_PUT = """
insert into saved_list_item (list, video, place) values ($1, $2, $3)
on conflict (list, video) do update set place = excluded.place
"""


async def page(
    connection: Connection, saved: uuid.UUID, who: Viewer, cursor: str | None, limit: int
) -> dict[str, Any]:
    """Return a page of `{video, added_at}` in the list's order, of the videos that this viewer may see."""
    place, video = decode_cursor(cursor, int, uuid.UUID) or (None, None)
    rows = await connection.fetch(_PAGE, saved, who.account, who.edits_any, place, video, limit + 1)
    following = None
    if len(rows) > limit:
        following = encode_cursor(rows[limit - 1]["place"], rows[limit - 1]["video"])
    items = [{"video": orjson.Fragment(row["card"]), "added_at": row["added_at"]} for row in rows[:limit]]
    return {"items": items, "next": following}


async def put(connection: Connection, saved: uuid.UUID, video: uuid.UUID, before: uuid.UUID | None) -> None:
    """Put a video into a locked list, before another one or behind all, or move it there.

    Without `before`, one that stands there stays where it is. Raises 400 when `before` is not in the list,
    409 beyond ITEMS_MAX.
    """
    there = await connection.fetchval(
        "select exists(select from saved_list_item where list = $1 and video = $2)", saved, video
    )
    if there and before in (None, video):
        return
    if not there:
        await _check_room(connection, saved)
    place = (
        await _end(connection, saved) if before is None else await _before(connection, saved, before, video)
    )
    await connection.execute(_PUT, saved, video, place)
    await _touch(connection, saved)


async def remove(connection: Connection, saved: uuid.UUID, video: uuid.UUID) -> None:
    """Take a video out of a locked list, if it is in it."""
    done = await connection.execute(
        "delete from saved_list_item where list = $1 and video = $2", saved, video
    )
    if done != "DELETE 0":
        await _touch(connection, saved)


async def _check_room(connection: Connection, saved: uuid.UUID) -> None:
    count = await connection.fetchval("select count(*) from saved_list_item where list = $1", saved)
    if count >= ITEMS_MAX:
        raise Problem(409, "limit_exceeded", f"a list holds at most {ITEMS_MAX} videos: take some out first")


async def _end(connection: Connection, saved: uuid.UUID) -> int:
    last: int | None = await connection.fetchval(
        "select max(place) from saved_list_item where list = $1", saved
    )
    return (last or 0) + GAP


async def _before(connection: Connection, saved: uuid.UUID, neighbour: uuid.UUID, video: uuid.UUID) -> int:
    """Return a place between `neighbour` and who stands before it, `video` itself aside."""
    room = await _room_before(connection, saved, neighbour, video)
    if room[1] - room[0] < 2:
        await connection.execute(_SPREAD, saved, GAP)
        room = await _room_before(connection, saved, neighbour, video)
    return (room[0] + room[1]) // 2


async def _room_before(
    connection: Connection, saved: uuid.UUID, neighbour: uuid.UUID, video: uuid.UUID
) -> tuple[int, int]:
    row = await connection.fetchrow(_ROOM_BEFORE, saved, neighbour, video)
    if row is None:
        raise Problem(400, "invalid_field", "before: this video is not in the list", "before")
    return (row["before"] or 0, row["after"])


async def _touch(connection: Connection, saved: uuid.UUID) -> None:
    await connection.execute(
        "update saved_list set version = version + 1, updated_at = now() where id = $1", saved
    )
