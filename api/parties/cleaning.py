"""What becomes of parties that nobody tends: unopened rows and old invitations go, abandoned parties end.

A party whose owner's account is deleted goes on for those who are in it, under whoever leads them then.
It ends when nobody is there.
"""

import secrets
from datetime import timedelta

import structlog
import trio

from api.parties.parties import end_party
from api.parties.rooms_of_parties import room_of
from api.ports import RoomsPort
from rooms import refusals
from rooms.kind import By, Refused
from store.database import Database

EVERY_S = 600.0
UNOPENED_KEPT = timedelta(hours=1)  # its owner's request is over, and is not repeated after so long
ABANDONED_AFTER = timedelta(days=7)
INVITES_KEPT = timedelta(days=30)  # who came by one asks again under it, as long as they stay
ROWS_AT_ONCE = 1_000
PARTIES_AT_ONCE = 100

_UNOPENED = """
delete from party where id in (
    select id from party where status = 'opening' and created_at < now() - $1::interval
    limit $2 for update skip locked
)
"""
_OLD_INVITES = """
delete from party_invite where id in (
    select id from party_invite where expires_at < now() - $1::interval
    order by expires_at limit $2 for update skip locked
)
"""
_ABANDONED = """
select party.id from party join account on account.id = owner
where status <> 'opening' and status <> 'ended' and party.id > $2 and (
    (alive_at < now() - $1::interval and coalesce(starts_at, party.created_at) < now() - $1::interval)
    or (account.deleted_at is not null and members = 0)
)
order by party.id limit $3
"""
_CLEANER = By("cleaner", "CosmoHub", system=True, moderator=True)

log = structlog.get_logger(__name__)


async def clean_parties(database: Database, rooms: RoomsPort) -> None:
    """Clean now and every EVERY_S, until cancelled."""
    while True:
        await clean_once(database, rooms)
        await trio.sleep(EVERY_S)


async def clean_once(database: Database, rooms: RoomsPort) -> None:
    """Clean all whose time is over, some at a time, so that others get their turn."""
    await _until_none(database, _UNOPENED, UNOPENED_KEPT)
    await _until_none(database, _OLD_INVITES, INVITES_KEPT)
    last = ""
    while rows := await database.fetch(_ABANDONED, ABANDONED_AFTER, last, PARTIES_AT_ONCE):
        for row in rows:
            await _end(database, rooms, row["id"])
        last = rows[-1]["id"]


async def _until_none(database: Database, purge: str, kept: timedelta) -> None:
    while await database.execute(purge, kept, ROWS_AT_ONCE) != "DELETE 0":
        await trio.lowlevel.checkpoint()


async def _end(database: Database, rooms: RoomsPort, party: str) -> None:
    """End a party in which nobody has been for long; one that cannot be ended now has its turn next time."""
    try:
        await rooms.command(room_of(party), {"type": "end", "op": secrets.token_hex(16)}, _CLEANER)
    except Refused as refused:
        if refused.code not in (refusals.PARTY_ENDED, refusals.NOT_FOUND):
            log.warning("party_not_ended", party=party, reason=refused.message)
            return
    await database.run(lambda connection: end_party(connection, party))
