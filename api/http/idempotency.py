"""Idempotency keys: a creating request that comes again gets the first answer again."""

import hashlib
import re
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any, ParamSpec, cast

import orjson
import trio
from quart import Response, current_app, request

from api.http import idempotency_store as store
from api.http.app_type import services
from api.http.caller import caller
from api.problems import Problem

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
ATTRIBUTE = "_hub_idempotent"
STORED_BYTES_MAX = 64 * 1024
LETTING_GO_S = 5.0
_KEY = re.compile(r"[\x21-\x7e]{1,200}")
_STORED_HEADERS = ("Content-Type", "Location", "ETag", "Cache-Control")

P = ParamSpec("P")


def idempotent(handler: Callable[P, Awaitable[Any]]) -> Callable[P, Awaitable[Any]]:
    """Carry out a request under an Idempotency-Key once, and answer its repeats with the stored answer.

    Only what was done is kept, for 24 hours: after an error the same key may be tried again. Not for answers
    that hold secrets, which would lie in the database.
    """

    @wraps(handler)
    async def once(*args: P.args, **kwargs: P.kwargs) -> Any:
        key = request.headers.get(HEADER)
        if key is None:
            return await handler(*args, **kwargs)
        if not _KEY.fullmatch(key):
            raise Problem(400, "invalid_field", f"{HEADER} must be 1 to 200 visible ASCII characters", HEADER)
        return await _once(await _asked(key), lambda: handler(*args, **kwargs))

    setattr(once, ATTRIBUTE, True)
    return once


async def _asked(key: str) -> store.Asked:
    who = await caller()
    parts = (request.method, request.path, request.query_string.decode("latin-1"))
    digest = hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass") + b"\x1f")
    digest.update(cast(bytes, await request.get_data(as_text=False)))
    return store.Asked(who.user or f"address {who.address}", key, digest.digest())


async def _once(asked: store.Asked, carry_out: Callable[[], Awaitable[Any]]) -> Response:
    database = services().database
    earlier = await store.begin(database, asked)
    if earlier is not None:
        return _again(asked, earlier)
    kept = False
    try:
        response = cast(Response, await current_app.make_response(await carry_out()))
        done = _done(response, await response.get_data(as_text=False))
        if done is not None:
            await _shielded(lambda: store.finish(database, asked, done))
            kept = True
        return response
    finally:
        if not kept:
            await _shielded(lambda: store.forget(database, asked))


async def _shielded(work: Callable[[], Awaitable[None]]) -> None:
    """Write down how it ended even when nobody waits for the answer any more."""
    with trio.move_on_after(LETTING_GO_S, shield=True):
        await work()


def _done(response: Response, body: bytes) -> store.Done | None:
    if not 200 <= response.status_code < 300 or len(body) > STORED_BYTES_MAX:
        return None
    headers = {name: response.headers[name] for name in _STORED_HEADERS if name in response.headers}
    return store.Done(response.status_code, orjson.dumps(headers).decode(), body)


def _again(asked: store.Asked, earlier: store.Earlier) -> Response:
    if earlier.fingerprint != asked.fingerprint:
        raise Problem(
            422, "idempotency_key_reused", f"this {HEADER} stands for another request: use a new one", HEADER
        )
    if earlier.done is None:
        raise Problem(
            409,
            "in_progress",
            "the first request under this key is still running: try again",
            headers={"Retry-After": "1"},
        )
    headers = {**orjson.loads(earlier.done.headers), REPLAYED: "true"}
    return Response(earlier.done.body, status=earlier.done.status, headers=headers)
