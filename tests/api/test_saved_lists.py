"""Saved lists: an order of one's own, for oneself or for others, with room for so many."""

import uuid
from typing import Any

import pytest
import trio

from api.catalog import list_items
from tests.api.api_app import Api, Person
from tests.api.catalog_people import add_categories, problem, published


@pytest.fixture
async def creator(api: Api) -> Person:
    await add_categories(api.database)
    return await api.sign_in("creator", "Grace")


@pytest.fixture
async def videos(api: Api, creator: Person) -> list[str]:
    return [(await published(api, creator, title=f"n{n}"))["id"] for n in range(5)]


async def new_list(api: Api, by: Person, **fields: Any) -> str:
    """Return the path of a new list."""
    made = await api.json("POST", "/api/lists", {"title": "Later", **fields}, by, status=201)
    return f"/api/lists/{made['id']}"


async def titles(api: Api, path: str, by: Person | None = None, limit: int = 2) -> list[str]:
    """Return what stands in a list, page by page."""
    found, cursor = [], ""
    while True:
        page = await api.json("GET", f"{path}?limit={limit}{cursor}", by=by)
        found += [item["video"]["title"] for item in page["items"]]
        if page["next"] is None:
            return found
        cursor = f"&cursor={page['next']}"


async def test_a_list_keeps_the_order_of_its_owner(api: Api, videos: list[str]) -> None:
    ada = await api.sign_in()
    path = await new_list(api, ada)
    for video in videos[:4]:
        await api.json("PUT", f"{path}/items/{video}", by=ada, status=204)
    assert await titles(api, path, ada) == ["n0", "n1", "n2", "n3"]
    await api.json("PUT", f"{path}/items/{videos[0]}", by=ada, status=204)
    assert await titles(api, path, ada) == ["n0", "n1", "n2", "n3"]
    await api.json("PUT", f"{path}/items/{videos[3]}?before={videos[0]}", by=ada, status=204)
    await api.json("PUT", f"{path}/items/{videos[4]}?before={videos[2]}", by=ada, status=204)
    await api.json("PUT", f"{path}/items/{videos[1]}?before={videos[1]}", by=ada, status=204)
    assert await titles(api, path, ada) == ["n3", "n0", "n1", "n4", "n2"]
    for _ in range(2):
        await api.json("DELETE", f"{path}/items/{videos[0]}", by=ada, status=204)
    assert await titles(api, path, ada) == ["n3", "n1", "n4", "n2"]
    refused = await problem(api, "PUT", f"{path}/items/{videos[1]}?before={videos[0]}", by=ada)
    assert refused == (400, "invalid_field", "before")


