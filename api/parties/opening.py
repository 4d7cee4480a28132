"""Opening a party: its row comes first, then its room, and what happens between them is mended or goes."""

import uuid
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from api.accounts.times import to_ms
from api.http.caller import Caller
from api.moderation.rules import check_may_write
from api.parties.rooms_of_parties import room_of
from api.parties.shapes import NewParty
from api.ports import RoomsPort
from api.problems import Problem
from rooms.kind import Refused
from store.database import Connection, Database

PARTIES_OPEN_MAX = 20  # of one account, that have not ended
STARTS_WITHIN = timedelta(days=366)

_COUNT = "select count(*) from party where owner = $1 and status <> 'ended' and id <> $2"
_INSERT = """
insert into party (id, title, owner, visibility, starts_at, item_title) values ($1, $2, $3, $4, $5, $6)
on conflict (id) do update set
    title = excluded.title, visibility = excluded.visibility, starts_at = excluded.starts_at,
    item_title = excluded.item_title
where party.status = 'opening'
"""
_OPENED = "update party set status = 'lobby' where id = $1 and status = 'opening'"
_TAKE_BACK = "delete from party where id = $1 and status = 'opening'"
EVERYTHING = ("play", "seek", "rate", "media", "queue", "chat")


@dataclass(frozen=True, slots=True)
class Plan:
    """A party as it was asked for, with its items as rooms take them."""

    id: str
    asked: NewParty
    items: list[dict[str, Any]]

    @property
    def starts_at(self) -> datetime | None:
        """Return when it begins by itself."""
        ms = self.asked.starts_at
        return None if ms is None else datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms)


async def open_party(database: Database, rooms: RoomsPort, who: Caller, plan: Plan) -> None:
    """Write the row, open the room, and let the party be seen; the same again changes nothing.

    When the hub dies between the two, the row is seen by nobody: the repeat of the request goes on with it,
    else it is cleaned away. A room without a row is entered by nobody, for nobody gets a token for it.
    """
    await database.transaction(lambda connection: _write(connection, who, plan))
    try:
        await rooms.command(room_of(plan.id), _opening(plan), replace(who.by(), system=True))
    except Refused as refused:
        if not refused.temporary:
            await database.execute(_TAKE_BACK, plan.id)
        raise
    await database.execute(_OPENED, plan.id)


def check_start(starts_at: int | None) -> None:
    """Raise 400 for a start that has passed, or is too far away."""
    now = datetime.now(UTC)
    if starts_at is not None and not to_ms(now) < starts_at <= to_ms(now + STARTS_WITHIN):
        raise Problem(
            400,
            "invalid_field",
            f"starts_at must be ms since 1970, in the future and within {STARTS_WITHIN.days} days",
            "starts_at",
        )


async def _write(connection: Connection, who: Caller, plan: Plan) -> None:
    owner = who.account_id
    await connection.execute("select 1 from account where id = $1 for no key update", owner)
    await check_may_write(connection, who, plan.asked.title, "title")
    await _check_room_for_one(connection, owner, plan.id)
    first = plan.items[0]["title"] if plan.items else None
    asked = plan.asked
    await connection.execute(_INSERT, plan.id, asked.title, owner, asked.visibility, plan.starts_at, first)


async def _check_room_for_one(connection: Connection, owner: uuid.UUID, party: str) -> None:
    if await connection.fetchval(_COUNT, owner, party) >= PARTIES_OPEN_MAX:
        raise Problem(
            409,
            "limit_exceeded",
            f"an account has at most {PARTIES_OPEN_MAX} parties that have not ended: end one first",
        )


def _opening(plan: Plan) -> dict[str, Any]:
    opening: dict[str, Any] = {
        "type": "open",
        "id": plan.id,
        "epoch": _epoch_of(plan.id),
        "title": plan.asked.title,
        "visibility": plan.asked.visibility,
        "starts_at": plan.asked.starts_at,
        "policy": plan.asked.policy,
        "items": plan.items,
    }
    if plan.asked.everyone_controls:
        opening["grants"] = {"member": list(EVERYTHING), "guest": ["chat"]}
    return opening


def _epoch_of(party: str) -> str:
    """Return the name of the party's one timeline: 8 hex digits, the same for a repeated opening."""
    return uuid.uuid5(uuid.NAMESPACE_URL, room_of(party)).hex[:8]
