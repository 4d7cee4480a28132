"""Videos: made, read, edited, published, put away and brought back, and who may see or do what."""

import uuid

import pytest
import trio

from api.catalog.cleaning import clean_once
from tests.api.api_app import Api, Person
from tests.api.catalog_people import add_categories, draft, problem, published


@pytest.fixture
async def creator(api: Api) -> Person:
    await add_categories(api.database)
    return await api.sign_in("creator", "Grace")


async def test_a_video_is_made_read_and_found(api: Api, creator: Person) -> None:
    made = await draft(
        api, creator, title="  Crew-5   lifts off ", description="a\r\nb", tags=["#ISS", "iss", "Falcon 9"]
    )
    assert made["title"] == "Crew-5 lifts off"
    assert made["description"] == "a\nb"
    assert made["tags"] == ["iss", "falcon-9"]
    assert (made["state"], made["visibility"], made["published_at"]) == ("draft", "public", None)
    assert made["creator"] == {
        "id": creator.id, "display_name": "Grace", "handle": creator.handle, "avatar": None
    }  # fmt: skip
    assert made["editable"]
    assert made["playable"]
    shown = await api.json("POST", f"/api/videos/{made['id']}/publish", by=creator)
    assert shown["published_at"] is not None
    listed = await api.json("GET", "/api/videos")
    assert [card["id"] for card in listed["items"]] == [made["id"]]
    assert listed["next"] is None
    stranger = await api.json("GET", f"/api/videos/{made['id']}")
    assert stranger["title"] == "Crew-5 lifts off"
    assert not stranger["editable"]


async def test_publishing_twice_changes_nothing(api: Api, creator: Person) -> None:
    once = await published(api, creator)
    assert await api.json("POST", f"/api/videos/{once['id']}/publish", by=creator) == once


async def test_who_may_make_videos(api: Api, creator: Person) -> None:
    new = {"title": "x", "category": "moon"}
    assert await problem(api, "POST", "/api/videos", new) == (401, "unauthorized", None)
    assert await problem(api, "POST", "/api/videos", new, await api.guest()) == (403, "forbidden", None)
    viewer = await api.sign_in("viewer")
    assert await problem(api, "POST", "/api/videos", new, viewer) == (403, "forbidden", None)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "x" * 121}, "title"),
        ({"title": "a\x00b"}, "title"),
        ({"title": 7}, "title"),
        ({"title": None}, "title"),
        ({"description": "\ud800"}, None),
        ({"description": "x" * 5_001}, "description"),
        ({"category": "nowhere"}, "category"),
        ({"category": "No Slug"}, "category"),
        ({"tags": ["x" * 31]}, "tags.0"),
        ({"tags": [""]}, "tags.0"),
        ({"tags": ["a\x00"]}, "tags.0"),
        ({"tags": [str(n) for n in range(11)]}, "tags"),
        ({"tags": "iss"}, "tags"),
        ({"visibility": "secret"}, "visibility"),
        ({"views": 9}, "views"),
    ],
)
async def test_a_wrong_field_is_named(api: Api, creator: Person, wrong: dict, field: str | None) -> None:
    new = {"title": "x", "category": "moon", **wrong}
    status, code, named = await problem(api, "POST", "/api/videos", new, creator)
    assert (status, named) == (400, field)
    assert code == ("invalid_field" if field else "invalid_body")


VISIBLE = {"public": 200, "premium": 200, "unlisted": 200, "private": 404}


@pytest.mark.parametrize("visibility", VISIBLE)
async def test_who_sees_which_visibility(api: Api, creator: Person, visibility: str) -> None:
    viewer, admin = await api.sign_in("viewer"), await api.sign_in("admin")
    hidden = await draft(api, creator, visibility=visibility)
    path = f"/api/videos/{hidden['id']}"
    for person, status in ((None, 404), (viewer, 404), (creator, 200), (admin, 200)):
        await api.json("GET", path, by=person, status=status)
    await api.json("POST", f"{path}/publish", by=creator)
    for person in (None, viewer):
        await api.json("GET", path, by=person, status=VISIBLE[visibility])
    await api.json("GET", path, by=creator)
    listed = (await api.json("GET", "/api/videos"))["items"]
    assert len(listed) == (visibility in ("public", "premium"))
    mine = (await api.json("GET", "/api/me/videos", by=creator))["items"]
    assert [card["id"] for card in mine] == [hidden["id"]]


