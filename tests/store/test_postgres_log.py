"""The log's commits: together, durable, and on their way again after whatever happens to the server."""

import asyncio
import math
import os
import random
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trio

from store.asyncio_loop import open_asyncio_loop
from store.database import Connection, Database, DatabaseUnavailable, open_database
from store.embedded import EmbeddedStatistics, open_embedded_postgres
from store.event_log import Conflict, Draft, LogStatistics, Position, SubjectTaken
from store.migrations import migrate
from store.postgres_log import PostgresEventLog
from store.postmaster import Postmaster

WAITING_FOR_A_LOCK = "select count(*) from pg_locks where not granted"
CUT_OFF_WHO_WAITS = "select pg_terminate_backend(pid) from pg_locks where not granted"
END_LOG_WRITERS = """
select pg_terminate_backend(pid) from pg_stat_activity
where pid <> pg_backend_pid() and backend_type = 'client backend'
"""


@asynccontextmanager
async def running(log: PostgresEventLog) -> AsyncIterator[PostgresEventLog]:
    async with trio.open_nursery() as nursery:
        nursery.start_soon(log.run)
        yield log
        nursery.cancel_scope.cancel()


@pytest.fixture
async def log(database: Database) -> AsyncIterator[PostgresEventLog]:
    async with running(PostgresEventLog(database)) as opened:
        yield opened


async def until(holds: Callable[[], bool]) -> None:
    with trio.fail_after(30):
        while not holds():  # noqa: ASYNC110
            await trio.sleep(0.001)  # real time: a server that is another process does the work


async def eventually(log: PostgresEventLog, holds: Callable[[LogStatistics], bool]) -> None:
    await until(lambda: holds(log.statistics()))


async def post(log: PostgresEventLog, channel: str, name: str) -> int:
    """Append one event as a room does: look again after a conflict, know one's own by its subject."""
    top = await log.position(channel)
    while True:
        try:
            return (await log.append(channel, top, [Draft(f'"{name}"', name, creates=True)])).offset
        except Conflict as conflict:
            top = conflict.top
        except SubjectTaken as taken:
            return taken.taken[name]


async def stored(log: PostgresEventLog, channel: str) -> list[str]:
    page = await log.read(channel, 0, 100_000)
    assert [event.offset for event in page.events] == list(range(1, len(page.events) + 1))
    assert page.top.offset == len(page.events)
    return [event.subject or "" for event in page.events]


async def test_what_comes_together_is_committed_together(log: PostgresEventLog) -> None:
    start = await log.position("any")
    async with trio.open_nursery() as nursery:
        for number in range(200):
            nursery.start_soon(log.append, f"room:{number}", start, [Draft("1"), Draft("2")])
    told = log.statistics()
    assert (told.appends, told.events) == (200, 400)
    assert told.batches <= 4
    assert told.batch_appends_max >= 50
    assert 0 < told.commit_s_last <= told.commit_s_total


async def test_hundreds_of_appends_cancelled_at_random_moments(log: PostgresEventLog) -> None:
    chance = random.Random(20261121)
    moments = [chance.random() * 0.05 for _ in range(20)]
    answered: set[str] = set()

    async def attempt(channel: str, name: str, patience_s: float) -> None:
        with trio.move_on_after(patience_s):
            top = await log.position(channel)
            while True:
                try:
                    await log.append(channel, top, [Draft("1", f"{name}/1"), Draft("2", f"{name}/2")])
                    answered.add(name)
                    return
                except Conflict as conflict:
                    top = conflict.top

    with trio.fail_after(60):
        for rush in range(8):
            async with trio.open_nursery() as nursery:
                for number in range(50):
                    name = f"{rush}-{number}"
                    patience_s = chance.choice((0, math.inf, *moments))
                    nursery.start_soon(attempt, f"room:{number % 5}", name, patience_s)
    names: list[str] = []
    for room in range(5):
        subjects = await stored(log, f"room:{room}")
        firsts, seconds = subjects[::2], subjects[1::2]
        assert [name.replace("/1", "/2") for name in firsts] == seconds
        names += [name.removesuffix("/1") for name in firsts]
    assert len(names) == len(set(names))
    assert answered <= set(names)
    assert 0 < len(answered) < 400
    assert log.statistics().waiting == 0


