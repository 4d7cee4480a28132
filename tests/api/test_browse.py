"""Lists of videos: filters, sorts, cursors that hold while videos come, and tags with their counts."""

import uuid
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
import trio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.catalog.browse import COMMON_TAG, SORTS, Wanted, browse, page_query, place_of
from store.asyncio_loop import open_asyncio_loop
from store.database import Connection, Database
from tests.api.api_app import Api, Person
from tests.api.catalog_people import add_categories, draft, problem, published

NOW = datetime(2026, 7, 1, tzinfo=UTC)
ADD = """
insert into video (creator, title, category, tags, visibility, duration_s, views, trending, published_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning id
"""


async def add_account(database: Database, handle: str = "grace") -> uuid.UUID:
    account: uuid.UUID = await database.fetchval(
        "insert into account (handle, display_name) values ($1, 'Grace') returning id", handle
    )
    return account


async def add_video(database: Database, creator: uuid.UUID, **fields: Any) -> str:
    """Put a published video into the database and return its id."""
    video = {
        "title": "n", "category": "moon", "tags": [], "visibility": "public",
        "duration_s": 0.0, "views": 0, "trending": 0.0, "published_at": NOW, **fields,
    }  # fmt: skip
    return str(await database.fetchval(ADD, creator, *video.values()))


async def ids(api: Api, query: str) -> list[str]:
    """Return the ids of all pages of two."""
    found, cursor = [], ""
    while True:
        page = await api.json("GET", f"/api/videos?limit=2&{query}{cursor}")
        found += [card["id"] for card in page["items"]]
        if page["next"] is None:
            return found
        cursor = f"&cursor={page['next']}"


@pytest.fixture
async def grace(api: Api) -> uuid.UUID:
    await add_categories(api.database)
    return await add_account(api.database)


async def test_the_four_sorts(api: Api, grace: uuid.UUID) -> None:
    made = [
        await add_video(
            api.database,
            grace,
            published_at=NOW - timedelta(days=n),
            views=(n * 3) % 5,
            trending=float((n * 2) % 5),
            duration_s=float((n * 4) % 5),
        )
        for n in range(5)
    ]
    assert await ids(api, "sort=newest") == made
    assert await ids(api, "") == made
    assert await ids(api, "sort=popular") == [made[n] for n in (3, 1, 4, 2, 0)]
    assert await ids(api, "sort=trending") == [made[n] for n in (2, 4, 1, 3, 0)]
    assert await ids(api, "sort=duration") == [made[n] for n in (1, 2, 3, 4, 0)]


async def test_the_filters_alone_and_together(api: Api, grace: uuid.UUID) -> None:
    mae = await add_account(api.database, "Mae")
    a = await add_video(api.database, grace, category="moon", tags=["iss", "eva"], duration_s=60.0)
    b = await add_video(api.database, mae, category="moon", tags=["iss"], duration_s=600.0)
    c = await add_video(api.database, mae, category="mars", tags=["rover"], duration_s=6_000.0)
    for query, expected in {
        "category=moon": {a, b},
        "category=venus": set(),
        "tag=iss": {a, b},
        "tag=%23ISS": {a, b},
        "tag=nothing": set(),
        "creator=mae": {b, c},
        "creator=nobody": set(),
        "min_duration=600": {b, c},
        "max_duration=600": {a, b},
        "min_duration=61&max_duration=5999.5": {b},
        "category=moon&tag=iss&creator=MAE&min_duration=1&max_duration=700": {b},
    }.items():
        for sort in SORTS:
            assert set(await ids(api, f"sort={sort}&{query}")) == expected, (sort, query)


async def test_what_is_not_for_everybody_is_not_listed(api: Api, grace: uuid.UUID) -> None:
    premium = await add_video(api.database, grace, visibility="premium")
    for fields in ({"visibility": "private"}, {"visibility": "unlisted"}, {"published_at": None}):
        await add_video(api.database, grace, **fields)
    assert await ids(api, "") == [premium]


async def test_a_common_tag_is_found_by_the_sort(api: Api, grace: uuid.UUID) -> None:
    await api.database.execute(
        "insert into video (creator, title, category, tags, views, published_at)"
        " select $1, 'n', 'moon', case n % 2 when 0 then array['even', 'all'] else array['all'] end, n, now()"
        " from generate_series(1, $2::int) as n",
        grace,
        2 * COMMON_TAG,
    )
    page = await api.json("GET", "/api/videos?sort=popular&tag=even&limit=3")
    assert [card["views"] for card in page["items"]] == [2_000, 1_998, 1_996]
    tags = await api.json("GET", "/api/tags")
    assert tags["items"] == [{"name": "all", "videos": 2_000}, {"name": "even", "videos": 1_000}]


