"""Whatever is done in a thread by two nodes at once: its log, what subscribers saw, and the list agree."""

import random
from collections.abc import Callable
from functools import partial
from typing import Any

import orjson
import pytest
import trio

from actors import Envelope, Failed, Outcome
from rooms.channels import kind_of
from rooms.kind import By, Refused
from rooms.ports import Publication
from rooms.room import Request, Room
from store.postgres_log import PostgresEventLog
from telemetry.clock import wall_clock_ms
from tests.api.api_app import Api, Published
from tests.api.forum_talk import open_thread

PEOPLE = [By("guest-a", "Ada"), By("guest-b", "Bob"), By("mo", "Mo", moderator=True)]
IDS = [str(number) for number in range(1, 11)]
MESSAGE_WORDS = [
    "post",
    "post",
    "edit",
    "edit",
    "delete",
    "hide",
    "unhide",
    "react",
    "react",
    "react",
    "unreact",
]
THREAD_WORDS = ["lock", "unlock", "pin", "unpin", "solve", "unsolve", "title", "slow", "withdraw", "restore"]


def any_command(chance: random.Random) -> tuple[By, dict[str, Any]]:
    """Return somebody, and something they might ask for."""
    common = chance.random() < 0.9
    command: dict[str, Any] = {
        "type": chance.choice(MESSAGE_WORDS if common else THREAD_WORDS),
        "id": chance.choice(IDS),
        "post": chance.choice(IDS),
        "text": chance.choice(["one", 'two "\\u0000" \\', "three 🚀"]),
        "emoji": chance.choice("🚀👍"),
        "title": chance.choice(["A", "B"]),
        "tags": chance.choice([[], ["x", "y"]]),
        "seconds": chance.choice([0, 0, 1]),
        "reason": "why",
    }
    if chance.random() < 0.3:
        command["quote"] = chance.choice(IDS)
    return chance.choice(PEOPLE), command


