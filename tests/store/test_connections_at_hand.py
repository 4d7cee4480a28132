"""Connections go from one work to the next as they are, but for those that a work left in a bad way."""

import trio

from store.asyncio_loop import open_asyncio_loop
from store.database import Connection, Database, open_database
from store.postmaster import Postmaster

PID = "select pg_backend_pid()"


async def test_one_after_the_other_takes_the_same_connection(database: Database) -> None:
    pids = {await database.fetchval(PID) for _ in range(5)}
    assert len(pids) == 1
    assert database.statistics().connected == 1


async def test_a_transaction_that_was_left_open_is_not_handed_on(database: Database) -> None:
    async def leave_open(connection: Connection) -> None:
        await connection.execute("begin")
        await connection.execute("create table left_open (id integer)")

    async def in_transaction(connection: Connection) -> bool:
        return bool(connection.is_in_transaction())  # type: ignore[attr-defined]

    await database.run(leave_open)
    assert not await database.run(in_transaction)
    assert await database.fetchval("select to_regclass('left_open')") is None


async def test_a_connection_that_was_closed_is_replaced(database: Database) -> None:
    async def close(connection: Connection) -> int:
        pid = await connection.fetchval(PID)
        connection.terminate()  # type: ignore[attr-defined]
        return int(pid)

    closed = await database.run(close)
    assert await database.fetchval(PID) != closed


async def test_one_that_died_while_nobody_used_it_is_replaced(
    database: Database, postgres: Postmaster
) -> None:
    pid = await database.fetchval(PID)
    async with open_database(postgres.place.dsn) as other:
        assert await other.fetchval("select pg_terminate_backend($1, 5000)", pid)
    assert await database.run(lambda connection: connection.fetchval(PID), repeatable=True) != pid


async def test_at_the_end_all_are_closed(postgres: Postmaster) -> None:
    async with open_asyncio_loop():
        async with open_database(postgres.place.dsn) as opened:
            pids = await _together(opened, 3)
        async with open_database(postgres.place.dsn) as other:
            left = await other.fetch("select pid from pg_stat_activity where pid = any($1)", pids)
    assert left == []


async def _together(database: Database, count: int) -> list[int]:
    """Return the backends of works that run at the same time."""
    pids: list[int] = []

    async def work() -> None:
        pids.append(await database.fetchval("select pg_backend_pid() from pg_sleep(0.1)"))

    async with trio.open_nursery() as nursery:
        for _ in range(count):
            nursery.start_soon(work)
    assert len(set(pids)) == count
    return pids
