"""Comments in the database: about a moment of a video or about all of it, with replies one level deep."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from api.catalog.viewers import Viewer, held_video, viewer_of
from api.http.caller import Caller
from api.http.cursors import decode_cursor, encode_cursor
from api.moderation.rules import check_may_write
from api.problems import Problem
from store.database import Connection, Row

COMMENTS_MAX = 100_000  # under one video

_CARD = """
select comment.id, comment.video, comment.author, comment.text, comment.at_s, comment.reply_to,
    comment.replies, comment.created_at, comment.edited_at, comment.deleted_at is not null as deleted,
    comment.hidden_at is not null as hidden, person_card(account) as user_card
from comment join account on account.id = comment.author
"""
_SHOWN = " and (comment.shown or comment.replies > 0 or (comment.hidden_at is not null and $2))"
_NEWEST = (
    _CARD
    + "where comment.video = $1 and comment.reply_to is null"
    + _SHOWN
    + " and ($3::timestamptz is null or (comment.created_at, comment.id) < ($3, $4))"
    " order by comment.created_at desc, comment.id desc limit $5"
)
_TIMED = (
    _CARD
    + "where comment.video = $1 and comment.reply_to is null and comment.at_s >= $6"
    + _SHOWN
    + " and ($3::float8 is null or (comment.at_s, comment.id) > ($3, $4))"
    " order by comment.at_s, comment.id limit $5"
)
_REPLIES = (
    _CARD
    + "where comment.reply_to = $6 and comment.video = $1"
    + _SHOWN
    + " and ($3::timestamptz is null or (comment.created_at, comment.id) > ($3, $4))"
    " order by comment.created_at, comment.id limit $5"
)


_LOCK_VIDEO = "select 1 from video where id = (select video from comment where id = $1) for no key update"
_LOCK = """
select comment.id, comment.video, comment.author, comment.shown, comment.deleted_at, seen.creator
from comment join video as seen on seen.id = comment.video
where comment.id = $1 and (comment.author = $2 or (seen.deleted_at is null and may_see(seen, $2, $3)))
for no key update of comment
"""


@dataclass(frozen=True, slots=True)
class Order:
    """How comments are read: by which statement, and which column and type its cursor goes on by.

    `about` is the comment that is answered, or the moment in seconds to begin at, or nothing.
    """

    name: str
    statement: str
    column: str
    kind: type
    about: uuid.UUID | float | None = None


def newest() -> Order:
    """Return the order of comments, the newest first."""
    return Order("newest", _NEWEST, "created_at", datetime)


def timed(from_s: float) -> Order:
    """Return the order of comments about moments, from this one on."""
    return Order("time", _TIMED, "at_s", float, from_s)


def replies_to(comment: uuid.UUID) -> Order:
    """Return the order of a comment's replies, the oldest first."""
    return Order("replies", _REPLIES, "created_at", datetime, comment)


async def page(
    connection: Connection, video: uuid.UUID, order: Order, moderator: bool, cursor: str | None, limit: int
) -> dict[str, Any]:
    """Return a page of comments; one that was deleted or hidden shows, without text, when it has replies."""
    query = f"{video}/{order.name}/{order.about}"
    value, last = _place(query, order, cursor)
    about = () if order.about is None else (order.about,)
    rows = await connection.fetch(order.statement, video, moderator, value, last, limit + 1, *about)
    following = None
    if len(rows) > limit:
        following = encode_cursor(query, rows[limit - 1][order.column], rows[limit - 1]["id"])
    return {"items": [card_of(row, moderator) for row in rows[:limit]], "next": following}


async def read(connection: Connection, comment: uuid.UUID, moderator: bool) -> dict[str, Any]:
    """Return one comment, which the caller holds, as it is shown."""
    (row,) = await connection.fetch(_CARD + "where comment.id = $1", comment)
    return card_of(row, moderator)


