"""Comments: about moments, with replies, theirs to change who wrote them, and counted right."""

import uuid
from typing import Any

import pytest
import trio

from api.catalog import comments
from tests.api.api_app import Api, Person
from tests.api.catalog_people import add_categories, counters, draft, problem, published


@pytest.fixture
async def creator(api: Api) -> Person:
    await add_categories(api.database)
    return await api.sign_in("creator", "Grace")


@pytest.fixture
async def video(api: Api, creator: Person) -> str:
    """The path of a video that everybody sees."""
    return f"/api/videos/{(await published(api, creator))['id']}"


async def say(api: Api, video: str, by: Person, text: str = "hm", **more: Any) -> dict[str, Any]:
    said: dict[str, Any] = await api.json("POST", f"{video}/comments", {"text": text, **more}, by, status=201)
    return said


async def texts(api: Api, path: str, by: Person | None = None) -> list[str | None]:
    """Return what the comments of all pages say, two a page."""
    found, cursor = [], ""
    while True:
        page = await api.json("GET", f"{path}{'&' if '?' in path else '?'}limit=2{cursor}", by=by)
        found += [item["text"] for item in page["items"]]
        if page["next"] is None:
            return found
        cursor = f"&cursor={page['next']}"


async def test_a_comment_is_shown_with_who_said_it(api: Api, video: str) -> None:
    ada = await api.sign_in(name="Ada")
    said = await say(api, video, ada, "  Look at\r\nthat!  ", at_s=12.5)
    assert said["user"] == {"id": ada.id, "display_name": "Ada", "handle": ada.handle, "avatar": None}
    assert (said["text"], said["at_s"], said["reply_to"]) == ("Look at\nthat!", 12.5, None)
    assert (await api.json("GET", f"{video}/comments"))["items"] == [said]
    assert (await api.json("GET", video))["comments"] == 1


async def test_the_orders_and_their_pages(api: Api, video: str) -> None:
    ada = await api.sign_in()
    for text, at_s in (("a", 30), ("b", None), ("c", 10), ("d", 20), ("e", 10)):
        await say(api, video, ada, text, at_s=at_s)
    assert await texts(api, f"{video}/comments") == ["e", "d", "c", "b", "a"]
    by_time = await texts(api, f"{video}/comments?sort=time")
    assert (set(by_time[:2]), by_time[2:]) == ({"c", "e"}, ["d", "a"])
    assert await texts(api, f"{video}/comments?sort=time&from_s=15") == ["d", "a"]


async def test_pages_hold_while_comments_come(api: Api, video: str) -> None:
    ada = await api.sign_in()
    for n in range(4):
        await say(api, video, ada, f"n{n}")
    first = await api.json("GET", f"{video}/comments?limit=2")
    await say(api, video, ada, "late")
    rest = await api.json("GET", f"{video}/comments?limit=2&cursor={first['next']}")
    assert [item["text"] for item in first["items"] + rest["items"]] == ["n3", "n2", "n1", "n0"]


async def test_replies_stand_below_what_they_answer(api: Api, video: str) -> None:
    ada, bob = await api.sign_in(), await api.sign_in(name="Bob")
    asked = await say(api, video, ada, "why?")
    for text in ("because", "of physics", "and money"):
        answered = await say(api, video, bob, text, reply_to=asked["id"])
    assert await texts(api, f"{video}/comments") == ["why?"]
    (shown,) = (await api.json("GET", f"{video}/comments"))["items"]
    assert shown["replies"] == 3
    replies = f"{video}/comments?reply_to={asked['id']}"
    assert await texts(api, replies) == ["because", "of physics", "and money"]
    deeper = {"text": "no", "reply_to": answered["id"]}
    assert await problem(api, "POST", f"{video}/comments", deeper, ada) == (400, "invalid_field", "reply_to")


