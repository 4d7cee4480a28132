"""Answers as JSON, with an ETag where the same thing is asked for again."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson
from pydantic import BaseModel
from quart import Response, request

from api.problems import Problem

JSON = "application/json"
ASK_AGAIN = "private, no-cache"  # kept by the browser, shown only when the ETag still holds
_OPTIONS = orjson.OPT_PASSTHROUGH_DATETIME


def answer(
    value: Any = None,
    status: int = 200,
    *,
    etag: str | None = None,
    cache: str = "no-store",
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return `value` (dicts, lists, dataclasses, models) as JSON; a datetime becomes ms since 1970, UTC.

    With an `etag` (of `etag_of`) the answer may be kept and asked for again; who has it already gets 304.
    """
    carried = {"Cache-Control": cache, **(headers or {})}
    if etag is not None:
        carried["ETag"] = etag
        carried["Cache-Control"] = ASK_AGAIN if cache == "no-store" else cache
        if request.method in ("GET", "HEAD") and _has_already(etag):
            return empty_answer(304, carried)
    if status == 204:
        return empty_answer(204, carried)
    return Response(as_json(value), status=status, headers=carried, content_type=JSON)


def empty_answer(status: int, headers: Mapping[str, str]) -> Response:
    """Return an answer without a body, and without a word about its type."""
    response = Response(b"", status=status, headers=dict(headers))
    del response.headers["Content-Type"]
    return response


def as_json(value: Any) -> bytes:
    """Return `value` as JSON, UTF-8."""
    return orjson.dumps(value, default=_plain, option=_OPTIONS)


def etag_of(*parts: object) -> str:
    """Return the ETag of something that is the same as long as all `parts` are."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part if isinstance(part, bytes) else str(part).encode("utf-8", "surrogatepass"))
        digest.update(b"\x1f")
    return f'"{digest.hexdigest()[:32]}"'


def check_if_match(etag: str) -> None:
    """Raise 412 when the request is meant for another state than the one of `etag`."""
    if "If-Match" in request.headers and not request.if_match.contains(etag.strip('"')):
        raise Problem(
            412, "precondition_failed", "somebody changed it meanwhile: fetch it again and repeat the change"
        )


def _has_already(etag: str) -> bool:
    return "If-None-Match" in request.headers and request.if_none_match.contains_weak(etag.strip('"'))


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump()
    if isinstance(value, datetime):
        return round(value.timestamp() * 1000)
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, UUID):  # the driver's own kind, which orjson does not know
        return str(value)
    if isinstance(value, frozenset | set):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} is no JSON")
