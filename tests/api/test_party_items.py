"""What is brought to a party: addresses of films, and videos of the catalog."""

import uuid
from typing import Any

import orjson
import pytest

from tests.api.api_app import Api, Person
from tests.api.catalog_people import add_categories, draft, published
from tests.api.forum_talk import refused
from tests.api.party_goers import act, join, open_party

FILM = "https://films.example/big%20rocket.m3u8"


async def add(api: Api, by: Person, party: str, status: int = 201, **item: Any) -> Any:
    return await api.json("POST", f"/api/parties/{party}/items", item, by, status=status)


def shown_in(api: Api, party: str) -> list[str]:
    """Return the ids of what a party watches and then of its queue, as the room told them last."""
    item: dict[str, Any] | None = None
    queue: list[dict[str, Any]] = []
    for channel, publication in api.published.told:
        event = orjson.loads(publication.data)
        if channel != f"watch:{party}":
            continue
        if event["type"] == "party":
            item, queue = event["party"]["timeline"]["item"], event["party"]["queue"]
        elif event["type"] == "state":
            item = event["item"]
        elif event["type"] == "queue":
            queue = event["items"]
    return [each["id"] for each in (item, *queue) if each is not None]


async def upload(api: Api, video: str, *places: tuple[str, str, int], state: str = "ready") -> None:
    """Let a video have a source, with renditions of (place, content type, bits per second)."""
    asset = await api.database.fetchval(
        "insert into asset (video, kind) values ($1, 'source') returning id", uuid.UUID(video)
    )
    await api.database.execute(
        "insert into asset_version (asset, number, state, content_type, size_bytes, place)"
        " values ($1, 1, $2, 'video/mp4', 1, 'kept/source')",
        asset,
        state,
    )
    for number, (place, content_type, bits) in enumerate(places):
        await api.database.execute(
            "insert into rendition (asset, number, name, content_type, bits_per_second, place)"
            " values ($1, 1, $2, $3, $4, $5)",
            asset,
            str(number),
            content_type,
            bits,
            place,
        )


async def test_a_party_begins_with_what_it_is_given(api: Api) -> None:
    ada = await api.sign_in()
    items = [
        {"url": FILM},
        {"url": "https://films.example/play", "kind": "mp4", "title": "Two", "duration_ms": 60_000},
        {"url": "http://127.0.0.1:8000/clips/own.mp4?a=1"},
    ]
    party = await open_party(api, ada, items=items)
    assert party["item_title"] == "big rocket.m3u8"
    found = await api.services.database.fetchval(
        "select data from event join channel_head using (life) where channel = $1 and event.data::text like"
        ' \'{"type":"party"%\' order by event."offset" limit 1',
        party["channel"],
    )
    told = orjson.loads(found)["party"]
    given = [each for each in (told["timeline"]["item"], *told["queue"]) if each is not None]
    assert [(each["title"], each["url"], each["kind"], each["duration_ms"]) for each in given] == [
        ("big rocket.m3u8", FILM, "hls", None),
        ("Two", "https://films.example/play", "mp4", 60_000),
        ("own.mp4", "/clips/own.mp4?a=1", "mp4", None),
    ]
    assert len({each["id"] for each in given}) == 3
    assert all(each["by"] == ada.id for each in given)


async def test_an_item_goes_through_the_room(api: Api) -> None:
    ada, bob, guest = await api.sign_in(), await api.sign_in(), await api.guest()
    party = (await open_party(api, ada))["id"]
    item = (await add(api, ada, party, url=FILM, title=" Big  rocket "))["item"]
    assert (item["title"], item["url"], item["kind"], item["video"]) == ("Big rocket", FILM, "hls", None)
    assert shown_in(api, party) == [item["id"]]
    path = f"/api/parties/{party}/items"
    for who in (bob, guest):
        assert await refused(api, "POST", path, who, {"url": FILM}) == (403, "forbidden")
    assert await refused(api, "POST", path, None, {"url": FILM}) == (401, "unauthorized")
    await join(api, bob, party)
    await act(api, bob, party, "enter")
    his = (await add(api, bob, party, url="/clip.mp4"))["item"]
    assert shown_in(api, party) == [item["id"], his["id"]]
    assert await refused(api, "POST", path, bob, {"url": FILM, "now": True}) == (403, "forbidden")
    await act(api, ada, party, "lock", locked=True)
    assert await refused(api, "POST", path, bob, {"url": FILM}) == (423, "locked")


async def test_an_item_under_a_key_is_added_once(api: Api) -> None:
    ada = await api.sign_in()
    party = (await open_party(api, ada))["id"]
    key, path = {"Idempotency-Key": "k1"}, f"/api/parties/{party}/items"
    first = await api.json("POST", path, {"url": FILM}, ada, status=201, headers=key)
    await api.database.execute("delete from idempotent_request")  # as if the hub had died before noting it
    assert await api.json("POST", path, {"url": FILM}, ada, status=201, headers=key) == first
    assert shown_in(api, party) == [first["item"]["id"]]
    await api.json("POST", path, {"url": FILM}, ada, status=201)
    assert len(shown_in(api, party)) == 2


