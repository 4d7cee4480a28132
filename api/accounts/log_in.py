"""Signing in with a password: an address without an account is answered alike and after the same work."""

from api.accounts.accounts import Account, account_by_email, lock_account, set_password
from api.accounts.sessions import Banned, Device, SignedIn, open_session
from api.accounts.shapes import Login
from api.accounts.signing_in import banned
from api.http.rate_limits import take_for
from api.problems import Problem
from api.services import ApiServices
from store.database import Connection

TRIES_PER_MINUTE = 10  # at one account, from however many addresses


async def log_in(services: ApiServices, tried: Login, device: Device) -> SignedIn:
    """Sign in; raise 401 when address and password do not fit together, 403 when banned, 429."""
    email = tried.email.strip()
    if "\x00" in email:  # no address, and nothing that the database takes
        raise _wrong()
    take_for("sign_in/email", email.lower(), TRIES_PER_MINUTE)
    account = await services.database.run(
        lambda connection: account_by_email(connection, email), repeatable=True
    )
    kept = None if account is None else account.password_hash
    if not await services.passwords.verify(kept, tried.password) or account is None:
        raise _wrong()
    fresh = await _fresh_hash(services, account, tried.password)
    try:
        return await services.database.transaction(
            lambda connection: _open(connection, services, account, fresh, device)
        )
    except Banned as error:
        raise banned(error) from error


async def _fresh_hash(services: ApiServices, account: Account, password: str) -> str | None:
    kept = account.password_hash
    outdated = kept is not None and services.passwords.outdated(kept)
    return await services.passwords.hash(password) if outdated else None


async def _open(
    connection: Connection, services: ApiServices, checked: Account, fresh_hash: str | None, device: Device
) -> SignedIn:
    """Open a session, unless the password that was checked has been replaced meanwhile."""
    account = await lock_account(connection, checked.id)
    if account is None or account.password_hash != checked.password_hash:
        raise _wrong()
    if fresh_hash is not None:
        await set_password(connection, account.id, fresh_hash)
    return await open_session(connection, services.tokens, account, device)


def _wrong() -> Problem:
    return Problem(401, "invalid_credentials", "e-mail address and password do not fit together")
