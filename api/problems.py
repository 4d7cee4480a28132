"""Errors as RFC 9457 problem details: a stable code, the field that is wrong, and what to do."""

import json
from collections.abc import Awaitable, Callable

import structlog
from quart import Quart, Response
from werkzeug.exceptions import HTTPException

CONTENT_TYPE = "application/problem+json"

log = structlog.get_logger(__name__)


class Problem(Exception):
    """A request that is answered with an error."""

    def __init__(self, status: int, code: str, detail: str, field: str | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.field = field

    def response(self) -> Response:
        """Return the problem as it goes out."""
        body = {"type": "about:blank", "status": self.status, "code": self.code, "detail": self.detail}
        if self.field is not None:
            body["field"] = self.field
        return Response(json.dumps(body), status=self.status, content_type=CONTENT_TYPE)


def say_problems(app: Quart) -> None:
    """Let every error of `app` go out as a problem."""

    @app.errorhandler(Problem)
    async def said(problem: Problem) -> Response:
        return problem.response()

    @app.errorhandler(HTTPException)
    async def refused(error: HTTPException) -> Response:
        status = error.code or 500
        code = error.name.lower().replace(" ", "_")
        response = Problem(status, code, error.description or error.name).response()
        for name, value in error.get_headers():
            if name.lower() not in ("content-type", "content-length"):
                response.headers[name] = value
        return response

    failed: Callable[[Exception], Awaitable[Response]] = _failed
    app.register_error_handler(Exception, failed)


async def _failed(error: Exception) -> Response:
    log.error("request_failed", exc_info=error)
    return Problem(500, "internal", "something broke on our side; the log knows, try again").response()
