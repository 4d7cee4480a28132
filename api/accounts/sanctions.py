"""Bans and mutes: with a term or for good, in force at once, over when their time is."""

import uuid
from datetime import datetime

from api.accounts.standing import notify_account_changed
from store.database import Connection

_BAN = """
    update account set banned_until = coalesce($2, 'infinity'), ban_reason = $3
    where id = $1 and deleted_at is null returning true
"""
_MUTE = """
    update account set muted_until = coalesce($2, 'infinity')
    where id = $1 and deleted_at is null returning true
"""


async def ban(connection: Connection, account: uuid.UUID, until: datetime | None, reason: str) -> bool:
    """Let an account neither sign in nor stay; None is for good. Say whether there is such an account."""
    return await _done(connection, account, await connection.fetchval(_BAN, account, until, reason))


async def unban(connection: Connection, account: uuid.UUID) -> bool:
    """Let an account in again; say whether there is such an account."""
    lift = "update account set banned_until = null, ban_reason = null where id = $1 returning true"
    return await _done(connection, account, await connection.fetchval(lift, account))


async def mute(connection: Connection, account: uuid.UUID, until: datetime | None) -> bool:
    """Let an account read, and write nothing; None is for good. Say whether there is such an account."""
    return await _done(connection, account, await connection.fetchval(_MUTE, account, until))


async def unmute(connection: Connection, account: uuid.UUID) -> bool:
    """Let an account write again; say whether there is such an account."""
    lift = "update account set muted_until = null where id = $1 returning true"
    return await _done(connection, account, await connection.fetchval(lift, account))


async def _done(connection: Connection, account: uuid.UUID, found: bool | None) -> bool:
    await notify_account_changed(connection, account)
    return bool(found)