async def test_two_nodes_on_the_same_channels_lose_and_double_nothing(
    database: Database, postgres: Postmaster
) -> None:
    channels = [f"room:{number}" for number in range(8)]
    answered: dict[tuple[str, str], int] = {}

    async def node(log: PostgresEventLog, name: str) -> None:
        chance = random.Random(name)

        async def room(channel: str) -> None:
            for number in range(25):
                subject = f"{name}-{number}"
                answered[channel, subject] = await post(log, channel, subject)

        async with trio.open_nursery() as nursery:
            for channel in chance.sample(channels, len(channels)):
                nursery.start_soon(room, channel)

    async with (
        open_database(postgres.place.dsn) as other,
        running(PostgresEventLog(database)) as one_log,
        running(PostgresEventLog(other)) as other_log,
    ):
        with trio.fail_after(60):
            async with trio.open_nursery() as nursery:
                nursery.start_soon(node, one_log, "one")
                nursery.start_soon(node, other_log, "other")
        for channel in channels:
            subjects = await stored(one_log, channel)
            assert len(subjects) == len(set(subjects)) == 50
            for offset, subject in enumerate(subjects, 1):
                assert answered[channel, subject] == offset
        assert one_log.statistics().refused + other_log.statistics().refused > 0
        assert one_log.statistics().trouble is None
        assert other_log.statistics().trouble is None


async def test_the_server_is_killed_while_appends_run(data_dir: Path) -> None:
    answered: dict[str, list[str]] = {}

    async def room(log: PostgresEventLog, channel: str) -> None:
        answered[channel] = []
        while True:
            name = f"{channel}-{len(answered[channel])}"
            assert await post(log, channel, name) == len(answered[channel]) + 1
            answered[channel].append(name)

    async def everyone_goes_on() -> None:
        goals = {channel: len(names) + 3 for channel, names in answered.items()}
        await until(lambda: all(len(answered[channel]) >= goal for channel, goal in goals.items()))

    async with (
        open_asyncio_loop(),
        open_embedded_postgres(data_dir) as server,
        open_database(server.dsn) as database,
        running(PostgresEventLog(database)) as log,
    ):
        await migrate(database)
        async with trio.open_nursery() as nursery:
            for number in range(20):
                nursery.start_soon(room, log, f"room:{number}")
            for kill in range(1, 4):
                await everyone_goes_on()
                assert server.pid is not None
                os.kill(server.pid, signal.SIGKILL)
                await until(lambda kill=kill: server.statistics() == EmbeddedStatistics(kill, None))
                await everyone_goes_on()
            nursery.cancel_scope.cancel()
        for channel, names in answered.items():
            subjects = await stored(log, channel)
            assert subjects[: len(names)] == names
            assert len(subjects) <= len(names) + 1
        assert log.statistics().healthy


