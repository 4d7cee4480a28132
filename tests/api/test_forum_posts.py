"""Posts over HTTP: written and read through the room, quoted, edited, withheld, reacted to, and mentioned."""

import orjson
import pytest

from api.forum.forgetting import forget_author
from rooms.kind import By
from tests.api.api_app import Api, Person
from tests.api.forum_talk import open_thread, posts_of, refused, say


@pytest.fixture
async def ada(api: Api) -> Person:
    return await api.sign_in(name="Ada", handle="ada")


@pytest.fixture
async def bob(api: Api) -> Person:
    return await api.sign_in(name="Bob", handle="bob")


@pytest.fixture
async def thread(api: Api, ada: Person) -> str:
    """A thread that ada has opened, with one post."""
    return str((await open_thread(api, ada))["id"])


async def hide(api: Api, thread: str, post: str, word: str = "hide") -> None:
    command = {"type": word, "id": post, "reason": "spam"}
    await api.services.rooms.command(f"thread:{thread}", command, By("mo", "Mo", moderator=True))


async def test_a_post_over_http_is_the_rooms_event(api: Api, bob: Person, thread: str) -> None:
    said = await say(api, bob, thread, "Tomorrow")
    channel, told = api.published.told[-1]
    event = orjson.loads(told.data)
    assert channel == f"thread:{thread}"
    assert (event["type"], event["id"], event["text"], event["at"]) == (
        "post",
        said["id"],
        "Tomorrow",
        said["at"],
    )
    assert event["user"] == {"id": bob.id, "display_name": "Bob"}
    assert said["offset"] == told.offset == 3
    assert said["user"] == {"id": bob.id, "display_name": "Bob", "handle": "bob", "avatar": None}
    assert (await posts_of(api, thread))[1] == said
    assert await api.json("GET", f"/api/threads/{thread}/posts/{said['id']}") == said


async def test_an_own_id_makes_a_repeat_harmless_and_is_nobody_elses(
    api: Api, ada: Person, bob: Person, thread: str
) -> None:
    first = await say(api, bob, thread, id="mine")
    assert await say(api, bob, thread, id="mine") == first
    path = f"/api/threads/{thread}/posts"
    assert await refused(api, "POST", path, ada, {"id": "mine", "text": "x"}) == (409, "id_taken")
    assert len(await posts_of(api, thread)) == 2


async def test_pages_go_both_ways_and_from_an_offset(api: Api, bob: Person, thread: str) -> None:
    for number in range(5):
        await say(api, bob, thread, str(number))

    async def walk(query: str) -> list[str]:
        found, cursor = [], ""
        while cursor is not None:
            page = await api.json("GET", f"/api/threads/{thread}/posts?limit=2&{query}&cursor={cursor}")
            found += [each["text"] for each in page["items"]]
            cursor = page["next"]
        return found

    assert await walk("") == ["When?", "0", "1", "2", "3", "4"]
    assert await walk("reverse=true") == ["4", "3", "2", "1", "0", "When?"]
    assert await walk("offset=5") == ["3", "4"]
    assert await walk("reverse=true&offset=5") == ["1", "0", "When?"]
    page = await api.json("GET", f"/api/threads/{thread}/posts?limit=2")
    path = f"/api/threads/{thread}/posts?reverse=true&cursor={page['next']}"
    assert await refused(api, "GET", path) == (400, "invalid_cursor")


async def test_a_page_that_is_the_same_is_not_sent_again(api: Api, bob: Person, thread: str) -> None:
    path = f"/api/threads/{thread}/posts"
    etag = {"If-None-Match": (await api.ask("GET", path)).headers["ETag"]}
    assert (await api.ask("GET", path, headers=etag)).status_code == 304
    await say(api, bob, thread)
    assert (await api.ask("GET", path, headers=etag)).status_code == 200


async def test_a_quote_reads_as_the_quoted_post_does_now(
    api: Api, ada: Person, bob: Person, thread: str
) -> None:
    [first] = await posts_of(api, thread)
    said = await say(api, bob, thread, "Soon", quote=first["id"])
    assert said["quote"] == {
        "id": first["id"],
        "user": first["user"],
        "text": "When?",
        "deleted": False,
        "hidden": False,
    }
    path = f"/api/threads/{thread}/posts/{first['id']}"
    await api.json("PATCH", path, {"text": "When exactly?"}, ada)
    assert (await posts_of(api, thread))[1]["quote"]["text"] == "When exactly?"
    await api.json("DELETE", path, by=ada, status=204)
    quote = (await posts_of(api, thread))[1]["quote"]
    assert (quote["text"], quote["deleted"]) == ("", True)
    assert await refused(
        api, "POST", f"/api/threads/{thread}/posts", bob, {"text": "x", "quote": "never"}
    ) == (404, "not_found")


