"""What went wrong below a route, as the problem that goes out: the one place that knows both sides."""

from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import structlog
from pydantic import ValidationError
from quart import Quart, Response
from quart_schema import RequestSchemaValidationError
from quart_schema.validation import QuerystringValidationError
from werkzeug.exceptions import HTTPException

from api.accounts.passwords import PasswordsBusy
from api.problems import Problem, unavailable
from rooms import refusals
from rooms.kind import Refused
from store.errors import DatabaseError

REFUSED_CODES: dict[int, tuple[int, str]] = {
    102: (404, "not_found"),
    refusals.PERMISSION_DENIED: (403, "forbidden"),
    106: (409, "limit_exceeded"),
    refusals.INVALID: (400, "invalid_field"),
    refusals.NOT_FOUND: (404, "not_found"),
    refusals.ID_TAKEN: (409, "id_taken"),
    refusals.GONE: (410, "gone"),
    refusals.CHANGED: (412, "precondition_failed"),
    refusals.LIMIT: (409, "limit_exceeded"),
    refusals.BLOCKED_WORD: (400, "blocked_word"),
    refusals.LOCKED: (423, "locked"),
    refusals.MUTED: (403, "muted"),
    refusals.SLOW_MODE: (429, "slow_mode"),
    refusals.BANNED_HERE: (403, "banned_here"),
    refusals.INVITE_NEEDED: (403, "invite_needed"),
    refusals.PARTY_FULL: (409, "party_full"),
    refusals.PARTY_ENDED: (410, "party_ended"),
}

log = structlog.get_logger(__name__)


def say_problems(app: Quart) -> None:
    """Let every error of `app` go out as a problem."""
    handlers: dict[type[Exception], Callable[[Any], Awaitable[Response]]] = {
        Problem: _said,
        HTTPException: _refused_by_quart,
        RequestSchemaValidationError: _misshapen,
        Refused: _refused_by_room,
        DatabaseError: _away,
        PasswordsBusy: _hashing,
        asyncpg.DataError: _unstorable,
        asyncpg.SerializationError: _raced,
        asyncpg.DeadlockDetectedError: _raced,
        Exception: _failed,
    }
    for kind, handler in handlers.items():
        app.register_error_handler(kind, handler)


def problem_of_refusal(refused: Refused) -> Problem:
    """Return what a room's refusal is over HTTP, under the code word that means the same."""
    if refused.wait_s is not None:
        status, code = REFUSED_CODES[refusals.SLOW_MODE]
        return Problem(status, code, refused.message, headers={"Retry-After": str(refused.wait_s)})
    if refused.temporary:
        return unavailable(refused.message)
    status, code = REFUSED_CODES.get(refused.code, (409, "conflict"))
    field = refused.message.partition(" must be ")[0] if code == "invalid_field" else None
    return Problem(status, code, refused.message, field)


async def _said(problem: Problem) -> Response:
    return problem.response()


async def _refused_by_quart(error: HTTPException) -> Response:
    status = error.code or 500
    code = "not_found" if status == 404 else error.name.lower().replace(" ", "_")
    headers = {
        name: value
        for name, value in error.get_headers()
        if name.lower() not in ("content-type", "content-length")
    }
    return Problem(status, code, error.description or error.name, headers=headers).response()


async def _misshapen(error: RequestSchemaValidationError) -> Response:
    where = "query" if isinstance(error, QuerystringValidationError) else "body"
    if isinstance(error.validation_error, ValidationError):
        first = error.validation_error.errors(include_url=False, include_context=False, include_input=False)[
            0
        ]
        field = ".".join(map(str, first["loc"]))
        if field:
            message = first["msg"].removeprefix("Value error, ")
            return Problem(400, "invalid_field", f"{field}: {message}", field).response()
    return Problem(400, "invalid_body", f"the {where} must be an object of the documented shape").response()


async def _refused_by_room(refused: Refused) -> Response:
    return problem_of_refusal(refused).response()


async def _away(error: DatabaseError) -> Response:
    log.warning("database_away", reason=str(error))
    return unavailable("the database does not answer at the moment: try again").response()


async def _hashing(busy: PasswordsBusy) -> Response:
    return unavailable(str(busy), busy.retry_after_s).response()


async def _raced(error: Exception) -> Response:
    log.warning("transaction_raced", reason=str(error))
    return unavailable("others changed the same thing at once, and nothing was done: try again").response()


async def _unstorable(error: Exception) -> Response:
    log.warning("unstorable", exc_info=error)
    return Problem(400, "invalid_field", "a value cannot be stored: it is too large, or no text").response()


async def _failed(error: Exception) -> Response:
    log.error("request_failed", exc_info=error)
    return Problem(500, "internal", "something broke on our side; the log knows, try again").response()
