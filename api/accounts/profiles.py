"""Profiles: what everybody may see of an account, and what its owner may change of it."""

import uuid
from collections.abc import Callable, Mapping
from typing import Annotated, Any

import asyncpg

from api.accounts.accounts import Account, account_by_id, lock_account
from api.accounts.fields import DisplayName, Handle
from api.accounts.handles import is_handle
from api.accounts.standing import notify_account_changed
from api.accounts.times import to_ms
from api.http.answers import etag_of
from api.http.caller import Caller
from api.http.texts import Body, text
from api.moderation.rules import check_not_muted, check_words
from api.problems import Problem
from store.database import Connection, Database, Row

BIO_LENGTH_MAX = 500

_PROFILE = """
select
    account.id, handle, display_name, bio, avatar, role, created_at,
    (select count(*) from follow where followed = account.id) as followers,
    (select count(*) from follow where follower = account.id) as following,
    exists (select from follow where follower = $2 and followed = account.id) as followed_by_me
from account where lower(handle) = lower($1) and deleted_at is null
"""
_CHANGE = """
update account set display_name = $2, handle = $3, bio = $4 where id = $1
"""


class ProfileChange(Body):
    """What is to be another way; what is left out or null stays."""

    display_name: DisplayName | None = None
    handle: Handle | None = None
    bio: Annotated[str, text(0, BIO_LENGTH_MAX)] | None = None


class Profile(Body):
    """A person as everybody may see them; `created_at` in ms."""

    id: str
    handle: str
    display_name: str
    bio: str
    avatar: str | None
    role: str
    created_at: int
    followers: int
    following: int
    followed_by_me: bool


class ProfileAnswer(Body):
    """One person."""

    user: Profile


async def profile_of(connection: Connection, handle: str, viewer: uuid.UUID | None) -> dict[str, Any]:
    """Return the profile under a handle as `viewer` sees it; raise 404."""
    row = await connection.fetchrow(_PROFILE, handle, viewer) if is_handle(handle) else None
    if row is None:
        raise nobody()
    return dict(row) | {"id": str(row["id"]), "created_at": to_ms(row["created_at"])}


async def id_of_handle(connection: Connection, handle: str) -> uuid.UUID:
    """Return the account under a handle; raise 404."""
    row: Row | None = None
    if is_handle(handle):
        row = await connection.fetchrow(
            "select id from account where lower(handle) = lower($1) and deleted_at is null", handle
        )
    if row is None:
        raise nobody()
    found: uuid.UUID = row["id"]
    return found


def etag_of_own(account: Account) -> str:
    """Return what changes with everything that its owner is shown."""
    return etag_of(*account.as_own_json().values())


async def own_account(connection: Connection, account_id: uuid.UUID) -> Account:
    """Return the account of who asks; raise 401 when it was deleted in this moment."""
    return _there(await account_by_id(connection, account_id))


async def own_account_locked(connection: Connection, account_id: uuid.UUID) -> Account:
    """Return the account, kept from changing until the transaction under way ends; raise 401."""
    return _there(await lock_account(connection, account_id))


def _there(account: Account | None) -> Account:
    if account is None:
        raise Problem(401, "session_revoked", "this account was deleted")
    return account


async def change_profile(
    database: Database, who: Caller, change: ProfileChange, check_etag: Callable[[str], None]
) -> Account:
    """Change what is given and return the account.

    Raises 409 for a handle that somebody has, 400 for a word that may not be written, 403 for the muted.

    `check_etag` raises when the change is meant for another state than the one whose ETag it gets.
    """
    wanted = {name: value for name, value in change.model_dump().items() if value is not None}
    for field, value in wanted.items():
        check_words(value, field)

    async def work(connection: Connection) -> Account:
        account = await own_account_locked(connection, who.account_id)
        check_etag(etag_of_own(account))
        await check_not_muted(connection, who)
        await _write(connection, account, wanted)
        return await own_account(connection, account.id)

    try:
        return await database.transaction(work)
    except asyncpg.UniqueViolationError as error:
        detail = f"the handle {change.handle} is taken; choose another"
        raise Problem(409, "handle_taken", detail, "handle") from error


async def _write(connection: Connection, account: Account, wanted: Mapping[str, str]) -> None:
    before = {"display_name": account.display_name, "handle": account.handle, "bio": account.bio}
    after = before | dict(wanted)
    if after != before:
        await connection.execute(_CHANGE, account.id, after["display_name"], after["handle"], after["bio"])
        await notify_account_changed(connection, account.id)


def nobody() -> Problem:
    """Return the problem of a handle that nobody has."""
    return Problem(404, "not_found", "there is nobody under this handle")