async def test_edits_are_kept_until_the_post_is_gone(api: Api, ada: Person, bob: Person, thread: str) -> None:
    said = await say(api, bob, thread, "One")
    path = f"/api/threads/{thread}/posts/{said['id']}"
    assert await refused(api, "PATCH", path, ada, {"text": "x"}) == (403, "forbidden")
    edited = await api.json("PATCH", path, {"text": "Two"}, bob)
    assert (edited["text"], edited["edited_at"] >= edited["at"]) == ("Two", True)
    wordings = await api.json("GET", f"{path}/edits")
    assert [each["text"] for each in wordings["items"]] == ["One", "Two"]
    await api.json("DELETE", path, by=bob, status=204)
    gone = (await posts_of(api, thread))[1]
    assert (gone["text"], gone["deleted"], gone["reactions"]) == ("", True, [])
    assert await refused(api, "GET", f"{path}/edits") == (410, "gone")
    assert await refused(api, "PATCH", path, bob, {"text": "x"}) == (410, "gone")
    assert await refused(api, "GET", f"/api/threads/{thread}/posts/never/edits") == (404, "not_found")


async def test_what_is_hidden_is_shown_to_moderators_alone(
    api: Api, ada: Person, bob: Person, thread: str
) -> None:
    said = await say(api, bob, thread, "Buy now")
    admin = await api.sign_in("admin")
    answering = await say(api, admin, thread, "No", quote=said["id"])
    await hide(api, thread, said["id"])
    for person, text in ((None, ""), (ada, ""), (bob, ""), (admin, "Buy now")):
        _, hidden, quoting = await posts_of(api, thread, person)
        assert (hidden["text"], hidden["hidden"], hidden["deleted"]) == (text, True, False)
        assert (quoting["quote"]["text"], quoting["quote"]["hidden"]) == (text, True)
    edits = f"/api/threads/{thread}/posts/{said['id']}/edits"
    assert await refused(api, "GET", edits, bob) == (410, "gone")
    assert len((await api.json("GET", edits, by=admin))["items"]) == 1
    await hide(api, thread, said["id"], "unhide")
    assert (await posts_of(api, thread))[1]["text"] == "Buy now"
    assert answering["quote"]["text"] == "Buy now"


async def test_reactions_are_counted_and_say_which_are_mine(
    api: Api, ada: Person, bob: Person, thread: str
) -> None:
    [first] = await posts_of(api, thread)
    path = f"/api/threads/{thread}/posts/{first['id']}/reactions"
    for person, emoji in ((ada, "🚀"), (bob, "👍"), (bob, "🚀"), (bob, "🚀")):
        await api.json("PUT", f"{path}/{emoji}", by=person, status=204)
    assert (await posts_of(api, thread, ada))[0]["reactions"] == [
        {"emoji": "🚀", "count": 2, "mine": True},
        {"emoji": "👍", "count": 1, "mine": False},
    ]
    await api.json("DELETE", f"{path}/🚀", by=ada, status=204)
    assert [each["mine"] for each in (await posts_of(api, thread))[0]["reactions"]] == [False, False]
    assert await refused(api, "PUT", f"{path}/{'x' * 17}", ada) == (400, "invalid_field")
    assert await refused(api, "PUT", f"{path}/%00", ada) == (400, "invalid_field")


async def test_guests_write_where_they_may(api: Api, ada: Person, thread: str) -> None:
    guest = await api.guest("Gus")
    assert await refused(api, "POST", f"/api/threads/{thread}/posts", guest, {"text": "x"}) == (
        403,
        "forbidden",
    )
    assert await refused(api, "POST", f"/api/threads/{thread}/posts", None, {"text": "x"}) == (
        401,
        "unauthorized",
    )
    lounge = (await open_thread(api, ada, "off-topic"))["id"]
    said = await say(api, guest, lounge)
    assert said["user"] == {"id": guest.id, "display_name": "Gus", "handle": None, "avatar": None}
    assert (await say(api, guest, "lobby"))["offset"] == 1
    [board] = [
        each for each in (await api.json("GET", "/api/boards"))["items"] if each["slug"] == "off-topic"
    ]
    assert board["posts"] == 3