async def test_premium_is_shown_to_all_and_played_by_accounts(api: Api, creator: Person) -> None:
    video = await published(api, creator, visibility="premium")
    path = f"/api/videos/{video['id']}"
    viewer, guest = await api.sign_in("viewer"), await api.guest()
    for person, playable in ((None, False), (guest, False), (viewer, True)):
        assert (await api.json("GET", path, by=person))["playable"] is playable
        await api.json("GET", f"{path}/assets", by=person, status=200 if playable else 401)


@pytest.mark.parametrize("act", ["PATCH", "DELETE", "publish", "unlist", "restore"])
async def test_what_is_not_ones_own_is_refused_and_what_is_hidden_is_not_there(
    api: Api, creator: Person, act: str
) -> None:
    other = await api.sign_in("creator", "Mae")
    for video, by, expected in (
        (await published(api, creator), other, (403, "forbidden", None)),
        (await draft(api, creator), other, (404, "not_found", None)),
        (await published(api, creator), None, (401, "unauthorized", None)),
        (await published(api, creator), await api.guest(), (401, "unauthorized", None)),
    ):
        path = f"/api/videos/{video['id']}"
        if act.isupper():
            assert await problem(api, act, path, {} if act == "PATCH" else None, by) == expected
        else:
            assert await problem(api, "POST", f"{path}/{act}", by=by) == expected


async def test_an_edit_changes_what_it_names(api: Api, creator: Person) -> None:
    video = await published(api, creator, tags=["moon"], description="old")
    edited = await api.json("PATCH", f"/api/videos/{video['id']}", {"title": "New", "tags": []}, creator)
    assert (edited["title"], edited["tags"], edited["description"]) == ("New", [], "old")
    assert edited["version"] == video["version"] + 1
    assert edited["published_at"] == video["published_at"]
    listed = await api.json("GET", "/api/videos")
    assert listed["items"][0]["title"] == "New"
    status = await problem(api, "PATCH", f"/api/videos/{video['id']}", {"category": "nowhere"}, creator)
    assert status == (400, "invalid_field", "category")


async def test_an_editor_may_change_any_video_and_the_audit_log_tells(api: Api, creator: Person) -> None:
    admin, video = await api.sign_in("admin"), await published(api, creator)
    await api.json("PATCH", f"/api/videos/{video['id']}", {"title": "Better"}, admin)
    await api.json("PATCH", f"/api/videos/{video['id']}", {"title": "Mine"}, creator)
    rows = await api.database.fetch("select actor, act, subject_id from audit_log")
    assert [tuple(map(str, row)) for row in rows] == [(admin.id, "video.edit", video["id"])]


async def test_an_edit_of_an_old_version_is_refused(api: Api, creator: Person) -> None:
    video = await published(api, creator)
    path = f"/api/videos/{video['id']}"
    etag = (await api.ask("GET", path, by=creator)).headers["ETag"]
    old = {"If-Match": etag}
    await api.json("PATCH", path, {"title": "First"}, creator, headers=old)
    for method, body in (("PATCH", {"title": "Second"}), ("DELETE", None)):
        refused = await problem(api, method, path, body, creator, headers=old)
        assert refused == (412, "precondition_failed", None)
    for rubbish in (
        "rubbish",
        '"1"',
        'W/"2-0000000000000000"',
        '"',
        '"99999999999999999999-0000000000000000"',
    ):
        refused = await problem(api, "PATCH", path, {"title": "x"}, creator, headers={"If-Match": rubbish})
        assert refused == (412, "precondition_failed", None)
    assert (await api.json("GET", path))["title"] == "First"
    await api.json("PATCH", path, {"title": "Any"}, creator, headers={"If-Match": "*"})


async def test_a_view_or_a_like_meanwhile_spoils_no_edit(api: Api, creator: Person) -> None:
    video = await published(api, creator)
    path = f"/api/videos/{video['id']}"
    etag = (await api.ask("GET", path, by=creator)).headers["ETag"]
    await api.json("PUT", f"{path}/like", by=await api.sign_in(), status=204)
    assert (await api.ask("GET", path, by=creator)).headers["ETag"] != etag
    await api.json("PATCH", path, {"title": "Still"}, creator, headers={"If-Match": etag})


