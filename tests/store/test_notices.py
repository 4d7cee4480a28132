"""Notices of the database: heard once committed, and listening goes on after the server went away."""

import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import trio

from store.database import Database, open_database
from store.embedded import open_embedded_postgres
from store.notices import Notices
from store.postmaster import Postmaster


class Ear:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, str]] = []
        self.begun = 0

    def on(self, channel: str) -> Callable[[str], None]:
        return lambda payload: self.heard.append((channel, payload))

    def begin(self) -> None:
        self.begun += 1


async def until(holds: Callable[[], object]) -> None:
    with trio.fail_after(20):
        while not holds():  # noqa: ASYNC110 - what is waited for has no event of its own
            await trio.sleep(0.002)


@asynccontextmanager
async def listening(dsn: str) -> AsyncIterator[tuple[Ear, Notices]]:
    ear = Ear()
    notices = Notices(dsn, {"one": ear.on("one"), "two": ear.on("two")}, ear.begin)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(notices.run)
        await until(lambda: ear.begun)
        yield ear, notices
        nursery.cancel_scope.cancel()


async def tell(database: Database, channel: str, payload: str) -> None:
    await database.execute("select pg_notify($1, $2)", channel, payload)


async def test_what_is_told_is_heard_in_order(database: Database, postgres: Postmaster) -> None:
    async with listening(postgres.place.dsn) as (ear, notices):
        for channel, payload in (("one", "a"), ("three", "unheard"), ("two", "b"), ("one", "")):
            await tell(database, channel, payload)
        await until(lambda: len(ear.heard) == 3)
        assert ear.heard == [("one", "a"), ("two", "b"), ("one", "")]
        assert (notices.statistics().heard, notices.statistics().begun) == (3, 1)
        assert notices.statistics().listening
    assert not notices.statistics().listening


async def test_what_is_rolled_back_was_never_told(database: Database, postgres: Postmaster) -> None:
    async def work(connection: object) -> None:
        await connection.execute("select pg_notify('one', 'undone')")
        raise LookupError

    async with listening(postgres.place.dsn) as (ear, _):
        try:
            await database.transaction(work)
        except LookupError:
            await tell(database, "one", "done")
        await until(lambda: ear.heard)
        assert ear.heard == [("one", "done")]


async def test_listening_begins_anew_when_its_connection_is_cut(
    database: Database, postgres: Postmaster
) -> None:
    cut = "select pg_terminate_backend(pid) from pg_stat_activity where query like 'LISTEN%'"
    async with listening(postgres.place.dsn) as (ear, notices):
        await database.execute(cut)
        await until(lambda: ear.begun == 2)
        await tell(database, "two", "again")
        await until(lambda: ear.heard)
        assert ear.heard == [("two", "again")]
        assert notices.statistics().begun == 2


async def test_listening_begins_anew_when_the_server_was_killed(data_dir: Path, asyncio_loop: None) -> None:
    async with (
        open_embedded_postgres(data_dir) as server,
        open_database(server.dsn) as database,
        listening(server.dsn) as (ear, _),
    ):
        assert server.pid is not None
        os.kill(server.pid, signal.SIGKILL)
        await until(lambda: ear.begun == 2)
        await tell(database, "one", "alive")
        await until(lambda: ear.heard)
        assert ear.heard == [("one", "alive")]
