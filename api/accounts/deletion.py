"""The end of an account: everything that tells who somebody was goes, what they said to others stays."""

import uuid
from datetime import timedelta

from api.accounts.accounts import Account, account_by_id
from api.accounts.erasure import ERASURES
from api.accounts.handles import handle_of_deleted
from api.accounts.mails import tell_deleted
from api.accounts.profiles import own_account_locked
from api.accounts.role_changes import check_not_last_admin
from api.accounts.sessions import end_sessions
from api.accounts.standing import notify_account_changed
from api.http.caller import Caller
from api.problems import Problem
from api.services import ApiServices
from store.database import Connection

FRESH = timedelta(minutes=10)

_BLANK = """
update account set
    email = null, email_verified_at = null, password_hash = null, handle = $2,
    display_name = 'Deleted account', bio = '', avatar = null, role = 'viewer',
    authorization_version = authorization_version + 1, deleted_at = now()
where id = $1
"""
_IS_FRESH = (
    "select exists (select from account_session where id = $1::uuid and created_at > now() - $2::interval)"
)


async def delete_account(services: ApiServices, who: Caller, password: str | None) -> None:
    """Delete the caller's account, when they show that it is theirs; raise 401, 403 or 409."""
    account_id = who.account_id
    account = await services.database.run(lambda c: account_by_id(c, account_id), repeatable=True)
    if account is not None and account.password_hash is not None:
        await _check_password(services, account, password)

    async def work(connection: Connection) -> None:
        await check_not_last_admin(connection, account_id)
        current = await own_account_locked(connection, account_id)
        if account is None or current.password_hash != account.password_hash:
            raise _wrong_password()
        if current.password_hash is None:
            await _check_fresh(connection, who)
        await erase(connection, current)

    await services.database.transaction(work)


async def erase(connection: Connection, account: Account) -> None:
    """Blank an account and all that tells who it was, in the transaction under way, and mail a farewell."""
    await end_sessions(connection, account.id)
    for statement in ERASURES.values():
        await connection.execute(statement, account.id)
    await _forget_address(connection, account)
    await connection.execute(_BLANK, account.id, handle_of_deleted())
    await notify_account_changed(connection, account.id)


async def _forget_address(connection: Connection, account: Account) -> None:
    await connection.execute("delete from mail_outbox where lower(recipient) = lower($1)", account.email)
    await connection.execute(
        "delete from password_reset_request where lower(email) = lower($1)", account.email
    )
    await tell_deleted(connection, account.email)


async def _check_password(services: ApiServices, account: Account, password: str | None) -> None:
    if not await services.passwords.verify(account.password_hash, password or ""):
        raise _wrong_password()


async def _check_fresh(connection: Connection, who: Caller) -> None:
    """Let an account without a password be deleted by who has just signed in another way."""
    session = None if who.session is None else uuid.UUID(who.session)
    if not await connection.fetchval(_IS_FRESH, session, FRESH):
        raise Problem(
            403,
            "forbidden",
            f"sign in with Google again, and repeat this within {FRESH.seconds // 60} minutes",
        )


def _wrong_password() -> Problem:
    return Problem(401, "invalid_credentials", "this is not your password", "password")
