"""Routes of single threads: what stands over their posts, and how they are set."""

from collections.abc import Awaitable, Callable
from typing import Any

from quart import Blueprint, Response, request
from quart_schema import document_response, tag, validate_request

from api.forum import threads
from api.forum.rooms_of_threads import room_of, thread_id
from api.forum.shapes import Pace, Thread, ThreadAct, ThreadChange
from api.http.answers import answer, check_if_match, etag_of
from api.http.caller import Caller, caller, need
from api.http.rate_limits import limited
from api.problems import Problem
from api.services import ApiServices

CHANGES_PER_MINUTE = 30
ACTS = {
    "pin": "Keep a thread before the others of its board; moderators may.",
    "unpin": "Keep it there no longer.",
    "lock": "Let only moderators write in a thread; moderators may, with a reason if they like.",
    "unlock": "Let others write in it again.",
    "solve": "Name the post that answers a thread's question; its author may, and moderators.",
    "unsolve": "Say that nothing has answered it yet.",
}


def threads_blueprint(services: ApiServices) -> Blueprint:
    """Return `/api/threads/{id}` but for its posts."""
    routes = Blueprint("threads", __name__, url_prefix="/api/threads")
    database, rooms = services.database, services.rooms

    async def read(thread: str, who: Caller) -> dict[str, Any]:
        return await database.run(
            lambda connection: threads.find_thread(connection, thread, who), repeatable=True
        )

    async def shown(thread: str, who: Caller) -> Response:
        found = await read(thread, who)
        return answer(found, headers={"ETag": _etag(found)})

    @routes.get("/<thread>")
    @tag(["Forum"])
    @document_response(Thread, 200)
    async def show(thread: str) -> Response:
        """Show a thread without its posts; the ETag is that of its settings, for an edit's If-Match."""
        return await shown(thread_id(thread), await caller())

    @routes.patch("/<thread>")
    @tag(["Forum"])
    @document_response(Thread, 200)
    @limited("thread_change", per_minute=CHANGES_PER_MINUTE)
    @validate_request(ThreadChange)
    async def change(thread: str, data: ThreadChange) -> Response:
        """Give a thread another title or tags; its author may, and moderators."""
        who = await need("post.write")
        known = await read(thread_id(thread), who)
        check_if_match(_etag(known))
        named: dict[str, Any] = {
            "type": "title",
            "title": known["title"] if data.title is None else data.title,
            "tags": known["tags"] if data.tags is None else data.tags,
        }
        if "If-Match" in request.headers:
            named["version"] = known["version"]
        await rooms.command(room_of(thread), named, who.by())
        return await shown(thread, who)

    @routes.put("/<thread>/slow-mode")
    @tag(["Forum"])
    @document_response(Thread, 200)
    @limited("thread_change", per_minute=CHANGES_PER_MINUTE)
    @validate_request(Pace)
    async def slow_down(thread: str, data: Pace) -> Response:
        """Let each person post only once in so many seconds, 0 for as often as they like; moderators may."""
        who = await need("post.write")
        await rooms.command(room_of(thread), {"type": "slow", "seconds": data.seconds}, who.by())
        return await shown(thread, who)

    def route_of(act: str) -> Callable[..., Awaitable[Response]]:
        async def set_thread(thread: str, data: ThreadAct) -> Response:
            who = await need("post.write")
            await rooms.command(room_of(thread), _command(act, data), who.by())
            return await shown(thread, who)

        set_thread.__doc__ = ACTS[act]
        return set_thread

    for act in ACTS:
        handler = limited("thread_change", per_minute=CHANGES_PER_MINUTE)(
            validate_request(ThreadAct)(route_of(act))
        )
        documented = tag(["Forum"])(document_response(Thread, 200)(handler))
        routes.post(f"/<thread>/{act}", endpoint=act)(documented)

    return routes


def _command(act: str, data: ThreadAct) -> dict[str, Any]:
    if act == "solve" and data.post_id is None:
        raise Problem(400, "invalid_field", "post_id must be the id of the post that answers", "post_id")
    return {"type": act, "reason": data.reason, "post": data.post_id}


def _etag(thread: dict[str, Any]) -> str:
    return etag_of("thread", thread["id"], thread["version"])
