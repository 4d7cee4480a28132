"""Whether an account's address is its owner's: shown by the link that was mailed to it."""

import uuid

from api.accounts.accounts import account_by_id
from api.accounts.links import Purpose, use_link
from api.accounts.mails import send_verification
from api.accounts.password_reset import link_used_up
from api.problems import Problem
from store.database import Connection

_VERIFIED = """
update account set email_verified_at = coalesce(email_verified_at, now())
where id = $1 and lower(email) = lower($2) and deleted_at is null returning true
"""


async def ask_for_verification(connection: Connection, public_url: str, account_id: uuid.UUID) -> None:
    """Mail a new link; raise 409 when there is nothing left to verify, 429 when there were too many."""
    account = await account_by_id(connection, account_id)
    if account is None or account.email_verified_at is not None:
        raise Problem(409, "conflict", "your address is verified already")
    if not await send_verification(connection, public_url, account_id, account.email):
        raise Problem(
            429,
            "rate_limited",
            "we have sent you several links: look into your mail, or try again in an hour",
            headers={"Retry-After": "3600"},
        )


async def verify(connection: Connection, token: str) -> None:
    """Note that whoever has this token reads the address it was sent to; raise 400 when it is not good."""
    owner = await use_link(connection, Purpose.VERIFY, token)
    if owner is None or not await connection.fetchval(_VERIFIED, owner.account, owner.email):
        raise link_used_up()
