"""What lists show of watch parties: a table that follows what the rooms tell, written once a second."""

from collections.abc import Callable
from typing import Any

import orjson
import structlog
import trio

from api.tokens import is_uuid
from hub.keepers import WATCH_PREFIX
from store.database import Database
from store.errors import DatabaseError

PAUSE_S = 1.0
PARTIES_PER_WRITE = 500
PENDING_MAX = 10_000  # the next beacon of a party that found no place tells the same
FORSAKEN_PER_LOOK = 100
FORSAKEN_LOOK_S = 20.0
COMING_BACK_S = (
    30.0  # SDKs try again after 20 s at most: a party whose hub was away plays on with who is back by then
)

_WRITE = """
update party set
    title = coalesce(fact->>'title', title),
    visibility = coalesce(fact->>'visibility', visibility),
    status = coalesce(fact->>'status', status),
    members = coalesce((fact->>'members')::integer, members),
    item_title = case when fact ? 'item_title' then fact->>'item_title' else item_title end,
    starts_at = case when fact ? 'starts_at' then to_timestamp((fact->>'starts_at')::bigint / 1000.0)
        else starts_at end,
    owner = coalesce((select account.id from account where account.id = (fact->>'owner')::uuid), owner),
    alive_at = case when fact ? 'members' then now() else alive_at end,
    updated_at = now()
from jsonb_array_elements($1::jsonb) as fact where party.id = fact->>'id'
"""
_FORSAKEN = """
update party set members = 0, updated_at = now() where id in (
    select id from party where members > 0 and status <> 'ended' and alive_at < now() - interval '30 seconds'
    order by alive_at limit $1 for update skip locked
) returning id
"""

log = structlog.get_logger(__name__)


class Parties:
    """Follows parties; keeps the newest facts of each until they are written."""

    def __init__(self) -> None:
        self._facts: dict[str, dict[str, Any]] = {}
        self._news = trio.Event()

    def hear(self, channel: str, event: dict[str, Any]) -> None:
        """Take what an event says that lists show."""
        facts = _facts_of(event)
        party = channel.removeprefix(WATCH_PREFIX)
        if facts and (party in self._facts or len(self._facts) < PENDING_MAX):
            self._facts.setdefault(party, {"id": party}).update(facts)
            self._news.set()

    async def run(self, database: Database) -> None:
        """Write the news, for ever; while the database is away they wait, the newest of each party."""
        while True:
            await self._news.wait()
            await self._write(database, self._take())
            await trio.sleep(PAUSE_S)

    async def _write(self, database: Database, facts: list[dict[str, Any]]) -> None:
        try:
            await database.execute(_WRITE, orjson.dumps(facts).decode())
        except DatabaseError as error:
            if error.temporary:
                log.warning("parties_wait_for_database", reason=str(error))
                self._take_back(facts)
            else:
                log.error("parties_not_written", parties=[each["id"] for each in facts], reason=str(error))

    def _take(self) -> list[dict[str, Any]]:
        parties = list(self._facts)[:PARTIES_PER_WRITE]
        taken = [self._facts.pop(party) for party in parties]
        if not self._facts:
            self._news = trio.Event()
        return taken

    def _take_back(self, facts: list[dict[str, Any]]) -> None:
        older = {each["id"]: each for each in facts}
        newer = self._facts
        self._facts = {party: older.get(party, {}) | newer.get(party, {}) for party in older | newer}
        self._news.set()


async def look_after_forsaken(
    database: Database, look_after: Callable[[str], None], first_after_s: float = COMING_BACK_S
) -> None:
    """Find, for ever, parties with members that nobody has kept for a while, as after the hub was killed.

    Whoever really is there is counted again by the room's next beacon.
    """
    await trio.sleep(first_after_s)
    while True:
        try:
            for row in await database.fetch(_FORSAKEN, FORSAKEN_PER_LOOK):
                look_after(WATCH_PREFIX + row["id"])
        except DatabaseError as error:
            if not error.temporary:
                raise
            log.warning("parties_wait_for_database", reason=str(error))
        await trio.sleep(FORSAKEN_LOOK_S)


def _facts_of(event: dict[str, Any]) -> dict[str, Any]:
    match event:
        case {"type": "party", "party": {"timeline": timeline, "members": members} as party}:
            return _shown(party) | _owner(party.get("owner")) | _playing(timeline) | {"members": len(members)}
        case {"type": "beacon", "members": int(members)}:
            return _shown(event) | _playing(event) | {"members": members}
        case {"type": "state"}:
            return _playing(event)
        case {"type": "settings"}:
            return _shown(event) | _start(event)
        case {"type": "role", "role": "owner", "member": user}:
            return _owner(user)
    return {}


def _shown(said: dict[str, Any]) -> dict[str, Any]:
    return {name: said[name] for name in ("title", "visibility") if name in said}


def _owner(user: object) -> dict[str, Any]:
    """Return the owner where it is an account; a guest stands in no table."""
    return {"owner": user} if isinstance(user, str) and is_uuid(user) else {}


def _playing(timeline: dict[str, Any]) -> dict[str, Any]:
    item = timeline.get("item")
    return {
        "status": timeline["status"],
        "item_title": item["title"] if item is not None else None,
        **_start(timeline),
    }


def _start(said: dict[str, Any]) -> dict[str, Any]:
    return {"starts_at": said["starts_at"]} if "starts_at" in said else {}