async def test_a_reply_stays_under_its_video(api: Api, video: str, creator: Person) -> None:
    other = f"/api/videos/{(await published(api, creator))['id']}"
    asked = await say(api, video, creator)
    for reply_to in (asked["id"], str(uuid.uuid4())):
        new = {"text": "x", "reply_to": reply_to}
        assert await problem(api, "POST", f"{other}/comments", new, creator) == (
            400,
            "invalid_field",
            "reply_to",
        )
    assert await texts(api, f"{other}/comments?reply_to={asked['id']}") == []


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"text": ""}, "text"),
        ({"text": " \n "}, "text"),
        ({"text": "x" * 4_001}, "text"),
        ({"text": "a\x00b"}, "text"),
        ({"text": None}, "text"),
        ({"at_s": -1}, "at_s"),
        ({"at_s": "x"}, "at_s"),
        ({"at_s": 61}, "at_s"),
        ({"reply_to": "x"}, "reply_to"),
        ({"author": "x"}, "author"),
    ],
)
async def test_a_wrong_field_of_a_comment_is_named(
    api: Api, video: str, creator: Person, wrong: dict[str, Any], field: str
) -> None:
    await api.database.execute("update video set duration_s = 60")
    new = {"text": "fine", **wrong}
    assert await problem(api, "POST", f"{video}/comments", new, creator) == (400, "invalid_field", field)


async def test_who_may_comment_on_what(api: Api, video: str, creator: Person) -> None:
    hidden = f"/api/videos/{(await draft(api, creator))['id']}"
    viewer = await api.sign_in()
    for path, by, expected in (
        (video, None, (401, "unauthorized", None)),
        (video, await api.guest(), (403, "forbidden", None)),
        (hidden, viewer, (404, "not_found", None)),
    ):
        assert await problem(api, "POST", f"{path}/comments", {"text": "x"}, by) == expected
    assert await problem(api, "GET", f"{hidden}/comments") == (404, "not_found", None)
    await say(api, hidden, creator)


@pytest.mark.parametrize("until", ["now() + interval '1 hour'", "'infinity'"])
async def test_the_muted_read_but_do_not_write(api: Api, video: str, until: str) -> None:
    ada = await api.sign_in()
    said = await say(api, video, ada)
    await api.database.execute(f"update account set muted_until = {until} where id = $1::text::uuid", ada.id)
    for method, path in (("POST", f"{video}/comments"), ("PATCH", f"/api/comments/{said['id']}")):
        assert await problem(api, method, path, {"text": "x"}, ada) == (403, "muted", None)
    assert await texts(api, f"{video}/comments", ada) == ["hm"]
    await api.database.execute("update account set muted_until = now()")
    await say(api, video, ada)


async def test_an_author_edits_and_nobody_else(api: Api, video: str, creator: Person) -> None:
    ada, admin = await api.sign_in(), await api.sign_in("admin")
    said = await say(api, video, ada)
    path = f"/api/comments/{said['id']}"
    edited = await api.json("PATCH", path, {"text": "better"}, ada)
    assert (edited["text"], edited["edited_at"] is not None) == ("better", True)
    for by in (creator, admin):
        assert await problem(api, "PATCH", path, {"text": "x"}, by) == (403, "forbidden", None)
    assert await problem(api, "PATCH", path, {"text": ""}, ada) == (400, "invalid_field", "text")
    for nowhere in ("rubbish", uuid.uuid4()):
        assert (await problem(api, "PATCH", f"/api/comments/{nowhere}", {"text": "x"}, ada))[0] == 404


async def test_author_creator_and_moderator_delete(api: Api, video: str, creator: Person) -> None:
    ada, bob, admin = await api.sign_in(), await api.sign_in(), await api.sign_in("admin")
    for by, status in ((bob, 403), (ada, 204), (creator, 204), (admin, 204)):
        said = await say(api, video, ada)
        await api.json("DELETE", f"/api/comments/{said['id']}", by=by, status=status)
    await api.json("DELETE", f"/api/comments/{said['id']}", by=ada, status=404)
    assert await texts(api, f"{video}/comments") == ["hm"]
    assert (await api.json("GET", video))["comments"] == 1
    acts = await api.database.fetch("select actor::text from audit_log where act = 'comment.delete'")
    assert {row["actor"] for row in acts} == {creator.id, admin.id}
    assert await api.database.fetchval("select count(*) from comment where text = ''") == 3


async def test_comments_under_what_is_hidden_now_are_not_there_for_others(
    api: Api, video: str, creator: Person
) -> None:
    ada, bob = await api.sign_in(), await api.sign_in()
    said = await say(api, video, ada)
    await api.json("PATCH", video, {"visibility": "private"}, creator)
    path = f"/api/comments/{said['id']}"
    assert (await problem(api, "DELETE", path, by=bob))[:2] == (404, "not_found")
    await api.json("DELETE", path, by=ada, status=204)


