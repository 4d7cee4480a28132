"""The parts of the OpenAPI document that many operations share."""

from http import HTTPStatus
from typing import Any

from api.http.openapi_traits import Traits
from api.problem_codes import PROBLEM_CODES
from api.problems import CONTENT_TYPE

_ABOUT = """
The HTTP side of CosmoHub. What happens in rooms is told over the WebSocket at `/connection/websocket`
(Centrifuge protocol); posts that are made here show there, and the other way round.

**Tokens.** Send `Authorization: Bearer <token>`; `POST /api/auth/guest`, `/api/auth/signup` and
`/api/auth/login` give one. The same token connects the WebSocket.

**Pages.** Lists answer `{"items": [...], "next": "<cursor>" or null}`; ask again with `cursor=<next>`.

**Errors** are `application/problem+json` with a stable `code`, the `field` that is wrong and, in `detail`,
what to do. `number` is the WebSocket's error code for the same. A request that failed has changed nothing.

**Limits.** Each user and each address has a number of requests a minute: see `RateLimit-Limit`,
`RateLimit-Remaining`, `RateLimit-Reset` and, on 429, `Retry-After`.

**Repeats.** A creating request with an `Idempotency-Key` is carried out once; its repeat within 24 hours gets
the same answer, with `Idempotent-Replayed: true`.

**Times** are whole milliseconds since 1970, UTC.
"""

SHARED_SCHEMAS: dict[str, Any] = {
    "Problem": {
        "type": "object",
        "required": ["type", "status", "code", "detail"],
        "properties": {
            "type": {"const": "about:blank"},
            "status": {"type": "integer", "minimum": 400, "maximum": 599},
            "code": {"type": "string", "enum": sorted(PROBLEM_CODES)},
            "detail": {"type": "string"},
            "field": {"type": "string"},
            "number": {"type": "integer"},
        },
    }
}
_STATUSES = sorted({status for code in PROBLEM_CODES.values() for status in code.statuses} - {500})


def _codes_of(status: int) -> str:
    return ", ".join(f"`{name}`" for name, code in PROBLEM_CODES.items() if status in code.statuses)


PROBLEM_RESPONSES: dict[str, Any] = {
    str(status): {
        "description": f"{HTTPStatus(status).phrase}: {_codes_of(status)}",
        "content": {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    for status in _STATUSES
}


def codes_table() -> str:
    """Return the table of all codes as it stands in `docs/problems.md` (Markdown)."""
    rows = ["| code | status | number | what it means |", "|---|---|---|---|"]
    for name, code in PROBLEM_CODES.items():
        statuses, number = ", ".join(map(str, code.statuses)), code.number or ""
        rows.append(f"| `{name}` | {statuses} | {number} | {code.sense} |")
    return "\n".join(rows)


def description() -> str:
    """Return what a reader should know first, and the table of all codes."""
    return f"{_ABOUT.strip()}\n\n{codes_table()}\n"


def parameters(traits: Traits) -> list[dict[str, Any]]:
    """Return the headers that an operation looks at."""
    found = []
    if traits.idempotent:
        found.append(
            _header(
                "Idempotency-Key", "Names this request, so that its repeat is not carried out again.", 200
            )
        )
    if traits.edits:
        found.append(
            _header("If-Match", "The ETag of the state that is edited; 412 when it has changed.", 200)
        )
    return found


def _header(name: str, about: str, length_max: int) -> dict[str, Any]:
    schema = {"type": "string", "minLength": 1, "maxLength": length_max, "pattern": "^[!-~]+$"}
    return {"name": name, "in": "header", "required": False, "description": about, "schema": schema}


def plain(schema: Any) -> Any:
    """Return a schema without the titles that pydantic makes of names; in a query nothing is null."""
    if isinstance(schema, list):
        return [plain(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("in") == "query":
        return {**schema, "schema": plain(_without_null(schema["schema"]))}
    return {
        name: plain(value)
        for name, value in schema.items()
        if not (name == "title" and isinstance(value, str))
    }


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    choices = [each for each in schema.get("anyOf", []) if each != {"type": "null"}]
    rest = {name: value for name, value in schema.items() if name != "anyOf" and value is not None}
    if len(choices) == 1:
        return {**rest, **choices[0]}
    return {**rest, "anyOf": choices} if choices else rest
