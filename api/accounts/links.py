"""Links in mails that do one thing once: prove who reads an address, or set a new password."""

import hashlib
import secrets
import uuid
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum

from store.database import Connection

TOKEN_BYTES = 32
TOKEN_LENGTH_MAX = 100
ISSUED_MAX = 5  # links of a purpose to one account within WINDOW: nobody's letter box is flooded
WINDOW = timedelta(hours=1)

_ISSUE = """
insert into account_link as link (account, purpose, hash, email, expires_at)
values ($1, $2, $3, $4, now() + $5::interval)
on conflict (account, purpose) do update set
    hash = excluded.hash, email = excluded.email, expires_at = excluded.expires_at,
    issued = case when link.window_began < now() - $6::interval then 1 else link.issued + 1 end,
    window_began = case when link.window_began < now() - $6::interval then now() else link.window_began end
where link.window_began < now() - $6::interval or link.issued < $7
returning true
"""
_IS_GOOD = """
select exists (select from account_link where purpose = $1 and hash = $2 and expires_at > now())
"""
_USE = """
update account_link set hash = null where purpose = $1 and hash = $2 and expires_at > now()
returning account, email
"""


class Purpose(Enum):
    """What a link is for: its page, and how long it is good."""

    VERIFY = ("verify", timedelta(hours=24))
    RESET = ("reset", timedelta(hours=1))

    def __init__(self, page: str, good_for: timedelta) -> None:
        self.page = page
        self.good_for = good_for


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose link was used, and to which address it had been sent."""

    account: uuid.UUID
    email: str


async def issue_link(
    connection: Connection, public_url: str, purpose: Purpose, account: uuid.UUID, email: str
) -> str | None:
    """Return a new link for an account, which ends the one before; None after ISSUED_MAX.

    The token stands behind the #, which browsers keep to themselves: no log and no other page sees it.
    """
    token = secrets.token_urlsafe(TOKEN_BYTES)
    link = (account, purpose.page, _hash(token), email, purpose.good_for, WINDOW, ISSUED_MAX)
    issued = await connection.fetchval(_ISSUE, *link)
    return f"{public_url}/{purpose.page}#token={token}" if issued else None


async def is_good(connection: Connection, purpose: Purpose, token: str) -> bool:
    """Tell whether a token would do what it is for."""
    good: bool = await connection.fetchval(_IS_GOOD, purpose.page, _hash(token))
    return good


async def use_link(connection: Connection, purpose: Purpose, token: str) -> Owner | None:
    """Use a token up and return whose it was; None when it is not good, or no longer."""
    row = await connection.fetchrow(_USE, purpose.page, _hash(token))
    return None if row is None else Owner(row["account"], row["email"])


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
