"""The app factory: blueprints, errors as problems, and what every answer carries."""

from dataclasses import dataclass
from pathlib import Path

import structlog
from quart import Blueprint, Response, g, request
from quart_trio import QuartTrio

from api.auth import auth_blueprint
from api.correlation import HEADER, correlation_id
from api.health import health_blueprint
from api.pages import pages_blueprint
from api.ports import Figures, Wellness
from api.problems import Problem, say_problems
from api.tokens import Tokens

BODY_BYTES_MAX = 64 * 1024
BODY_TIMEOUT_S = 15

SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "connect-src 'self' ws: wss:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


@dataclass(frozen=True, slots=True)
class ApiServices:
    """What the app works with, handed in by the wiring."""

    tokens: Tokens
    wellness: Wellness
    figures: Figures
    web_static: Path


def create_app(services: ApiServices) -> QuartTrio:
    """Return the app with all its routes."""
    app = QuartTrio("cosmohub", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = BODY_BYTES_MAX
    app.config["BODY_TIMEOUT"] = BODY_TIMEOUT_S
    app.register_blueprint(auth_blueprint(services.tokens))
    app.register_blueprint(health_blueprint(services.wellness, services.figures))
    app.register_blueprint(pages_blueprint(services.web_static))
    app.register_blueprint(_realtime_blueprint())
    say_problems(app)
    app.before_request(_take_correlation_id)
    app.after_request(_finish)
    return app


def _realtime_blueprint() -> Blueprint:
    realtime = Blueprint("realtime", __name__)

    @realtime.get("/connection/websocket")
    async def not_upgraded() -> Response:
        """Tell who came here without asking for a WebSocket."""
        response = Problem(
            426, "upgrade_required", "this is a WebSocket endpoint: connect with a Centrifuge SDK"
        ).response()
        response.headers["Upgrade"] = "websocket"
        response.headers["Connection"] = "Upgrade"
        return response

    return realtime


async def _take_correlation_id() -> None:
    g.correlation_id = correlation_id(request.headers.get(HEADER, ""))
    structlog.contextvars.bind_contextvars(correlation_id=g.correlation_id)


async def _finish(response: Response) -> Response:
    response.headers[HEADER] = g.get("correlation_id", "")
    for name, value in SECURITY_HEADERS.items():
        response.headers.setdefault(name, value)
    structlog.get_logger(__name__).info(
        "request", method=request.method, path=request.path, status=response.status_code
    )
    return response
