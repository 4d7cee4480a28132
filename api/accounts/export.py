"""All that the hub has of an account, as one JSON document; a new place that knows people is a line here."""

import uuid
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Any

from api.accounts.times import to_ms
from api.http.answers import as_json
from store.database import Database, Row

ROWS_AT_ONCE = 500
PIECE_BYTES = 64 * 1024

SECTIONS: Mapping[str, str] = {
    "account": """
        select id, email, email_verified_at, handle, display_name, bio, avatar, role,
            banned_until, ban_reason, muted_until, created_at
        from account where id = $1 order by id
    """,
    "sessions": """
        select id, user_agent, address, created_at, last_used_at, expires_at
        from account_session where account = $1 order by created_at, id
    """,
    "google": """
        select issuer, subject, linked_at from google_identity where account = $1 order by issuer, subject
    """,
    "following": """
        select handle, display_name, at from follow join account on id = followed
        where follower = $1 order by at, id
    """,
    "followers": """
        select handle, display_name, at from follow join account on id = follower
        where followed = $1 order by at, id
    """,
    "videos": """
        select id, title, description, category, tags, visibility, state, duration_s, views, likes, comments,
            created_at, updated_at, published_at, deleted_at
        from video where creator = $1 order by created_at, id
    """,
    "comments": """
        select id, video, text, at_s, reply_to, created_at, edited_at, deleted_at, hidden_at
        from comment where author = $1 order by created_at, id
    """,
    "likes": "select video, at from video_like where account = $1 order by at, video",
    "history": "select video, position_s, at from watch_progress where account = $1 order by video",
    "lists": """
        select id, title, visibility, created_at, updated_at,
            array(select video from saved_list_item where list = id order by place, video) as videos
        from saved_list where owner = $1 order by created_at, id
    """,
    "threads": """
        select id, board, title, tags, created_at
        from thread where author = ($1::uuid)::text order by created_at, id
    """,
    "posts": """
        select thread.id as thread, post.id, post.text, post.at,
            post.edited_at, post.deleted_at, post.hidden_at
        from forum_post as post join thread using (life)
        where post.author = ($1::uuid)::text order by post.life, post."offset"
    """,
    "reactions": """
        select thread.id as thread, post, emoji from forum_reaction join thread using (life)
        where forum_reaction.author = ($1::uuid)::text order by life, post, emoji
    """,
    "mentions": """
        select thread.id as thread, "offset", mention.at, seen_at from mention join thread using (life)
        where account = $1 order by life, "offset"
    """,
    "read": 'select thread, "offset" from thread_read where account = $1 order by thread',
    "parties": """
        select id, title, visibility, status, starts_at, created_at, ended_at
        from party where owner = $1 order by created_at, id
    """,
    "party_invites": """
        select id, party, role, uses, used, created_at, expires_at
        from party_invite where maker = ($1::uuid)::text order by created_at, id
    """,
    "party_visits": """
        select party, party_invite_use.at from party_invite_use join party_invite on id = invite
        where person = ($1::uuid)::text order by party_invite_use.at, invite
    """,
    "reports": """
        select id, kind, subject, thread, reason, created_at, resolved_at, action, resolution
        from report where reporter = $1 order by created_at, id
    """,
    "acts": """
        select at, act, subject_kind, subject_id, reason from audit_log where actor = $1 order by id
    """,
    "acts_upon_you": """
        select at, act, reason from audit_log
        where subject_kind in ('account', 'user') and subject_id = ($1::uuid)::text order by id
    """,
}
"""What is exported: a query each, in an order that stays as rows are added; $1 is the account's id."""


async def export_account(database: Database, account: uuid.UUID) -> AsyncIterator[bytes]:
    """Yield the document in pieces of some PIECE_BYTES, reading ROWS_AT_ONCE rows at a time; times in ms."""
    piece = bytearray()
    async for part in _parts(database, account):
        piece += part
        if len(piece) >= PIECE_BYTES:
            yield bytes(piece)
            piece.clear()
    yield bytes(piece)


async def _parts(database: Database, account: uuid.UUID) -> AsyncIterator[bytes]:
    before = b"{"
    for name, query in SECTIONS.items():
        yield before + as_json(name) + b":["
        async for rows in _section(database, query, account):
            yield rows
        before = b"],"
    yield b"]}"


async def _section(database: Database, query: str, account: uuid.UUID) -> AsyncIterator[bytes]:
    offset, before = 0, b""
    while rows := await database.fetch(f"{query} limit $2 offset $3", account, ROWS_AT_ONCE, offset):
        yield before + b",".join(as_json(_readable(row)) for row in rows)
        if len(rows) < ROWS_AT_ONCE:
            return
        offset, before = offset + len(rows), b","


def _readable(row: Row) -> dict[str, Any]:
    return {name: _wire(value) for name, value in row.items()}


def _wire(value: Any) -> Any:
    if isinstance(value, uuid.UUID):
        return str(value)
    if isinstance(value, datetime):
        return to_ms(value)
    return [_wire(each) for each in value] if isinstance(value, list) else value
