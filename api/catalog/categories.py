"""Categories in the database: few, ordered, and kept while videos are in them."""

from collections.abc import Mapping
from typing import Any

from api.catalog.versions import check_version, versioned_etag
from api.problems import Problem
from store.database import Connection, Row

CATEGORIES_MAX = 200

_ADD = """
insert into category (slug, title, about, position)
select $1, $2, $3, $4 where (select count(*) from category) < $5
on conflict (slug) do nothing
returning slug, title, about, position, videos, version
"""
_EDIT = """
update category set
    title = coalesce($2, title), about = coalesce($3, about), position = coalesce($4, position),
    version = version + 1
where slug = $1
returning slug, title, about, position, videos, version
"""


async def all_categories(connection: Connection) -> list[Row]:
    """Return all of them, in order."""
    return await connection.fetch(
        "select slug, title, about, position, videos, version from category order by position, slug"
    )


async def one_category(connection: Connection, slug: str) -> Row:
    """Return one; raise 404."""
    return _found(
        await connection.fetchrow(
            "select slug, title, about, position, videos, version from category where slug = $1", slug
        )
    )


async def add(connection: Connection, fields: Mapping[str, Any]) -> Row:
    """Make one; raise 409 when its slug is taken or there are CATEGORIES_MAX."""
    values = [fields[name] for name in ("slug", "title", "about", "position")]
    row = await connection.fetchrow(_ADD, *values, CATEGORIES_MAX)
    if row is not None:
        return row
    if await connection.fetchval("select exists(select from category where slug = $1)", fields["slug"]):
        raise Problem(409, "id_taken", "slug: there is a category of this slug: choose another", "slug")
    raise Problem(409, "limit_exceeded", f"there are at most {CATEGORIES_MAX} categories: delete some first")


async def edit(
    connection: Connection, slug: str, fields: Mapping[str, Any], meant: frozenset[int] | None
) -> Row:
    """Change the fields that are not None; raise 404, 412. A slug stays: links name it."""
    lock = "select version from category where slug = $1 for no key update"
    check_version(_found(await connection.fetchrow(lock, slug))["version"], meant)
    values = [fields.get(name) for name in ("title", "about", "position")]
    return _found(await connection.fetchrow(_EDIT, slug, *values))


async def remove(connection: Connection, slug: str) -> Row:
    """Delete an empty one and return it; raise 404, 409 while any video, even a deleted one, is in it."""
    row = _found(await connection.fetchrow("select slug from category where slug = $1 for update", slug))
    if await connection.fetchval("select exists(select from video where category = $1)", slug):
        raise Problem(409, "category_in_use", "there are videos in this category: move them first")
    await connection.execute("delete from category where slug = $1", slug)
    return row


def etag_of_category(row: Row) -> str:
    """Return the ETag of a category."""
    return versioned_etag(row["version"], tuple(row))


def _found(row: Row | None) -> Row:
    if row is None:
        raise Problem(404, "not_found", "there is no such category; see GET /api/categories")
    return row
