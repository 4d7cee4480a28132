"""Who follows whom."""

import uuid
from datetime import datetime
from typing import Any

from api.accounts.profiles import id_of_handle
from api.http.cursors import decode_cursor, encode_cursor
from api.http.texts import Body, Paged
from api.people import Person
from api.problems import Problem
from store.database import Connection, Row

FOLLOWING_MAX = 5_000

_FOLLOW = "insert into follow (follower, followed) values ($1, $2) on conflict do nothing"
_PEOPLE = """
select id, display_name, handle, avatar, at from follow join account on id = {other}
where {one} = $1 and ($2::timestamptz is null or (at, {other}) < ($2, $3::uuid))
order by at desc, {other} desc limit $4
"""
_FOLLOWERS = _PEOPLE.format(one="followed", other="follower")
_FOLLOWING = _PEOPLE.format(one="follower", other="followed")


class People(Body):
    """A page of people."""

    items: list[Person]
    next: str | None


async def follow(connection: Connection, follower: uuid.UUID, handle: str) -> None:
    """Let an account follow another; raise 404, or 409 for itself and for too many."""
    followed = await id_of_handle(connection, handle)
    if followed == follower:
        raise Problem(409, "conflict", "you cannot follow yourself")
    count = await connection.fetchval(
        "select count(*) from follow where follower = $1 and followed <> $2", follower, followed
    )
    if count >= FOLLOWING_MAX:
        raise Problem(409, "limit_exceeded", f"you follow {FOLLOWING_MAX:,} people: unfollow somebody first")
    await connection.execute(_FOLLOW, follower, followed)


async def unfollow(connection: Connection, follower: uuid.UUID, handle: str) -> None:
    """Let an account follow another no more; raise 404."""
    followed = await id_of_handle(connection, handle)
    await connection.execute("delete from follow where follower = $1 and followed = $2", follower, followed)


async def followers_of(connection: Connection, handle: str, page: Paged) -> dict[str, Any]:
    """Return a page of who follows somebody, the latest first; raise 404."""
    return await _page(connection, _FOLLOWERS, handle, page)


async def followed_by(connection: Connection, handle: str, page: Paged) -> dict[str, Any]:
    """Return a page of whom somebody follows, the latest first; raise 404."""
    return await _page(connection, _FOLLOWING, handle, page)


async def _page(connection: Connection, query: str, handle: str, page: Paged) -> dict[str, Any]:
    after = decode_cursor(page.cursor, datetime, uuid.UUID) or (None, None)
    account = await id_of_handle(connection, handle)
    rows = await connection.fetch(query, account, *after, page.limit + 1)
    shown = rows[: page.limit]
    more = encode_cursor(shown[-1]["at"], shown[-1]["id"]) if len(rows) > page.limit else None
    return {"items": [_person(row) for row in shown], "next": more}


def _person(row: Row) -> dict[str, Any]:
    seen = {name: row[name] for name in ("display_name", "handle", "avatar")}
    return {"id": str(row["id"]), **seen}
