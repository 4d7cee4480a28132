"""Coming in: the room is asked, an invitation is used, and who may listen gets a token for the channel."""

from typing import Any

from api.http.caller import Caller
from api.parties import invites
from api.parties.invites import Use
from api.parties.rooms_of_parties import room_of
from api.services import ApiServices
from rooms import refusals
from rooms.kind import By, Refused
from store.database import Row

DOOR = By("door", "CosmoHub", system=True)


async def join(services: ApiServices, party: Row, who: Caller, secret: str | None) -> dict[str, Any]:
    """Let somebody into a party and return their entry; raise 403, 404, 409 or 410 for who may not.

    Moderators listen anywhere. Who owns a party needs no invitation, whatever link they came by.
    """
    owns = str(party["owner"]) == who.user
    role = "owner" if owns else "guest" if who.guest else "member"
    if secret is not None and not owns:
        role = await _come_invited(services, party["id"], who, secret)
    elif not who.by().moderator:
        await check(services, party["id"], who)
    channel = room_of(party["id"])
    token, expires_at = services.tokens.for_subscription(who.user, channel)
    return {"channel": channel, "token": token, "expires_at": expires_at, "role": role}


async def check(services: ApiServices, party: str, who: Caller) -> None:
    """Let the room say whether somebody may come in now; raise Refused."""
    await services.rooms.command(room_of(party), {"type": "check", "user": who.user}, DOOR)


async def _come_invited(services: ApiServices, party: str, who: Caller, secret: str) -> str:
    """Use an invitation, let the room know, and return the role that it gives."""
    used = await services.database.transaction(
        lambda connection: invites.use(connection, party, who.user, secret)
    )
    if not used.admitted or await _is_forgotten(services, party, who):
        await _admit(services, party, who, used)
        await check(services, party, who)
    return used.role


async def _is_forgotten(services: ApiServices, party: str, who: Caller) -> bool:
    """Say whether a room no longer knows somebody whom it let in; raise Refused for who may not come in."""
    try:
        await check(services, party, who)
    except Refused as refused:
        if refused.code != refusals.INVITE_NEEDED:
            raise
        return True
    return False


async def _admit(services: ApiServices, party: str, who: Caller, used: Use) -> None:
    """Let the room know who comes under which role; a use that it turns down does not count."""
    admission = {
        "type": "admit",
        "user": who.user,
        "display_name": who.display_name,
        "role": used.role,
        "via": str(used.invite),
    }
    database = services.database
    try:
        await services.rooms.command(room_of(party), admission, DOOR)
    except Refused as refused:
        if not refused.temporary:
            await database.run(lambda connection: invites.give_back(connection, used))
        raise
    await database.run(lambda connection: invites.note_admitted(connection, used))
