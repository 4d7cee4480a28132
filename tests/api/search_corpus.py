"""A small library of space films, and ways to look into it."""

import uuid
from dataclasses import dataclass
from typing import Any

from tests.api.api_app import Api, Person


@dataclass
class Corpus:
    """The app, and somebody whose videos stand in it."""

    api: Api
    creator: Person

    async def add(self, title: str, description: str = "", *tags: str, **columns: Any) -> uuid.UUID:
        """Add a video that everybody finds, unless `columns` say otherwise."""
        video: uuid.UUID = await self.api.database.fetchval(
            "insert into video (creator, title, description, category, tags, visibility, published_at)"
            " values ($1, $2, $3, 'iss', $4, $5, case when $6 then now() end) returning id",
            uuid.UUID(self.creator.id),
            title,
            description,
            list(tags),
            columns.get("visibility", "public"),
            columns.get("published", True),
        )
        return video

    async def thread(self, title: str, *tags: str) -> str:
        """Add a thread."""
        thread = uuid.uuid4().hex[:12]
        await self.api.database.execute(
            "insert into thread (id, board, title, tags) values ($1, 'iss', $2, $3)",
            thread,
            title,
            list(tags),
        )
        return thread

    async def page(self, query: str, kind: str = "videos", **more: Any) -> dict[str, Any]:
        """Return a page of what is found."""
        page: dict[str, Any] = await self.api.json(
            "GET", "/api/search", query_string={"q": query, "type": kind, **more}
        )
        return page

    async def titles(self, query: str, kind: str = "videos") -> list[str]:
        """Return the titles, or names, of what is found, in order."""
        items = (await self.page(query, kind))["items"]
        return [item["display_name" if kind == "creators" else "title"] for item in items]

    async def suggestions(self, query: str) -> list[tuple[str, str]]:
        """Return text and type of what is suggested."""
        found = await self.api.json("GET", "/api/suggest", query_string={"q": query})
        return [(item["text"], item["type"]) for item in found["items"]]


async def open_corpus(api: Api) -> Corpus:
    """Return an empty corpus; categories are what every test begins without."""
    await api.database.execute(
        "insert into category (slug, title) values ('iss', 'Space Station') on conflict do nothing"
    )
    return Corpus(api, await api.sign_in("creator", "Gene"))
