"""Who looks at a board hears of its threads, and who pages back reads nothing that was withheld."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import pytest
import trio
from trio.testing import MockClock

from actors import Registry
from hub.boards import CHANGED_MAX, Eavesdropper, ThreadList
from rooms.kind import By
from rooms.kinds.board import News
from rooms.ports import Publication
from rooms.room import Request
from store.database import Database
from store.errors import DatabaseUnavailable
from store.postgres_log import PostgresEventLog
from tests.hub.live_hub import LiveHub, live_hub

THREAD = "thread:dragon"


@asynccontextmanager
async def forum(database: Database) -> AsyncIterator[LiveHub]:
    """A hub over a real log, with a thread on the board iss."""
    log = PostgresEventLog(database)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(log.run)
        async with live_hub(log) as hub:
            hub.services.withholding.ask(database)
            nursery.start_soon(hub.threads.run, database, hub.services.rooms)
            await hub.open_thread(THREAD)
            yield hub
        nursery.cancel_scope.cancel()


async def command(hub: LiveHub, **data: Any) -> None:
    """Give the thread a moderator's command."""
    kind = hub.services.kind_of(THREAD)
    assert kind is not None
    by = By("mo", "Mo", moderator=True)
    await hub.services.rooms.ref(THREAD).ask(Request(kind.parse(data), by), 5)


async def test_a_board_tells_of_its_threads_while_somebody_looks(database: Database) -> None:
    async with forum(database) as hub, hub.client() as ada, hub.client("bob") as bob:
        assert not hub.threads.listened_to
        assert await ada.subscribe("board:iss") == {}
        assert hub.threads.listened_to
        await bob.post("1", THREAD)
        [told] = await ada.publications(1)
        card = told["data"]["thread"]
        assert told["data"]["type"] == "thread"
        assert (card["id"], card["title"], card["posts"]) == ("dragon", "A thread", 2)
        assert card["last_post_by"]["display_name"] == "Bob"
        await command(hub, type="withdraw")
        assert (await ada.publications(2))[1]["data"] == {"type": "withdrawn", "id": "dragon"}
        await ada.ask("unsubscribe", {"channel": "board:iss"})
        assert not hub.threads.listened_to


async def test_nobody_speaks_on_a_board_but_the_hub(database: Database) -> None:
    async with forum(database) as hub, hub.client() as ada:
        assert await ada.error("publish", {"channel": "board:iss", "data": {"type": "thread"}}) == 103
        assert await ada.error("history", {"channel": "board:iss"}) == 108
        await ada.subscribe("board:moon")
        await ada.post("1", THREAD)
        await ada.ask("ping", {})
        assert ada.pushes == []


async def test_the_history_has_no_text_of_what_was_deleted_or_hidden(database: Database) -> None:
    async with forum(database) as hub, hub.client() as ada:
        for message_id in ("gone", "hidden", "kept"):
            await ada.post(message_id, THREAD)
        edit = {"type": "edit", "id": "gone", "text": "Secret"}
        await ada.ask("publish", {"channel": THREAD, "data": edit})
        await command(hub, type="delete", id="gone")
        await command(hub, type="hide", id="hidden")
        page = await ada.ask("history", {"channel": THREAD, "limit": 10})
        said = [
            (each["data"].get("id"), each["data"]["text"], each["data"].get("withheld", False))
            for each in page["publications"]
            if each["data"]["type"] in ("post", "edit")
        ]
        assert said == [
            ("first", "Hello", False),
            ("gone", "", True),
            ("hidden", "", True),
            ("kept", "Hello", False),
            ("gone", "", True),
        ]
        async with hub.client(None) as moderator:
            await moderator.ask("connect", {"token": hub.token("mo", role="admin")})
            page = await moderator.ask("history", {"channel": THREAD, "limit": 10})
            texts = {each["data"].get("id"): each["data"].get("text") for each in page["publications"][1:4]}
            assert texts == {"first": "Hello", "gone": "", "hidden": "Hello"}


def texts(publications: list[dict[str, Any]]) -> dict[str, str]:
    """Return the texts that publications carry, by message id."""
    return {each["data"]["id"]: each["data"]["text"] for each in publications if "text" in each["data"]}


async def test_what_is_recovered_has_no_text_of_what_was_deleted_or_hidden() -> None:
    async with live_hub() as hub, hub.client() as ada, hub.client(None) as mo:
        await mo.ask("connect", {"token": hub.token("mo", role="admin")})
        await hub.open_thread(THREAD)
        for message_id in ("gone", "hidden", "shown", "kept"):
            await ada.post(message_id, THREAD)
        edit = {"type": "edit", "id": "gone", "text": "Secret"}
        await ada.ask("publish", {"channel": THREAD, "data": edit})
        for word, message_id in (
            ("delete", "gone"),
            ("hide", "hidden"),
            ("hide", "shown"),
            ("unhide", "shown"),
        ):
            await command(hub, type=word, id=message_id)
        recovered = await ada.subscribe(THREAD, recover=True, offset=1)
        assert [each["offset"] for each in recovered["publications"]] == list(range(2, 12))
        read = {"first": "Hello", "gone": "", "hidden": "", "shown": "Hello", "kept": "Hello"}
        assert texts(recovered["publications"]) == read
        assert [each["offset"] for each in recovered["publications"] if "withheld" in each["data"]] == [
            3,
            4,
            7,
        ]
        recovered = await mo.subscribe(THREAD, recover=True, offset=1)
        assert texts(recovered["publications"]) == read | {"hidden": "Hello"}