async def add(connection: Connection, video: uuid.UUID, who: Caller, fields: Mapping[str, Any]) -> uuid.UUID:
    """Write a comment under a video that the caller may see; raise 400, 403 or 409."""
    seen = await held_video(connection, video, viewer_of(who))
    await check_may_write(connection, who, fields["text"])
    if seen["comments"] >= COMMENTS_MAX:
        raise Problem(409, "limit_exceeded", f"there are already {COMMENTS_MAX} comments under this video")
    if fields["at_s"] is not None and 0 < seen["duration_s"] < fields["at_s"]:
        raise Problem(400, "invalid_field", f"at_s: the video ends at {seen['duration_s']:g} s", "at_s")
    if fields["reply_to"] is not None:
        await _check_answerable(connection, video, fields["reply_to"])
    made: uuid.UUID = await connection.fetchval(
        "insert into comment (video, author, text, at_s, reply_to) values ($1, $2, $3, $4, $5) returning id",
        video,
        who.account_id,
        fields["text"],
        fields["at_s"],
        fields["reply_to"],
    )
    return made


async def lock(connection: Connection, comment: uuid.UUID, who: Viewer) -> Row:
    """Return a comment that this viewer sees and hold it; raise 404.

    Its video is held first, as the counters will need it: whoever writes here locks in this order.
    """
    await connection.execute(_LOCK_VIDEO, comment)
    row = await connection.fetchrow(_LOCK, comment, who.account, who.edits_any)
    if row is None or row["deleted_at"] is not None:
        raise Problem(404, "not_found", "there is no comment under this id, or it was deleted")
    return row


async def edit(connection: Connection, row: Row, who: Caller, text: str) -> None:
    """Change the text of a locked comment of the caller's own; raise 403."""
    if row["author"] != who.account_id:
        raise Problem(403, "forbidden", "only its author may change this comment")
    if not row["shown"]:
        raise Problem(403, "forbidden", "a moderator has hidden this comment")
    await check_may_write(connection, who, text)
    await connection.execute(
        "update comment set text = $2, edited_at = now() where id = $1 and text <> $2", row["id"], text
    )


async def delete(connection: Connection, row: Row, who: Caller) -> None:
    """Delete a locked comment and what it says; its replies stay. Raises 403 for who may not."""
    if who.account_id not in (row["author"], row["creator"]) and "comment.moderate" not in who.permissions:
        raise Problem(403, "forbidden", "its author, the video's creator and moderators may delete a comment")
    await connection.execute("update comment set text = '', deleted_at = now() where id = $1", row["id"])


async def hide(connection: Connection, comment: uuid.UUID, hidden: bool) -> bool:
    """Hide a comment from all but moderators, or show it again; say whether there is such a comment."""
    await connection.execute(_LOCK_VIDEO, comment)
    done = await connection.execute(
        "update comment set hidden_at = case when $2 then coalesce(hidden_at, now()) end"
        " where id = $1 and deleted_at is null",
        comment,
        hidden,
    )
    return done != "UPDATE 0"


def card_of(row: Row, moderator: bool) -> dict[str, Any]:
    """Return a comment as it is shown: moderators read what is hidden from others."""
    card = dict(row)
    card["user"] = orjson.Fragment(card.pop("user_card"))
    del card["author"]
    if row["deleted"] or (row["hidden"] and not moderator):
        card["text"] = None
    return card


def _place(query: str, order: Order, cursor: str | None) -> tuple[Any, Any]:
    decoded = decode_cursor(cursor, str, order.kind, uuid.UUID)
    if decoded is None:
        return None, None
    if decoded[0] != query or None in decoded:
        raise Problem(
            400, "invalid_cursor", "this cursor belongs to other comments: begin without it", "cursor"
        )
    return decoded[1], decoded[2]


async def _check_answerable(connection: Connection, video: uuid.UUID, comment: uuid.UUID) -> None:
    row = await connection.fetchrow(
        "select reply_to, shown from comment where id = $1 and video = $2 for key share", comment, video
    )
    if row is None or not row["shown"]:
        raise Problem(400, "invalid_field", "reply_to: there is no such comment under this video", "reply_to")
    if row["reply_to"] is not None:
        raise Problem(
            400, "invalid_field", "reply_to: this is a reply itself: answer the comment above it", "reply_to"
        )
