"""What can be reported: where each kind of thing stands, who answers for it, and how it reads."""

import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

from api.problems import Problem
from api.tokens import is_uuid
from store.database import Connection, Row

Kind = Literal["post", "thread", "video", "comment", "user"]
EXCERPT_LENGTH_MAX = 500


@dataclass(frozen=True, slots=True)
class Subject:
    """Something that is reported: its kind and id, and for a post the id of its thread."""

    kind: Kind
    id: str
    thread: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """Who answers for a subject, and how it reads now."""

    author: str
    author_name: str
    excerpt: str


_POST = """
    select post.author, post.name, post.text
    from thread join event as made on made.life = thread.life and made.subject = $2 and made.creates
        join forum_post as post on post.life = made.life and post."offset" = made."offset"
    where thread.id = $1 and post.deleted_at is null and thread.hidden_at is null
"""
_THREAD = "select author, author_name as name, title as text from thread where id = $1 and hidden_at is null"
_VIDEO = """
    select creator::text as author, display_name as name, title || E'\\n' || description as text
    from video join account on account.id = creator
    where video.id = $1 and published_at is not null and video.deleted_at is null and visibility <> 'private'
"""
_COMMENT = """
    select author::text, display_name as name, text
    from comment join account on account.id = author join video on video.id = comment.video
    where comment.id = $1 and comment.deleted_at is null
        and video.published_at is not null and video.deleted_at is null and video.visibility <> 'private'
"""
_USER = """
    select id::text as author, display_name as name, '@' || handle || E'\\n' || bio as text
    from account where id = $1 and deleted_at is null
"""


async def find(connection: Connection, subject: Subject) -> Found:
    """Return what stands under a subject; raise 404 when nothing does that others can see."""
    row = await _FINDERS[subject.kind](connection, subject)
    if row is None:
        raise Problem(404, "not_found", f"there is no such {subject.kind}", "id")
    return Found(row["author"], row["name"], row["text"][:EXCERPT_LENGTH_MAX])


async def _post(connection: Connection, subject: Subject) -> Row | None:
    if not subject.thread:
        raise Problem(400, "invalid_field", "thread must be the id of the post's thread", "thread")
    return await connection.fetchrow(_POST, subject.thread, subject.id)


async def _thread(connection: Connection, subject: Subject) -> Row | None:
    return await connection.fetchrow(_THREAD, subject.id)


def _by_uuid(query: str) -> Callable[[Connection, Subject], Awaitable[Row | None]]:
    async def find_one(connection: Connection, subject: Subject) -> Row | None:
        return await connection.fetchrow(query, uuid.UUID(subject.id)) if is_uuid(subject.id) else None

    return find_one


_FINDERS: dict[Kind, Callable[[Connection, Subject], Awaitable[Row | None]]] = {
    "post": _post,
    "thread": _thread,
    "video": _by_uuid(_VIDEO),
    "comment": _by_uuid(_COMMENT),
    "user": _by_uuid(_USER),
}
