"""What is asked on every page, how much is new, costs what is new and not what was ever said."""

from api.forum import reading
from tests.api.api_app import Api
from tests.api.forum_talk import open_thread, say


async def test_mentions_that_were_seen_are_not_looked_at_again(api: Api) -> None:
    ada, grace = await api.sign_in(name="Ada"), await api.sign_in(name="Grace")
    thread = (await open_thread(api, grace))["id"]
    for _ in range(3):
        await say(api, grace, thread, f"@{ada.handle} look")
    await api.json("PUT", "/api/me/mentions/read", by=ada, status=204)
    count = reading._COUNT.format(shown=reading._SHOWN)
    account = await api.database.fetchval("select id from account where handle = $1", ada.handle)
    plan = await api.database.fetch(f"explain {count}", account)
    assert any("mention_unseen" in row[0] for row in plan)
    assert (await api.json("GET", "/api/me/unread", by=ada))["mentions"] == 0
    await say(api, grace, thread, f"@{ada.handle} again")
    assert (await api.json("GET", "/api/me/unread", by=ada))["mentions"] == 1


async def test_unread_posts_are_counted_in_the_threads_that_moved_last(api: Api) -> None:
    ada, grace = await api.sign_in(name="Ada"), await api.sign_in(name="Grace")
    threads = [(await open_thread(api, grace, title=f"Thread {n}"))["id"] for n in range(3)]
    for thread in threads:
        await api.json("PUT", f"/api/threads/{thread}/read", {"offset": 2}, ada, 204)
    await say(api, ada, threads[0])
    await say(api, grace, threads[2])
    await say(api, grace, threads[1])
    unread = (await api.json("GET", "/api/me/unread", by=ada))["threads"]
    assert [(each["id"], each["unread"]) for each in unread] == [(threads[1], 1), (threads[2], 1)]