def folded(events: list[dict[str, Any]]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return the thread and its posts as the events tell them, one after the other."""
    thread: dict[str, Any] = {
        "locked": False,
        "pinned": False,
        "solution": None,
        "slow_s": 0,
        "hidden": False,
    }
    posts: dict[str, dict[str, Any]] = {}
    for offset, event in enumerate(events, 1):
        if event["type"] == "post":
            posts[event["id"]] = {
                "id": event["id"],
                "offset": offset,
                "text": event["text"],
                "at": event["at"],
                "by": event["user"]["id"],
                "edited_at": None,
                "deleted": False,
                "hidden": False,
                "quote": event.get("quote"),
                "given": {},
            }
        else:
            _FOLDS[event["type"]](thread, posts.get(event.get("id", "")) or {}, event)
    for post in posts.values():
        post["reactions"] = [[emoji, len(users)] for emoji, users in post.pop("given").items() if users]
    thread |= {"posts": len(posts), "last_offset": max(post["offset"] for post in posts.values())}
    return thread, list(posts.values())


def _react(_: Any, post: dict[str, Any], event: dict[str, Any]) -> None:
    post["given"].setdefault(event["emoji"], []).append(event["user"]["id"])


def _unreact(_: Any, post: dict[str, Any], event: dict[str, Any]) -> None:
    post["given"][event["emoji"]].remove(event["user"]["id"])
    if not post["given"][event["emoji"]]:
        del post["given"][event["emoji"]]


def _set(name: str, value: Any) -> Callable[[dict[str, Any], Any, Any], None]:
    return lambda thread, post, event: thread.update({name: value})


_FOLDS: dict[str, Callable[[dict[str, Any], dict[str, Any], dict[str, Any]], None]] = {
    "open": lambda thread, post, event: thread.update(title=event["title"], tags=event["tags"]),
    "edit": lambda thread, post, event: post.update(text=event["text"], edited_at=event["at"]),
    "delete": lambda thread, post, event: post.update(text="", deleted=True, given={}),
    "hide": lambda thread, post, event: post.update(hidden=True),
    "unhide": lambda thread, post, event: post.update(hidden=False),
    "react": _react,
    "unreact": _unreact,
    "lock": _set("locked", True),
    "unlock": _set("locked", False),
    "pin": _set("pinned", True),
    "unpin": _set("pinned", False),
    "withdraw": _set("hidden", True),
    "restore": _set("hidden", False),
    "solve": lambda thread, post, event: thread.update(solution=event["post"]),
    "unsolve": _set("solution", None),
    "slow": lambda thread, post, event: thread.update(slow_s=event["seconds"]),
    "title": lambda thread, post, event: thread.update(title=event["title"], tags=event["tags"]),
}


async def act(room: Room, commands: list[tuple[By, dict[str, Any]]]) -> None:
    """Let a node's room take turns of a few commands each."""
    kind = kind_of("thread:any")
    assert kind is not None
    for start in range(0, len(commands), 7):
        outcomes: list[Outcome] = []
        await room.turn(
            [
                Envelope(Request(kind.parse(data), by), outcomes.append)
                for by, data in commands[start : start + 7]
            ]
        )
        assert all(isinstance(each.error, Refused) for each in outcomes if isinstance(each, Failed))


async def node(api: Api, nursery: trio.Nursery, channel: str, published: Published) -> Room:
    """Return a room of its own, on a log of its own, as another node has it."""
    log, kind = PostgresEventLog(api.database), kind_of(channel)
    assert kind is not None
    nursery.start_soon(log.run)
    return Room(channel, kind, log, published, wall_clock_ms)


def seen(published: Published) -> list[tuple[int, Any]]:
    """Return what a subscriber of all nodes saw: each offset once."""
    told: dict[int, Publication] = {each.offset: each for _, each in published.told if each.offset}
    return [(offset, orjson.loads(told[offset].data)) for offset in sorted(told)]


@pytest.mark.parametrize("seed", range(8))
async def test_the_log_the_live_room_and_the_list_agree(api: Api, seed: int) -> None:
    chance = random.Random(seed)
    author, admin = await api.sign_in(), await api.sign_in("admin")
    thread = (await open_thread(api, author, "off-topic"))["id"]
    channel = f"thread:{thread}"
    async with trio.open_nursery() as nursery:
        rooms = [await node(api, nursery, channel, api.published) for _ in range(2)]
        async with trio.open_nursery() as writers:
            for room in rooms:
                writers.start_soon(partial(act, room, [any_command(chance) for _ in range(210)]))
        nursery.cancel_scope.cancel()
    page = await PostgresEventLog(api.database).read(channel, 0, 1_000)
    events = [orjson.loads(event.data) for event in page.events]
    assert len(events) > 25
    assert seen(api.published) == list(enumerate(events, 1))
    wanted_thread, wanted_posts = folded(events)
    shown = await api.json("GET", f"/api/threads/{thread}", by=admin)
    assert {name: shown[name] for name in wanted_thread} == wanted_thread
    assert shown["version"] == sum(event.subject == "\nthread" for event in page.events)
    listed = (await api.json("GET", f"/api/threads/{thread}/posts?limit=100", by=admin))["items"]
    assert [_plain(post) for post in listed] == wanted_posts
    await _check_projected_again(api, thread, listed, admin)


def _plain(post: dict[str, Any]) -> dict[str, Any]:
    plain = {name: post[name] for name in ("id", "offset", "text", "at", "edited_at", "deleted", "hidden")}
    quote = None if post["quote"] is None else post["quote"]["id"]
    reactions = [[each["emoji"], each["count"]] for each in post["reactions"]]
    return plain | {"by": post["user"]["id"], "quote": quote, "reactions": reactions}


async def _check_projected_again(api: Api, thread: str, listed: list[dict[str, Any]], admin: Any) -> None:
    """Hold what one statement makes of the whole log to what many made of it piece by piece."""

    async def again(connection: Any) -> None:
        for table in ("forum_post", "forum_reaction"):
            await connection.execute(f"delete from {table}")
        await connection.execute("update thread set posts = 0")
        await connection.execute("create temporary table past (like event) on commit drop")
        for number, name in enumerate(("posts", "changes"), 1):
            await connection.execute(
                f"create trigger past_{number} after insert on past referencing new table as fresh"
                f" for each statement execute function forum_take_{name}()"
            )
        await connection.execute("insert into past select * from event")

    await api.database.transaction(again)
    again_listed = await api.json("GET", f"/api/threads/{thread}/posts?limit=100", by=admin)
    assert again_listed["items"] == listed
