"""Routes of the emoji under posts."""

from quart import Blueprint, Response
from quart_schema import tag

from api.forum.rooms_of_threads import post_id, room_of
from api.http.answers import answer
from api.http.caller import need
from api.http.rate_limits import limited
from api.services import ApiServices

REACTIONS_PER_MINUTE = 60


def reactions_blueprint(services: ApiServices) -> Blueprint:
    """Return `/api/threads/{id}/posts/{post}/reactions/{emoji}`."""
    routes = Blueprint("reactions", __name__, url_prefix="/api/threads/<thread>/posts/<post>/reactions")

    async def give(word: str, thread: str, post: str, emoji: str) -> Response:
        who = await need("post.write")
        command = {"type": word, "id": post_id(post), "emoji": emoji}
        await services.rooms.command(room_of(thread), command, who.by())
        return answer(status=204)

    @routes.put("/<emoji>")
    @tag(["Forum"])
    @limited("reaction", per_minute=REACTIONS_PER_MINUTE)
    async def react(thread: str, post: str, emoji: str) -> Response:
        """Put an emoji under a post; again is the same."""
        return await give("react", thread, post, emoji)

    @routes.delete("/<emoji>")
    @tag(["Forum"])
    @limited("reaction", per_minute=REACTIONS_PER_MINUTE)
    async def unreact(thread: str, post: str, emoji: str) -> Response:
        """Take an own emoji away; again is the same."""
        return await give("unreact", thread, post, emoji)

    return routes