async def test_a_lost_connection_is_replaced_before_anybody_appends(
    log: PostgresEventLog, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    await post(log, "a", "first")
    await database.execute(END_LOG_WRITERS)
    await until(lambda: "the connection to PostgreSQL was lost" in caplog.text)
    await eventually(log, lambda told: told.healthy)
    assert await post(log, "a", "second") == 2


async def test_a_commit_that_is_cut_off_is_tried_again(
    log: PostgresEventLog, database: Database, nursery: trio.Nursery
) -> None:
    await database.execute("insert into channel_head values ('a', 1000, 'mine', 0, 0)")
    offsets: list[int] = []

    async def append() -> None:
        offsets.append((await log.append("a", Position("mine", 0), [Draft("1")])).offset)

    async with trio.open_nursery() as holding:
        held, let_go = trio.Event(), trio.Event()
        holding.start_soon(hold_head, database, held, let_go)
        await held.wait()
        nursery.start_soon(append)
        await waiting_for_a_lock(database)
        assert await database.fetchval(CUT_OFF_WHO_WAITS)
        await eventually(log, lambda told: not told.healthy)
        let_go.set()
    await until(lambda: bool(offsets))
    assert offsets == [1]
    assert (await log.position("a")).offset == 1


async def test_while_a_commit_waits_for_a_lock_few_wait_with_it_and_many_do_not(
    database: Database, nursery: trio.Nursery
) -> None:
    await database.execute("insert into channel_head values ('a', 1000, 'mine', 0, 0)")
    async with (
        running(PostgresEventLog(database, company_events=3)) as log,
        trio.open_nursery() as holding,
    ):
        start = await log.position("room:0")
        held, let_go = trio.Event(), trio.Event()
        holding.start_soon(hold_head, database, held, let_go)
        await held.wait()
        nursery.start_soon(log.append, "a", Position("mine", 0), [Draft("1")])
        await waiting_for_a_lock(database)
        for number in range(2):
            nursery.start_soon(log.append, f"room:{number}", start, [Draft("1")])
        await eventually(log, lambda told: told.waiting == 3)
        nursery.start_soon(log.append, "room:2", start, [Draft("1")])
        await eventually(log, lambda told: (told.waiting, told.events) == (1, 3))
        assert log.statistics().batches == 1
        let_go.set()
        await eventually(log, lambda told: (told.waiting, told.events) == (0, 4))


async def waiting_for_a_lock(database: Database) -> None:
    with trio.fail_after(10):
        while not await database.fetchval(WAITING_FOR_A_LOCK):
            await trio.lowlevel.checkpoint()


async def hold_head(database: Database, held: trio.Event, let_go: trio.Event) -> None:
    """Keep the head of the channel "a" locked until told."""

    async def hold(connection: Connection) -> None:
        await connection.execute("select from channel_head where channel = 'a' for update")
        held.set()
        while not let_go.is_set():  # noqa: ASYNC110  # an event of Trio's
            await asyncio.sleep(0.001)

    await database.transaction(hold)


async def test_who_waits_too_long_for_a_database_that_is_away_is_told(
    own_postgres: Postmaster, asyncio_loop: None
) -> None:
    async with open_database(own_postgres.place.dsn, connect_s_max=1.0) as database:
        await migrate(database)
        async with running(PostgresEventLog(database, give_up_after_s=0.2)) as log:
            start = await log.position("a")
            await log.append("a", start, [Draft("1")])
            own_postgres.signal(signal.SIGQUIT)
            await eventually(log, lambda told: not told.healthy)
            refused = 0

            async def append(channel: str) -> None:
                nonlocal refused
                with pytest.raises(DatabaseUnavailable, match=f"{channel}: not known to be stored"):
                    await log.append(channel, start, [Draft("1")])
                refused += 1

            with trio.fail_after(30):
                async with trio.open_nursery() as nursery:
                    for number in range(3):
                        nursery.start_soon(append, f"room:{number}")
                        await trio.sleep(0.05)
            assert refused == 3
            assert log.statistics().waiting == 0
            with pytest.raises(DatabaseUnavailable):
                await log.position("a")


async def test_when_the_writer_ends_everyone_who_waits_is_told(
    log: PostgresEventLog, database: Database
) -> None:
    await database.execute("insert into channel_head values ('a', 1000, 'mine', 0, 0)")
    told: list[str] = []

    async def append(own: PostgresEventLog, channel: str) -> None:
        with pytest.raises(DatabaseUnavailable, match="has stopped"):
            await own.append(channel, Position("mine", 0), [Draft("1")])
        told.append(channel)

    own = PostgresEventLog(database, waiting_max=2)
    assert not own.statistics().healthy
    held, let_go = trio.Event(), trio.Event()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(hold_head, database, held, let_go)
        await held.wait()
        async with running(own):
            nursery.start_soon(append, own, "a")
            await waiting_for_a_lock(database)
            for channel in ("b", "c", "d"):  # two find a place in the queue, one waits for one
                nursery.start_soon(append, own, channel)
            await eventually(own, lambda statistics: statistics.waiting == 3)
        await until(lambda: len(told) == 4)
        let_go.set()
    assert sorted(told) == ["a", "b", "c", "d"]
    assert not own.statistics().healthy
    await append(own, "e")


async def test_a_writer_that_is_started_again_goes_on(database: Database) -> None:
    log = PostgresEventLog(database)
    async with running(log):
        assert await post(log, "a", "first") == 1
    async with running(log):
        await eventually(log, lambda told: told.healthy)
        assert await post(log, "a", "second") == 2


async def test_appends_before_the_writer_runs_wait_for_it(database: Database) -> None:
    log = PostgresEventLog(database)
    async with trio.open_nursery() as nursery:
        start = await log.position("a")
        nursery.start_soon(log.append, "a", start, [Draft("1")])
        await eventually(log, lambda told: told.waiting == 1)
        async with running(log):
            await eventually(log, lambda told: told.events == 1)
            await eventually(log, lambda told: told.waiting == 0)
