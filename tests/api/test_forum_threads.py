"""Boards and threads over HTTP: opening, listing, setting, and who may."""

import pytest

from rooms.kind import By
from tests.api.api_app import Api
from tests.api.forum_talk import open_thread, posts_of, refused, say


@pytest.fixture(autouse=True)
async def _boards_as_shipped(api: Api) -> None:
    await api.database.execute("delete from board where place > 7")


async def test_the_boards_stand_in_order_and_count(api: Api) -> None:
    ada = await api.sign_in()
    before = await api.json("GET", "/api/boards")
    assert [each["slug"] for each in before["items"]][:3] == ["announcements", "launches", "iss"]
    thread = await open_thread(api, ada)
    await say(api, ada, thread["id"])
    [iss] = [each for each in (await api.json("GET", "/api/boards"))["items"] if each["slug"] == "iss"]
    assert (iss["threads"], iss["posts"]) == (1, 2)
    assert iss["last_post_at"] >= thread["created_at"]


async def test_a_thread_is_opened_with_its_first_post_in_one_append(api: Api) -> None:
    ada = await api.sign_in(name="Ada", handle="ada")
    thread = await open_thread(api, ada, tags=["crew", "docking"])
    assert thread["author"] == {"id": ada.id, "display_name": "Ada", "handle": "ada", "avatar": None}
    assert (thread["title"], thread["board"], thread["tags"]) == ("Dragon docks", "iss", ["crew", "docking"])
    assert (thread["posts"], thread["solved"], thread["version"]) == (1, False, 1)
    assert len(thread["id"]) == 12
    [first] = await posts_of(api, thread["id"])
    assert (first["text"], first["offset"], first["user"]) == ("When?", 2, thread["author"])
    head = await api.database.fetchrow(
        "select top, appended from channel_head where channel = $1", f"thread:{thread['id']}"
    )
    assert (head["top"], head["appended"]) == (2, 2)
    assert await api.json("GET", f"/api/threads/{thread['id']}") == thread


async def test_who_may_not_open_threads(api: Api) -> None:
    new = {"title": "T", "text": "x"}
    assert await refused(api, "POST", "/api/boards/iss/threads", None, new) == (401, "unauthorized")
    assert await refused(api, "POST", "/api/boards/iss/threads", await api.guest(), new) == (403, "forbidden")
    viewer, admin = await api.sign_in(), await api.sign_in("admin")
    assert await refused(api, "POST", "/api/boards/announcements/threads", viewer, new) == (403, "forbidden")
    assert await refused(api, "POST", "/api/boards/nowhere/threads", viewer, new) == (404, "not_found")
    await open_thread(api, admin, "announcements")
    await api.database.execute(
        "update account set muted_until = now() + interval '1 h' where role = 'viewer'"
    )
    assert await refused(api, "POST", "/api/boards/iss/threads", viewer, new) == (403, "muted")
    assert await api.database.fetchval("select count(*) from thread") == 1


async def test_a_list_is_walked_by_cursors_in_each_order(api: Api) -> None:
    ada = await api.sign_in()
    ids = [(await open_thread(api, ada, title=str(number)))["id"] for number in range(5)]
    await api.database.execute("update thread set bumped_at = bumped_at - interval '1 minute'")
    for number in (1, 3):
        await say(api, ada, ids[number])

    async def walk(sort: str) -> list[int]:
        found, cursor = [], ""
        while cursor is not None:
            page = await api.json("GET", f"/api/boards/iss/threads?limit=2&sort={sort}&cursor={cursor}")
            found += [int(each["title"]) for each in page["items"]]
            cursor = page["next"]
        return found

    assert await walk("active") == [3, 1, 4, 2, 0]
    assert await walk("newest") == [4, 3, 2, 1, 0]
    assert await walk("unanswered") == [4, 2, 0]


async def test_pinned_threads_stand_before_the_first_page_alone(api: Api) -> None:
    ada, admin = await api.sign_in(), await api.sign_in("admin")
    ids = [(await open_thread(api, ada))["id"] for _ in range(4)]
    await api.json("POST", f"/api/threads/{ids[0]}/pin", {}, admin)
    first = await api.json("GET", "/api/boards/iss/threads?limit=2")
    assert [each["id"] for each in first["items"]] == [ids[0], ids[3], ids[2]]
    second = await api.json("GET", f"/api/boards/iss/threads?limit=2&cursor={first['next']}")
    assert [each["id"] for each in second["items"]] == [ids[1]]
    assert second["next"] is None


async def test_a_cursor_of_another_list_is_refused(api: Api) -> None:
    ada = await api.sign_in()
    for _ in range(2):
        await open_thread(api, ada)
    cursor = (await api.json("GET", "/api/boards/iss/threads?limit=1"))["next"]
    path = f"/api/boards/iss/threads?sort=newest&cursor={cursor}"
    assert await refused(api, "GET", path) == (400, "invalid_cursor")
    assert await refused(api, "GET", "/api/boards/nowhere/threads") == (404, "not_found")


