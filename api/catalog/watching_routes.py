"""Routes of those who watch: views, likes, and what there is to play."""

import uuid
from functools import partial
from typing import Annotated

import orjson
from pydantic import Field
from quart import Blueprint, Response
from quart_schema import document_response, tag, validate_request

from api.catalog import likes
from api.catalog.assets import assets_of
from api.catalog.shapes import Assets
from api.catalog.viewers import Viewer, held_video, viewer, viewer_of, visible_video
from api.http.answers import answer
from api.http.caller import caller, need
from api.http.described import answers_with
from api.http.texts import Body, uuid_of
from api.problems import Problem
from api.services import ApiServices
from store.database import Connection, Row


class Seen(Body):
    """`session` is whatever the client makes up for one visit; a viewer and session count once a video."""

    session: Annotated[str, Field(pattern=r"^[\x21-\x7e]{1,64}$")]


def watching_blueprint(services: ApiServices) -> Blueprint:
    """Return what viewers do under `/api/videos/…`."""
    routes = Blueprint("catalog_watching", __name__, url_prefix="/api/videos/<video>")
    database = services.database

    @routes.post("/views")
    @tag(["Videos"])
    @answers_with(202, "It will be counted in a moment.", "application/json")
    @validate_request(Seen)
    async def see(video: str, data: Seen) -> Response:
        """Count a view, a moment later, once a viewer and session.

        A viewer is an account, or else an address. Of a video that is not there for the caller nothing is
        counted, and nothing said.
        """
        who, wanted = await caller(), uuid_of(video)
        name = f"account/{who.user}" if who.account else f"address/{who.address}"
        services.views.take(wanted, viewer_of(who).account, name, data.session)
        return answer({}, 202)

    @routes.put("/like")
    @tag(["Videos"])
    async def like(video: str) -> Response:
        """Like a video; once more changes nothing."""
        who = viewer_of(await need("video.like"))
        await database.transaction(partial(_like, video=uuid_of(video), who=who))
        return answer(status=204)

    @routes.delete("/like")
    @tag(["Videos"])
    async def unlike(video: str) -> Response:
        """Take a like back."""
        who = await need("video.like")
        await database.transaction(partial(likes.unlike, video=uuid_of(video), account=who.account_id))
        return answer(status=204)

    @routes.get("/assets")
    @tag(["Videos"])
    @document_response(Assets, 200)
    async def assets(video: str) -> Response:
        """List what a video is made of; of premium ones for accounts alone."""
        work = partial(_assets, video=uuid_of(video), who=await viewer())
        rows = await database.run(work, repeatable=True)
        return answer(
            {"items": [{**dict(row), "versions": orjson.Fragment(row["versions"])} for row in rows]}
        )

    return routes


async def _like(connection: Connection, video: uuid.UUID, who: Viewer) -> None:
    await held_video(connection, video, who)
    await likes.like(connection, video, who.known_account)


async def _assets(connection: Connection, video: uuid.UUID, who: Viewer) -> list[Row]:
    seen = await visible_video(connection, video, who)
    if seen["visibility"] == "premium" and who.account is None:
        raise Problem(401, "unauthorized", "sign in with an account to watch premium videos")
    return await assets_of(connection, video, who.may_edit(seen["creator"]))
