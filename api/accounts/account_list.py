"""All accounts, newest first, for those who look after them."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from api.accounts.times import to_ms
from store.database import Connection, Row

_SELECT = """
    select
        id, email, email_verified_at is not null as email_verified, handle, display_name, avatar, role,
        created_at,
        case when banned_until > now() then banned_until end as banned_until, ban_reason,
        case when muted_until > now() then muted_until end as muted_until
    from account
    where deleted_at is null and
"""
_REST = """
        and ($1::text is null or role = $1) and ($3::timestamptz is null or (created_at, id) < ($3, $4))
    order by created_at desc, id desc
    limit $5
"""
_ALL = _SELECT + "$2::text is null" + _REST
_FOUND = _SELECT + "account_words(email, handle, display_name) like $2" + _REST  # by an index of trigrams


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which accounts: of a role, with `words` in address, handle or name, and those after `place`."""

    role: str | None
    words: str | None
    place: tuple[datetime, uuid.UUID] | None
    limit: int


async def account_page(connection: Connection, wanted: Wanted) -> list[Row]:
    """Return at most one row more than `limit`, which says that there are more."""
    place = wanted.place or (None, None)
    page = _FOUND if wanted.words else _ALL
    return await connection.fetch(page, wanted.role, _pattern(wanted.words), *place, wanted.limit + 1)


def as_json(row: Row) -> dict[str, Any]:
    """Return an account as those see it who look after accounts."""
    return {
        "id": str(row["id"]),
        "display_name": row["display_name"],
        "handle": row["handle"],
        "avatar": row["avatar"],
        "email": row["email"],
        "email_verified": row["email_verified"],
        "role": row["role"],
        "banned_until": _ms(row["banned_until"]),
        "ban_reason": row["ban_reason"] if row["banned_until"] is not None else None,
        "muted_until": _ms(row["muted_until"]),
        "created_at": to_ms(row["created_at"]),
    }


def _ms(at: datetime | None) -> int | None:
    return None if at is None else to_ms(at)


def _pattern(words: str | None) -> str | None:
    if not words:
        return None
    escaped = words.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
