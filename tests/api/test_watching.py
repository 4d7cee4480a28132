"""Views, likes and the watch history: counted right, whoever comes at once."""

import uuid
from typing import Any

import pytest
import trio

from api.catalog import history, views
from api.catalog.cleaning import clean_once
from api.catalog.views import ViewBuffer
from api.problems import Problem
from store.database import Database
from store.errors import DatabaseUnavailable
from tests.api.api_app import Api, Person
from tests.api.catalog_people import add_categories, counters, draft, problem, published
from tests.api.hanging_up import ask_and_hang_up


@pytest.fixture
async def creator(api: Api) -> Person:
    await add_categories(api.database)
    return await api.sign_in("creator", "Grace")


async def see(api: Api, video: dict[str, Any], session: str, by: Person | None = None) -> None:
    await api.json("POST", f"/api/videos/{video['id']}/views", {"session": session}, by, status=202)


async def test_a_viewer_and_session_count_once(api: Api, creator: Person) -> None:
    video, viewer = await published(api, creator), await api.sign_in()
    for session in ("a", "a", "b"):
        await see(api, video, session)
    for session in ("a", "a", "c"):
        await see(api, video, session, viewer)
    assert (await counters(api, video["id"]))[0] == 0
    await api.services.views.flush(api.database)
    assert (await counters(api, video["id"]))[0] == 4
    await see(api, video, "a")
    await see(api, video, "a", viewer)
    await see(api, video, "d", viewer)
    await api.services.views.flush(api.database)
    assert (await counters(api, video["id"]))[0] == 5
    statistics = api.services.views.statistics()
    assert (statistics.waiting, statistics.batches, statistics.refused) == (0, 2, 0)


async def test_what_a_viewer_may_not_see_is_not_counted(api: Api, creator: Person) -> None:
    hidden = await published(api, creator, visibility="private")
    gone, unpublished = await published(api, creator), await draft(api, creator)
    await api.json("DELETE", f"/api/videos/{gone['id']}", by=creator, status=204)
    stranger = await api.sign_in()
    for video in (hidden, gone, unpublished, {"id": str(uuid.uuid4())}):
        await see(api, video, "a", stranger)
        await see(api, video, "a")
    await see(api, hidden, "a", creator)
    await api.services.views.flush(api.database)
    assert await api.database.fetchval("select sum(views) from video") == 1


@pytest.mark.parametrize(
    "body",
    [{}, {"session": ""}, {"session": "x" * 65}, {"session": "a b"}, {"session": "\u2026"}, {"session": 1}],
)
async def test_a_session_is_a_short_word(api: Api, creator: Person, body: dict[str, Any]) -> None:
    video = await published(api, creator)
    path = f"/api/videos/{video['id']}/views"
    assert await problem(api, "POST", path, body) == (400, "invalid_field", "session")


async def test_views_at_once_are_all_counted(api: Api, creator: Person) -> None:
    videos = [await published(api, creator) for _ in range(3)]

    async def visit(n: int) -> None:
        for video in videos:
            await see(api, video, f"session-{n}")
        await api.services.views.flush(api.database)

    async with trio.open_nursery() as nursery:
        for n in range(12):
            nursery.start_soon(visit, n)
    await api.services.views.flush(api.database)
    assert [(await counters(api, video["id"]))[0] for video in videos] == [12, 12, 12]


async def test_the_service_counts_and_on_stop_counts_what_is_left(
    api: Api, creator: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "GATHERED_S", 0)
    video, buffer = await published(api, creator), ViewBuffer()
    wanted = uuid.UUID(video["id"])
    async with trio.open_nursery() as nursery:
        nursery.start_soon(buffer.run, api.database)
        buffer.take(wanted, None, "address/1", "a")
        while buffer.statistics().batches == 0:
            await trio.lowlevel.checkpoint()
        buffer.take(wanted, None, "address/1", "b")
        nursery.cancel_scope.cancel()
    assert (await counters(api, video["id"]))[0] == 2


class Away:
    """A database that is away."""

    async def transaction(self, _work: object) -> None:
        raise DatabaseUnavailable("gone for tea")


async def test_views_wait_while_the_database_is_away_but_not_without_end(api: Api, creator: Person) -> None:
    video, buffer = await published(api, creator), ViewBuffer(waiting_max=2)
    wanted = uuid.UUID(video["id"])
    away: Any = Away()
    buffer.take(wanted, None, "address/1", "a")
    await buffer.flush(away)
    buffer.take(wanted, None, "address/1", "b")
    buffer.take(wanted, None, "address/1", "b")
    with pytest.raises(Problem) as refused:
        buffer.take(wanted, None, "address/1", "c")
    assert (refused.value.status, refused.value.code) == (503, "unavailable")
    await buffer.flush(api.database)
    assert (await counters(api, video["id"]))[0] == 2
    assert (buffer.statistics().waiting, buffer.statistics().refused) == (0, 1)


async def test_old_views_are_forgotten_but_stay_counted(api: Api, creator: Person) -> None:
    video = await published(api, creator)
    for session in ("a", "b"):
        await see(api, video, session)
    await api.services.views.flush(api.database)
    await api.database.execute(
        "update video_view set at = now() - interval '91 days'"
        " where seen_by = (select seen_by from video_view limit 1)"
    )
    await clean_once(api.database)
    assert await api.database.fetchval("select count(*) from video_view") == 1
    assert (await counters(api, video["id"]))[0] == 2


