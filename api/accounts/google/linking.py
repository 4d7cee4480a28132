"""The account of somebody whom a provider knows: linked before, or found by the address, or a new one."""

import uuid
from dataclasses import replace

from pydantic import TypeAdapter, ValidationError

from api.accounts.accounts import (
    Account,
    EmailTaken,
    NewAccount,
    account_by_email,
    account_by_id,
    create_account,
)
from api.accounts.fields import DISPLAY_NAME_LENGTH_MAX, DisplayName
from api.accounts.google.id_token import Identity
from api.accounts.sessions import Device, SignedIn, end_sessions, open_session
from api.services import ApiServices
from store.database import Connection

NAMELESS = "Stargazer"

_LINKED = "select account from google_identity where issuer = $1 and subject = $2"
_LINK = "insert into google_identity (issuer, subject, account) values ($1, $2, $3) on conflict do nothing"
_CLAIM = """
update account set
    email_verified_at = now(), password_hash = null, authorization_version = authorization_version + 1
where id = $1
"""
_DISPLAY_NAME: TypeAdapter[str] = TypeAdapter(DisplayName)


async def sign_in_as(services: ApiServices, identity: Identity, device: Device) -> SignedIn:
    """Sign somebody in, with a new account if they have none; raise Banned."""

    known = identity if services.words.found_in(identity.name) is None else replace(identity, name="")

    async def work(connection: Connection) -> SignedIn:
        account = await _account_of(connection, known)
        return await open_session(connection, services.tokens, account, device)

    try:
        return await services.database.transaction(work)
    except EmailTaken:  # in this very moment, by the same person in another window
        return await services.database.transaction(work)


async def _account_of(connection: Connection, identity: Identity) -> Account:
    linked: uuid.UUID | None = await connection.fetchval(_LINKED, identity.issuer, identity.subject)
    account = None if linked is None else await account_by_id(connection, linked)
    if account is None:
        account = await _account_of_address(connection, identity)
        await connection.execute(_LINK, identity.issuer, identity.subject, account.id)
    return account


async def _account_of_address(connection: Connection, identity: Identity) -> Account:
    account = await account_by_email(connection, identity.email)
    if account is None:
        name = _display_name(identity.name)
        return await create_account(connection, NewAccount(identity.email, name, email_verified=True))
    if account.email_verified_at is None:
        return await _claim(connection, account)
    return account


async def _claim(connection: Connection, account: Account) -> Account:
    """Give an account to who owns its address: whoever made it never showed that it was theirs.

    So the password that they chose, and their sessions, go.
    """
    await connection.execute(_CLAIM, account.id)
    await end_sessions(connection, account.id)
    claimed = await account_by_id(connection, account.id)
    return account if claimed is None else claimed


def _display_name(name: str) -> str:
    try:
        return _DISPLAY_NAME.validate_python(name[:DISPLAY_NAME_LENGTH_MAX])
    except ValidationError:
        return NAMELESS