async def test_author_and_moderator_set_a_thread(api: Api) -> None:
    ada, bob, admin = await api.sign_in(), await api.sign_in(), await api.sign_in("admin")
    path = f"/api/threads/{(await open_thread(api, ada))['id']}"
    answering = await say(api, bob, path.rpartition("/")[2])
    solve = {"post_id": answering["id"]}
    assert await refused(api, "POST", f"{path}/solve", bob, solve) == (403, "forbidden")
    assert await refused(api, "POST", f"{path}/solve", ada, {}) == (400, "invalid_field")
    solved = await api.json("POST", f"{path}/solve", solve, ada)
    assert (solved["solved"], solved["solution"]) == (True, answering["id"])
    assert (await api.json("POST", f"{path}/unsolve", {}, ada))["solution"] is None
    assert await refused(api, "POST", f"{path}/lock", ada, {}) == (403, "forbidden")
    locked = await api.json("POST", f"{path}/lock", {"reason": "heated"}, admin)
    assert locked["locked"]
    assert await refused(api, "POST", f"{path}/posts", bob, {"text": "x"}) == (423, "locked")
    assert not (await api.json("POST", f"{path}/unlock", {}, admin))["locked"]


async def test_in_slow_mode_one_waits_between_two_posts(api: Api) -> None:
    ada, bob, admin = await api.sign_in(), await api.sign_in(), await api.sign_in("admin")
    path = f"/api/threads/{(await open_thread(api, ada))['id']}"
    assert await refused(api, "PUT", f"{path}/slow-mode", ada, {"seconds": 60}) == (403, "forbidden")
    assert await refused(api, "PUT", f"{path}/slow-mode", admin, {"seconds": -1}) == (400, "invalid_field")
    assert (await api.json("PUT", f"{path}/slow-mode", {"seconds": 60}, admin))["slow_s"] == 60
    await say(api, bob, path.rpartition("/")[2])
    assert await refused(api, "POST", f"{path}/posts", bob, {"text": "again"}) == (429, "slow_mode")
    assert (await api.json("PUT", f"{path}/slow-mode", {"seconds": 0}, admin))["slow_s"] == 0
    await say(api, bob, path.rpartition("/")[2])


async def test_a_lost_update_of_a_title_is_refused(api: Api) -> None:
    ada = await api.sign_in()
    path = f"/api/threads/{(await open_thread(api, ada))['id']}"
    etag = (await api.ask("GET", path)).headers["ETag"]
    await say(api, ada, path.rpartition("/")[2])
    renamed = await api.ask("PATCH", path, {"title": "Two"}, ada, headers={"If-Match": etag})
    assert renamed.status_code == 200
    assert (await renamed.get_json())["tags"] == []
    late = await api.ask("PATCH", path, {"tags": ["x"]}, ada, headers={"If-Match": etag})
    assert late.status_code == 412
    fresh = await api.ask("PATCH", path, {"tags": ["x"]}, ada, headers={"If-Match": renamed.headers["ETag"]})
    assert (await fresh.get_json())["title"] == "Two"


async def test_a_withdrawn_thread_is_there_for_moderators_alone(api: Api) -> None:
    ada, admin = await api.sign_in(), await api.sign_in("admin")
    thread = (await open_thread(api, ada))["id"]
    await api.services.rooms.command(
        f"thread:{thread}", {"type": "withdraw"}, By(admin.id, "Mo", moderator=True)
    )
    for path in (f"/api/threads/{thread}", f"/api/threads/{thread}/posts"):
        assert await refused(api, "GET", path, ada) == (404, "not_found")
    assert (await api.json("GET", f"/api/threads/{thread}", by=admin))["hidden"]
    assert (await api.json("GET", "/api/boards/iss/threads"))["items"] == []
    assert await refused(api, "POST", f"/api/threads/{thread}/posts", ada, {"text": "x"}) == (410, "gone")


async def test_boards_are_added_and_changed_by_moderators(api: Api) -> None:
    viewer, admin = await api.sign_in(), await api.sign_in("admin")
    new = {"slug": "moon", "title": "The Moon"}
    assert await refused(api, "POST", "/api/boards", viewer, new) == (403, "forbidden")
    made = await api.ask("POST", "/api/boards", new, admin)
    assert made.status_code == 201
    assert await refused(api, "POST", "/api/boards", admin, new) == (409, "conflict")
    etag = {"If-Match": made.headers["ETag"]}
    changed = await api.ask("PATCH", "/api/boards/moon", {"about": "Dust"}, admin, headers=etag)
    assert (await changed.get_json())["about"] == "Dust"
    late = await api.ask("PATCH", "/api/boards/moon", {"about": "Rock"}, admin, headers=etag)
    assert late.status_code == 412
    assert await refused(api, "PATCH", "/api/boards/nowhere", admin, {}) == (404, "not_found")
