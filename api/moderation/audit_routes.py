"""The audit log, to be read."""

import uuid
from typing import Any

import orjson
from quart import Blueprint, Response
from quart_schema import document_response, tag, validate_querystring

from api.http.answers import answer
from api.http.caller import need
from api.http.cursors import decode_cursor, encode_cursor
from api.moderation.shapes import AuditPage, AuditQuery
from api.problems import Problem
from api.services import ApiServices
from api.tokens import is_uuid
from store.database import Connection, Row

_PAGE = """
    select audit_log.id, at, act, subject_kind, subject_id, reason, details::text,
        case when account.id is not null then person_card(account) end as actor
    from audit_log left join account on account.id = actor
    where ($1::bigint is null or audit_log.id < $1) and ($2::uuid is null or actor = $2)
        and ($3::text is null or act = $3) and ($4::text is null or subject_id = $4)
    order by audit_log.id desc limit $5
"""


def audit_blueprint(services: ApiServices) -> Blueprint:
    """Return `/api/audit`."""
    routes = Blueprint("audit", __name__, url_prefix="/api/audit")

    @routes.get("")
    @tag(["Moderation"])
    @document_response(AuditPage, 200)
    @validate_querystring(AuditQuery)
    async def read(query_args: AuditQuery) -> Response:
        """List what moderators and admins did, newest first."""
        await need("audit.read")
        return answer(
            await services.database.run(lambda connection: _page(connection, query_args), repeatable=True)
        )

    return routes


async def _page(connection: Connection, asked: AuditQuery) -> dict[str, Any]:
    (before,) = decode_cursor(asked.cursor, int) or (None,)
    if asked.actor is not None and not is_uuid(asked.actor):
        raise Problem(400, "invalid_field", "actor must be the id of an account", "actor")
    actor = uuid.UUID(asked.actor) if asked.actor is not None else None
    rows = await connection.fetch(_PAGE, before, actor, asked.act, asked.subject, asked.limit + 1)
    following = encode_cursor(rows[asked.limit - 1]["id"]) if len(rows) > asked.limit else None
    return {"items": [_entry(row) for row in rows[: asked.limit]], "next": following}


def _entry(row: Row) -> dict[str, Any]:
    return {
        "id": row["id"],
        "at": row["at"],
        "actor": _parsed(row["actor"]),
        "act": row["act"],
        "subject": {"kind": row["subject_kind"], "id": row["subject_id"]},
        "reason": row["reason"],
        "details": orjson.Fragment(row["details"]),
    }


def _parsed(card: str | None) -> orjson.Fragment | None:
    return None if card is None else orjson.Fragment(card)
