"""Routes by which videos come into a saved list, move in it, and leave it."""

import uuid
from functools import partial

from quart import Blueprint, Response
from quart_schema import tag, validate_querystring

from api.catalog import list_items, saved_lists
from api.catalog.versions import versions_meant
from api.catalog.viewers import Viewer, held_video, viewer_of
from api.http.answers import answer
from api.http.caller import need
from api.http.texts import Query, uuid_of
from api.services import ApiServices
from store.database import Connection


class Where(Query):
    """`before` names the video of the list that another is put in front of; without, it goes to the end."""

    before: uuid.UUID | None = None


def list_item_blueprint(services: ApiServices) -> Blueprint:
    """Return `/api/lists/…/items`."""
    routes = Blueprint("catalog_list_items", __name__, url_prefix="/api/lists/<saved>/items/<video>")
    database = services.database

    @routes.put("")
    @tag(["Lists"])
    @validate_querystring(Where)
    async def put(saved: str, video: str, query_args: Where) -> Response:
        """Put a video into a list, or move it in front of another."""
        who, meant = viewer_of(await need("list.write")), versions_meant()
        work = partial(_put, saved=uuid_of(saved), video=uuid_of(video), before=query_args.before)
        await database.transaction(partial(work, who=who, meant=meant))
        return answer(status=204)

    @routes.delete("")
    @tag(["Lists"])
    async def take_out(saved: str, video: str) -> Response:
        """Take a video out of a list."""
        who, meant = viewer_of(await need("list.write")), versions_meant()
        work = partial(_take_out, saved=uuid_of(saved), video=uuid_of(video), who=who, meant=meant)
        await database.transaction(work)
        return answer(status=204)

    return routes


async def _put(
    connection: Connection,
    saved: uuid.UUID,
    video: uuid.UUID,
    before: uuid.UUID | None,
    who: Viewer,
    meant: frozenset[int] | None,
) -> None:
    await saved_lists.lock(connection, saved, who.known_account, meant)
    await held_video(connection, video, who)
    await list_items.put(connection, saved, video, before)


async def _take_out(
    connection: Connection, saved: uuid.UUID, video: uuid.UUID, who: Viewer, meant: frozenset[int] | None
) -> None:
    await saved_lists.lock(connection, saved, who.known_account, meant)
    await list_items.remove(connection, saved, video)
