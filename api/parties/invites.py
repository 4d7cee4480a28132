"""Invitations in the database: made, used up person by person, and withdrawn."""

import hashlib
import secrets
import uuid
from dataclasses import dataclass
from datetime import timedelta

from api.parties.shapes import NewInvite
from api.problems import Problem
from store.database import Connection, Row

INVITES_MAX = 100  # of one party, that are still good
SECRET_BYTES = 18

_GOOD = "select count(*) from party_invite where party = $1 and expires_at > now()"
_MAKE = """
insert into party_invite (id, party, hash, role, maker, uses, expires_at)
values ($1, $2, $3, $4, $5, $6, now() + $7::interval) returning id, role, expires_at, uses, used, created_at
"""
_LIST = """
select id, role, expires_at, uses, used, created_at from party_invite
where party = $1 and expires_at > now() and ($3 or maker = $2)
order by created_at desc, id desc limit $4
"""
_WITHDRAW = """
update party_invite set expires_at = now()
where id = $1 and party = $2 and expires_at > now() and ($4 or maker = $3)
"""
_TAKE = """
select id, role, uses, used, expires_at <= now() as expired from party_invite
where party = $1 and hash = $2 for no key update
"""
_KNOWN = "select admitted_at is not null as admitted from party_invite_use where invite = $1 and person = $2"
_USE = "insert into party_invite_use (invite, person) values ($1, $2)"
_COUNT = "update party_invite set used = used + 1 where id = $1"
_ADMITTED = """
update party_invite_use set admitted_at = now() where invite = $1 and person = $2 and admitted_at is null
"""
_GIVE_BACK = """
with given as (
    delete from party_invite_use where invite = $1 and person = $2 and admitted_at is null returning invite
)
update party_invite set used = used - 1 from given where id = invite
"""
_OPENS = "select exists (select from party_invite where party = $1 and hash = $2 and expires_at > now())"


@dataclass(frozen=True, slots=True)
class Key:
    """What an invitation is known by: its id, and the secret by which people come."""

    id: uuid.UUID
    secret: str


@dataclass(frozen=True, slots=True)
class Use:
    """Somebody's use of an invitation; `admitted`: their room has heard of it before."""

    invite: uuid.UUID
    person: str
    role: str
    admitted: bool


def new_key() -> Key:
    """Return the key of an invitation to be; nobody guesses its secret, which is fit for a link."""
    return Key(uuid.uuid4(), secrets.token_urlsafe(SECRET_BYTES))


async def check_room_for_one(connection: Connection, party: str) -> None:
    """Raise 409 for a party that has INVITES_MAX invitations."""
    if await connection.fetchval(_GOOD, party) >= INVITES_MAX:
        raise Problem(
            409, "limit_exceeded", f"a party has at most {INVITES_MAX} invitations: withdraw one first"
        )


async def make(connection: Connection, party: str, maker: str, asked: NewInvite, key: Key) -> Row:
    """Keep a new invitation and return its card; raise 409 beyond INVITES_MAX."""
    await connection.execute("select 1 from party where id = $1 for no key update", party)
    await check_room_for_one(connection, party)
    lasts = timedelta(seconds=asked.expires_in_s)
    hashed = _hash(key.secret)
    [row] = await connection.fetch(_MAKE, key.id, party, hashed, asked.role, maker, asked.uses, lasts)
    return row


async def list_good(connection: Connection, party: str, maker: str, everybodys: bool) -> list[Row]:
    """Return the cards of invitations that are still good: one's own, or `everybodys`."""
    return await connection.fetch(_LIST, party, maker, everybodys, INVITES_MAX)


async def withdraw(
    connection: Connection, party: str, invite: uuid.UUID, maker: str, everybodys: bool
) -> None:
    """Let nobody new come by an invitation; raise 404 when there is none, or it is not theirs."""
    if await connection.execute(_WITHDRAW, invite, party, maker, everybodys) == "UPDATE 0":
        raise _unknown()


async def use(connection: Connection, party: str, person: str, secret: str) -> Use:
    """Note that a person comes by an invitation, in the transaction under way; raise 404 or 410.

    Each person counts once, and who has come by it before comes again even when nobody new does.
    """
    row = await connection.fetchrow(_TAKE, party, _hash(secret))
    if row is None:
        raise _unknown()
    known = await connection.fetchrow(_KNOWN, row["id"], person)
    if known is None:
        await _count(connection, row, person)
    return Use(row["id"], person, row["role"], known is not None and known["admitted"])


async def note_admitted(connection: Connection, used: Use) -> None:
    """Note that the room has let somebody in, which is done once: later roles are given in the room."""
    await connection.execute(_ADMITTED, used.invite, used.person)


async def give_back(connection: Connection, used: Use) -> None:
    """Let somebody's use not count whom the room has not let in."""
    await connection.execute(_GIVE_BACK, used.invite, used.person)


async def opens(connection: Connection, party: str, secret: str) -> bool:
    """Say whether this is the secret of an invitation to a party that is still good."""
    found: bool = await connection.fetchval(_OPENS, party, _hash(secret))
    return found


async def _count(connection: Connection, row: Row, person: str) -> None:
    if row["expired"]:
        raise Problem(410, "invite_expired", "the time of this invitation is over: ask for another", "invite")
    if row["used"] >= row["uses"]:
        raise Problem(
            410, "invite_used_up", "as many came by this invitation as may: ask for another", "invite"
        )
    await connection.execute(_USE, row["id"], person)
    await connection.execute(_COUNT, row["id"])


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def _unknown() -> Problem:
    return Problem(404, "not_found", "there is no such invitation: ask for another", "invite")
