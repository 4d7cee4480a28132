"""Routes of boards, and of the threads that stand on them."""

from dataclasses import replace

import orjson
from quart import Blueprint, Response
from quart_schema import document_response, tag, validate_querystring, validate_request

from api.forum import boards, threads
from api.forum.rooms_of_threads import new_post_id, new_thread_id, room_of
from api.forum.shapes import (
    Board,
    BoardChange,
    Boards,
    NewBoard,
    NewThread,
    Thread,
    ThreadCards,
    ThreadsQuery,
)
from api.http.answers import answer, etag_of
from api.http.caller import caller, need
from api.http.idempotency import idempotent
from api.http.rate_limits import limited
from api.problems import Problem
from api.services import ApiServices

THREADS_PER_MINUTE = 10


def boards_blueprint(services: ApiServices) -> Blueprint:
    """Return `/api/boards` and what is below."""
    routes = Blueprint("boards", __name__, url_prefix="/api/boards")
    database, pages = services.database, services.catalog_pages

    @routes.get("")
    @tag(["Forum"])
    @document_response(Boards, 200)
    async def list_all() -> Response:
        """List the boards; what others wrote counts a second later at the latest."""
        page = await pages.get("boards", lambda: database.run(boards.list_boards, repeatable=True))
        return answer(orjson.Fragment(page.body), etag=page.etag, cache="public, no-cache")

    @routes.post("")
    @tag(["Forum"])
    @document_response(Board, 201)
    @idempotent
    @validate_request(NewBoard)
    async def add(data: NewBoard) -> Response:
        """Add a board."""
        who = (await need("thread.moderate")).account_id
        board = await database.transaction(lambda connection: boards.add_board(connection, who, data))
        pages.forget()
        return answer(board, 201, headers={"ETag": boards.board_etag(board["slug"], board["version"])})

    @routes.patch("/<slug>")
    @tag(["Forum"])
    @document_response(Board, 200)
    @validate_request(BoardChange)
    async def change(slug: str, data: BoardChange) -> Response:
        """Change a board; If-Match may name the version that the edit is meant for."""
        who = (await need("thread.moderate")).account_id
        board = await database.transaction(
            lambda connection: boards.change_board(connection, who, slug, data)
        )
        pages.forget()
        return answer(board, headers={"ETag": boards.board_etag(slug, board["version"])})

    @routes.get("/<slug>/threads")
    @tag(["Forum"])
    @document_response(ThreadCards, 200)
    @validate_querystring(ThreadsQuery)
    async def list_threads(slug: str, query_args: ThreadsQuery) -> Response:
        """List the threads of a board; the first page begins with the pinned ones."""
        who = await caller()
        asked = threads.wanted(slug, query_args.sort, query_args.limit, query_args.cursor)
        body = await database.run(
            lambda connection: threads.list_threads(connection, asked, who), repeatable=True
        )
        return answer(orjson.Fragment(body), etag=etag_of(body))

    @routes.post("/<slug>/threads")
    @tag(["Forum"])
    @document_response(Thread, 201)
    @idempotent
    @limited("thread", per_minute=THREADS_PER_MINUTE)
    @validate_request(NewThread)
    async def open_thread(slug: str, data: NewThread) -> Response:
        """Open a thread with its first post: both, or neither."""
        who = await need("thread.create")
        board = await database.run(lambda connection: boards.find_board(connection, slug), repeatable=True)
        if board["restricted"] and not who.by().moderator:
            raise Problem(403, "forbidden", "on this board only moderators open threads")
        thread = new_thread_id()
        opening = {
            "type": "open",
            "title": data.title,
            "board": slug,
            "tags": data.tags,
            "guests": board["guests"],
            "id": new_post_id(),
            "text": data.text,
        }
        await services.rooms.command(room_of(thread), opening, replace(who.by(), system=True))
        pages.forget()
        opened = await database.run(
            lambda connection: threads.find_thread(connection, thread, who), repeatable=True
        )
        return answer(opened, 201, headers={"Location": f"/api/threads/{thread}"})

    return routes
