"""Reports: made once a person and thing, listed for moderators, and resolved together with their like."""

import uuid
from datetime import datetime
from typing import Any, Literal

import orjson

from api import audit
from api.http.cursors import decode_cursor, encode_cursor
from api.moderation.subjects import Found, Subject
from api.problems import Problem
from store.database import Connection, Row

OPEN_REPORTS_MAX = 100
State = Literal["open", "resolved"]

_ADD = """
    insert into report (kind, subject, thread, author, author_name, excerpt, reporter, reason)
    values ($1, $2, $3, $4, $5, $6, $7, $8)
    on conflict (reporter, kind, thread, subject) where resolved_at is null
        do update set reason = excluded.reason
    returning id
"""

_SHOWN = """
    select report.id, kind, subject, thread, author, author_name, excerpt, reason, report.created_at,
        person_card(teller) as reporter, resolved_at, action, resolution,
        case when resolver.id is not null then person_card(resolver) end as resolved_by,
        case when resolved_at is null then (
            select count(*) from report as like_it
            where like_it.kind = report.kind and like_it.thread = report.thread
                and like_it.subject = report.subject and like_it.resolved_at is null
        ) end as reports
    from report join account as teller on teller.id = reporter
        left join account as resolver on resolver.id = resolved_by
"""
_PAGES: dict[State, tuple[str, str]] = {
    "open": (
        "created_at",
        _SHOWN + " where resolved_at is null"
        " and ($1::timestamptz is null or (report.created_at, report.id) > ($1, $2))"
        + " order by report.created_at, report.id limit $3",
    ),
    "resolved": (
        "resolved_at",
        _SHOWN + " where resolved_at is not null"
        " and ($1::timestamptz is null or (resolved_at, report.id) < ($1, $2))"
        + " order by resolved_at desc, report.id desc limit $3",
    ),
}

_RESOLVE = """
    update report set resolved_at = now(), resolved_by = $4, action = $5, resolution = $6
    where kind = $1 and thread = $2 and subject = $3 and resolved_at is null
"""


async def add(
    connection: Connection, reporter: uuid.UUID, subject: Subject, found: Found, reason: str
) -> uuid.UUID:
    """Keep a report and return its id; the same person's next one about it replaces the reason."""
    waiting = await connection.fetchval(
        "select count(*) from report where reporter = $1 and resolved_at is null", reporter
    )
    if waiting >= OPEN_REPORTS_MAX:
        raise Problem(
            409, "limit_exceeded", f"{OPEN_REPORTS_MAX} of your reports wait already: let moderators catch up"
        )
    made: uuid.UUID = await connection.fetchval(
        _ADD,
        subject.kind,
        subject.id,
        subject.thread,
        found.author,
        found.author_name,
        found.excerpt,
        reporter,
        reason,
    )
    return made


async def page(connection: Connection, state: State, limit: int, cursor: str | None) -> dict[str, Any]:
    """Return a page: what is open from the oldest, what is resolved from the newest."""
    at, last = decode_cursor(cursor, datetime, uuid.UUID) or (None, None)
    column, statement = _PAGES[state]
    rows = await connection.fetch(statement, at, last, limit + 1)
    more = len(rows) > limit
    following = encode_cursor(rows[limit - 1][column], rows[limit - 1]["id"]) if more else None
    return {"items": [card_of(row) for row in rows[:limit]], "next": following}


async def one(connection: Connection, report: uuid.UUID) -> dict[str, Any]:
    """Return a report as moderators see it; raise 404."""
    row = await connection.fetchrow(_SHOWN + " where report.id = $1", report)
    if row is None:
        raise Problem(404, "not_found", "there is no such report")
    return card_of(row)


async def resolve(
    connection: Connection, subject: Subject, moderator: uuid.UUID, action: str, reason: str
) -> None:
    """Close all open reports about a subject, and note it."""
    await connection.execute(_RESOLVE, subject.kind, subject.thread, subject.id, moderator, action, reason)
    named = f"{subject.thread}/{subject.id}" if subject.thread else subject.id
    await audit.record(connection, moderator, f"report.{action}", (subject.kind, named), reason)


def card_of(row: Row) -> dict[str, Any]:
    """Return a report as it is shown."""
    card = {
        name: row[name] for name in ("id", "kind", "subject", "excerpt", "reason", "created_at", "reports")
    }
    return card | {
        "thread": row["thread"] or None,
        "author": {"id": row["author"], "display_name": row["author_name"]},
        "reporter": orjson.Fragment(row["reporter"]),
        "state": "open" if row["resolved_at"] is None else "resolved",
        "action": row["action"],
        "resolution": row["resolution"],
        "resolved_at": row["resolved_at"],
        "resolved_by": None if row["resolved_by"] is None else orjson.Fragment(row["resolved_by"]),
    }
