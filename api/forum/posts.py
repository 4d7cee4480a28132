"""Posts: pages of a thread, single ones, and their earlier wordings."""

from dataclasses import dataclass
from typing import Any

import orjson

from api.http.caller import Caller
from api.http.cursors import decode_cursor, encode_cursor
from api.problems import Problem
from store.database import Connection, Row

_OFFSET_MAX = (1 << 63) - 1

# $2: whether the reader is a moderator, $3: who reads, as text.
_CARD = """
json_build_object(
    'id', post.id, 'offset', post."offset", 'user', speaker_card(post.author, post.name, speaker),
    'text', case when post.hidden_at is null or $2 then post.text else '' end,
    'at', wire_ms(post.at), 'edited_at', wire_ms(post.edited_at),
    'deleted', post.deleted_at is not null, 'hidden', post.hidden_at is not null,
    'quote', case when post.quote is not null then (
        select json_build_object(
            'id', quoted.id, 'user', speaker_card(quoted.author, quoted.name, account),
            'text', case when quoted.hidden_at is null or $2 then left(quoted.text, 500) else '' end,
            'deleted', quoted.deleted_at is not null, 'hidden', quoted.hidden_at is not null
        )
        from forum_post as quoted left join account on account.id = account_id_of(quoted.author)
        where quoted.life = post.life and quoted."offset" = (
            select made."offset" from event as made
            where made.life = post.life and made.subject = post.quote and made.creates
        )
    ) end,
    'reactions', case when post.reactions = '[]' then '[]'::json else (
        select json_agg(json_build_object(
            'emoji', given->'emoji', 'count', given->'count', 'mine', exists (
                select from forum_reaction as mine
                where mine.life = post.life and mine.post = post.id and mine.emoji = given->>'emoji'
                    and mine.author = $3
            )) order by place)
        from jsonb_array_elements(post.reactions) with ordinality as reaction (given, place)
    ) end
)
"""
_PAGE = """
select page.cards, page.last, page.more
from thread left join lateral (
    select string_agg(card::text, ',' order by place) filter (where place <= $5) as cards,
        max("offset") filter (where place = $5) as last, count(*) > $5 as more
    from (
        select post."offset", row_number() over (order by post."offset" {order}) as place, {card} as card
        from (
            select * from forum_post as found where found.life = thread.life and found."offset" {side} $4
            order by found."offset" {order} limit $5 + 1
        ) as post left join account as speaker on speaker.id = account_id_of(post.author)
    ) as listed
) as page on true
where thread.id = $1 and (thread.hidden_at is null or $2)
"""
_FORWARD = _PAGE.format(card=_CARD, side=">", order="asc")
_BACKWARD = _PAGE.format(card=_CARD, side="<", order="desc")
_ONE = """
select {card} from thread join event as made on made.life = thread.life and made.subject = $4 and made.creates
    join forum_post as post on post.life = made.life and post."offset" = made."offset"
    left join account as speaker on speaker.id = account_id_of(post.author)
where thread.id = $1 and (thread.hidden_at is null or $2)
"""
_WITHHELD = """
select post.deleted_at is not null or (post.hidden_at is not null and not $3) as withheld, post.life
from thread join event as made on made.life = thread.life and made.subject = $2 and made.creates
    join forum_post as post on post.life = made.life and post."offset" = made."offset"
where thread.id = $1 and (thread.hidden_at is null or $3)
"""
_WORDINGS = """
select said->>'text' as text, wire_ms(event_time(said)) as at from (
    select "offset", event_fields(data) as said from event
    where life = $1 and subject = $2 and not creates and starts_with(data::text, '{"type":"edit"')
    union all
    select "offset", event_fields(data) from event where life = $1 and subject = $2 and creates
) as worded
order by "offset" limit 100
"""


@dataclass(frozen=True, slots=True)
class PostList:
    """Which posts of a thread are asked for: those behind an offset, or before it."""

    thread: str
    limit: int
    offset: int
    reverse: bool


def wanted(thread: str, limit: int, cursor: str | None, reverse: bool, offset: int | None) -> PostList:
    """Return what a query asks for; raise 400 for a cursor of another list."""
    decoded = decode_cursor(cursor, str, bool, int)
    if decoded is None:
        edge = _OFFSET_MAX if reverse else 0
        return PostList(thread, limit, edge if offset is None else offset, reverse)
    if decoded[:2] != (thread, reverse) or decoded[2] is None:
        raise Problem(
            400, "invalid_cursor", "this cursor belongs to another list: begin without it", "cursor"
        )
    return PostList(thread, limit, decoded[2], reverse)


async def list_posts(connection: Connection, asked: PostList, who: Caller) -> bytes:
    """Return a page of a thread as JSON; raise 404."""
    sql = _BACKWARD if asked.reverse else _FORWARD
    moderator = who.by().moderator
    page = await connection.fetchrow(sql, asked.thread, moderator, who.user, asked.offset, asked.limit)
    if page is None:
        raise Problem(404, "not_found", "there is no such thread")
    return f'{{"items":[{page["cards"] or ""}],"next":{_next(asked, page)}}}'.encode()


async def find_post(connection: Connection, thread: str, post: str, who: Caller) -> dict[str, Any]:
    """Return a post as `who` may see it; raise 404."""
    card = await connection.fetchval(_ONE.format(card=_CARD), thread, who.by().moderator, who.user, post)
    if card is None:
        raise _no_post()
    found: dict[str, Any] = orjson.loads(card)
    return found


async def wordings(connection: Connection, thread: str, post: str, who: Caller) -> list[Row]:
    """Return how a post read, from the first wording on; raise 404, or 410 when it was deleted or hidden."""
    row = await connection.fetchrow(_WITHHELD, thread, post, who.by().moderator)
    if row is None:
        raise _no_post()
    if row["withheld"]:
        raise Problem(410, "gone", "this post was deleted or hidden, and so are its earlier wordings")
    return await connection.fetch(_WORDINGS, row["life"], post)


def _next(asked: PostList, page: Row) -> str:
    return f'"{encode_cursor(asked.thread, asked.reverse, page["last"])}"' if page["more"] else "null"


def _no_post() -> Problem:
    return Problem(404, "not_found", "there is no such post")
