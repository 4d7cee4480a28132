"""The reference without HTTP: the query behind a page, asked by one bare asyncpg connection."""

import asyncio
import time
from pathlib import Path

import asyncpg

from bench.api_library import THREAD, database_of

VIDEOS = """
select video_card.card
from (select id, published_at from video where listed order by published_at desc, id desc limit 20) as page
join video_card using (id) order by page.published_at desc, page.id desc
"""
POSTS = f"""
select post."offset", post.id, post.author, post.name, post.text, post.at, post.reactions
from thread, lateral (
    select * from forum_post where life = thread.life and "offset" > 1000 order by "offset" limit 20
) as post
where thread.id = '{THREAD}' order by post."offset"
"""


def queries_a_second(data_dir: Path, query: str, seconds: float) -> float:
    """Return how often a second one connection gets the answer to this query."""
    return asyncio.run(_ask(data_dir, query, seconds))


async def _ask(data_dir: Path, query: str, seconds: float) -> float:
    connection = await asyncpg.connect(**database_of(data_dir))
    try:
        await connection.execute("set enable_seqscan = off; set jit = off")
        count, began = 0, time.perf_counter()
        while time.perf_counter() < began + seconds:
            await connection.fetch(query)
            count += 1
        return count / (time.perf_counter() - began)
    finally:
        await connection.close()
