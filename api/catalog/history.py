"""The watch history in the database: how far an account came in each video, the last one first."""

import uuid
from datetime import datetime
from typing import Any

import orjson

from api.catalog.viewers import Viewer
from api.http.cursors import decode_cursor, encode_cursor
from store.database import Connection

HISTORY_MAX = 5_000  # videos an account; the ones watched longest ago are forgotten

_REMEMBER = """
insert into watch_progress as known (account, video, position_s) values ($1, $2, $3)
on conflict (account, video) do update set position_s = excluded.position_s, at = now()
returning known.xmax = 0
"""
_FORGET_OLDEST = """
delete from watch_progress where account = $1 and video in (
    select video from watch_progress where account = $1 order by at desc, video desc offset $2
)
"""
_PAGE = """
select progress.at, progress.video, progress.position_s, video_card.card
from watch_progress as progress join video as seen on seen.id = progress.video join video_card using (id)
where progress.account = $1 and seen.deleted_at is null and may_see(seen, $1, $2)
    and ($3::timestamptz is null or (progress.at, progress.video) < ($3, $4))
order by progress.at desc, progress.video desc
limit $5
"""


async def remember(
    connection: Connection,
    account: uuid.UUID,
    video: uuid.UUID,
    position_s: float,
    history_max: int = HISTORY_MAX,
) -> None:
    """Note where to go on; when that makes the history too long, forget its end."""
    new = await connection.fetchval(_REMEMBER, account, video, position_s)
    if new:
        await connection.execute(_FORGET_OLDEST, account, history_max)


async def page(connection: Connection, who: Viewer, cursor: str | None, limit: int) -> dict[str, Any]:
    """Return a page of `{video, position_s, at}` of the videos that are still there for this account."""
    at, video = decode_cursor(cursor, datetime, uuid.UUID) or (None, None)
    rows = await connection.fetch(_PAGE, who.account, who.edits_any, at, video, limit + 1)
    following = encode_cursor(rows[limit - 1]["at"], rows[limit - 1]["video"]) if len(rows) > limit else None
    items = [
        {"video": orjson.Fragment(row["card"]), "position_s": row["position_s"], "at": row["at"]}
        for row in rows[:limit]
    ]
    return {"items": items, "next": following}


async def forget(connection: Connection, account: uuid.UUID, video: uuid.UUID | None = None) -> None:
    """Delete one video from the history, or all."""
    await connection.execute(
        "delete from watch_progress where account = $1 and ($2::uuid is null or video = $2)", account, video
    )
