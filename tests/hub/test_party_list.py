"""The table of parties follows their rooms: what lists show is soon true, whatever the database does."""

import json
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import trio
from trio.testing import MockClock

from hub import parties as parties_module
from hub.parties import (
    COMING_BACK_S,
    FORSAKEN_LOOK_S,
    PARTIES_PER_WRITE,
    PENDING_MAX,
    Parties,
    look_after_forsaken,
)
from hub.watch_ear import WatchEar
from rooms.ports import Publication
from store.database import Database
from store.errors import DatabaseRefused, DatabaseUnavailable
from store.postgres_log import PostgresEventLog
from tests.hub.live_hub import LiveHub, live_hub
from tests.hub.live_party import PARTY, member, open_party, order

ID = PARTY.removeprefix("watch:")
SOON_MS = 4_102_444_800_000


async def add_account(database: Database, name: str) -> str:
    """Add an account and return its id."""
    row = await database.fetchrow(
        "insert into account (handle, display_name) values ($1, $1) returning id", name
    )
    return str(row["id"])


async def add_row(database: Database, owner: str) -> None:
    """Add the row that the API makes before it opens the room."""
    await database.execute(
        "insert into party (id, title, owner, visibility) values ($1, 'Before', $2, 'unlisted')",
        ID,
        uuid.UUID(owner),
    )


@asynccontextmanager
async def listed_party(database: Database) -> AsyncIterator[tuple[LiveHub, str]]:
    """A hub over a real log, with a party and its row, and its owner's id."""
    owner = await add_account(database, "owner")
    await add_row(database, owner)
    log = PostgresEventLog(database)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(log.run)
        async with live_hub(log) as hub:
            nursery.start_soon(hub.parties.run, database)
            await open_party(hub, owner=owner, visibility="public", starts_at=SOON_MS)
            yield hub, owner
        nursery.cancel_scope.cancel()


async def row_of(database: Database) -> dict[str, Any]:
    """Return the party's row."""
    return dict(await database.fetchrow("select * from party where id = $1", ID))


async def until_row(database: Database, **wanted: Any) -> dict[str, Any]:
    """Wait until the party's row has these values."""
    with trio.fail_after(30):
        while not wanted.items() <= (row := await row_of(database)).items():  # noqa: ASYNC110 - a row has no event
            await trio.sleep(0.05)
    return row


async def test_the_row_follows_the_room(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parties_module, "PAUSE_S", 0.05)
    async with listed_party(database) as (hub, owner):
        row = await until_row(database, status="lobby", title="A party", item_title="A film")
        assert (row["visibility"], row["members"], str(row["owner"])) == ("public", 0, owner)
        assert row["starts_at"].timestamp() * 1000 == SOON_MS
        async with member(hub, owner) as client:
            await order(client, type="settings", title="Another", visibility="invite", starts_at=None)
            await until_row(database, title="Another", visibility="invite", starts_at=None, members=1)
            await order(client, type="play", seen={"epoch": "0a1b2c3d", "seq": 1})
            await until_row(database, status="playing")
            await order(client, type="end")
            row = await until_row(database, status="ended", members=0)
            assert row["ended_at"] is not None


async def test_the_row_follows_the_owner(database: Database) -> None:
    async with listed_party(database) as (hub, owner):
        heir = await add_account(database, "heir")
        async with member(hub, owner) as client, member(hub, heir):
            await order(client, type="hand_over", user=heir)
            await until_row(database, owner=uuid.UUID(heir))
    assert parties_module._facts_of({"type": "role", "role": "owner", "member": "guest-1"}) == {}


async def test_a_party_without_a_row_changes_nothing(database: Database) -> None:
    parties = Parties()
    parties.hear("watch:Nowhere12345", settings("A"))
    await parties._write(database, parties._take())
    assert parties._facts == {}
    assert await database.fetchval("select count(*) from party") == 0


async def test_a_forsaken_party_is_counted_empty_and_looked_after(database: Database) -> None:
    owner = await add_account(database, "owner")
    await add_row(database, owner)
    found: list[str] = []

    async def look() -> None:
        with trio.move_on_after(0.5):
            await look_after_forsaken(database, found.append, 0)

    await database.execute("update party set status = 'playing', members = 3")
    await look()
    assert found == []
    await database.execute("update party set alive_at = now() - interval '31 seconds'")
    await look()
    await look()
    assert found == [PARTY]
    assert (await row_of(database))["members"] == 0
    await database.execute("update party set members = 3, status = 'ended'")
    await look()
    assert found == [PARTY]