async def test_a_withdrawn_thread_has_texts_for_moderators_alone(database: Database) -> None:
    async with forum(database) as hub, hub.client() as ada, hub.client(None) as mo:
        await mo.ask("connect", {"token": hub.token("mo", role="admin")})
        await command(hub, type="withdraw")
        for client, text in ((ada, ""), (mo, "Hello")):
            page = await client.ask("history", {"channel": THREAD, "limit": 10})
            recovered = await client.subscribe(THREAD, recover=True)
            assert texts(page["publications"]) == texts(recovered["publications"]) == {"first": text}
        await command(hub, type="restore")
        await ada.ask("unsubscribe", {"channel": THREAD})
        recovered = await ada.subscribe(THREAD, recover=True)
        assert texts(recovered["publications"]) == {"first": "Hello"}


class Cards:
    """A database that knows every thread, and counts how often it is asked."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []
        self.away = 0

    async def fetch(self, query: str, threads: list[str], boards: list[str]) -> list[dict[str, Any]]:
        await trio.lowlevel.checkpoint()
        if self.away:
            self.away -= 1
            raise DatabaseUnavailable("away")
        self.asked.append(threads)
        return [{"id": each, "board": boards[0], "card": "{}", "hidden": False} for each in threads]


class Ref:
    def __init__(self, told: list[Any]) -> None:
        self.told = told

    async def tell(self, request: Request) -> None:
        self.told.append(request.command)


async def watched(cards: Cards, nursery: trio.Nursery) -> tuple[ThreadList, list[Any]]:
    """Return a list that somebody looks at, and what it tells."""
    told: list[Any] = []
    threads, rooms = ThreadList(), Registry.__new__(Registry)
    rooms.ref = lambda name: Ref(told)
    nursery.start_soon(partial(threads.run, cards, rooms))
    threads.begin("board:iss")
    return threads, told


async def test_a_busy_thread_is_told_of_four_times_a_second(autojump_clock: MockClock) -> None:
    cards = Cards()
    async with trio.open_nursery() as nursery:
        threads, told = await watched(cards, nursery)
        for _ in range(200):
            threads.note("thread:busy")
            await trio.sleep(0.01)
        assert told == [News({})] * len(cards.asked)
        assert len(cards.asked) in (8, 9)
        nursery.cancel_scope.cancel()


async def test_what_changed_while_the_database_was_away_is_told_later(autojump_clock: MockClock) -> None:
    cards = Cards()
    cards.away = 2
    async with trio.open_nursery() as nursery:
        threads, _ = await watched(cards, nursery)
        threads.note("thread:one")
        await trio.sleep(1.5)
        threads.note("thread:two")
        await trio.sleep(1)
        assert cards.asked == [["one", "two"]]
        nursery.cancel_scope.cancel()


async def test_what_changes_while_it_is_read_is_read_again(autojump_clock: MockClock) -> None:
    class Changing(Cards):
        async def fetch(self, query: str, threads: list[str], boards: list[str]) -> list[dict[str, Any]]:
            if not self.asked:
                changes.note("thread:one")
            return await super().fetch(query, threads, boards)

    cards = Changing()
    async with trio.open_nursery() as nursery:
        changes, told = await watched(cards, nursery)
        changes.note("thread:one")
        await trio.sleep(1)
        assert cards.asked == [["one"], ["one"]]
        assert len(told) == 2
        nursery.cancel_scope.cancel()


@pytest.mark.parametrize("channel", ["board:iss", "sat:25544"])
def test_only_lasting_events_of_threads_are_noted(channel: str) -> None:
    class Nobody:
        def publish(self, channel: str, publications: object) -> None:
            pass

    threads = ThreadList()
    ear = Eavesdropper(Nobody(), threads)
    ear.publish("thread:a", [Publication(b"{}", 1)])
    assert threads._changed == {}
    threads.begin("board:iss")
    ear.publish("thread:a", [Publication(b"{}", 0)])
    ear.publish(channel, [Publication(b"{}", 1)])
    assert threads._changed == {}
    for number in range(CHANGED_MAX + 1):
        ear.publish(f"thread:{number}", [Publication(b"{}", 1)])
    assert len(threads._changed) == CHANGED_MAX
