"""Routes of invitations to a party."""

import uuid
from functools import partial

from quart import Blueprint, Response
from quart_schema import document_response, tag, validate_request

from api.http.answers import answer
from api.http.caller import Caller, need_somebody
from api.http.rate_limits import limited
from api.http.texts import uuid_of
from api.parties import invites, parties
from api.parties.rooms_of_parties import party_id, room_of
from api.parties.shapes import Invites, MadeInvite, NewInvite
from api.services import ApiServices
from store.database import Row

INVITES_PER_MINUTE = 20


def party_invites_blueprint(services: ApiServices) -> Blueprint:
    """Return `/api/parties/{id}/invites` and what is below."""
    routes = Blueprint("party_invites", __name__, url_prefix="/api/parties/<party>/invites")
    database = services.database

    async def find(party: str, who: Caller) -> Row:
        work = partial(parties.find_party, party=party_id(party), who=who)
        return await database.run(work, repeatable=True)

    @routes.post("")
    @tag(["Watch parties"])
    @document_response(MadeInvite, 201)
    @limited("party_invite", per_minute=INVITES_PER_MINUTE)
    @validate_request(NewInvite)
    async def make(party: str, data: NewInvite) -> Response:
        """Make an invitation; its secret is told in this answer alone. Needs the party's grant to invite."""
        who = await need_somebody()
        party = (await find(party, who))["id"]
        key = invites.new_key()
        await database.run(partial(invites.check_room_for_one, party=party), repeatable=True)
        await _ask_room(services, party, who, key.id, data.role)
        row = await database.transaction(
            partial(invites.make, party=party, maker=who.user, asked=data, key=key)
        )
        url = f"{services.options.public_url}/watch/{party}#invite={key.secret}"
        return answer({**row, "url": url, "secret": key.secret}, 201)

    @routes.get("")
    @tag(["Watch parties"])
    @document_response(Invites, 200)
    async def list_good(party: str) -> Response:
        """List the invitations that are still good: the party's owner sees all, others their own."""
        who = await need_somebody()
        found = await find(party, who)
        work = partial(invites.list_good, party=found["id"], maker=who.user, everybodys=_owns(found, who))
        rows = await database.run(work, repeatable=True)
        return answer({"items": [dict(row) for row in rows]})

    @routes.delete("/<invite>")
    @tag(["Watch parties"])
    @limited("party_invite", per_minute=INVITES_PER_MINUTE)
    async def withdraw(party: str, invite: str) -> Response:
        """Let nobody new come by an invitation; who came by it stays."""
        who = await need_somebody()
        found = await find(party, who)
        work = partial(
            invites.withdraw,
            party=found["id"],
            invite=uuid_of(invite),
            maker=who.user,
            everybodys=_owns(found, who),
        )
        await database.run(work)
        return answer(status=204)

    return routes


async def _ask_room(services: ApiServices, party: str, who: Caller, invite: uuid.UUID, role: str) -> None:
    """Let the room say whether somebody may invite, before there is a row; raise Refused.

    So strangers write nothing; one that the room has noted and that is lost then was told to nobody.
    """
    command = {"type": "invite", "op": invite.hex, "id": str(invite), "role": role}
    await services.rooms.command(room_of(party), command, who.by())


def _owns(party: Row, who: Caller) -> bool:
    return str(party["owner"]) == who.user or who.by().moderator
