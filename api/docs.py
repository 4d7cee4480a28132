"""The OpenAPI document, built once, and the page that shows it."""

from quart import Blueprint, Response, current_app
from quart_schema import hide

from api.http.answers import ASK_AGAIN, answer, etag_of
from api.http.openapi import document_of
from api.pages import PageFiles, page_response
from api.services import ApiServices


def docs_blueprint(services: ApiServices) -> Blueprint:
    """Return `/api/openapi.json` and `/api/docs`."""
    docs = Blueprint("docs", __name__)
    files = PageFiles(services.web_static)

    @docs.get("/api/openapi.json")
    @hide
    async def openapi() -> Response:
        """Describe the API (OpenAPI 3.1)."""
        document = document_of(current_app)
        return answer(document, etag=etag_of(document), cache=ASK_AGAIN)

    @docs.get("/api/docs")
    @hide
    async def page() -> Response:
        """Show the description to people."""
        return page_response(files, "docs.html")

    return docs
