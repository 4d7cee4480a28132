"""Routes by which videos are found: lists of them, and the tags they bear."""

from typing import Annotated, Literal

import orjson
from pydantic import Field
from quart import Blueprint, Response
from quart_schema import document_response, tag, validate_querystring

from api.catalog import tags
from api.catalog.browse import Wanted, browse, place_of
from api.catalog.page_cache import KeptPage
from api.catalog.shapes import Seconds, Slug, TagCounts, VideoCards
from api.http.answers import answer
from api.http.texts import Paged, Query, line
from api.services import ApiServices

SHARED = "public, no-cache"  # the same for everybody, and asked for again by ETag


class VideosQuery(Paged):
    """Which videos, in which order; `creator` is a handle, durations are in seconds."""

    sort: Literal["newest", "popular", "trending", "duration"] = "newest"
    category: Slug | None = None
    tag: tags.Tag | None = None
    creator: Annotated[str, line(1, 60)] | None = None
    min_duration: Seconds | None = None
    max_duration: Seconds | None = None

    def wanted(self) -> Wanted:
        """Return what a page is read by."""
        return Wanted(self.sort, self.category, self.tag, self.creator, self.min_duration, self.max_duration)


class TagsQuery(Query):
    """How the tags begin."""

    prefix: Annotated[str, line(0, 40)] = ""
    limit: Annotated[int, Field(ge=1, le=100)] = 20


def browse_blueprint(services: ApiServices) -> Blueprint:
    """Return `/api/videos` for reading and `/api/tags`."""
    routes = Blueprint("catalog_browse", __name__, url_prefix="/api")
    database, pages = services.database, services.catalog_pages

    @routes.get("/videos")
    @tag(["Videos"])
    @document_response(VideoCards, 200)
    @validate_querystring(VideosQuery)
    async def videos(query_args: VideosQuery) -> Response:
        """List the videos that everybody finds.

        These are the public and premium ones that are published. A page ends at a video, so that none is
        skipped or shown twice while others are added. A cursor is good for the same sort and filters alone.
        What others publish shows within a second.
        """
        wanted = query_args.wanted()
        place = place_of(wanted, query_args.cursor)

        async def read() -> bytes:
            page = await database.run(
                lambda connection: browse(connection, wanted, place, query_args.limit), repeatable=True
            )
            return page.as_json(wanted.fingerprint)

        return _shared(await pages.get((wanted, place, query_args.limit), read))

    @routes.get("/tags")
    @tag(["Videos"])
    @document_response(TagCounts, 200)
    @validate_querystring(TagsQuery)
    async def most_used_tags(query_args: TagsQuery) -> Response:
        """List the tags that begin with `prefix`, the most used first."""
        prefix, limit = tags.normal_prefix(query_args.prefix), query_args.limit

        async def read() -> bytes:
            rows = await database.run(
                lambda connection: tags.most_used(connection, prefix, limit), repeatable=True
            )
            return orjson.dumps({"items": [dict(row) for row in rows]})

        return _shared(await pages.get(("tags", prefix, limit), read))

    return routes


def _shared(page: KeptPage) -> Response:
    return answer(orjson.Fragment(page.body), etag=page.etag, cache=SHARED)