async def test_what_was_deleted_or_hidden_shows_for_its_replies_alone(
    api: Api, video: str, creator: Person
) -> None:
    ada, admin = await api.sign_in(), await api.sign_in("admin")
    alone, answered, hidden = [await say(api, video, ada, text) for text in ("a", "b", "c")]
    reply = await say(api, video, ada, "r", reply_to=answered["id"])
    for said in (alone, answered):
        await api.json("DELETE", f"/api/comments/{said['id']}", by=ada, status=204)
    assert await api.database.transaction(lambda c: comments.hide(c, uuid.UUID(hidden["id"]), True))
    assert await texts(api, f"{video}/comments") == [None]
    assert await texts(api, f"{video}/comments", admin) == ["c", None]
    assert (await api.json("GET", video))["comments"] == 1
    refused = await problem(api, "PATCH", f"/api/comments/{hidden['id']}", {"text": "x"}, ada)
    assert refused == (403, "forbidden", None)
    answer = {"text": "x", "reply_to": hidden["id"]}
    refused = await problem(api, "POST", f"{video}/comments", answer, ada)
    assert refused == (400, "invalid_field", "reply_to")
    assert await api.database.transaction(lambda c: comments.hide(c, uuid.UUID(hidden["id"]), False))
    await api.json("DELETE", f"/api/comments/{reply['id']}", by=ada, status=204)
    assert await texts(api, f"{video}/comments") == ["c"]


async def test_a_cursor_belongs_to_its_comments(api: Api, video: str, creator: Person) -> None:
    other = f"/api/videos/{(await published(api, creator))['id']}"
    for _ in range(3):
        await say(api, video, creator, at_s=1)
    cursor = (await api.json("GET", f"{video}/comments?limit=1"))["next"]
    refused = (400, "invalid_cursor", "cursor")
    for path in (
        f"{video}/comments?sort=time&",
        f"{other}/comments?",
        f"{video}/comments?reply_to={uuid.uuid4()}&",
    ):
        assert await problem(api, "GET", f"{path}cursor={cursor}") == refused
    assert await problem(api, "GET", f"{video}/comments?cursor=rubbish") == refused
    for query in ("sort=best", "from_s=nan", "reply_to=x", "limit=0"):
        assert (await problem(api, "GET", f"{video}/comments?{query}"))[:2] == (400, "invalid_field")


async def test_counters_hold_while_many_write_and_delete(api: Api, video: str) -> None:
    people = [await api.sign_in() for _ in range(4)]
    top = await say(api, video, people[0])

    async def chat(by: Person) -> None:
        for n in range(4):
            said = await say(api, video, by, reply_to=top["id"] if n % 2 else None)
            await api.json("PATCH", f"/api/comments/{said['id']}", {"text": "new"}, by)
            if n < 2:
                await api.json("DELETE", f"/api/comments/{said['id']}", by=by, status=204)

    async with trio.open_nursery() as nursery:
        for by in people:
            nursery.start_soon(chat, by)
    assert (await counters(api, video.rpartition("/")[2]))[2] == 1 + 4 * 2
    replies = await api.database.fetchval("select replies from comment where id = $1::text::uuid", top["id"])
    assert replies == 4


async def test_a_repeated_comment_is_said_once(api: Api, video: str, creator: Person) -> None:
    key = {"Idempotency-Key": "k1"}
    for _ in range(2):
        await api.json("POST", f"{video}/comments", {"text": "once"}, creator, status=201, headers=key)
    assert await texts(api, f"{video}/comments") == ["once"]


async def test_a_video_takes_so_many_comments(api: Api, video: str, creator: Person) -> None:
    await api.database.execute("update video set comments = $1", comments.COMMENTS_MAX)
    refused = await problem(api, "POST", f"{video}/comments", {"text": "x"}, creator)
    assert refused == (409, "limit_exceeded", None)


async def test_reading_them_locks_nothing(api: Api, video: str, creator: Person) -> None:
    await say(api, video, creator)
    locked_last = "select xmax::text from video"
    before = await api.database.fetchval(locked_last)
    await api.json("GET", f"{video}/comments")
    await api.json("GET", f"{video}/assets")
    assert await api.database.fetchval(locked_last) == before