async def test_titles_are_in_any_script_and_with_any_emoji(api: Api) -> None:
    ada = await api.sign_in()
    for title in ("👩‍🚀 и Союз", "می‌خواهم", "宇宙站"):
        party = await open_party(api, ada, title=title, items=[{"url": FILM, "title": title}])
        assert (party["title"], party["item_title"]) == (title, title)
        assert (await add(api, ada, party["id"], url=FILM, title=title))["item"]["title"] == title


@pytest.mark.parametrize(
    ("item", "field"),
    [
        ({}, "video"),
        ({"url": FILM, "video": str(uuid.uuid4())}, "video"),
        ({"url": "http://films.example/a.mp4"}, "url"),
        ({"url": "http://169.254.169.254/a.mp4"}, "url"),
        ({"url": "javascript:alert(1)"}, "url"),
        ({"url": "//films.example/a.mp4"}, "url"),
        ({"url": "https://ada:secret@films.example/a.mp4"}, "url"),
        ({"url": "https://films.example/" + "a" * 1_000}, "url"),
        ({"url": "https://films.example/a"}, "kind"),
        ({"url": FILM, "kind": "dash"}, "kind"),
        ({"url": FILM, "title": "x" * 121}, "title"),
        ({"url": FILM, "duration_ms": -1}, "duration_ms"),
        ({"video": "x"}, "video"),
    ],
)
async def test_what_cannot_be_watched(api: Api, item: dict[str, Any], field: str) -> None:
    ada = await api.sign_in()
    party = (await open_party(api, ada))["id"]
    problem = await add(api, ada, party, 400, **item)
    assert (problem["code"], problem["field"]) == ("invalid_field", field)
    assert shown_in(api, party) == []


async def test_a_word_that_is_not_allowed_is_in_no_title(api: Api) -> None:
    ada, admin = await api.sign_in(), await api.sign_in("admin")
    party = (await open_party(api, ada))["id"]
    etag = (await api.ask("GET", "/api/moderation/word-filter", by=admin)).headers.get("ETag", "*")
    await api.json(
        "PUT", "/api/moderation/word-filter", {"words": ["rubbish"]}, admin, headers={"If-Match": etag}
    )
    await api.services.words.load(api.database)
    new = {"title": "Rubbish", "visibility": "public"}
    assert await refused(api, "POST", "/api/parties", ada, new) == (400, "blocked_word")
    new = {"title": "T", "visibility": "public", "items": [{"url": FILM, "title": "Rubbish"}]}
    assert await refused(api, "POST", "/api/parties", ada, new) == (400, "blocked_word")
    assert (await add(api, ada, party, 400, url="/rubbish.mp4"))["code"] == "blocked_word"


async def test_a_video_that_cannot_be_played_yet_says_what_to_do(api: Api) -> None:
    await add_categories(api.database)
    ada = await api.sign_in("creator")
    party = (await open_party(api, ada))["id"]
    video = await published(api, ada)
    problem = await add(api, ada, party, 409, video=video["id"])
    assert problem["code"] == "not_playable"
    assert "ready" in problem["detail"]
    await upload(api, video["id"], ("/media/1.mp4", "video/mp4", 1), state="processing")
    assert (await add(api, ada, party, 409, video=video["id"]))["code"] == "not_playable"
    new = {"title": "T", "visibility": "public", "items": [{"video": video["id"]}]}
    assert await refused(api, "POST", "/api/parties", ada, new) == (409, "not_playable")


async def test_a_video_brings_its_title_its_length_and_its_best_form(api: Api) -> None:
    await add_categories(api.database)
    ada = await api.sign_in("creator")
    party = (await open_party(api, ada))["id"]
    video = (await published(api, ada, title="Docking"))["id"]
    await api.database.execute("update video set duration_s = 61.5")
    small, large = ("/media/240.mp4", "video/mp4", 100), ("/media/720.mp4", "video/mp4", 900)
    await upload(api, video, small, large, ("kept/elsewhere", "video/mp4", 9_000))
    item = (await add(api, ada, party, video=video))["item"]
    assert item | {"id": ""} == {
        "id": "",
        "title": "Docking",
        "url": "/media/720.mp4",
        "kind": "mp4",
        "duration_ms": 61_500,
        "video": video,
    }
    other = (await published(api, ada))["id"]
    await upload(api, other, large, ("/media/all.m3u8", "application/vnd.apple.mpegurl", 1))
    item = (await add(api, ada, party, video=other, title="Mine"))["item"]
    assert (item["url"], item["kind"], item["title"]) == ("/media/all.m3u8", "hls", "Mine")
    assert item["duration_ms"] is None


async def test_only_what_one_may_see_can_be_brought(api: Api) -> None:
    await add_categories(api.database)
    ada, bob = await api.sign_in("creator"), await api.sign_in("creator")
    private = (await draft(api, ada))["id"]
    await upload(api, private, ("/media/1.mp4", "video/mp4", 1))
    hers, his = [(await open_party(api, who))["id"] for who in (ada, bob)]
    await add(api, ada, hers, video=private)
    assert (await add(api, bob, his, 404, video=private))["code"] == "not_found"
    assert (await add(api, bob, his, 404, video=str(uuid.uuid4())))["code"] == "not_found"
