"""Threads: pages of a board's list, and a single one."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson

from api.forum.shapes import Sort
from api.http.caller import Caller
from api.http.cursors import decode_cursor, encode_cursor
from api.problems import Problem
from store.database import Connection, Row

END_OF_TIME = datetime.max.replace(tzinfo=UTC)
_UNREAD = """
case when mark.thread is not null and mark.life = thread.life
    then unread_posts(thread.life, mark."offset", $1::uuid::text) end as unread
"""
_CARDS = """
select thread.id, key, thread_card.card, {unread}
from ({page}) as page join thread using (id) join thread_card using (id)
    left join thread_read as mark on mark.account = $1::uuid and mark.thread = thread.id
order by page.key desc, id desc
"""
_PINNED = """
    select id, bumped_at as key from thread
    where board = $2 and pinned and hidden_at is null order by bumped_at desc, id desc limit 20
"""
_PAGE = """
    select id, {column} as key from thread
    where board = $2 and not pinned and hidden_at is null {only}
        and ({column}, id) < ($4::timestamptz, $5)
    order by {column} desc, id desc limit $3
"""
_SORTS: dict[Sort, str] = {
    "active": _PAGE.format(column="bumped_at", only=""),
    "newest": _PAGE.format(column="created_at", only=""),
    "unanswered": _PAGE.format(column="created_at", only="and not answered"),
}
_ONE = """
select thread.id, title, tags, version, solved, thread_card.card, {unread}, guests, slow_s,
    hidden_at is not null as hidden, mark."offset" as read_offset
from thread join thread_card using (id)
    left join thread_read as mark on mark.account = $1::uuid and mark.thread = thread.id
where thread.id = $2 and (hidden_at is null or $3)
"""
_BOARD_IS_THERE = "select true from board where slug = $1"


@dataclass(frozen=True, slots=True)
class ThreadList:
    """Which threads are asked for, and behind which place."""

    board: str
    sort: Sort
    limit: int
    key: datetime = END_OF_TIME
    last: str = ""


def wanted(board: str, sort: Sort, limit: int, cursor: str | None) -> ThreadList:
    """Return what a query asks for; raise 400 for a cursor of another list, 404 for what is no board."""
    if "\0" in board:
        raise _no_board(board)
    decoded = decode_cursor(cursor, str, str, datetime, str)
    if decoded is None:
        return ThreadList(board, sort, limit)
    if decoded[:2] != (board, sort) or None in decoded:
        raise Problem(
            400, "invalid_cursor", "this cursor belongs to another list: begin without it", "cursor"
        )
    return ThreadList(board, sort, limit, *decoded[2:])


async def list_threads(connection: Connection, asked: ThreadList, who: Caller) -> bytes:
    """Return a page of a board as JSON: the pinned ones before the first page's others."""
    reader = who.account_id if who.account else None
    pinned: list[Row] = []
    if asked.key == END_OF_TIME:
        if not await connection.fetchval(_BOARD_IS_THERE, asked.board):
            raise _no_board(asked.board)
        pinned = await connection.fetch(_cards(_PINNED), reader, asked.board)
    rows = await connection.fetch(
        _cards(_SORTS[asked.sort]), reader, asked.board, asked.limit + 1, asked.key, asked.last
    )
    cards = ",".join(_with_unread(row) for row in (*pinned, *rows[: asked.limit]))
    return f'{{"items":[{cards}],"next":{_next(asked, rows)}}}'.encode()


async def find_thread(connection: Connection, thread: str, who: Caller) -> dict[str, Any]:
    """Return a thread as `who` may see it; raise 404."""
    reader = who.account_id if who.account else None
    row = await connection.fetchrow(_ONE.format(unread=_UNREAD), reader, thread, who.by().moderator)
    if row is None:
        raise Problem(404, "not_found", "there is no such thread")
    found: dict[str, Any] = orjson.loads(row["card"])
    return found | {
        "unread": row["unread"],
        "guests": row["guests"],
        "slow_s": row["slow_s"],
        "solution": row["solved"],
        "hidden": row["hidden"],
        "read_offset": row["read_offset"],
        "version": row["version"],
    }


def _cards(page: str) -> str:
    return _CARDS.format(page=page, unread=_UNREAD)


def _next(asked: ThreadList, rows: list[Row]) -> str:
    if len(rows) <= asked.limit:
        return "null"
    last = rows[asked.limit - 1]
    return f'"{encode_cursor(asked.board, asked.sort, last["key"], last["id"])}"'


def _with_unread(row: Row) -> str:
    unread = "null" if row["unread"] is None else row["unread"]
    return f'{row["card"][:-1]},"unread":{unread}}}'


def _no_board(slug: str) -> Problem:
    return Problem(404, "not_found", f"there is no board {slug!r}")
