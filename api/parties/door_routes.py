"""Routes of who comes into a party: joining, and bringing something to watch."""

from functools import partial

from quart import Blueprint, Response
from quart_schema import document_response, tag, validate_request

from api.catalog.viewers import viewer_of
from api.http.answers import answer
from api.http.caller import Caller, need_somebody
from api.http.idempotency import idempotent
from api.http.rate_limits import limited
from api.parties import parties
from api.parties.items import Shelf, read_item
from api.parties.joining import join
from api.parties.rooms_of_parties import operation_id, party_id, room_of
from api.parties.shapes import AddedItem, Entrance, Entry, OneItem
from api.services import ApiServices
from store.database import Row

JOINS_PER_MINUTE = 60  # everybody asks for a new token every ten minutes
ITEMS_PER_MINUTE = 30


def party_door_blueprint(services: ApiServices) -> Blueprint:
    """Return `/api/parties/{id}/join` and `/api/parties/{id}/items`."""
    routes = Blueprint("party_door", __name__, url_prefix="/api/parties/<party>")
    database = services.database

    async def find(party: str, who: Caller) -> Row:
        work = partial(parties.find_party, party=party_id(party), who=who)
        return await database.run(work, repeatable=True)

    @routes.post("/join")
    @tag(["Watch parties"])
    @document_response(Entry, 200)
    @limited("party_join", per_minute=JOINS_PER_MINUTE)
    @validate_request(Entrance)
    async def come_in(party: str, data: Entrance) -> Response:
        """Get a token for a party's channel, as an account or a guest; ask again when it runs out."""
        who = await need_somebody()
        return answer(await join(services, await find(party, who), who, data.invite))

    @routes.post("/items")
    @tag(["Watch parties"])
    @document_response(OneItem, 201)
    @idempotent
    @limited("party_item", per_minute=ITEMS_PER_MINUTE)
    @validate_request(AddedItem)
    async def add(party: str, data: AddedItem) -> Response:
        """Put something into a party's queue, or let it begin at once with `now`."""
        who = await need_somebody()
        found = await find(party, who)
        shelf = Shelf(viewer_of(who), services.options.public_url)
        read = await database.run(partial(read_item, item=data, shelf=shelf), repeatable=True)
        op = operation_id(services.tokens, who)
        item = {"id": op, **read}
        command = {"type": "add", "op": op, "item": item, "now": data.now}
        await services.rooms.command(room_of(found["id"]), command, who.by())
        return answer({"item": item}, 201)

    return routes
