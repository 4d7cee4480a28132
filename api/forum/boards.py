"""Boards: what stands on them, and how they are set."""

import uuid
from typing import Any

import orjson

from api import audit
from api.forum.shapes import BoardChange, NewBoard
from api.http.answers import check_if_match, etag_of
from api.problems import Problem
from store.database import Connection, Row

_CARD = """json_build_object(
    'slug', slug, 'title', title, 'about', about, 'guests', guests, 'restricted', restricted,
    'threads', coalesce(threads, 0), 'posts', coalesce(posts, 0), 'last_post_at', wire_ms(last_post_at),
    'version', version
)"""
_LIST = """
select {card} as card from board left join (
    select board as slug, count(*) as threads, sum(posts) as posts,
        max(last_post_at) filter (where posts > 0) as last_post_at
    from thread where hidden_at is null group by board
) as counted using (slug)
order by place, slug
"""
_ONE = """
select slug, guests, restricted, version, {card} as card from board, lateral (
    select count(*) as threads, sum(posts) as posts,
        max(last_post_at) filter (where posts > 0) as last_post_at
    from thread where board = slug and hidden_at is null
) as counted
where slug = $1
"""
_ADD = """
insert into board (slug, title, about, guests, restricted, place)
values ($1, $2, $3, $4, $5, (select coalesce(max(place), 0) + 1 from board))
on conflict (slug) do nothing returning slug
"""
_CHANGE = """
update board set title = coalesce($2, title), about = coalesce($3, about), guests = coalesce($4, guests),
    restricted = coalesce($5, restricted), version = version + 1
where slug = $1
"""
BOARDS_MAX = 200


async def list_boards(connection: Connection) -> bytes:
    """Return all boards as JSON."""
    cards = [row["card"] for row in await connection.fetch(_LIST.format(card=_CARD))]
    return f'{{"items":[{",".join(cards)}]}}'.encode()


async def find_board(connection: Connection, slug: str) -> Row:
    """Return a board; raise 404."""
    row = await connection.fetchrow(_ONE.format(card=_CARD), slug) if "\0" not in slug else None
    if row is None:
        raise Problem(404, "not_found", f"there is no board {slug!r}")
    return row


async def add_board(connection: Connection, who: uuid.UUID, new: NewBoard) -> dict[str, Any]:
    """Add a board behind the others, note who did, and return it; raise 409 for a slug that is taken."""
    if await connection.fetchval("select count(*) from board") >= BOARDS_MAX:
        raise Problem(409, "limit_exceeded", f"{BOARDS_MAX} boards are enough")
    added = await connection.fetchval(_ADD, new.slug, new.title, new.about, new.guests, new.restricted)
    if added is None:
        raise Problem(409, "conflict", f"there is a board {new.slug!r} already", "slug")
    await audit.record(connection, who, "board.add", ("board", new.slug))
    return _card(await find_board(connection, new.slug))


async def change_board(
    connection: Connection, who: uuid.UUID, slug: str, change: BoardChange
) -> dict[str, Any]:
    """Set what is given, note who did, and return the board; raise 404, 412 for an edit of another state."""
    await find_board(connection, slug)
    version = await connection.fetchval("select version from board where slug = $1 for update", slug)
    check_if_match(board_etag(slug, version))
    await connection.execute(_CHANGE, slug, change.title, change.about, change.guests, change.restricted)
    changes = change.model_dump(exclude_none=True)
    await audit.record(connection, who, "board.edit", ("board", slug), details=changes)
    return _card(await find_board(connection, slug))


def board_etag(slug: str, version: int) -> str:
    """Return the ETag under which a board may be edited."""
    return etag_of("board", slug, version)


def _card(row: Row) -> dict[str, Any]:
    card: dict[str, Any] = orjson.loads(row["card"])
    return card
