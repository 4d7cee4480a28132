"""Saved lists in the database: videos in an order of their owner's own."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson

from api.catalog.versions import check_version, versioned_etag
from api.http.answers import as_json
from api.http.cursors import decode_cursor, encode_cursor
from api.problems import Problem
from store.database import Connection, Row

LISTS_MAX = 200  # of one account

_CARD = """
saved_list.id, saved_list.title, saved_list.visibility, saved_list.version, saved_list.created_at,
saved_list.updated_at, (select count(*) from saved_list_item where list = saved_list.id) as items,
person_card(account) as owner
"""
_READ = f"select {_CARD} from saved_list join account on account.id = saved_list.owner"  # noqa: S608  constant

_BEHIND = (
    " and ($2::timestamptz is null or (saved_list.created_at, saved_list.id) < ($2, $3))"
    " order by saved_list.created_at desc, saved_list.id desc limit $4"
)
_OWN = _READ + " where owner = $1" + _BEHIND
_PUBLIC = (
    _READ
    + " where lower(account.handle) = lower($1) and account.deleted_at is null and visibility = 'public'"
    + _BEHIND
)


async def own_lists(
    connection: Connection, owner: uuid.UUID, cursor: str | None, limit: int
) -> dict[str, Any]:
    """Return a page of an account's lists, the newest first."""
    return await _page(connection, _OWN, owner, cursor, limit)


async def public_lists(connection: Connection, handle: str, cursor: str | None, limit: int) -> dict[str, Any]:
    """Return a page of the public lists of the account with this handle, the newest first."""
    return await _page(connection, _PUBLIC, handle, cursor, limit)


async def _page(
    connection: Connection, statement: str, whose: uuid.UUID | str, cursor: str | None, limit: int
) -> dict[str, Any]:
    created_at, last = decode_cursor(cursor, datetime, uuid.UUID) or (None, None)
    rows = await connection.fetch(statement, whose, created_at, last, limit + 1)
    following = None
    if len(rows) > limit:
        following = encode_cursor(rows[limit - 1]["created_at"], rows[limit - 1]["id"])
    return {"items": [card_of(row) for row in rows[:limit]], "next": following}


async def create(connection: Connection, owner: uuid.UUID, fields: Mapping[str, Any]) -> uuid.UUID:
    """Make an empty list; raise 409 beyond LISTS_MAX."""
    await connection.execute("select 1 from account where id = $1 for no key update", owner)
    if await connection.fetchval("select count(*) from saved_list where owner = $1", owner) >= LISTS_MAX:
        raise Problem(409, "limit_exceeded", f"an account has at most {LISTS_MAX} lists: delete some first")
    made: uuid.UUID = await connection.fetchval(
        "insert into saved_list (owner, title, visibility) values ($1, $2, $3) returning id",
        owner,
        fields["title"],
        fields["visibility"],
    )
    return made


async def read(connection: Connection, saved: uuid.UUID, account: uuid.UUID | None) -> Row:
    """Return a list that this account may see: its own, or one that is not private; raise 404."""
    row = await connection.fetchrow(
        _READ + " where saved_list.id = $1 and (visibility <> 'private' or owner = $2)", saved, account
    )
    if row is None:
        raise _no_such_list()
    return row


async def lock(
    connection: Connection, saved: uuid.UUID, owner: uuid.UUID, meant: frozenset[int] | None = None
) -> None:
    """Hold one's own list until the transaction ends; raise 404, 403 for another's, 412."""
    row = await connection.fetchrow(
        "select owner, version from saved_list where id = $1 and (visibility <> 'private' or owner = $2)"
        " for no key update",
        saved,
        owner,
    )
    if row is None:
        raise _no_such_list()
    if row["owner"] != owner:
        raise Problem(403, "forbidden", "only its owner may change this list")
    check_version(row["version"], meant)


async def edit(connection: Connection, saved: uuid.UUID, fields: Mapping[str, Any]) -> None:
    """Change what is not None of a list that the caller has locked."""
    await connection.execute(
        "update saved_list set title = coalesce($2, title), visibility = coalesce($3, visibility),"
        " version = version + 1, updated_at = now() where id = $1",
        saved,
        fields.get("title"),
        fields.get("visibility"),
    )


async def delete(connection: Connection, saved: uuid.UUID) -> None:
    """Delete a list that the caller has locked."""
    await connection.execute("delete from saved_list where id = $1", saved)


def card_of(row: Row) -> dict[str, Any]:
    """Return a list as it is shown, without its items."""
    return {**dict(row), "owner": orjson.Fragment(row["owner"])}


def etag_of_list(row: Row, page: object = None) -> str:
    """Return the ETag of a list, with a page of what stands in it."""
    return versioned_etag(row["version"], tuple(row), as_json(page))


def _no_such_list() -> Problem:
    return Problem(404, "not_found", "there is no list under this id, or it is not open to you")
