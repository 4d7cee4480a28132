"""Parties in the database: pages of them, single ones, and what becomes of their rows."""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson

from api.http.caller import Caller
from api.http.cursors import decode_cursor, encode_cursor
from api.parties.rooms_of_parties import no_such_party
from api.parties.shapes import State
from api.problems import Problem
from store.database import Connection, Row

BEGINNING_OF_TIME = datetime.fromtimestamp(0, UTC)
END_OF_TIME = datetime.max.replace(tzinfo=UTC)
ALIVE_S = 60  # told of so long ago, somebody is there; rooms tell every few seconds
OWN = "own"

_CARD = """
json_build_object(
    'id', party.id, 'title', title, 'visibility', visibility, 'owner', person_card(account),
    'status', status, 'starts_at', wire_ms(starts_at), 'members', case when {alive} then members else 0 end,
    'item_title', item_title, 'created_at', wire_ms(party.created_at), 'ended_at', wire_ms(ended_at),
    'channel', 'watch:' || party.id
)
"""
_ALIVE = f"alive_at > now() - interval '{ALIVE_S} s'"
_PAGE = """
select page.key, party.id, {card} as card
from (
    select id, {column} as key from party
    where {which} and ({column}, id) {side} ($2::timestamptz, $3)
    order by {column} {order}, id {order} limit $1
) as page join party using (id) join account on account.id = owner
order by page.key {order}, party.id {order}
"""
_ONE = """
select party.id, owner, visibility, status, {card} as card, exists (
    select from party_invite_use join party_invite on party_invite.id = invite
    where party_invite.party = party.id and person = $2
) as invited
from party join account on account.id = owner where party.id = $1 and status <> 'opening'
"""
_END = "update party set status = 'ended', updated_at = now() where id = $1 and status <> 'ended'"


@dataclass(frozen=True, slots=True)
class _List:
    """Which parties stand in a list, and by which time they are in order."""

    which: str
    column: str
    newest_first: bool = True

    @property
    def beginning(self) -> datetime:
        return END_OF_TIME if self.newest_first else BEGINNING_OF_TIME

    @property
    def sql(self) -> str:
        order, side = ("desc", "<") if self.newest_first else ("asc", ">")
        card = _CARD.format(alive=_ALIVE)
        return _PAGE.format(card=card, which=self.which, column=self.column, order=order, side=side)


_LISTS: dict[str, _List] = {
    "live": _List(
        "visibility = 'public' and members > 0 and status not in ('opening', 'ended')"
        f" and {_ALIVE} and (status <> 'lobby' or starts_at is null or starts_at <= now())",
        "created_at",
    ),
    "upcoming": _List(
        "visibility = 'public' and status = 'lobby' and starts_at > now()", "starts_at", newest_first=False
    ),
    "ended": _List("visibility = 'public' and status = 'ended'", "ended_at"),
    OWN: _List("owner = $4 and status <> 'opening'", "created_at"),
}


async def list_public(connection: Connection, state: State, cursor: str | None, limit: int) -> dict[str, Any]:
    """Return a page of public parties; raise 400 for a cursor of another list."""
    return await _page(connection, state, cursor, limit)


async def list_own(
    connection: Connection, owner: uuid.UUID, cursor: str | None, limit: int
) -> dict[str, Any]:
    """Return a page of somebody's own parties, the newest first."""
    return await _page(connection, OWN, cursor, limit, owner)


def page_query(state: str) -> tuple[str, datetime]:
    """Return the statement that reads a page of a list, and the time at which its first page begins.

    It takes how many rows, the time and the id behind which they stand, and for `OWN` whose they are.
    """
    asked = _LISTS[state]
    return asked.sql, asked.beginning


async def find_party(connection: Connection, party: str, who: Caller) -> Row:
    """Return `id`, `owner`, `visibility`, `status`, `invited` and the `card` of a party; raise 404.

    Whether `who` may see it is for the caller to say: `is_shown_to`.
    """
    row = await connection.fetchrow(_ONE.format(card=_CARD.format(alive=_ALIVE)), party, who.user)
    if row is None:
        raise no_such_party()
    return row


def is_shown_to(party: Row, who: Caller) -> bool:
    """Say whether the row alone shows that somebody may know of a party."""
    return (
        party["visibility"] != "invite"
        or party["invited"]
        or str(party["owner"]) == who.user
        or who.by().moderator
    )


async def end_party(connection: Connection, party: str) -> None:
    """Note that a party has ended."""
    await connection.execute(_END, party)


async def _page(
    connection: Connection, state: str, cursor: str | None, limit: int, *more: Any
) -> dict[str, Any]:
    sql, beginning = page_query(state)
    key, last = _place(state, cursor) or (beginning, "")
    rows = await connection.fetch(sql, limit + 1, key, last, *more)
    following = None
    if len(rows) > limit:
        following = encode_cursor(state, rows[limit - 1]["key"], rows[limit - 1]["id"])
    return {"items": [orjson.Fragment(row["card"]) for row in rows[:limit]], "next": following}


def _place(state: str, cursor: str | None) -> tuple[datetime, str] | None:
    decoded = decode_cursor(cursor, str, datetime, str)
    if decoded is None:
        return None
    if decoded[0] != state or None in decoded:
        raise Problem(
            400, "invalid_cursor", "this cursor belongs to another list: begin without it", "cursor"
        )
    return decoded[1], decoded[2]
