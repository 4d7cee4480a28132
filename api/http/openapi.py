"""The OpenAPI 3.1 document: what the routes say of themselves, and what all of them share."""

from typing import Any

from quart import Quart
from quart_schema import QuartSchema
from quart_schema.openapi import HttpSecurityScheme, Info

VERSION = "0.1.0"


def describe(app: Quart) -> None:
    """Let the routes of `app` say what they take and give."""
    QuartSchema(
        app,
        openapi_path=None,
        info=Info(title="CosmoHub", version=VERSION),
        security_schemes={"bearer": HttpSecurityScheme(scheme="bearer", bearer_format="JWT")},
        conversion_preference="pydantic",
    )
    del app.make_response  # quart-schema's would dump every answer through pydantic; ours are JSON by then


def document_of(app: Quart) -> dict[str, Any]:
    """Return the document."""
    document: dict[str, Any] = app.extensions["QUART_SCHEMA"].openapi_provider.schema()
    return document
