"""Routes by which moderators hide things, and mute and ban people."""

from quart import Blueprint, Response
from quart_schema import tag, validate_request

from api.http.answers import answer
from api.http.caller import need
from api.http.texts import uuid_of
from api.moderation.acts import set_hidden
from api.moderation.sanctions import Lift, Sanction, impose, lift
from api.moderation.shapes import Sanctioned, Why
from api.moderation.subjects import Subject
from api.services import ApiServices
from store.database import Connection

_HIDES = {"hide": True, "unhide": False}
_SANCTIONS: dict[str, Sanction] = {"mute": "mute", "ban": "ban"}
_LIFTS: dict[str, Lift] = {"unmute": "unmute", "unban": "unban"}


def sanctions_blueprint(services: ApiServices) -> Blueprint:
    """Return the routes that act under `/api/moderation`."""
    routes = Blueprint("moderation_acts", __name__, url_prefix="/api/moderation")
    database = services.database

    async def hide(subject: Subject, act: str, reason: str, permission: str) -> Response:
        await set_hidden(services, await need(permission), subject, _HIDES[act], reason)
        return answer(status=204)

    @routes.post("/posts/<thread>/<post>/<any(hide, unhide):act>")
    @tag(["Moderation"])
    @validate_request(Why)
    async def hide_post(thread: str, post: str, act: str, data: Why) -> Response:
        """Withhold a post from all but moderators, or show it again."""
        return await hide(Subject("post", post, thread), act, data.reason, "post.moderate")

    @routes.post("/threads/<thread>/<any(hide, unhide):act>")
    @tag(["Moderation"])
    @validate_request(Why)
    async def hide_thread(thread: str, act: str, data: Why) -> Response:
        """Withdraw a thread from all but moderators, or restore it."""
        return await hide(Subject("thread", thread), act, data.reason, "thread.moderate")

    @routes.post("/comments/<comment>/<any(hide, unhide):act>")
    @tag(["Moderation"])
    @validate_request(Why)
    async def hide_comment(comment: str, act: str, data: Why) -> Response:
        """Withhold a comment from all but moderators, or show it again."""
        return await hide(Subject("comment", comment), act, data.reason, "comment.moderate")

    @routes.post("/users/<account>/<any(mute, ban):act>")
    @tag(["Moderation"])
    @validate_request(Sanctioned)
    async def sanction(account: str, act: str, data: Sanctioned) -> Response:
        """Mute somebody, who then only reads, or ban them, which ends their connections within a second."""
        who, whom = await need("account.moderate"), uuid_of(account)

        async def work(connection: Connection) -> None:
            await impose(connection, who.account_id, whom, _SANCTIONS[act], data.until, data.reason)

        await database.transaction(work)
        return answer(status=204)

    @routes.post("/users/<account>/<any(unmute, unban):act>")
    @tag(["Moderation"])
    @validate_request(Why)
    async def pardon(account: str, act: str, data: Why) -> Response:
        """End a mute or a ban."""
        who, whom = await need("account.moderate"), uuid_of(account)

        async def work(connection: Connection) -> None:
            await lift(connection, who.account_id, whom, _LIFTS[act], data.reason)

        await database.transaction(work)
        return answer(status=204)

    return routes