async def test_of_many_edits_of_one_version_one_is_done(api: Api, creator: Person) -> None:
    video = await published(api, creator)
    path = f"/api/videos/{video['id']}"
    headers = {"If-Match": (await api.ask("GET", path, by=creator)).headers["ETag"]}
    statuses: list[int] = []

    async def edit(title: str) -> None:
        response = await api.ask("PATCH", path, {"title": title}, creator, headers=headers)
        statuses.append(response.status_code)

    async with trio.open_nursery() as nursery:
        for n in range(8):
            nursery.start_soon(edit, f"Edit {n}")
    assert sorted(statuses) == [200] + [412] * 7
    assert (await api.json("GET", path))["version"] == video["version"] + 1


async def test_who_has_it_already_is_told_so(api: Api, creator: Person) -> None:
    video = await published(api, creator)
    for path in (f"/api/videos/{video['id']}", "/api/videos", "/api/categories", "/api/tags"):
        first = await api.ask("GET", path)
        again = await api.ask("GET", path, headers={"If-None-Match": first.headers["ETag"]})
        assert again.status_code == 304
        assert await again.get_data(as_text=False) == b""
        assert again.headers["ETag"] == first.headers["ETag"]


async def test_a_deleted_video_is_gone_for_others_and_can_be_restored(api: Api, creator: Person) -> None:
    video = await published(api, creator)
    path = f"/api/videos/{video['id']}"
    await api.json("DELETE", path, by=creator, status=204)
    await api.json("DELETE", path, by=creator, status=204)
    assert await problem(api, "GET", path) == (404, "not_found", None)
    assert (await api.json("GET", path, by=creator))["deleted_at"] is not None
    assert (await api.json("GET", "/api/videos"))["items"] == []
    assert (await api.json("GET", "/api/me/videos", by=creator))["items"] == []
    bin_ = await api.json("GET", "/api/me/videos?deleted=true", by=creator)
    assert [card["id"] for card in bin_["items"]] == [video["id"]]
    for act in ("publish", "unlist"):
        assert (await problem(api, "POST", f"{path}/{act}", by=creator))[:2] == (409, "conflict")
    assert (await problem(api, "PATCH", path, {"title": "x"}, creator))[:2] == (409, "conflict")
    await api.json("POST", f"{path}/restore", by=creator)
    assert (await api.json("GET", path))["id"] == video["id"]
    assert len((await api.json("GET", "/api/videos"))["items"]) == 1


async def test_what_an_editor_removed_its_creator_cannot_bring_back(api: Api, creator: Person) -> None:
    video, admin = await published(api, creator), await api.sign_in("admin")
    path = f"/api/videos/{video['id']}"
    await api.json("DELETE", path, by=admin, status=204)
    assert await problem(api, "POST", f"{path}/restore", by=creator) == (403, "forbidden", None)
    await api.json("POST", f"{path}/restore", by=admin)
    await api.json("GET", path)


async def test_after_its_time_a_deleted_video_is_purged_with_all_that_hangs_on_it(
    api: Api, creator: Person
) -> None:
    kept, gone, late = [await published(api, creator) for _ in range(3)]
    viewer = await api.sign_in()
    for video in (kept, gone, late):
        path = f"/api/videos/{video['id']}"
        await api.json("PUT", f"{path}/like", by=viewer, status=204)
        await api.json("POST", f"{path}/comments", {"text": "hm"}, viewer, status=201)
        await api.json("DELETE", path, by=creator, status=204)
    age = "update video set deleted_at = now() - make_interval(days => $2) where id = $1::text::uuid"
    await api.database.execute(age, gone["id"], 31)
    await api.database.execute(age, late["id"], 31)
    assert await problem(api, "POST", f"/api/videos/{late['id']}/restore", by=creator) == (410, "gone", None)
    await clean_once(api.database)
    ids = {str(row["id"]) for row in await api.database.fetch("select id from video")}
    assert ids == {kept["id"]}
    assert await api.database.fetchval("select count(*) from comment") == 1
    await api.json("POST", f"/api/videos/{kept['id']}/restore", by=creator)


@pytest.mark.parametrize(
    "name", ["rubbish", "%00", "0", "\u2026", str(uuid.UUID(int=0)), "x" * 5_000, "%ff", "%ED%A0%80"]
)
async def test_what_is_no_video_is_not_found(api: Api, creator: Person, name: str) -> None:
    for method, path in (
        ("GET", ""), ("PATCH", ""), ("DELETE", ""), ("POST", "/publish"), ("GET", "/assets"),
        ("GET", "/comments"), ("PUT", "/like"), ("DELETE", "/like" if name == "rubbish" else ""),
    ):  # fmt: skip
        status, code, _field = await problem(
            api, method, f"/api/videos/{name}{path}", {} if method == "PATCH" else None, creator
        )
        assert (status, code) == (404, "not_found")