INDEXES = {
    Wanted("newest"): "video_newest",
    Wanted("popular"): "video_popular",
    Wanted("trending"): "video_trending",
    Wanted("duration"): "video_longest",
    Wanted("newest", category="moon"): "video_category_newest",
    Wanted("popular", category="moon"): "video_category_popular",
    Wanted("trending", category="moon"): "video_category_trending",
    Wanted("duration", category="moon"): "video_category_longest",
    Wanted("newest", creator="grace"): "video_creator_newest",
    Wanted("newest", tag="n7"): "video_tagged",
    Wanted("popular", tag="n7"): "video_tagged",
    Wanted("duration", min_duration=600.0): "video_longest",
}


async def test_every_page_is_read_by_the_index_that_fits_it(database: Database) -> None:
    await add_categories(database)
    await database.execute(
        "insert into account (handle, display_name) select 'c' || n, 'C' from generate_series(1, 100) as n"
    )
    await add_account(database)
    await database.execute(
        "insert into video (creator, title, category, tags, views, trending, duration_s, published_at)"
        " select creators[1 + n % 101], 'n', slugs[1 + n % 3], array['n' || n % 500], n, n, n % 1000,"
        "  now() - n * '1 s'::interval"
        " from generate_series(1, 5000) as n,"
        "  (select array_agg(id) as creators from account) as people,"
        "  (select array_agg(slug) as slugs from category) as shelves"
    )
    await database.execute("analyze video, account, category")
    for wanted, index in INDEXES.items():
        sql, values = page_query(wanted, None, 21, common_tag=False)

        async def work(connection: Connection, sql: str = sql, values: list[Any] = values) -> str:
            return "\n".join(row[0] for row in await connection.fetch(f"explain {sql}", *values))

        plan = await database.run(work)
        assert f" {index} " in plan, (wanted, plan)
        assert "Seq Scan" not in plan
        if wanted.tag is None:
            assert "Sort Key: video_1" not in plan, plan


async def test_a_cursor_belongs_to_its_query(api: Api, grace: uuid.UUID) -> None:
    for n in range(3):
        await add_video(api.database, grace, views=n)
    cursor = (await api.json("GET", "/api/videos?limit=1&sort=popular"))["next"]
    refused = (400, "invalid_cursor", "cursor")
    for query in ("sort=newest", "sort=trending", "sort=popular&category=moon", "sort=popular&tag=iss"):
        assert await problem(api, "GET", f"/api/videos?{query}&cursor={cursor}") == refused
    await api.json("GET", f"/api/videos?limit=2&sort=popular&cursor={cursor}")
    for cursor in ("rubbish", "W10", "WzEsMiwzXQ", "%00", "W251bGwsbnVsbCxudWxsXQ"):
        assert await problem(api, "GET", f"/api/videos?sort=popular&cursor={cursor}") == refused


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("sort=best", "sort"),
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=x", "limit"),
        ("limit=99999999999999999999", "limit"),
        ("category=%00", "category"),
        ("category=A%20b", "category"),
        ("tag=", "tag"),
        ("tag=%00", "tag"),
        ("creator=%00", "creator"),
        ("min_duration=-1", "min_duration"),
        ("min_duration=nan", "min_duration"),
        ("max_duration=inf", "max_duration"),
        ("max_duration=1e400", "max_duration"),
    ],
)
async def test_a_wrong_query_is_named(api: Api, query: str, field: str) -> None:
    assert await problem(api, "GET", f"/api/videos?{query}") == (400, "invalid_field", field)


async def test_tags_are_counted_while_videos_come_change_and_go(api: Api) -> None:
    await add_categories(api.database)
    creator = await api.sign_in("creator")

    async def counts(prefix: str = "") -> dict[str, int]:
        found = await api.json("GET", f"/api/tags?prefix={prefix}")
        return {tag["name"]: tag["videos"] for tag in found["items"]}

    await draft(api, creator, tags=["iss"])
    assert await counts() == {}
    first = await published(api, creator, tags=["iss", "eva"])
    second = await published(api, creator, tags=["ISS", "issue"])
    assert await counts() == {"iss": 2, "eva": 1, "issue": 1}
    assert await counts("%23Is") == {"iss": 2, "issue": 1}
    await api.json("PATCH", f"/api/videos/{first['id']}", {"tags": ["eva", "new"]}, creator)
    assert await counts() == {"iss": 1, "eva": 1, "issue": 1, "new": 1}
    await api.json("POST", f"/api/videos/{first['id']}/unlist", by=creator)
    assert await counts() == {"iss": 1, "issue": 1}
    await api.json("PATCH", f"/api/videos/{first['id']}", {"visibility": "premium"}, creator)
    await api.json("DELETE", f"/api/videos/{second['id']}", by=creator, status=204)
    assert await counts() == {"eva": 1, "new": 1}
    await api.database.execute("delete from video")
    assert await counts_after_change(api) == {}
    assert await api.database.fetchval("select bool_and(videos = 0) from category")