@pytest.mark.parametrize("path", ["never", "a%00b", "%ED%A0%80", "x" * 70, "-"])
async def test_what_is_no_thread_is_not_found(api: Api, ada: Person, path: str) -> None:
    for method, rest, body in (
        ("GET", "", None),
        ("GET", "/posts", None),
        ("POST", "/posts", {"text": "x"}),
        ("PUT", "/read", {"offset": 1}),
        ("GET", "/posts/1/edits", None),
        ("POST", "/pin", {}),
    ):
        assert await refused(api, method, f"/api/threads/{path}{rest}", ada, body) == (404, "not_found")


async def test_unread_posts_of_others_are_counted_from_where_one_has_read(
    api: Api, ada: Person, bob: Person, thread: str
) -> None:
    assert (await api.json("GET", "/api/me/unread", by=ada))["threads"] == []
    for _ in range(3):
        last = await say(api, bob, thread)
    await say(api, ada, thread)
    await api.json("PUT", f"/api/threads/{thread}/read", {"offset": 3}, ada, status=204)
    [unread] = (await api.json("GET", "/api/me/unread", by=ada))["threads"]
    assert (unread["id"], unread["unread"]) == (thread, 2)
    [card] = (await api.json("GET", "/api/boards/iss/threads", by=ada))["items"]
    assert card["unread"] == 2
    assert (await api.json("GET", "/api/boards/iss/threads", by=bob))["items"][0]["unread"] is None
    await api.json("DELETE", f"/api/threads/{thread}/posts/{last['id']}", by=bob, status=204)
    assert (await api.json("GET", f"/api/threads/{thread}", by=ada))["unread"] == 1
    for offset in (1 << 62, 1):
        await api.json("PUT", f"/api/threads/{thread}/read", {"offset": offset}, ada, status=204)
        assert (await api.json("GET", "/api/me/unread", by=ada))["threads"] == []
    assert await refused(api, "PUT", f"/api/threads/{thread}/read", await api.guest(), {"offset": 1}) == (
        401,
        "unauthorized",
    )


async def test_who_is_named_finds_it_and_sees_it_once(
    api: Api, ada: Person, bob: Person, thread: str
) -> None:
    first = await say(api, bob, thread, "Hey @ADA, write to ada@ada.org; @bob @nobody @ada")
    edited = await say(api, bob, thread, "nothing")
    assert (await api.json("GET", "/api/me/unread", by=ada))["mentions"] == 1
    await api.json("PATCH", f"/api/threads/{thread}/posts/{edited['id']}", {"text": "for @ada"}, bob)
    page = await api.json("GET", "/api/me/mentions?limit=1", by=ada)
    [mention] = page["items"]
    assert (mention["id"], mention["text"], mention["seen"]) == (edited["id"], "for @ada", False)
    assert mention["thread"] == {"id": thread, "title": "Dragon docks"}
    rest = await api.json("GET", f"/api/me/mentions?limit=1&cursor={page['next']}", by=ada)
    assert [each["id"] for each in rest["items"]] == [first["id"]]
    assert rest["next"] is None
    await api.json("PUT", f"/api/threads/{thread}/read", {"offset": first["offset"]}, ada, status=204)
    assert (await api.json("GET", "/api/me/unread", by=ada))["mentions"] == 1
    await api.json("PUT", "/api/me/mentions/read", by=ada, status=204)
    assert (await api.json("GET", "/api/me/unread", by=ada))["mentions"] == 0
    assert (await api.json("GET", "/api/me/mentions", by=bob))["items"] == []


async def test_a_post_names_ten_at_most(api: Api, ada: Person, thread: str) -> None:
    handles = [f"crew_{number:02}" for number in range(12)]
    for handle in handles:
        await api.sign_in(handle=handle)
    await say(api, ada, thread, " ".join(f"@{handle}" for handle in handles))
    assert await api.database.fetchval("select count(*) from mention") == 10


async def test_an_account_that_ends_leaves_what_it_said_without_its_name(
    api: Api, ada: Person, bob: Person, thread: str
) -> None:
    await say(api, bob, thread, "for @ada")
    await api.json("PUT", f"/api/threads/{thread}/read", {"offset": 1}, bob, status=204)
    account = await api.database.fetchval("select id from account where handle = 'bob'")
    await api.database.transaction(lambda connection: forget_author(connection, account, "Deleted account"))
    said = (await posts_of(api, thread))[1]
    assert (said["user"]["display_name"], said["text"]) == ("Deleted account", "for @ada")
    card = await api.json("GET", f"/api/threads/{thread}")
    assert (card["last_post_by"]["display_name"], card["author"]["display_name"]) == (
        "Deleted account",
        "Ada",
    )
    assert await api.database.fetchval("select count(*) from thread_read") == 0
