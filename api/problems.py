"""Errors as RFC 9457 problem details: a stable code, the field that is wrong, and what to do."""

from collections.abc import Mapping

import orjson
from quart import Response

from api.problem_codes import PROBLEM_CODES

CONTENT_TYPE = "application/problem+json"


class Problem(Exception):
    """A request that is answered with an error."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        field: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.field = field
        self.headers = headers or {}

    def response(self) -> Response:
        """Return the problem as it goes out."""
        body: dict[str, object] = {
            "type": "about:blank",
            "status": self.status,
            "code": self.code,
            "detail": self.detail,
        }
        if self.field is not None:
            body["field"] = self.field
        known = PROBLEM_CODES.get(self.code)
        if known is not None and known.number is not None:
            body["number"] = known.number
        headers = {"Cache-Control": "no-store", **self.headers}
        return Response(_encoded(body), status=self.status, headers=headers, content_type=CONTENT_TYPE)


def unavailable(detail: str = "the hub cannot do this at the moment: try again", after_s: int = 1) -> Problem:
    """Return the problem of what may succeed a moment later."""
    return Problem(503, "unavailable", detail, headers={"Retry-After": str(after_s)})


def _encoded(body: dict[str, object]) -> bytes:
    try:
        return orjson.dumps(body)
    except TypeError:  # a detail that repeats a lone surrogate
        readable = {
            name: value.encode("utf-8", "replace").decode() if isinstance(value, str) else value
            for name, value in body.items()
        }
        return orjson.dumps(readable)
