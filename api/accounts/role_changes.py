"""Changing roles: by admins, never their own, and by the operator; an admin is always left."""

import uuid

from api import audit
from api.accounts.accounts import Account, account_by_id
from api.accounts.roles import ADMIN
from api.accounts.standing import notify_account_changed
from api.problems import Problem
from store.database import Connection

_LOCK_ADMINS = (
    "select id from account where role = 'admin' and deleted_at is null order by id for no key update"
)
_SET = "update account set role = $2, authorization_version = authorization_version + 1 where id = $1"


class LastAdmin(Problem):
    """Without this account nobody would be left who can give roles."""

    def __init__(self) -> None:
        super().__init__(409, "conflict", "this is the last admin: make somebody else an admin first")


async def check_not_last_admin(connection: Connection, account: uuid.UUID) -> None:
    """Raise LastAdmin when `account` is the only admin; no other stops being one in the transaction."""
    admins = await _lock_admins(connection)
    if admins == {account}:
        raise LastAdmin


async def change_role(
    connection: Connection, actor: uuid.UUID | None, account: uuid.UUID, role: str, reason: str
) -> Account | None:
    """Give an account a role that counts at once, and note it; return the account, None when there is none.

    `actor` is None for the operator. Raises LastAdmin, and Problem 403 when the actor is no admin any more.
    """
    admins = await _lock_admins(connection)
    if actor is not None and actor not in admins:
        raise Problem(403, "forbidden", "this needs the permission account.roles, which you do not have")
    before = await account_by_id(connection, account)
    if before is None or before.role == role:
        return before
    if admins == {account} and role != ADMIN:
        raise LastAdmin
    await connection.execute(_SET, account, role)
    await notify_account_changed(connection, account)
    await audit.record(
        connection,
        actor,
        "account.role",
        ("account", str(account)),
        reason,
        {"from": before.role, "to": role},
    )
    return await account_by_id(connection, account)


async def _lock_admins(connection: Connection) -> set[uuid.UUID]:
    return {row["id"] for row in await connection.fetch(_LOCK_ADMINS)}
