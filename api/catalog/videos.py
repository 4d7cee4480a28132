"""Videos in the database: making, reading and changing them."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from api.catalog.versions import check_version, versioned_etag
from api.catalog.viewers import Viewer, no_such_video
from api.problems import Problem
from store.database import Connection, Row

VIDEOS_MAX = 10_000  # of one creator
RESTORABLE_DAYS = 30

_READ = """
select
    video.creator, video.version, video.visibility, video_card.card,
    json_build_object(
        'description', video.description, 'created_at', wire_ms(video.created_at),
        'updated_at', wire_ms(video.updated_at), 'deleted_at', wire_ms(video.deleted_at),
        'version', video.version
    ) as more,
    exists(select from video_like where video = $1 and account = $2) as liked,
    (select position_s from watch_progress where video = $1 and account = $2) as position_s
from video join video_card using (id)
where video.id = $1 and may_see(video, $2, $3)
"""
_CREATE = """
insert into video (creator, title, description, category, tags, visibility)
select $1, $2, $3, slug, $5, $6 from (select slug from category where slug = $4 for key share) as known
returning id
"""
_LOCK = """
select id, creator, version, visibility, published_at, deleted_at, deleted_by, hidden_at,
    deleted_at > now() - make_interval(days => $4) as restorable
from video where id = $1 and may_see(video, $2, $3) for no key update
"""
_EDIT = """
update video set
    title = coalesce($2, title), description = coalesce($3, description), category = coalesce($4, category),
    tags = coalesce($5, tags), visibility = coalesce($6, visibility),
    hidden_at = case when $6 is null or $6 = 'private' then hidden_at end,
    version = version + 1, updated_at = now()
where id = $1
"""


@dataclass(frozen=True, slots=True)
class Shown:
    """A video as one viewer sees it, and the ETag of that."""

    video: dict[str, Any]
    etag: str


async def read(connection: Connection, video: uuid.UUID, who: Viewer) -> Shown:
    """Return a video with what it is to this viewer; raise 404 when it is not there for them."""
    row = await connection.fetchrow(_READ, video, who.account, who.edits_any)
    if row is None:
        raise no_such_video()
    shown = {**orjson.loads(row["card"]), **orjson.loads(row["more"])}
    shown["playable"] = row["visibility"] != "premium" or who.account is not None
    shown["editable"] = who.may_edit(row["creator"])
    shown["liked"], shown["position_s"] = row["liked"], row["position_s"]
    return Shown(shown, versioned_etag(row["version"], shown))


async def create(connection: Connection, creator: uuid.UUID, fields: Mapping[str, Any]) -> uuid.UUID:
    """Make a draft and return its id; raise 400 for a category that is not there, 409 beyond VIDEOS_MAX."""
    await connection.execute("select 1 from account where id = $1 for no key update", creator)
    count = await connection.fetchval(
        "select count(*) from video where creator = $1 and deleted_at is null", creator
    )
    if count >= VIDEOS_MAX:
        raise Problem(409, "limit_exceeded", f"an account has at most {VIDEOS_MAX} videos: delete some first")
    values = [fields[name] for name in ("title", "description", "category", "tags", "visibility")]
    made: uuid.UUID | None = await connection.fetchval(_CREATE, creator, *values)
    if made is None:
        raise _no_such_category()
    return made


async def lock(
    connection: Connection, video: uuid.UUID, who: Viewer, meant: frozenset[int] | None = None
) -> Row:
    """Return a video that this viewer may change and hold it until the transaction ends.

    Raises 404 when it is not there for them, 403 when it is not theirs, 412 when the edit is meant for
    another version than the one that stands.
    """
    row = await connection.fetchrow(_LOCK, video, who.account, who.edits_any, RESTORABLE_DAYS)
    if row is None:
        raise no_such_video()
    if not who.may_edit(row["creator"]):
        raise Problem(403, "forbidden", "only its creator may change this video")
    check_version(row["version"], meant)
    return row


def check_not_deleted(row: Row) -> None:
    """Raise 409 for a video that was deleted."""
    if row["deleted_at"] is not None:
        raise Problem(409, "conflict", "this video was deleted: restore it first")


async def edit(connection: Connection, row: Row, who: Viewer, fields: Mapping[str, Any]) -> None:
    """Change the fields that are not None of a locked video.

    Raises 400 for a category that is not there, 403 for who would show again what moderators hid.
    """
    if row["hidden_at"] is not None and fields.get("visibility", "private") not in (None, "private"):
        _check_may_show(who)
    category = fields.get("category")
    if category is not None and not await _is_category(connection, category):
        raise _no_such_category()
    values = [fields.get(name) for name in ("title", "description", "category", "tags", "visibility")]
    await connection.execute(_EDIT, row["id"], *values)


async def publish(connection: Connection, video: uuid.UUID) -> None:
    """Let a locked video be seen from now on, as its visibility says, if it is not yet."""
    await connection.execute(
        "update video set published_at = now(), version = version + 1, updated_at = now()"
        " where id = $1 and published_at is null",
        video,
    )


async def delete(connection: Connection, row: Row, who: Viewer) -> None:
    """Put a locked video away, for RESTORABLE_DAYS."""
    await connection.execute(
        "update video set deleted_at = now(), deleted_by = $2, version = version + 1, updated_at = now()"
        " where id = $1 and deleted_at is null",
        row["id"],
        who.known_account,
    )


async def restore(connection: Connection, row: Row, who: Viewer) -> None:
    """Bring a locked video back; raise 403 when an editor took it away, 410 when it is too late."""
    if row["deleted_at"] is None:
        return
    if not row["restorable"]:
        raise Problem(410, "gone", f"a video can be restored for {RESTORABLE_DAYS} days")
    if row["deleted_by"] != who.account and not who.edits_any:
        raise Problem(403, "forbidden", "an editor removed this video: ask them to restore it")
    await connection.execute(
        "update video set deleted_at = null, deleted_by = null, version = version + 1, updated_at = now()"
        " where id = $1",
        row["id"],
    )


def _check_may_show(who: Viewer) -> None:
    if not who.edits_any:
        raise Problem(403, "forbidden", "a moderator has hidden this video: ask them to show it again")


async def _is_category(connection: Connection, slug: str) -> bool:
    known: bool = await connection.fetchval(
        "select exists(select from category where slug = $1 for key share)", slug
    )
    return known


def _no_such_category() -> Problem:
    return Problem(
        400, "invalid_field", "category: there is no such category; see GET /api/categories", "category"
    )