async def counts_after_change(api: Api) -> dict[str, int]:
    """Return the tags anew: what was changed behind the app's back shows a moment later."""
    api.services.catalog_pages.forget()
    found = await api.json("GET", "/api/tags")
    return {tag["name"]: tag["videos"] for tag in found["items"]}


async def test_concurrent_publications_are_all_counted(api: Api) -> None:
    await add_categories(api.database)
    people = [await api.sign_in("creator") for _ in range(4)]
    drafts = [(await draft(api, by, tags=["b", "a"]), by) for by in people for _ in range(4)]

    async def flip(video: str, by: Person) -> None:
        await api.json("POST", f"/api/videos/{video}/publish", by=by)
        await api.json("POST", f"/api/videos/{video}/unlist", by=by)
        await api.json("PATCH", f"/api/videos/{video}", {"visibility": "public", "tags": ["a", "c"]}, by)

    async with trio.open_nursery() as nursery:
        for video, by in drafts:
            nursery.start_soon(flip, video["id"], by)
    assert await counts_after_change(api) == {"a": 16, "c": 16}
    assert await api.database.fetchval("select videos from category where slug = 'launches'") == 16


async def test_videos_that_change_places_do_not_wait_for_each_other(api: Api) -> None:
    await add_categories(api.database)
    creator = await api.sign_in("creator")
    here, there = {"tags": ["a", "b"], "category": "moon"}, {"tags": ["z", "y"], "category": "mars"}
    videos = [await published(api, creator, **(here if n % 2 else there)) for n in range(8)]

    async def wander(n: int) -> None:
        for step in range(6):
            place = here if (n + step) % 2 else there
            await api.json("PATCH", f"/api/videos/{videos[n]['id']}", place, creator)

    async with trio.open_nursery() as nursery:
        for n in range(len(videos)):
            nursery.start_soon(wander, n)
    assert await counts_after_change(api) == {"a": 4, "b": 4, "y": 4, "z": 4}
    rows = await api.database.fetch("select slug, videos from category order by slug")
    assert [tuple(row) for row in rows] == [("launches", 0), ("mars", 4), ("moon", 4)]


OpenClean = Callable[[], AbstractAsyncContextManager[Database]]
few = st.integers(0, 3)
videos = st.tuples(few, few, few, few, st.sampled_from([[], ["iss"], ["iss", "eva"]]))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    before=st.lists(videos, max_size=12),
    meanwhile=st.lists(st.lists(videos, max_size=3), max_size=8),
    limit=st.integers(1, 4),
    sort=st.sampled_from(list(SORTS)),
    tag=st.sampled_from([None, "iss"]),
)
def test_pages_skip_and_double_nothing_while_videos_are_added(
    open_clean_database: OpenClean,
    before: list[tuple[Any, ...]],
    meanwhile: list[list[tuple[Any, ...]]],
    limit: int,
    sort: str,
    tag: str | None,
) -> None:
    """What was there when reading began is read once, in order, ties of the sort included."""
    wanted, later = Wanted(sort=sort, tag=tag), list(meanwhile)

    async def read_all() -> None:
        async with open_asyncio_loop(), open_clean_database() as database:
            await add_categories(database)
            creator = await add_account(database)
            there = [await add(database, creator, *video) for video in before]
            expected = [video for video, tags in there if tag is None or tag in tags]
            read: list[str] = []
            cursor = None
            while True:
                page, cursor = await one_page(database, cursor)
                read += page
                if cursor is None:
                    break
                for video in later.pop() if later else []:
                    await add(database, creator, *video)
            assert len(read) == len(set(read))
            assert set(expected) <= set(read)
            assert read == [video for video in await in_order(database) if video in set(read)]

    async def add(
        database: Database,
        creator: uuid.UUID,
        days: int,
        views: int,
        trend: int,
        length: int,
        tags: list[str],
    ) -> tuple[str, list[str]]:
        fields = {"published_at": NOW - timedelta(days=days), "views": views, "tags": tags}
        more = {"trending": trend / 3, "duration_s": length / 7}
        return await add_video(database, creator, **fields, **more), tags

    async def one_page(database: Database, cursor: str | None) -> tuple[list[str], str | None]:
        place = place_of(wanted, cursor)

        async def work(connection: Connection) -> Any:
            return await browse(connection, wanted, place, limit)

        page = orjson.loads((await database.run(work)).as_json(wanted.fingerprint))
        return [card["id"] for card in page["items"]], page["next"]

    async def in_order(database: Database) -> list[str]:
        rows = await database.fetch(f"select id from video order by {SORTS[sort].column} desc, id desc")
        return [str(row["id"]) for row in rows]

    trio.run(read_all)
