"""What tests of the catalog start from: categories, people and their videos."""

from typing import Any

from store.database import Database
from tests.api.api_app import Api, Person

CATEGORIES = ("launches", "moon", "mars")


async def add_categories(database: Database) -> None:
    """Put three categories into a database that was emptied."""
    await database.execute(
        "insert into category (slug, title, position)"
        " select slug, initcap(slug), n from unnest($1::text[]) with ordinality as given (slug, n)",
        list(CATEGORIES),
    )


async def draft(api: Api, by: Person, **fields: Any) -> dict[str, Any]:
    """Return a new draft of somebody's."""
    new = {"title": "Lift-off", "category": "launches", **fields}
    made: dict[str, Any] = await api.json("POST", "/api/videos", new, by, status=201)
    return made


async def published(api: Api, by: Person, **fields: Any) -> dict[str, Any]:
    """Return a new video of somebody's that is published."""
    made = await draft(api, by, **fields)
    shown: dict[str, Any] = await api.json("POST", f"/api/videos/{made['id']}/publish", by=by)
    return shown


async def problem(
    api: Api, method: str, path: str, json: Any = None, by: Person | None = None, **more: Any
) -> Any:
    """Ask for something that is refused; return (status, code, field)."""
    response = await api.ask(method, path, json, by, **more)
    body = await response.get_json(force=True)
    assert response.content_type == "application/problem+json", body
    return response.status_code, body["code"], body.get("field")


async def counters(api: Api, video: str) -> tuple[int, int, int]:
    """Return views, likes and comments of a video as the database counts them."""
    row = await api.database.fetchrow(
        "select views, likes, comments from video where id = $1::text::uuid", video
    )
    assert row is not None
    return row["views"], row["likes"], row["comments"]
