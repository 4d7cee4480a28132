"""Trending: views count less the older they are, and nothing is rewritten while they age."""

from datetime import UTC, datetime, timedelta

import pytest

from store.database import Database
from tests.api.api_app import Api
from tests.api.search_corpus import open_corpus

NOW = datetime(2026, 11, 21, tzinfo=UTC)
_AFTER = "select trending_after($1, $2, $3)"


async def score(database: Database, *views: tuple[int, int]) -> float:
    """Return the score after views: pairs of (how many hours ago, how many)."""
    told = 0.0
    for hours_ago, count in views:
        told = await database.fetchval(_AFTER, told, count, NOW - timedelta(hours=hours_ago))
    return told


async def weight(database: Database, *views: tuple[int, int]) -> float:
    """Return what a score is worth now, in views of this moment."""
    return 2.0 ** (await score(database, *views) - await score(database, (0, 1)))


@pytest.mark.parametrize(
    ("views", "worth"),
    [
        ([(0, 1)], 1),
        ([(0, 1), (0, 1)], 2),
        ([(0, 100)], 100),
        ([(24, 100)], 50),
        ([(72, 80), (24, 20), (0, 5)], 25),
        ([(0, 5), (24, 20), (72, 80)], 25),
        ([(24 * 20_000, 1), (0, 3)], 3),
        ([(0, 3), (24 * 20_000, 1)], 3),
        ([(0, 3), (0, 0)], 3),
    ],
)
async def test_a_view_is_worth_half_each_day(
    database: Database, views: list[tuple[int, int]], worth: float
) -> None:
    assert await weight(database, *views) == pytest.approx(worth, rel=1e-6)


async def test_views_move_a_video_up_whichever_way_they_are_counted(api: Api) -> None:
    corpus = await open_corpus(api)
    quiet, loud = await corpus.add("Quiet"), await corpus.add("Loud")
    await api.database.execute("update video set views = views + 3 where id = $1", quiet)
    await api.database.execute("update video set views = views + 30 where id = $1", loud)
    trending = "select title from video order by trending desc"
    assert [row["title"] for row in await api.database.fetch(trending)] == ["Loud", "Quiet"]
    before = await api.database.fetchval("select trending from video where id = $1", loud)
    await api.database.execute("update video set likes = likes + 1, views = views where id = $1", loud)
    assert await api.database.fetchval("select trending from video where id = $1", loud) == before
    page = await api.json("GET", "/api/videos?sort=trending")
    assert [card["title"] for card in page["items"]] == ["Loud", "Quiet"]
