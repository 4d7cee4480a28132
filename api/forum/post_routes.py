"""Routes of posts: reading them, and writing, changing and reacting to them through the thread's room."""

from typing import Any

import orjson
from quart import Blueprint, Response
from quart_schema import document_response, tag, validate_querystring, validate_request

from api.forum import posts
from api.forum.rooms_of_threads import new_post_id, post_id, room_of, thread_id
from api.forum.shapes import NewPost, Post, PostChange, Posts, PostsQuery, Wordings
from api.http.answers import answer, etag_of
from api.http.caller import Caller, caller, need
from api.http.idempotency import idempotent
from api.http.rate_limits import limited
from api.http.shared_reads import SharedReads
from api.services import ApiServices

POSTS_PER_MINUTE = 30


def posts_blueprint(services: ApiServices) -> Blueprint:
    """Return `/api/threads/{id}/posts` and what is below."""
    routes = Blueprint("posts", __name__, url_prefix="/api/threads/<thread>/posts")
    database, reads = services.database, SharedReads()

    async def give(thread: str, who: Caller, type_: str, **fields: Any) -> None:
        await services.rooms.command(room_of(thread), {"type": type_, **fields}, who.by())

    async def shown(thread: str, post: str, who: Caller, status: int = 200) -> Response:
        found = await database.run(
            lambda connection: posts.find_post(connection, thread, post, who), repeatable=True
        )
        return answer(found, status)

    @routes.get("")
    @tag(["Forum"])
    @document_response(Posts, 200)
    @validate_querystring(PostsQuery)
    async def list_posts(thread: str, query_args: PostsQuery) -> Response:
        """List the posts of a thread, oldest first, or newest first with `reverse`."""
        who, query = await caller(), query_args
        asked = posts.wanted(thread_id(thread), query.limit, query.cursor, query.reverse, query.offset)

        async def read() -> bytes:
            return await database.run(
                lambda connection: posts.list_posts(connection, asked, who), repeatable=True
            )

        body = await reads.get((asked, who.user, who.by().moderator), read)
        return answer(orjson.Fragment(body), etag=etag_of(body))

    @routes.post("")
    @tag(["Forum"])
    @document_response(Post, 201)
    @idempotent
    @limited("post", per_minute=POSTS_PER_MINUTE)
    @validate_request(NewPost)
    async def write(thread: str, data: NewPost) -> Response:
        """Write a post; the same `id` again is the same post."""
        who, post = await need("post.write"), data.id or new_post_id()
        await give(thread, who, "post", id=post, text=data.text, quote=data.quote)
        return await shown(thread, post, who, 201)

    @routes.get("/<post>")
    @tag(["Forum"])
    @document_response(Post, 200)
    async def show(thread: str, post: str) -> Response:
        """Show one post."""
        return await shown(thread_id(thread), post_id(post), await caller())

    @routes.patch("/<post>")
    @tag(["Forum"])
    @document_response(Post, 200)
    @limited("post", per_minute=POSTS_PER_MINUTE)
    @validate_request(PostChange)
    async def edit(thread: str, post: str, data: PostChange) -> Response:
        """Give an own post another text."""
        who = await need("post.write")
        await give(thread, who, "edit", id=post_id(post), text=data.text)
        return await shown(thread, post, who)

    @routes.delete("/<post>")
    @tag(["Forum"])
    @limited("post", per_minute=POSTS_PER_MINUTE)
    async def delete(thread: str, post: str) -> Response:
        """Take a post back; moderators may take back anybody's."""
        await give(thread, await need("post.write"), "delete", id=post_id(post))
        return answer(status=204)

    @routes.get("/<post>/edits")
    @tag(["Forum"])
    @document_response(Wordings, 200)
    async def edits(thread: str, post: str) -> Response:
        """Show how a post read, from its first wording on."""
        who, in_thread, of_post = await caller(), thread_id(thread), post_id(post)
        rows = await database.run(
            lambda connection: posts.wordings(connection, in_thread, of_post, who), repeatable=True
        )
        return answer({"items": [dict(row) for row in rows]})

    return routes