async def test_a_word_that_is_not_allowed_is_refused_with_its_field(api: Api, creator: Person) -> None:
    admin = await api.sign_in("admin")
    await api.json("PUT", "/api/moderation/word-filter", {"words": ["gluon"]}, admin)
    for field, value in (("title", "Gluon!"), ("description", "a gluon"), ("tags", ["gluon"])):
        new = {"title": "x", "category": "moon", field: value}
        assert await problem(api, "POST", "/api/videos", new, creator) == (400, "blocked_word", field)
    video = await draft(api, creator)
    refused = await problem(api, "PATCH", f"/api/videos/{video['id']}", {"title": "gluon"}, creator)
    assert refused == (400, "blocked_word", "title")


async def test_the_muted_make_and_edit_no_videos(api: Api, creator: Person) -> None:
    video = await draft(api, creator)
    await api.database.execute("update account set muted_until = now() + interval '1 hour'")
    new = {"title": "x", "category": "moon"}
    assert await problem(api, "POST", "/api/videos", new, creator) == (403, "muted", None)
    refused = await problem(api, "PATCH", f"/api/videos/{video['id']}", {"title": "y"}, creator)
    assert refused == (403, "muted", None)


async def test_deleted_comments_and_unused_tags_are_purged(api: Api, creator: Person) -> None:
    video = await published(api, creator, tags=["kept", "left"])
    await api.json("PATCH", f"/api/videos/{video['id']}", {"tags": ["kept"]}, creator)
    comments = f"/api/videos/{video['id']}/comments"
    for text in ("old", "new", "there"):
        said = await api.json("POST", comments, {"text": text}, creator, status=201)
        if text != "there":
            await api.json("DELETE", f"/api/comments/{said['id']}", by=creator, status=204)
    await api.database.execute(
        "update comment set deleted_at = deleted_at - interval '31 days'"
        " where id = (select id from comment where deleted_at is not null limit 1)"
    )
    await clean_once(api.database)
    assert await api.database.fetchval("select count(*) from comment") == 2
    assert [row["name"] for row in await api.database.fetch("select name from tag")] == ["kept"]


async def test_a_creator_has_a_limit(api: Api, creator: Person) -> None:
    await api.database.execute(
        "insert into video (creator, title, category)"
        " select $1::text::uuid, 'n', 'moon' from generate_series(1, 10000)",
        creator.id,
    )
    refused = await problem(api, "POST", "/api/videos", {"title": "x", "category": "moon"}, creator)
    assert refused == (409, "limit_exceeded", None)


async def test_a_repeated_creation_makes_one(api: Api, creator: Person) -> None:
    new, key = {"title": "Once", "category": "moon"}, {"Idempotency-Key": "k1"}
    first = await api.json("POST", "/api/videos", new, creator, status=201, headers=key)
    again = await api.json("POST", "/api/videos", new, creator, status=201, headers=key)
    assert first == again
    assert await api.database.fetchval("select count(*) from video") == 1


async def test_assets_have_versions_and_viewers_see_those_that_are_ready(api: Api, creator: Person) -> None:
    video = await published(api, creator)
    asset = await api.database.fetchval(
        "insert into asset (video, kind) values ($1::text::uuid, 'source') returning id", video["id"]
    )
    await api.database.execute(
        "insert into asset_version (asset, number, state, content_type, size_bytes, place, trouble) values"
        " ($1, 1, 'ready', 'video/mp4', 10, '/secret/1', null),"
        " ($1, 2, 'failed', 'video/mp4', 12, '/secret/2', 'no sound')",
        asset,
    )
    await api.database.execute(
        "insert into rendition (asset, number, name, content_type, width, height, place)"
        " values ($1, 1, '720p', 'video/mp4', 1280, 720, '/secret/3')",
        asset,
    )
    path = f"/api/videos/{video['id']}/assets"
    (seen,) = (await api.json("GET", path))["items"]
    assert [version["number"] for version in seen["versions"]] == [1]
    assert seen["versions"][0]["renditions"][0]["name"] == "720p"
    (own,) = (await api.json("GET", path, by=creator))["items"]
    assert [(version["number"], version["trouble"]) for version in own["versions"]] == [
        (2, "no sound"),
        (1, None),
    ]
    assert "secret" not in str(own)
