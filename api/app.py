"""The app factory: blueprints, errors as problems, and what every answer carries."""

from collections.abc import Callable

import structlog
from quart import Blueprint, Response, g, request

from api.auth import auth_blueprint
from api.correlation import HEADER, correlation_id
from api.docs import docs_blueprint
from api.health import health_blueprint
from api.http.app_type import HubApp, services
from api.http.faults import say_problems
from api.http.headers import secure
from api.http.openapi import describe
from api.http.rate_limits import take, tell_limits
from api.pages import pages_blueprint
from api.realtime import realtime_blueprint
from api.services import ApiServices

BODY_BYTES_MAX = 64 * 1024
BODY_TIMEOUT_S = 15

BLUEPRINTS: tuple[Callable[[ApiServices], Blueprint], ...] = (
    auth_blueprint,
    docs_blueprint,
    health_blueprint,
    pages_blueprint,
    realtime_blueprint,
)


def create_app(parts: ApiServices) -> HubApp:
    """Return the app with all its routes."""
    app = HubApp("cosmohub", static_folder=None)
    app.services = parts
    app.config["MAX_CONTENT_LENGTH"] = BODY_BYTES_MAX
    app.config["BODY_TIMEOUT"] = BODY_TIMEOUT_S
    describe(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint(parts))
    say_problems(app)
    app.before_request(_begin)
    app.after_request(_finish)
    return app


async def _begin() -> None:
    g.correlation_id = correlation_id(request.headers.get(HEADER, ""))
    structlog.contextvars.bind_contextvars(correlation_id=g.correlation_id)
    if request.path.startswith("/api/") and request.method != "OPTIONS":
        take("all", services().options.requests_per_minute)


async def _finish(response: Response) -> Response:
    response.headers[HEADER] = g.get("correlation_id", "")
    tell_limits(response)
    secure(response)
    structlog.get_logger(__name__).info(
        "request", method=request.method, path=request.path, status=response.status_code
    )
    return response
