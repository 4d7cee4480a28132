"""Categories: read by all, arranged by admins, and kept while videos are in them."""

from typing import Any

import pytest

from store.database import Database, open_database
from store.migrations import migrate
from store.postmaster import Postmaster
from tests.api.api_app import Api, Person
from tests.api.catalog_people import add_categories, draft, problem


@pytest.fixture
async def admin(api: Api) -> Person:
    await add_categories(api.database)
    return await api.sign_in("admin")


async def test_an_admin_arranges_them_and_all_see_it_at_once(api: Api, admin: Person) -> None:
    new = {"slug": "venus", "title": " Venus ", "about": "Clouds", "position": 0}
    made = await api.json("POST", "/api/categories", new, admin, status=201)
    assert made == {
        "slug": "venus",
        "title": "Venus",
        "about": "Clouds",
        "position": 0,
        "videos": 0,
        "version": 1,
    }
    listed = (await api.json("GET", "/api/categories"))["items"]
    assert [category["slug"] for category in listed] == ["venus", "launches", "moon", "mars"]
    edited = await api.json("PATCH", "/api/categories/venus", {"position": 9}, admin)
    assert edited == {**made, "position": 9, "version": 2}
    listed = (await api.json("GET", "/api/categories"))["items"]
    assert [category["slug"] for category in listed] == ["launches", "moon", "mars", "venus"]
    assert await api.json("GET", "/api/categories/venus") == edited
    await api.json("DELETE", "/api/categories/venus", by=admin, status=204)
    assert (await problem(api, "GET", "/api/categories/venus"))[:2] == (404, "not_found")
    acts = await api.database.fetch("select act, subject_id from audit_log order by id")
    assert [tuple(row) for row in acts] == [
        ("category.add", "venus"), ("category.edit", "venus"), ("category.delete", "venus")
    ]  # fmt: skip


async def test_an_edit_of_an_old_category_is_refused(api: Api, admin: Person) -> None:
    path = "/api/categories/moon"
    old = {"If-Match": (await api.ask("GET", path)).headers["ETag"]}
    await draft(api, admin, category="moon")
    await api.json("PATCH", path, {"about": "Grey"}, admin, headers=old)
    refused = await problem(api, "PATCH", path, {"about": "White"}, admin, headers=old)
    assert refused == (412, "precondition_failed", None)


async def test_one_with_videos_stays(api: Api, admin: Person) -> None:
    await draft(api, admin, category="moon")
    refused = await problem(api, "DELETE", "/api/categories/moon", by=admin)
    assert refused == (409, "category_in_use", None)


async def test_a_slug_is_taken_once(api: Api, admin: Person) -> None:
    refused = await problem(api, "POST", "/api/categories", {"slug": "moon", "title": "x"}, admin)
    assert refused == (409, "id_taken", "slug")
    await api.database.execute(
        "insert into category (slug, title) select 'c' || n, 'c' from generate_series(1, 197) n"
    )
    refused = await problem(api, "POST", "/api/categories", {"slug": "one-more", "title": "x"}, admin)
    assert refused == (409, "limit_exceeded", None)


async def test_only_admins_arrange(api: Api, admin: Person) -> None:
    creator = await api.sign_in("creator")
    for method, path, body in (
        ("POST", "", {"slug": "x", "title": "x"}),
        ("PATCH", "/moon", {"title": "x"}),
        ("DELETE", "/moon", None),
    ):
        assert (await problem(api, method, f"/api/categories{path}", body))[0] == 401
        assert await problem(api, method, f"/api/categories{path}", body, creator) == (403, "forbidden", None)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"slug": "No"}, "slug"),
        ({"slug": "a\n"}, "slug"),
        ({"slug": "-a"}, "slug"),
        ({"slug": "x" * 41}, "slug"),
        ({"title": ""}, "title"),
        ({"about": "x" * 501}, "about"),
        ({"position": -1}, "position"),
        ({"position": 1e10}, "position"),
        ({"position": "1"}, "position"),
        ({"videos": 3}, "videos"),
    ],
)
async def test_a_wrong_field_of_a_category_is_named(
    api: Api, admin: Person, wrong: dict[str, Any], field: str
) -> None:
    new = {"slug": "x", "title": "x", **wrong}
    assert await problem(api, "POST", "/api/categories", new, admin) == (400, "invalid_field", field)


@pytest.mark.parametrize("slug", ["nowhere", "%00", "x" * 3_000, "%ff", "%ED%A0%80", "%0a"])
async def test_what_is_no_category_is_not_found(api: Api, admin: Person, slug: str) -> None:
    for method, body in (("GET", None), ("PATCH", {"title": "x"}), ("DELETE", None)):
        assert (await problem(api, method, f"/api/categories/{slug}", body, admin))[:2] == (404, "not_found")


async def test_a_new_hub_has_categories(database: Database, postgres: Postmaster) -> None:
    await database.execute("create database fresh_catalog")
    try:
        async with open_database(postgres.place.dsn.replace("/postgres?", "/fresh_catalog?")) as fresh:
            await migrate(fresh)
            rows = await fresh.fetch("select slug from category order by position limit 3")
    finally:
        await database.execute("drop database fresh_catalog with (force)")
    assert [row["slug"] for row in rows] == ["launches", "iss", "moon"]
