"""The OpenAPI document, and the page that shows it."""

import orjson
from quart import Blueprint, Response, current_app
from quart_schema import hide

from api.http.answers import answer, as_json, etag_of
from api.http.openapi import document_of
from api.pages import PageFiles, page_response
from api.services import ApiServices


def docs_blueprint(services: ApiServices) -> Blueprint:
    """Return `/api/openapi.json` and `/api/docs`."""
    docs = Blueprint("docs", __name__)
    files = PageFiles(services.web_static)
    built: list[tuple[bytes, str]] = []  # by the first who asks, when all routes are there

    @docs.get("/api/openapi.json")
    @hide
    async def openapi() -> Response:
        """Describe the API (OpenAPI 3.1)."""
        if not built:
            document = as_json(document_of(current_app))
            built.append((document, etag_of(document)))
        document, etag = built[0]
        return answer(orjson.Fragment(document), etag=etag)

    @docs.get("/api/docs")
    @hide
    async def page() -> Response:
        """Show the description to people."""
        return page_response(files, "docs.html")

    return docs
