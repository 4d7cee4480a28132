"""Routes of saved lists: make, read, edit, delete."""

import uuid
from functools import partial
from typing import Annotated, Any, Literal

from quart import Blueprint, Response
from quart_schema import document_response, tag, validate_querystring, validate_request

from api.catalog import list_items, saved_lists
from api.catalog.shapes import SavedList, SavedListPage, SavedLists
from api.catalog.versions import versions_meant
from api.catalog.viewers import Viewer, viewer
from api.http.answers import answer
from api.http.caller import Caller, need, need_account
from api.http.idempotency import idempotent
from api.http.rate_limits import limited
from api.http.texts import Body, Paged, line, uuid_of
from api.moderation.rules import check_may_write
from api.services import ApiServices
from store.database import Connection, Row

Title = Annotated[str, line(1, 80)]
Visibility = Literal["public", "unlisted", "private"]


class NewList(Body):
    """A list to be."""

    title: Title
    visibility: Visibility = "private"


class ListEdit(Body):
    """What to change; what is left out, or null, stays."""

    title: Title | None = None
    visibility: Visibility | None = None


class ListsQuery(Paged):
    """Whose lists; `owner` is a handle."""

    owner: Annotated[str, line(1, 60)]


def list_blueprint(services: ApiServices) -> Blueprint:
    """Return `/api/lists` and `/api/me/lists`."""
    routes = Blueprint("catalog_lists", __name__, url_prefix="/api")
    database = services.database

    @routes.get("/me/lists")
    @tag(["Lists"])
    @document_response(SavedLists, 200)
    @validate_querystring(Paged)
    async def mine(query_args: Paged) -> Response:
        """List one's own lists, the newest first."""
        owner, asked = (await need_account()).account_id, query_args
        work = partial(saved_lists.own_lists, owner=owner, cursor=asked.cursor, limit=asked.limit)
        return answer(await database.run(work, repeatable=True))

    @routes.get("/lists")
    @tag(["Lists"])
    @document_response(SavedLists, 200)
    @validate_querystring(ListsQuery)
    async def of_somebody(query_args: ListsQuery) -> Response:
        """List the public lists of somebody, the newest first."""
        asked = query_args
        work = partial(saved_lists.public_lists, handle=asked.owner, cursor=asked.cursor, limit=asked.limit)
        return answer(await database.run(work, repeatable=True))

    @routes.post("/lists")
    @tag(["Lists"])
    @document_response(SavedList, 201)
    @idempotent
    @limited("list_create", per_minute=30)
    @validate_request(NewList)
    async def create(data: NewList) -> Response:
        """Make an empty list."""
        row = await database.transaction(partial(_create, who=await need("list.write"), new=data))
        return _list_alone(row, 201)

    @routes.get("/lists/<saved>")
    @tag(["Lists"])
    @document_response(SavedListPage, 200)
    @validate_querystring(Paged)
    async def read(saved: str, query_args: Paged) -> Response:
        """Show a list and a page of its videos, in its order."""
        work = partial(_read, saved=uuid_of(saved), who=await viewer(), asked=query_args)
        row, page = await database.run(work, repeatable=True)
        shown = {"list": saved_lists.card_of(row), **page}
        return answer(shown, etag=saved_lists.etag_of_list(row, page))

    @routes.patch("/lists/<saved>")
    @tag(["Lists"])
    @document_response(SavedList, 200)
    @validate_request(ListEdit)
    async def edit(saved: str, data: ListEdit) -> Response:
        """Change a list's title or who sees it; with If-Match only the version that is meant."""
        who, meant = await need("list.write"), versions_meant()
        work = partial(_edit, saved=uuid_of(saved), who=who, meant=meant, edit=data)
        return _list_alone(await database.transaction(work), 200)

    @routes.delete("/lists/<saved>")
    @tag(["Lists"])
    async def delete(saved: str) -> Response:
        """Delete a list; its videos stay."""
        owner, meant = (await need("list.write")).account_id, versions_meant()
        await database.transaction(partial(_delete, saved=uuid_of(saved), owner=owner, meant=meant))
        return answer(status=204)

    return routes


def _list_alone(row: Row, status: int) -> Response:
    return answer(saved_lists.card_of(row), status, etag=saved_lists.etag_of_list(row))


async def _create(connection: Connection, who: Caller, new: NewList) -> Row:
    made = await saved_lists.create(connection, who.account_id, new.model_dump())
    return await _written(connection, made, who)


async def _read(
    connection: Connection, saved: uuid.UUID, who: Viewer, asked: Paged
) -> tuple[Row, dict[str, Any]]:
    row = await saved_lists.read(connection, saved, who.account)
    return row, await list_items.page(connection, saved, who, asked.cursor, asked.limit)


async def _edit(
    connection: Connection, saved: uuid.UUID, who: Caller, meant: frozenset[int] | None, edit: ListEdit
) -> Row:
    await saved_lists.lock(connection, saved, who.account_id, meant)
    await saved_lists.edit(connection, saved, edit.model_dump())
    return await _written(connection, saved, who)


async def _written(connection: Connection, saved: uuid.UUID, who: Caller) -> Row:
    """Return a list as it is now, unless others would read in it what may not be written."""
    row = await saved_lists.read(connection, saved, who.account_id)
    if row["visibility"] != "private":
        await check_may_write(connection, who, row["title"], "title")
    return row


async def _delete(
    connection: Connection, saved: uuid.UUID, owner: uuid.UUID, meant: frozenset[int] | None
) -> None:
    await saved_lists.lock(connection, saved, owner, meant)
    await saved_lists.delete(connection, saved)
