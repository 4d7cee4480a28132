"""Routes of what somebody has read in the forum, and what is new for them."""

from quart import Blueprint, Response
from quart_schema import document_response, tag, validate_querystring, validate_request

from api.forum import reading
from api.forum.rooms_of_threads import thread_id
from api.forum.shapes import Mentions, ReadMark, Unread
from api.http.answers import answer
from api.http.caller import need_account
from api.http.texts import Paged
from api.services import ApiServices


def reading_blueprint(services: ApiServices) -> Blueprint:
    """Return `/api/threads/{id}/read`, `/api/me/unread` and `/api/me/mentions`."""
    routes = Blueprint("reading", __name__, url_prefix="/api")
    database = services.database

    @routes.put("/threads/<thread>/read")
    @tag(["Forum"])
    @validate_request(ReadMark)
    async def mark_read(thread: str, data: ReadMark) -> Response:
        """Note up to which offset you have read a thread; never back. Mentions up to there are seen."""
        who, known = await need_account(), thread_id(thread)
        await database.transaction(
            lambda connection: reading.mark_read(
                connection, who.account_id, known, data.offset, who.by().moderator
            )
        )
        return answer(status=204)

    @routes.get("/me/unread")
    @tag(["Forum"])
    @document_response(Unread, 200)
    async def unread() -> Response:
        """Tell in which of the threads that you have read there is something new."""
        account = (await need_account()).account_id
        return answer(
            await database.run(lambda connection: reading.unread(connection, account), repeatable=True)
        )

    @routes.get("/me/mentions")
    @tag(["Forum"])
    @document_response(Mentions, 200)
    @validate_querystring(Paged)
    async def mentions(query_args: Paged) -> Response:
        """List the posts that name you, the newest first."""
        account, page = (await need_account()).account_id, query_args
        return answer(
            await database.run(
                lambda connection: reading.list_mentions(connection, account, page.limit, page.cursor),
                repeatable=True,
            )
        )

    @routes.put("/me/mentions/read")
    @tag(["Forum"])
    async def see_mentions() -> Response:
        """Note that you have seen all of them."""
        account = (await need_account()).account_id
        await database.run(lambda connection: reading.see_all_mentions(connection, account))
        return answer(status=204)

    return routes
