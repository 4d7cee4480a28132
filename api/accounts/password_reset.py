"""A forgotten password: a link is mailed to who has the address, and under it a new one is set."""

import uuid

from api.accounts.accounts import account_by_email, account_by_id, set_password
from api.accounts.links import Purpose, is_good, use_link
from api.accounts.mails import send_reset, tell_password_set
from api.accounts.sessions import end_sessions
from api.mail.outbox import wake_postman
from api.mail.postman import Errand
from api.problems import Problem
from api.services import ApiServices
from store.database import Connection

REQUESTS_AT_ONCE = 20

_TAKE = """
delete from password_reset_request where id in (
    select id from password_reset_request order by id limit $1 for update skip locked
) returning email
"""
_END_TOKENS = """
update account set
    authorization_version = authorization_version + 1, email_verified_at = coalesce(email_verified_at, now())
where id = $1
"""


async def ask_for_reset(connection: Connection, email: str) -> None:
    """Note that somebody wants a new password; the same work for every address, known or not."""
    await connection.execute("insert into password_reset_request (email) values ($1)", email)
    await wake_postman(connection)


def answer_resets(public_url: str) -> Errand:
    """Return the postman's errand: a link to each account whose address somebody named."""

    async def errand(connection: Connection) -> bool:
        requests = await connection.fetch(_TAKE, REQUESTS_AT_ONCE)
        for request in requests:
            account = await account_by_email(connection, request["email"])
            if account is not None:
                await send_reset(connection, public_url, account.id, account.email)
        return len(requests) == REQUESTS_AT_ONCE

    return errand


async def reset_password(services: ApiServices, token: str, password: str) -> None:
    """Set a new password and end all sessions; raise 400 for a token that is not good."""
    if not await services.database.run(lambda c: is_good(c, Purpose.RESET, token), repeatable=True):
        raise link_used_up()
    password_hash = await services.passwords.hash(password)
    public_url = services.options.public_url

    async def work(connection: Connection) -> None:
        owner = await use_link(connection, Purpose.RESET, token)
        if owner is None:
            raise link_used_up()
        await _set_password(connection, owner.account, password_hash, public_url)

    await services.database.transaction(work)


def link_used_up() -> Problem:
    """Return the problem of a link that does nothing any more."""
    detail = "this link was used, has expired, or a newer one was sent: ask for another"
    return Problem(400, "invalid_token", detail, "token")


async def _set_password(
    connection: Connection, account_id: uuid.UUID, password_hash: str, public_url: str
) -> None:
    account = await account_by_id(connection, account_id)
    if account is None:
        raise link_used_up()
    await set_password(connection, account_id, password_hash)
    await connection.execute(_END_TOKENS, account_id)
    await end_sessions(connection, account_id)
    await tell_password_set(connection, public_url, account.email)
