"""What the catalog keeps only for a time: deleted videos and comments, views by session, unused tags."""

import trio

from api.catalog.videos import RESTORABLE_DAYS
from store.database import Connection, Database

VIEWS_KEPT_DAYS = 90  # a session that comes back later counts again
EVERY_S = 600.0
VIDEOS_AT_ONCE = 20  # with all their comments, likes and views
ROWS_AT_ONCE = 5_000

_PURGE_VIDEOS = """
delete from video where id in (
    select id from video where deleted_at < now() - make_interval(days => $1)
    order by deleted_at limit $2 for update skip locked
)
"""
_PURGE_VIEWS = """
delete from video_view where (video, seen_by) in (
    select video, seen_by from video_view where at < now() - make_interval(days => $1)
    order by at limit $2 for update skip locked
)
"""
_PURGE_COMMENTS = """
delete from comment where id in (
    select id from comment where deleted_at < now() - make_interval(days => $1) and replies = 0
    order by deleted_at limit $2 for update skip locked
)
"""
_PURGE_TAGS = """
delete from tag where name in (select name from tag where videos <= $1 limit $2 for update skip locked)
"""


async def clean_catalog(database: Database) -> None:
    """Clean now and every EVERY_S, until cancelled."""
    while True:
        await clean_once(database)
        await trio.sleep(EVERY_S)


async def clean_once(database: Database) -> None:
    """Purge all whose time is over, some at a time, so that others get their turn."""
    await _until_none(database, _PURGE_VIDEOS, RESTORABLE_DAYS, VIDEOS_AT_ONCE)
    await _until_none(database, _PURGE_COMMENTS, RESTORABLE_DAYS, ROWS_AT_ONCE)
    await _until_none(database, _PURGE_VIEWS, VIEWS_KEPT_DAYS, ROWS_AT_ONCE)
    await _until_none(database, _PURGE_TAGS, 0, ROWS_AT_ONCE)


async def _until_none(database: Database, purge: str, kept: int, at_once: int) -> None:
    async def work(connection: Connection) -> bool:
        return await connection.execute(purge, kept, at_once) != "DELETE 0"

    while await database.transaction(work):
        await trio.lowlevel.checkpoint()
