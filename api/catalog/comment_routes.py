"""Routes of comments under videos."""

import uuid
from typing import Annotated, Any, Literal

from quart import Blueprint, Response
from quart_schema import document_response, tag, validate_querystring, validate_request

from api import audit
from api.catalog import comments
from api.catalog.shapes import Comment, Comments, Seconds, StrictSeconds
from api.catalog.viewers import viewer_of, visible_video
from api.http.answers import answer
from api.http.caller import Caller, caller, need
from api.http.idempotency import idempotent
from api.http.rate_limits import limited
from api.http.texts import Body, Paged, text, uuid_of
from api.services import ApiServices
from store.database import Connection

Words = Annotated[str, text(1, 4_000)]


class NewComment(Body):
    """A comment, about all of the video or its moment `at_s`; `reply_to` names the one it answers."""

    text: Words
    at_s: StrictSeconds | None = None
    reply_to: uuid.UUID | None = None


class CommentEdit(Body):
    """What a comment says from now on."""

    text: Words


class CommentsQuery(Paged):
    """`time`: those about a moment, from `from_s` on, in order; `reply_to`: the replies to a comment."""

    sort: Literal["newest", "time"] = "newest"
    from_s: Seconds = 0
    reply_to: uuid.UUID | None = None

    def order(self) -> comments.Order:
        """Return what is asked for."""
        if self.reply_to is not None:
            return comments.replies_to(self.reply_to)
        return comments.newest() if self.sort == "newest" else comments.timed(self.from_s)


def comment_blueprint(services: ApiServices) -> Blueprint:
    """Return `/api/videos/…/comments` and `/api/comments`."""
    routes = Blueprint("catalog_comments", __name__, url_prefix="/api")
    database = services.database

    @routes.get("/videos/<video>/comments")
    @tag(["Comments"])
    @document_response(Comments, 200)
    @validate_querystring(CommentsQuery)
    async def read(video: str, query_args: CommentsQuery) -> Response:
        """List the comments under a video, without replies, or the replies to one of them.

        One that was deleted or hidden stands there without its text as long as it has replies.
        """
        who, wanted = await caller(), uuid_of(video)

        async def work(connection: Connection) -> dict[str, Any]:
            await visible_video(connection, wanted, viewer_of(who))
            return await comments.page(
                connection, wanted, query_args.order(), _moderates(who), query_args.cursor, query_args.limit
            )

        return answer(await database.run(work, repeatable=True))

    @routes.post("/videos/<video>/comments")
    @tag(["Comments"])
    @document_response(Comment, 201)
    @idempotent
    @limited("comment", per_minute=20)
    @validate_request(NewComment)
    async def write(video: str, data: NewComment) -> Response:
        """Comment on a video."""
        who, wanted = await need("comment.write"), uuid_of(video)

        async def work(connection: Connection) -> dict[str, Any]:
            made = await comments.add(connection, wanted, who, data.model_dump())
            return await comments.read(connection, made, _moderates(who))

        return answer(await database.transaction(work), 201)

    @routes.patch("/comments/<comment>")
    @tag(["Comments"])
    @document_response(Comment, 200)
    @limited("comment", per_minute=20)
    @validate_request(CommentEdit)
    async def edit(comment: str, data: CommentEdit) -> Response:
        """Change a comment of one's own."""
        who, wanted = await need("comment.write"), uuid_of(comment)

        async def work(connection: Connection) -> dict[str, Any]:
            row = await comments.lock(connection, wanted, viewer_of(who))
            await comments.edit(connection, row, who, data.text)
            return await comments.read(connection, wanted, _moderates(who))

        return answer(await database.transaction(work))

    @routes.delete("/comments/<comment>")
    @tag(["Comments"])
    async def delete(comment: str) -> Response:
        """Delete a comment: its author may, the creator of the video, and moderators."""
        who, wanted = await need("comment.write"), uuid_of(comment)

        async def work(connection: Connection) -> None:
            row = await comments.lock(connection, wanted, viewer_of(who))
            await comments.delete(connection, row, who)
            if who.account_id != row["author"]:
                await audit.record(connection, who.account_id, "comment.delete", ("comment", str(row["id"])))

        await database.transaction(work)
        return answer(status=204)

    return routes


def _moderates(who: Caller) -> bool:
    return "comment.moderate" in who.permissions
