"""Routes of search and of suggestions while somebody types."""

from typing import Annotated, Literal

from quart import Blueprint, Response
from quart_schema import document_response, tag, validate_querystring

from api.catalog.search import Kind, Search, find, place_of
from api.catalog.search_shapes import Found, Suggestions
from api.catalog.search_suggest import suggest
from api.catalog.search_terms import QUERY_LENGTH_MAX
from api.http.answers import answer
from api.http.texts import Paged, Query, line
from api.services import ApiServices

SHARED = "public, max-age=10"  # the same for everybody; what is taken away is gone from here soon enough
_KINDS: dict[str, Kind] = {"videos": "video", "creators": "creator", "threads": "thread"}


class SearchQuery(Paged):
    """What is looked for, and among what."""

    q: Annotated[str, line(0, QUERY_LENGTH_MAX)]
    type: Literal["videos", "creators", "threads"] = "videos"


class SuggestQuery(Query):
    """What was typed so far."""

    q: Annotated[str, line(0, QUERY_LENGTH_MAX)] = ""


def search_blueprint(services: ApiServices) -> Blueprint:
    """Return `/api/search` and `/api/suggest`."""
    routes = Blueprint("catalog_search", __name__, url_prefix="/api")
    database = services.database

    @routes.get("/search")
    @tag(["Search"])
    @document_response(Found, 200)
    @validate_querystring(SearchQuery)
    async def search(query_args: SearchQuery) -> Response:
        """Find videos, creators or threads that everybody may see, by their words.

        The last word may be unfinished, and words may be mistyped.
        """
        asked = Search(query_args.q, _KINDS[query_args.type])
        place = place_of(asked, query_args.cursor)
        return answer(
            await database.run(
                lambda connection: find(connection, asked, place, query_args.limit), repeatable=True
            )
        )

    @routes.get("/suggest")
    @tag(["Search"])
    @document_response(Suggestions, 200)
    @validate_querystring(SuggestQuery)
    async def suggestions(query_args: SuggestQuery) -> Response:
        """Suggest what may be meant by what was typed so far."""
        items = await database.run(lambda connection: suggest(connection, query_args.q), repeatable=True)
        return answer({"items": items}, cache=SHARED)

    return routes