async def test_a_like_counts_once_and_is_taken_back_once(api: Api, creator: Person) -> None:
    video, viewer = await published(api, creator), await api.sign_in()
    path = f"/api/videos/{video['id']}"
    for _ in range(2):
        await api.json("PUT", f"{path}/like", by=viewer, status=204)
    shown = await api.json("GET", path, by=viewer)
    assert (shown["likes"], shown["liked"]) == (1, True)
    assert not (await api.json("GET", path))["liked"]
    for _ in range(2):
        await api.json("DELETE", f"{path}/like", by=viewer, status=204)
    shown = await api.json("GET", path, by=viewer)
    assert (shown["likes"], shown["liked"]) == (0, False)


async def test_who_may_like_what(api: Api, creator: Person) -> None:
    public, hidden = await published(api, creator), await draft(api, creator)
    viewer = await api.sign_in()
    for video, by, expected in (
        (public, None, (401, "unauthorized", None)),
        (public, await api.guest(), (403, "forbidden", None)),
        (hidden, viewer, (404, "not_found", None)),
        ({"id": uuid.uuid4()}, viewer, (404, "not_found", None)),
    ):
        assert await problem(api, "PUT", f"/api/videos/{video['id']}/like", by=by) == expected


async def test_likes_of_a_crowd_never_drift(api: Api, creator: Person) -> None:
    videos = [await published(api, creator) for _ in range(2)]
    crowd = [await api.sign_in() for _ in range(6)]

    async def waver(by: Person) -> None:
        for method in ("PUT", "PUT", "DELETE", "PUT"):
            for video in videos if int(by.id[-1], 16) % 2 else reversed(videos):
                await api.json(method, f"/api/videos/{video['id']}/like", by=by, status=204)

    async with trio.open_nursery() as nursery:
        for by in crowd + crowd:
            nursery.start_soon(waver, by)
    for video in videos:
        rows = await api.database.fetchval(
            "select count(*) from video_like where video = $1::text::uuid", video["id"]
        )
        assert (await counters(api, video["id"]))[1] == rows == 6


async def test_who_hangs_up_leaves_a_like_that_is_done_or_not_but_never_half(
    api: Api, creator: Person
) -> None:
    video = await published(api, creator)
    for steps in range(0, 400, 20):
        viewer = await api.sign_in()
        path = f"/api/videos/{video['id']}/like"
        await ask_and_hang_up(api, "PUT", path, viewer, after_steps=steps)
        rows = await api.database.fetchval("select count(*) from video_like")
        assert (await counters(api, video["id"]))[1] == rows
    half_done = "select count(*) from pg_stat_activity where state like 'idle in%'"
    assert await api.database.fetchval(half_done) == 0


async def test_the_history_knows_where_to_go_on(api: Api, creator: Person) -> None:
    viewer = await api.sign_in()
    videos = [await published(api, creator, title=f"n{n}") for n in range(3)]
    for video, position_s in ((0, 10), (1, 20.5), (2, 30), (0, 40)):
        path = f"/api/videos/{videos[video]['id']}/progress"
        await api.json("PUT", path, {"position_s": position_s}, viewer, status=204)
    assert (await api.json("GET", f"/api/videos/{videos[1]['id']}", by=viewer))["position_s"] == 20.5
    first = await api.json("GET", "/api/me/history?limit=2", by=viewer)
    rest = await api.json("GET", f"/api/me/history?limit=2&cursor={first['next']}", by=viewer)
    items = first["items"] + rest["items"]
    assert [(item["video"]["title"], item["position_s"]) for item in items] == [
        ("n0", 40),
        ("n2", 30),
        ("n1", 20.5),
    ]
    assert rest["next"] is None
    await api.json("DELETE", f"/api/me/history/{videos[2]['id']}", by=viewer, status=204)
    await api.json("DELETE", f"/api/me/history/{videos[2]['id']}", by=viewer, status=204)
    left = (await api.json("GET", "/api/me/history", by=viewer))["items"]
    assert [item["video"]["title"] for item in left] == ["n0", "n1"]
    await api.json("DELETE", f"/api/videos/{videos[0]['id']}", by=creator, status=204)
    left = (await api.json("GET", "/api/me/history", by=viewer))["items"]
    assert [item["video"]["title"] for item in left] == ["n1"]
    await api.json("DELETE", "/api/me/history", by=viewer, status=204)
    assert (await api.json("GET", "/api/me/history", by=viewer))["items"] == []


async def test_the_history_is_ones_own_and_says_what_is_wrong(api: Api, creator: Person) -> None:
    video, hidden, viewer = await published(api, creator), await draft(api, creator), await api.sign_in()
    path = f"/api/videos/{video['id']}/progress"
    assert (await problem(api, "PUT", path, {"position_s": 1}))[:2] == (401, "unauthorized")
    assert (await problem(api, "GET", "/api/me/history", by=await api.guest()))[:2] == (401, "unauthorized")
    for wrong in (-1, "x", None, 1e300, True):
        refused = await problem(api, "PUT", path, {"position_s": wrong}, viewer)
        assert refused == (400, "invalid_field", "position_s"), wrong
    path = f"/api/videos/{hidden['id']}/progress"
    assert (await problem(api, "PUT", path, {"position_s": 1}, viewer))[:2] == (404, "not_found")
    refused = await problem(api, "GET", "/api/me/history?cursor=rubbish", by=viewer)
    assert refused == (400, "invalid_cursor", "cursor")


async def test_the_history_forgets_its_end(database: Database) -> None:
    await add_categories(database)
    account = await database.fetchval(
        "insert into account (handle, display_name) values ('grace', 'Grace') returning id"
    )
    rows = await database.fetch(
        "insert into video (creator, title, category)"
        " select $1, n::text, 'moon' from generate_series(1, 5) as n returning id",
        account,
    )
    for row in [*rows, rows[3]]:
        video = row["id"]
        await database.transaction(lambda c, video=video: history.remember(c, account, video, 1, 3))
    kept = {row["video"] for row in await database.fetch("select video from watch_progress")}
    assert kept == {row["id"] for row in rows[2:]}