async def test_after_a_start_people_have_time_to_come_back_before_their_party_is_forsaken(
    autojump_clock: MockClock,
) -> None:
    looks: list[float] = []

    class Looked:
        async def fetch(self, query: str, limit: int) -> list[Any]:
            looks.append(trio.current_time() - began)
            return []

    began = trio.current_time()
    database: Any = Looked()
    with trio.move_on_after(COMING_BACK_S + FORSAKEN_LOOK_S + 1):
        await look_after_forsaken(database, lambda channel: None)
    assert looks == [COMING_BACK_S, COMING_BACK_S + FORSAKEN_LOOK_S]


class Writes:
    """A database that keeps what it was told, and fails as long as it is told to."""

    def __init__(self) -> None:
        self.written: list[list[dict[str, Any]]] = []
        self.failures: list[Exception] = []

    async def execute(self, query: str, facts: str) -> None:
        await trio.lowlevel.checkpoint()
        if self.failures:
            raise self.failures.pop(0)
        self.written.append(json.loads(facts))


@asynccontextmanager
async def followed(database: Any) -> AsyncIterator[Parties]:
    async with trio.open_nursery() as nursery:
        parties = Parties()
        nursery.start_soon(parties.run, database)
        yield parties
        nursery.cancel_scope.cancel()


def settings(title: str) -> dict[str, Any]:
    return {"type": "settings", "title": title, "visibility": "public"}


async def test_a_busy_party_is_written_once_a_second(autojump_clock: MockClock) -> None:
    database = Writes()
    async with followed(database) as parties:
        for number in range(50):
            parties.hear(PARTY, settings(str(number)))
            await trio.sleep(0.1)
        await trio.sleep(1)
        assert len(database.written) in (5, 6, 7)
        assert [each["title"] for [each] in database.written][-1] == "49"


async def test_what_is_told_while_the_database_is_away_is_written_later(autojump_clock: MockClock) -> None:
    database = Writes()
    database.failures = [DatabaseUnavailable("away"), DatabaseUnavailable("away")]
    async with followed(database) as parties:
        parties.hear(PARTY, settings("first"))
        await trio.sleep(0.5)
        parties.hear(PARTY, {"type": "role", "role": "owner", "member": str(uuid.UUID(int=7))})
        await trio.sleep(1)
        parties.hear(PARTY, settings("last"))
        await trio.sleep(2)
        written = {"id": ID, "title": "last", "visibility": "public", "owner": str(uuid.UUID(int=7))}
        assert database.written == [[written]]


async def test_what_the_database_refuses_does_not_hold_up_the_others(autojump_clock: MockClock) -> None:
    database = Writes()
    database.failures = [DatabaseRefused("no")]
    async with followed(database) as parties:
        parties.hear(PARTY, settings("bad"))
        await trio.sleep(0.5)
        parties.hear(PARTY, settings("good"))
        await trio.sleep(2)
        assert [each["title"] for [each] in database.written] == ["good"]


async def test_what_waits_is_bounded_and_so_is_a_write(autojump_clock: MockClock) -> None:
    database = Writes()
    async with followed(database) as parties:
        for number in range(PENDING_MAX + 10):
            parties.hear(f"watch:{number}", settings("A"))
        assert len(parties._facts) == PENDING_MAX
        await trio.sleep(1.5)
        assert [len(each) for each in database.written] == [PARTIES_PER_WRITE, PARTIES_PER_WRITE]


@pytest.mark.parametrize("channel", ["thread:lobby", "board:iss", "sat:25544"])
def test_only_events_of_parties_are_heard(channel: str) -> None:
    class Ears:
        def __init__(self) -> None:
            self.told: list[Any] = []

        def publish(self, channel: str, publications: Any) -> None:
            self.told.append(publications)

        def hear(self, channel: str, event: dict[str, Any]) -> None:
            self.told.append((channel, event))

    ears = Ears()
    said = [Publication(b'{"type":"chat","id":"1"}', 1), Publication(b'{"type":"leave","member":"a"}', 2)]
    WatchEar(ears, ears).publish(channel, said)
    assert ears.told == [said]
    WatchEar(ears, ears).publish(PARTY, said)
    assert ears.told[1:] == [said, (PARTY, {"type": "leave", "member": "a"})]
