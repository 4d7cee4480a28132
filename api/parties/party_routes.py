"""Routes of parties: lists, opening, showing and ending them."""

from functools import partial
from typing import Any

import orjson
from quart import Blueprint, Response
from quart_schema import document_response, tag, validate_querystring, validate_request

from api import audit
from api.catalog.viewers import viewer_of
from api.http.answers import answer, etag_of
from api.http.caller import Caller, caller, need, need_account, need_somebody
from api.http.idempotency import idempotent
from api.http.rate_limits import limited
from api.http.texts import Paged
from api.parties import invites, joining, parties
from api.parties.items import Shelf, read_items
from api.parties.opening import Plan, check_start, open_party
from api.parties.rooms_of_parties import new_party_id, no_such_party, operation_id, party_id, room_of
from api.parties.shapes import NewParty, OneParty, Parties, PartiesQuery, PartyQuery
from api.services import ApiServices
from rooms import refusals
from rooms.kind import Refused
from store.database import Connection, Row

PARTIES_PER_MINUTE = 10
ENDS_PER_MINUTE = 30


def parties_blueprint(services: ApiServices) -> Blueprint:
    """Return `/api/parties`, `/api/parties/{id}` and `/api/me/parties`."""
    routes = Blueprint("parties", __name__, url_prefix="/api")
    database = services.database

    async def find(party: str, who: Caller) -> Row:
        return await database.run(partial(parties.find_party, party=party, who=who), repeatable=True)

    @routes.get("/parties")
    @tag(["Watch parties"])
    @document_response(Parties, 200)
    @validate_querystring(PartiesQuery)
    async def list_public(query_args: PartiesQuery) -> Response:
        """List public parties: those where somebody is, those yet to begin, or those that are over."""
        state, cursor, limit = query_args.state, query_args.cursor, query_args.limit
        work = partial(parties.list_public, state=state, cursor=cursor, limit=limit)
        return _page(await database.run(work, repeatable=True))

    @routes.get("/me/parties")
    @tag(["Watch parties"])
    @document_response(Parties, 200)
    @validate_querystring(Paged)
    async def list_own(query_args: Paged) -> Response:
        """List one's own parties, the newest first."""
        owner = (await need_account()).account_id
        work = partial(parties.list_own, owner=owner, cursor=query_args.cursor, limit=query_args.limit)
        return _page(await database.run(work, repeatable=True))

    @routes.post("/parties")
    @tag(["Watch parties"])
    @document_response(OneParty, 201)
    @idempotent
    @limited("party", per_minute=PARTIES_PER_MINUTE)
    @validate_request(NewParty)
    async def create(data: NewParty) -> Response:
        """Open a party, with what it is to watch if that is known; whoever opens it owns it."""
        who = await need("party.create")
        check_start(data.starts_at)
        shelf = Shelf(viewer_of(who), services.options.public_url)
        items = await database.run(partial(read_items, items=data.items, shelf=shelf), repeatable=True)
        plan = Plan(new_party_id(services.tokens, who), data, items)
        await open_party(database, services.rooms, who, plan)
        opened = _shown(await find(plan.id, who))
        return answer(opened, 201, headers={"Location": f"/api/parties/{plan.id}"})

    @routes.get("/parties/<party>")
    @tag(["Watch parties"])
    @document_response(OneParty, 200)
    @validate_querystring(PartyQuery)
    async def show(party: str, query_args: PartyQuery) -> Response:
        """Show a party; one that is by invitation is shown to who was invited, or brings the secret."""
        who = await caller()
        found = await find(party_id(party), who)
        if not (parties.is_shown_to(found, who) or await _is_open_to(services, found, who, query_args)):
            raise no_such_party()
        return answer(_shown(found))

    @routes.delete("/parties/<party>")
    @tag(["Watch parties"])
    @limited("party_end", per_minute=ENDS_PER_MINUTE)
    async def end(party: str) -> Response:
        """End a party for good; its owner may, and moderators."""
        who = await need_somebody()
        found = await find(party_id(party), who)
        command = {"type": "end", "op": operation_id(services.tokens, who)}
        try:
            await services.rooms.command(room_of(party), command, who.by())
        except Refused as refused:
            if refused.code == refusals.PARTY_ENDED:
                await database.run(partial(parties.end_party, party=party))
            raise
        await database.transaction(partial(_end, party=found, who=who))
        return answer(status=204)

    return routes


async def _is_open_to(services: ApiServices, party: Row, who: Caller, asked: PartyQuery) -> bool:
    """Say whether somebody knows the secret of an invitation, or is known to the party's room."""
    if asked.invite is not None:
        work = partial(invites.opens, party=party["id"], secret=asked.invite)
        if await services.database.run(work, repeatable=True):
            return True
    if who.anonymous:
        return False
    try:
        await joining.check(services, party["id"], who)
    except Refused as refused:
        if refused.temporary:
            raise
        return refused.code == refusals.PARTY_FULL  # but for that they could come in
    return True


async def _end(connection: Connection, party: Row, who: Caller) -> None:
    """Note that a party has ended; whoever ended another one's is in the audit log."""
    await parties.end_party(connection, party["id"])
    if str(party["owner"]) != who.user and who.account:
        await audit.record(connection, who.account_id, "party.end", ("party", party["id"]), "")


def _shown(party: Row) -> dict[str, Any]:
    return {"party": orjson.Fragment(party["card"])}


def _page(page: dict[str, Any]) -> Response:
    body = orjson.dumps(page)
    return answer(orjson.Fragment(body), etag=etag_of(body))
