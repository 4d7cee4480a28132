"""What somebody has read, what is new for them, and where they were named."""

import uuid
from datetime import datetime
from typing import Any

import orjson

from api.forum.threads import END_OF_TIME
from api.http.cursors import decode_cursor, encode_cursor
from api.problems import Problem
from store.database import Connection

_MARK = """
insert into thread_read as known (account, thread, life, "offset")
select $1, id, life, least($3, last_offset) from thread
where id = $2 and life is not null and (hidden_at is null or $4)
on conflict (account, thread) do update set life = excluded.life,
    "offset" = case when known.life = excluded.life
        then greatest(known."offset", excluded."offset") else excluded."offset" end
returning life
"""
_SEEN = """
update mention set seen_at = now()
where account = $1 and life = $2 and "offset" <= $3 and seen_at is null
"""
_ALL_SEEN = "update mention set seen_at = now() where account = $1 and seen_at is null"
_THREAD_IS_THERE = "select true from thread where id = $1 and (hidden_at is null or $2)"
# In some of the threads that have moved on nothing is unread: one's own posts, and what was taken back.
_UNREAD = """
select json_build_object('id', id, 'title', title, 'board', board, 'unread', unread) as card
from (
    select id, title, board, thread.life, mark."offset", last_post_at
    from thread_read as mark join thread on thread.id = mark.thread and thread.life = mark.life
    where mark.account = $1 and thread.last_offset > mark."offset" and thread.hidden_at is null
    order by last_post_at desc, id limit 200
) as moved_on cross join lateral unread_posts(life, "offset", $1::uuid::text) as unread
where unread > 0
order by last_post_at desc, id limit 100
"""
_SHOWN = """
from mention join thread using (life) join forum_post as post using (life, "offset")
    left join account as speaker on speaker.id = account_id_of(post.author)
where mention.account = $1 and thread.hidden_at is null and post.hidden_at is null and post.deleted_at is null
"""
_COUNT = "select count(*) from (select {shown} and seen_at is null limit 999) as counted"
_MENTIONS = """
select mention.at, life, "offset", json_build_object(
    'thread', json_build_object('id', thread.id, 'title', thread.title),
    'id', post.id, 'offset', "offset", 'user', speaker_card(post.author, post.name, speaker),
    'text', left(post.text, 500), 'at', wire_ms(post.at), 'seen', seen_at is not null
) as card
{shown} and (mention.at, life, "offset") < ($3, $4, $5)
order by mention.at desc, life desc, "offset" desc limit $2
"""


async def mark_read(
    connection: Connection, account: uuid.UUID, thread: str, offset: int, moderator: bool
) -> None:
    """Note that somebody has read a thread up to an offset, never back; raise 404."""
    life = await connection.fetchval(_MARK, account, thread, offset, moderator)
    if life is not None:
        await connection.execute(_SEEN, account, life, offset)
    elif not await connection.fetchval(_THREAD_IS_THERE, thread, moderator):
        raise Problem(404, "not_found", "there is no such thread")


async def unread(connection: Connection, account: uuid.UUID) -> dict[str, Any]:
    """Return the threads that somebody reads and has news in, and how many mentions are not seen."""
    rows = await connection.fetch(_UNREAD, account)
    mentions = await connection.fetchval(_COUNT.format(shown=_SHOWN), account)
    return {"threads": [orjson.Fragment(row["card"]) for row in rows], "mentions": mentions}


async def list_mentions(
    connection: Connection, account: uuid.UUID, limit: int, cursor: str | None
) -> dict[str, Any]:
    """Return a page of the posts that name somebody, the newest first."""
    place = decode_cursor(cursor, datetime, int, int) or (END_OF_TIME, 0, 0)
    rows = await connection.fetch(_MENTIONS.format(shown=_SHOWN), account, limit + 1, *place)
    end = rows[limit - 1] if len(rows) > limit else None
    following = None if end is None else encode_cursor(end["at"], end["life"], end["offset"])
    return {"items": [orjson.Fragment(row["card"]) for row in rows[:limit]], "next": following}


async def see_all_mentions(connection: Connection, account: uuid.UUID) -> None:
    """Note that somebody has seen all their mentions."""
    await connection.execute(_ALL_SEEN, account)