async def test_an_order_that_is_changed_again_and_again_holds(
    api: Api, videos: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(list_items, "GAP", 4)
    ada = await api.sign_in()
    path = await new_list(api, ada)
    for video in videos:
        await api.json("PUT", f"{path}/items/{video}", by=ada, status=204)
    order = ["n0", "n1", "n2", "n3", "n4"]
    for n in range(30):
        moved, before = n * 3 % 5, (n * 7 + 1) % 5
        if moved != before:
            address = f"{path}/items/{videos[moved]}?before={videos[before]}"
            await api.json("PUT", address, by=ada, status=204)
            order.remove(f"n{moved}")
            order.insert(order.index(f"n{before}"), f"n{moved}")
        assert await titles(api, path, ada, limit=100) == order


async def test_who_sees_which_list(api: Api, videos: list[str]) -> None:
    ada, bob, admin = await api.sign_in(), await api.sign_in(), await api.sign_in("admin")
    for visibility, status in (("private", 404), ("unlisted", 200), ("public", 200)):
        path = await new_list(api, ada, visibility=visibility)
        for person in (None, bob, admin):
            await api.json("GET", path, by=person, status=status)
        await api.json("GET", path, by=ada)
        for method, address, body in (
            ("PATCH", path, {"title": "x"}),
            ("DELETE", path, None),
            ("PUT", f"{path}/items/{videos[0]}", None),
            ("DELETE", f"{path}/items/{videos[0]}", None),
        ):
            expected = 404 if visibility == "private" else 403
            assert (await problem(api, method, address, body, bob))[0] == expected
            assert (await problem(api, method, address, body))[0] == 401
            assert (await problem(api, method, address, body, await api.guest()))[0] == 403


async def test_a_list_shows_what_its_reader_may_see(api: Api, videos: list[str], creator: Person) -> None:
    path = await new_list(api, creator, visibility="public")
    for video in videos[:3]:
        await api.json("PUT", f"{path}/items/{video}", by=creator, status=204)
    await api.json("PATCH", f"/api/videos/{videos[0]}", {"visibility": "private"}, creator)
    await api.json("DELETE", f"/api/videos/{videos[1]}", by=creator, status=204)
    assert await titles(api, path) == ["n2"]
    assert await titles(api, path, creator) == ["n0", "n2"]
    ada = await api.sign_in()
    own = await new_list(api, ada)
    for video in (videos[0], videos[1], "rubbish", uuid.uuid4()):
        assert (await problem(api, "PUT", f"{own}/items/{video}", by=ada))[:2] == (404, "not_found")


async def test_lists_are_listed_edited_and_deleted(api: Api, videos: list[str]) -> None:
    ada = await api.sign_in()
    paths = [await new_list(api, ada, title=f"list {n}") for n in range(3)]
    await api.json("PUT", f"{paths[0]}/items/{videos[0]}", by=ada, status=204)
    edited = await api.json("PATCH", paths[0], {"title": "Best", "visibility": "public"}, ada)
    assert (edited["title"], edited["visibility"], edited["items"]) == ("Best", "public", 1)
    first = await api.json("GET", "/api/me/lists?limit=2", by=ada)
    rest = await api.json("GET", f"/api/me/lists?limit=2&cursor={first['next']}", by=ada)
    assert [each["title"] for each in first["items"] + rest["items"]] == ["list 2", "list 1", "Best"]
    assert rest["items"][0] == edited
    await api.json("DELETE", paths[0], by=ada, status=204)
    assert (await problem(api, "GET", paths[0], by=ada))[:2] == (404, "not_found")
    assert (await problem(api, "DELETE", paths[0], by=ada))[:2] == (404, "not_found")
    assert await api.database.fetchval("select count(*) from saved_list_item") == 0


async def test_the_public_lists_of_somebody_are_open_to_all(api: Api) -> None:
    ada, bob = await api.sign_in(), await api.sign_in(name="Bob")
    for title, visibility in (("a", "public"), ("b", "private"), ("c", "unlisted"), ("d", "public")):
        await new_list(api, ada, title=title, visibility=visibility)
    await new_list(api, bob, title="e", visibility="public")
    handle = str(ada.handle).upper()
    first = await api.json("GET", f"/api/lists?owner={handle}&limit=1")
    rest = await api.json("GET", f"/api/lists?owner={handle}&limit=1&cursor={first['next']}")
    assert [each["title"] for each in first["items"] + rest["items"]] == ["d", "a"]
    assert rest["next"] is None
    assert (await api.json("GET", "/api/lists?owner=nobody"))["items"] == []
    assert await problem(api, "GET", "/api/lists") == (400, "invalid_field", "owner")


async def test_the_muted_keep_lists_for_themselves_alone(api: Api) -> None:
    ada = await api.sign_in()
    path = await new_list(api, ada)
    await api.database.execute("update account set muted_until = now() + interval '1 hour'")
    await api.json("PATCH", path, {"title": "Still"}, ada)
    for method, address in (("POST", "/api/lists"), ("PATCH", path)):
        body = {"title": "x", "visibility": "public"}
        assert await problem(api, method, address, body, ada) == (403, "muted", None)
    assert (await api.json("GET", path, by=ada))["list"]["visibility"] == "private"


async def test_an_edit_of_an_old_list_is_refused(api: Api, videos: list[str]) -> None:
    ada = await api.sign_in()
    path = await new_list(api, ada)
    etag = (await api.ask("GET", path, by=ada)).headers["ETag"]
    assert (await api.ask("GET", path, by=ada, headers={"If-None-Match": etag})).status_code == 304
    await api.json("PUT", f"{path}/items/{videos[0]}", by=ada, status=204, headers={"If-Match": etag})
    for method, address, body in (
        ("PATCH", path, {"title": "x"}),
        ("DELETE", path, None),
        ("PUT", f"{path}/items/{videos[1]}", None),
        ("DELETE", f"{path}/items/{videos[0]}", None),
    ):
        refused = await problem(api, method, address, body, ada, headers={"If-Match": etag})
        assert refused == (412, "precondition_failed", None)
    assert (await api.ask("GET", path, by=ada)).headers["ETag"] != etag


async def test_lists_have_limits(api: Api, videos: list[str]) -> None:
    ada = await api.sign_in()
    path = await new_list(api, ada)
    await api.database.execute(
        "insert into saved_list (owner, title) select $1::text::uuid, 'n' from generate_series(1, 198)",
        ada.id,
    )
    await new_list(api, ada)
    refused = await problem(api, "POST", "/api/lists", {"title": "x"}, ada)
    assert refused == (409, "limit_exceeded", None)
    await api.database.execute(
        "with more as (insert into video (creator, title, category)"
        "  select creator, 'n', category from video, generate_series(1, 1000) returning id)"
        " insert into saved_list_item (list, video, place) select $1::text::uuid, id, 1 from more",
        path.rpartition("/")[2],
    )
    refused = await problem(api, "PUT", f"{path}/items/{videos[0]}", by=ada)
    assert refused == (409, "limit_exceeded", None)


async def test_many_at_once_keep_to_the_limit_and_to_one_place_each(api: Api, videos: list[str]) -> None:
    ada = await api.sign_in()
    path = await new_list(api, ada)

    async def put(video: str) -> None:
        await api.json("PUT", f"{path}/items/{video}", by=ada, status=204)

    async with trio.open_nursery() as nursery:
        for video in videos * 3:
            nursery.start_soon(put, video)
    assert sorted(await titles(api, path, ada)) == ["n0", "n1", "n2", "n3", "n4"]
    places = await api.database.fetch("select place from saved_list_item")
    assert len({row["place"] for row in places}) == 5


@pytest.mark.parametrize(
    ("new", "field"),
    [
        ({}, "title"),
        ({"title": ""}, "title"),
        ({"title": "x" * 81}, "title"),
        ({"title": "a\x00"}, "title"),
        ({"title": "x", "visibility": "premium"}, "visibility"),
        ({"title": "x", "items": []}, "items"),
    ],
)
async def test_a_wrong_field_of_a_list_is_named(api: Api, new: dict[str, Any], field: str) -> None:
    assert await problem(api, "POST", "/api/lists", new, await api.sign_in()) == (400, "invalid_field", field)
