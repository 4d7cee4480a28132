"""The videos of one account, whatever their visibility."""

import uuid
from datetime import datetime
from typing import Any

import orjson

from api.http.cursors import decode_cursor, encode_cursor
from store.database import Connection

_PAGE = """
select page.created_at, page.id, video_card.card
from (
    select id, created_at from video
    where creator = $1 and (deleted_at is not null) = $2
        and ($3::timestamptz is null or (created_at, id) < ($3, $4))
    order by created_at desc, id desc limit $5
) as page join video_card using (id)
order by page.created_at desc, page.id desc
"""


async def own_videos(
    connection: Connection, creator: uuid.UUID, deleted: bool, cursor: str | None, limit: int
) -> dict[str, Any]:
    """Return a page of cards, the newest first."""
    created_at, video = decode_cursor(cursor, datetime, uuid.UUID) or (None, None)
    rows = await connection.fetch(_PAGE, creator, deleted, created_at, video, limit + 1)
    following = None
    if len(rows) > limit:
        following = encode_cursor(rows[limit - 1]["created_at"], rows[limit - 1]["id"])
    return {"items": [orjson.Fragment(row["card"]) for row in rows[:limit]], "next": following}
