"""Mutes and bans: who may not write, or not come in, until when and why."""

import uuid
from datetime import UTC, datetime
from typing import Literal

from api import audit
from api.accounts.standing import notify_account_changed
from api.problems import Problem
from store.database import Connection

Sanction = Literal["mute", "ban"]
Lift = Literal["unmute", "unban"]
MS_MAX = 253_402_300_799_000  # the end of the year 9999

_IMPOSE = {
    "mute": "update account set muted_until = coalesce($2::timestamptz, 'infinity') where id = $1",
    # A ban also ends the tokens that are out: they name an earlier version.
    "ban": "update account set banned_until = coalesce($2::timestamptz, 'infinity'), ban_reason = $3,"
    " authorization_version = authorization_version + 1 where id = $1",
}
_LIFT = {
    "unmute": "update account set muted_until = null where id = $1",
    "unban": "update account set banned_until = null, ban_reason = null where id = $1",
}


async def impose(
    connection: Connection,
    moderator: uuid.UUID,
    account: uuid.UUID,
    sanction: Sanction,
    until_ms: int | None,
    reason: str,
) -> None:
    """Mute or ban an account until a time (ms since 1970) or for good; note it, and tell every hub.

    Raises 404 for an account that is not there, 409 for oneself and for admins, 400 for a past time.
    """
    await _check_may_be_sanctioned(connection, moderator, account)
    until = None if until_ms is None else datetime.fromtimestamp(until_ms / 1000, UTC)
    if until is not None and not await connection.fetchval("select $1::timestamptz > now()", until):
        raise Problem(400, "invalid_field", "until must be in the future (ms since 1970), or null", "until")
    why = [reason] if sanction == "ban" else []
    await connection.execute(_IMPOSE[sanction], account, until, *why)
    details = {"until": until_ms}
    await audit.record(connection, moderator, f"account.{sanction}", _named(account), reason, details)
    await notify_account_changed(connection, account)


async def lift(
    connection: Connection, moderator: uuid.UUID, account: uuid.UUID, act: Lift, reason: str
) -> None:
    """End a mute or a ban; raise 404 for an account that is not there."""
    if await connection.execute(_LIFT[act], account) == "UPDATE 0":
        raise _no_such_account()
    await audit.record(connection, moderator, f"account.{act}", _named(account), reason)
    await notify_account_changed(connection, account)


async def _check_may_be_sanctioned(connection: Connection, moderator: uuid.UUID, account: uuid.UUID) -> None:
    role = await connection.fetchval(
        "select role from account where id = $1 and deleted_at is null for no key update", account
    )
    if role is None:
        raise _no_such_account()
    if account == moderator:
        raise Problem(409, "conflict", "you cannot mute or ban yourself")
    if role == "admin":
        raise Problem(409, "conflict", "an admin cannot be muted or banned: take the role away first")


def _named(account: uuid.UUID) -> tuple[str, str]:
    return "account", str(account)


def _no_such_account() -> Problem:
    return Problem(404, "not_found", "there is no such account")
