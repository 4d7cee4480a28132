"""Sessions: how people stay signed in, on which devices, and how that ends."""

import uuid
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, auto
from typing import Any

from api.accounts.accounts import Account, account_by_id
from api.accounts.refresh_tokens import RefreshToken, hash_of, new_refresh_token, read_refresh_token
from api.accounts.standing import notify_account_changed
from api.accounts.times import to_ms
from api.tokens import Access, Tokens
from store.database import Connection

SESSION_GOOD_FOR = timedelta(days=30)  # after the last refresh
SESSIONS_PER_ACCOUNT_MAX = 50  # the one that was unused longest makes room
USER_AGENT_LENGTH_MAX = 300

_FORGET_OLDEST = """
    delete from account_session where id in (
        select id from account_session where account = $1 order by last_used_at desc, id offset $2
    ) returning id
"""
_ROTATE = """
    update account_session
    set refresh_hash = $3, last_used_at = now(), expires_at = now() + $4, user_agent = $5, address = $6
    where id = $1 and refresh_hash = $2 and expires_at > now() returning account
"""
_LIST = """
    select id, user_agent, address, created_at, last_used_at from account_session
    where account = $1 and expires_at > now() order by last_used_at desc, id
"""


class NotSignedIn(Enum):
    """Why a refresh token did not sign its bearer in."""

    UNKNOWN = auto()
    USED_BEFORE = auto()


class Banned(Exception):
    """The account may not sign in for now."""

    def __init__(self, account: Account) -> None:
        super().__init__("the account is banned")
        self.account = account


@dataclass(frozen=True, slots=True)
class Device:
    """From where somebody signs in, for their own list of sessions."""

    user_agent: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """What somebody gets who signs in; `expires_at`: ms since 1970."""

    account: Account
    session: uuid.UUID
    token: str
    expires_at: int
    refresh_token: str


async def open_session(connection: Connection, tokens: Tokens, account: Account, device: Device) -> SignedIn:
    """Sign an account in, in the transaction under way; raise Banned."""
    _check_ban(account)
    session = uuid.uuid4()
    refresh_token = new_refresh_token(tokens, session)
    await connection.execute(
        "insert into account_session (id, account, refresh_hash, user_agent, address, expires_at)"
        " values ($1, $2, $3, $4, $5, now() + $6)",
        session,
        account.id,
        hash_of(refresh_token),
        device.user_agent[:USER_AGENT_LENGTH_MAX],
        device.address,
        SESSION_GOOD_FOR,
    )
    if await connection.fetch(_FORGET_OLDEST, account.id, SESSIONS_PER_ACCOUNT_MAX):
        await notify_account_changed(connection, account.id)
    return _signed_in(tokens, account, session, refresh_token)


async def use_refresh_token(
    connection: Connection, tokens: Tokens, text: str, device: Device
) -> SignedIn | NotSignedIn:
    """Exchange a refresh token for fresh tokens of its session, in the transaction under way.

    One that was used before has been copied, or its answer was lost: nobody can tell, so its session ends,
    and the transaction must be committed then, too. Raises Banned.
    """
    shown = read_refresh_token(tokens, text)
    if shown is None:
        return NotSignedIn.UNKNOWN
    fresh = new_refresh_token(tokens, shown.session)
    owner = await connection.fetchval(
        _ROTATE,
        shown.session,
        shown.hash,
        hash_of(fresh),
        SESSION_GOOD_FOR,
        device.user_agent[:USER_AGENT_LENGTH_MAX],
        device.address,
    )
    account = None if owner is None else await account_by_id(connection, owner)
    if account is None:
        return await _end_copied(connection, shown)
    _check_ban(account)
    return _signed_in(tokens, account, shown.session, fresh)


async def list_sessions(
    connection: Connection, account: uuid.UUID, current: str | None
) -> list[dict[str, Any]]:
    """Return an account's sessions, the one used last first."""
    return [
        {
            "id": str(row["id"]),
            "current": str(row["id"]) == current,
            "created_at": to_ms(row["created_at"]),
            "last_used_at": to_ms(row["last_used_at"]),
            "user_agent": row["user_agent"],
            "address": row["address"],
        }
        for row in await connection.fetch(_LIST, account)
    ]


async def end_session(connection: Connection, account: uuid.UUID, session: uuid.UUID) -> bool:
    """End one session of an account at once; say whether it was there."""
    ended = await connection.fetchval(
        "delete from account_session where account = $1 and id = $2 returning id", account, session
    )
    if ended is not None:
        await notify_account_changed(connection, account)
    return ended is not None


async def end_sessions(
    connection: Connection, account: uuid.UUID, except_session: uuid.UUID | None = None
) -> int:
    """End all sessions of an account at once but `except_session`; return how many."""
    ended = await connection.fetch(
        "delete from account_session where account = $1 and id is distinct from $2 returning id",
        account,
        except_session,
    )
    if ended:
        await notify_account_changed(connection, account)
    return len(ended)


async def end_session_of(connection: Connection, tokens: Tokens, refresh_token: str) -> None:
    """End the session of a refresh token, whether it was used before or not."""
    shown = read_refresh_token(tokens, refresh_token)
    if shown is not None:
        await _end_copied(connection, shown)


async def _end_copied(connection: Connection, shown: RefreshToken) -> NotSignedIn:
    owner = None
    if shown.ours:
        owner = await connection.fetchval(
            "delete from account_session where id = $1 returning account", shown.session
        )
    if owner is None:
        return NotSignedIn.UNKNOWN
    await notify_account_changed(connection, owner)
    return NotSignedIn.USED_BEFORE


def _check_ban(account: Account) -> None:
    if account.banned_until is not None:
        raise Banned(account)


def _signed_in(tokens: Tokens, account: Account, session: uuid.UUID, refresh_token: str) -> SignedIn:
    info = {"display_name": account.display_name, "handle": account.handle}
    if account.avatar is not None:
        info["avatar"] = account.avatar
    access = Access(account.id, session, account.authorization_version, account.role, info)
    token, expires_at = tokens.for_account(access)
    return SignedIn(account, session, token, expires_at, refresh_token)
