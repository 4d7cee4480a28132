"""Account rows: made, found by address or id, and changed."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from api.accounts.handles import stem_of, variant_of
from api.accounts.roles import permissions_of
from api.accounts.times import to_ms
from store.database import Connection

_VARIANTS_MAX = 5
_SELECT = """
    select
        id, email, email_verified_at, password_hash, handle, display_name, bio, avatar, role,
        authorization_version, case when banned_until > now() then banned_until end as banned_until,
        ban_reason, created_at
    from account
"""
_BY_EMAIL = _SELECT + " where lower(email) = lower($1) and deleted_at is null"
_BY_ID = _SELECT + " where id = $1 and deleted_at is null"
_LOCKED = _BY_ID + " for no key update"
_INSERT = """
    insert into account (email, email_verified_at, password_hash, handle, display_name)
    values ($1, case when $2 then now() end, $3, $4, $5)
    on conflict do nothing returning id
"""


class EmailTaken(Exception):
    """Another account has this e-mail address."""


class HandleTaken(Exception):
    """Another account has this handle."""


@dataclass(frozen=True, slots=True)
class NewAccount:
    """What an account begins with; without a handle one is made of the name."""

    email: str
    display_name: str
    password_hash: str | None = None
    handle: str | None = None
    email_verified: bool = False


@dataclass(frozen=True, slots=True)
class Account:
    """An account that is not deleted; `banned_until` is None when no ban is in force."""

    id: uuid.UUID
    email: str
    email_verified_at: datetime | None
    password_hash: str | None
    handle: str
    display_name: str
    bio: str
    avatar: str | None
    role: str
    authorization_version: int
    banned_until: datetime | None
    ban_reason: str | None
    created_at: datetime

    def as_public_json(self) -> dict[str, Any]:
        """Return `{id, display_name, handle, avatar}`, as people stand in lists."""
        return {
            "id": str(self.id),
            "display_name": self.display_name,
            "handle": self.handle,
            "avatar": self.avatar,
        }

    def as_own_json(self) -> dict[str, Any]:
        """Return the account as its owner gets it."""
        return self.as_public_json() | {
            "email": self.email,
            "email_verified": self.email_verified_at is not None,
            "role": self.role,
            "permissions": sorted(permissions_of(self.role)),
            "bio": self.bio,
            "has_password": self.password_hash is not None,
            "created_at": to_ms(self.created_at),
        }


async def create_account(connection: Connection, new: NewAccount) -> Account:
    """Make an account in the transaction under way; raise EmailTaken or HandleTaken, which do it no harm."""
    if new.handle is not None:
        account = await _insert(connection, new, new.handle)
        if account is None:
            raise HandleTaken(f"the handle {new.handle} is taken")
        return account
    stem = stem_of(new.display_name)
    for handle in [stem, *(variant_of(stem) for _ in range(_VARIANTS_MAX))]:
        account = await _insert(connection, new, handle)
        if account is not None:
            return account
    raise HandleTaken(f"no handle like {stem} is free: choose one")


async def account_by_email(connection: Connection, email: str) -> Account | None:
    """Return the account with an e-mail address, without regard to case; a deleted one has none."""
    row = await connection.fetchrow(_BY_EMAIL, email)
    return None if row is None else Account(**row)


async def account_by_id(connection: Connection, account: uuid.UUID) -> Account | None:
    """Return the account with an id, unless it is deleted."""
    row = await connection.fetchrow(_BY_ID, account)
    return None if row is None else Account(**row)


async def lock_account(connection: Connection, account: uuid.UUID) -> Account | None:
    """Return an account that nobody else changes until the transaction under way ends."""
    row = await connection.fetchrow(_LOCKED, account)
    return None if row is None else Account(**row)


async def set_password(connection: Connection, account: uuid.UUID, password_hash: str) -> None:
    """Keep a new hash."""
    await connection.execute("update account set password_hash = $2 where id = $1", account, password_hash)


async def _insert(connection: Connection, new: NewAccount, handle: str) -> Account | None:
    """Return the new account, None when the handle is taken; raise EmailTaken."""
    values = (new.email, new.email_verified, new.password_hash, handle, new.display_name)
    made = await connection.fetchval(_INSERT, *values)
    if made is None and await _has_account(connection, new.email):
        raise EmailTaken("there is an account with this e-mail address")
    return None if made is None else await account_by_id(connection, made)


async def _has_account(connection: Connection, email: str) -> bool:
    found: bool = await connection.fetchval(
        "select exists (select from account where lower(email) = lower($1))", email
    )
    return found
