"""Routes of the watch history: how far one came in which video."""

import uuid
from functools import partial

from quart import Blueprint, Response
from quart_schema import document_response, tag, validate_querystring, validate_request

from api.catalog import history
from api.catalog.shapes import History, StrictSeconds
from api.catalog.viewers import Viewer, held_video, viewer_of
from api.http.answers import answer
from api.http.caller import need_account
from api.http.texts import Body, Paged, uuid_of
from api.services import ApiServices
from store.database import Connection


class Progress(Body):
    """How far somebody came."""

    position_s: StrictSeconds


def history_blueprint(services: ApiServices) -> Blueprint:
    """Return `/api/videos/…/progress` and `/api/me/history`."""
    routes = Blueprint("catalog_history", __name__, url_prefix="/api")
    database = services.database

    @routes.put("/videos/<video>/progress")
    @tag(["Videos"])
    @validate_request(Progress)
    async def progress(video: str, data: Progress) -> Response:
        """Note how far one came, which puts the video on top of the history."""
        who = viewer_of(await need_account())
        work = partial(_remember, video=uuid_of(video), who=who, position_s=data.position_s)
        await database.transaction(work)
        return answer(status=204)

    @routes.get("/me/history")
    @tag(["Videos"])
    @document_response(History, 200)
    @validate_querystring(Paged)
    async def read(query_args: Paged) -> Response:
        """List what one watched, the last first, with the position to go on at."""
        who = viewer_of(await need_account())
        work = partial(history.page, who=who, cursor=query_args.cursor, limit=query_args.limit)
        return answer(await database.run(work, repeatable=True))

    @routes.delete("/me/history")
    @tag(["Videos"])
    async def forget_all() -> Response:
        """Forget all that one watched."""
        who = await need_account()
        await database.transaction(partial(history.forget, account=who.account_id))
        return answer(status=204)

    @routes.delete("/me/history/<video>")
    @tag(["Videos"])
    async def forget_one(video: str) -> Response:
        """Forget that one watched this video."""
        who = await need_account()
        await database.transaction(partial(history.forget, account=who.account_id, video=uuid_of(video)))
        return answer(status=204)

    return routes


async def _remember(connection: Connection, video: uuid.UUID, who: Viewer, position_s: float) -> None:
    await held_video(connection, video, who)
    await history.remember(connection, who.known_account, video, position_s)
