"""Routes of categories: everybody reads them, admins arrange them."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Annotated

import orjson
from pydantic import Field
from quart import Blueprint, Response
from quart_schema import document_response, tag, validate_request

from api import audit
from api.catalog import categories
from api.catalog.shapes import Categories, Category, Slug
from api.catalog.versions import versions_meant
from api.http.answers import answer
from api.http.caller import need
from api.http.idempotency import idempotent
from api.http.texts import Body, line, text
from api.services import ApiServices
from store.database import Connection, Row

Name = Annotated[str, line(1, 60)]
About = Annotated[str, text(0, 500)]
Position = Annotated[int, Field(ge=0, le=1_000_000, strict=True)]
Write = Callable[[Connection], Awaitable[Row]]


class NewCategory(Body):
    """A category to be; they stand in order of `position`."""

    slug: Slug
    title: Name
    about: About = ""
    position: Position = 0


class CategoryEdit(Body):
    """What to change; what is left out, or null, stays."""

    title: Name | None = None
    about: About | None = None
    position: Position | None = None


def category_blueprint(services: ApiServices) -> Blueprint:
    """Return `/api/categories`."""
    routes = Blueprint("catalog_categories", __name__, url_prefix="/api/categories")
    database, pages = services.database, services.catalog_pages

    @routes.get("")
    @tag(["Categories"])
    @document_response(Categories, 200)
    async def list_all() -> Response:
        """List all categories, in order."""

        async def read() -> bytes:
            rows = await database.run(categories.all_categories, repeatable=True)
            return orjson.dumps({"items": [dict(row) for row in rows]})

        page = await pages.get("categories", read)
        return answer(orjson.Fragment(page.body), etag=page.etag, cache="public, no-cache")

    @routes.get("/<slug>")
    @tag(["Categories"])
    @document_response(Category, 200)
    async def read_one(slug: str) -> Response:
        """Show one category."""
        named = _storable(slug)
        row = await database.run(
            lambda connection: categories.one_category(connection, named), repeatable=True
        )
        return answer(dict(row), etag=categories.etag_of_category(row))

    async def written(act: str, slug: str, write: Write) -> Row:
        """Do what admins may, and note it, in one transaction."""
        who = await need("category.write")

        async def work(connection: Connection) -> Row:
            row = await write(connection)
            await audit.record(connection, who.account_id, act, ("category", slug))
            return row

        row = await database.transaction(work)
        pages.forget()
        return row

    @routes.post("")
    @tag(["Categories"])
    @document_response(Category, 201)
    @idempotent
    @validate_request(NewCategory)
    async def add(data: NewCategory) -> Response:
        """Make a category."""
        fields = data.model_dump()
        row = await written("category.add", data.slug, lambda connection: categories.add(connection, fields))
        return answer(dict(row), 201, etag=categories.etag_of_category(row))

    @routes.patch("/<slug>")
    @tag(["Categories"])
    @document_response(Category, 200)
    @validate_request(CategoryEdit)
    async def edit(slug: str, data: CategoryEdit) -> Response:
        """Change a category; its slug stays. With If-Match only the version that is meant."""
        named, meant = _storable(slug), versions_meant()
        work = partial(categories.edit, slug=named, fields=data.model_dump(), meant=meant)
        row = await written("category.edit", named, work)
        return answer(dict(row), etag=categories.etag_of_category(row))

    @routes.delete("/<slug>")
    @tag(["Categories"])
    async def remove(slug: str) -> Response:
        """Delete a category in which there are no videos."""
        named = _storable(slug)
        await written("category.delete", named, lambda connection: categories.remove(connection, named))
        return answer(status=204)

    return routes


def _storable(slug: str) -> str:
    """Return a slug that can be looked for: one with a NUL or a lone surrogate is just not there."""
    return slug if slug.isprintable() else ""
