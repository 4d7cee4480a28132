"""The database under Trio: what is cancelled, refused, killed or too much at once does no harm."""

import math
import random
from collections import Counter
from pathlib import Path

import asyncpg
import pytest
import trio

from store.database import (
    Connection,
    Database,
    DatabaseBusy,
    DatabaseRefused,
    DatabaseUnavailable,
    open_database,
)
from store.postmaster import Postmaster

OPEN_TRANSACTIONS = "select count(*) from pg_stat_activity where state like 'idle in transaction%'"


@pytest.fixture
async def pairs(database: Database) -> Database:
    """A table into which every whole transaction of these tests puts each number twice."""
    await database.execute("drop table if exists pairs; create table pairs (number integer)")
    yield database
    await database.execute("drop table pairs")


async def insert(connection: Connection, number: int) -> None:
    await connection.execute("insert into pairs values ($1)", number)


async def numbers(database: Database) -> Counter[int]:
    return Counter(row["number"] for row in await database.fetch("select number from pairs"))


async def test_rows_values_and_tags(database: Database) -> None:
    assert await database.fetchval("select $1::int + 1", 41) == 42
    assert [row["n"] for row in await database.fetch("select generate_series(1, 3) as n")] == [1, 2, 3]
    assert (await database.fetchrow("select 1 as a, 'x' as b"))["b"] == "x"
    assert await database.fetchrow("select 1 where false") is None
    assert await database.execute("select 1") == "SELECT 1"


async def test_a_work_is_one_transaction(pairs: Database) -> None:
    async def both(connection: Connection) -> str:
        await insert(connection, 1)
        await insert(connection, 1)
        return "done"

    assert await pairs.transaction(both) == "done"
    assert await numbers(pairs) == {1: 2}


async def test_an_error_undoes_the_transaction_and_comes_out_as_it_is(pairs: Database) -> None:
    async def half(connection: Connection) -> None:
        await insert(connection, 1)
        raise KeyError("half")

    with pytest.raises(KeyError, match="half"):
        await pairs.transaction(half)
    with pytest.raises(asyncpg.UndefinedTableError):
        await pairs.execute("select * from nowhere")
    assert await numbers(pairs) == {}
    assert pairs.statistics().in_use == 0


async def test_hundreds_of_transactions_cancelled_at_random_moments(pairs: Database) -> None:
    chance = random.Random(20261121)
    moments = [chance.random() * 0.04 for _ in range(20)]
    whole: list[int] = []

    async def twice(connection: Connection, number: int) -> None:
        await insert(connection, number)
        await connection.execute("select pg_sleep(0.002)")
        await insert(connection, number)

    async def attempt(number: int, patience_s: float) -> None:
        with trio.move_on_after(patience_s):
            await pairs.transaction(lambda connection: twice(connection, number))
            whole.append(number)

    with trio.fail_after(60):
        for start in range(0, 480, 40):
            async with trio.open_nursery() as nursery:
                for number in range(start, start + 40):
                    nursery.start_soon(attempt, number, chance.choice((0, math.inf, *moments)))
    found = await numbers(pairs)
    assert set(found.values()) <= {2}
    assert set(whole) <= set(found)
    assert 0 < len(whole) < 480
    await all_connections_are_free(pairs)


async def all_connections_are_free(database: Database) -> None:
    """Every connection of the pool is used at once; one that leaked, or hangs, would be missed."""
    together = 0
    all_here = trio.Event()

    async def use(connection: Connection) -> None:
        await connection.fetchval("select pg_sleep(0.05)")

    async def one() -> None:
        nonlocal together
        together += 1
        if together == database.statistics().pool_size:
            all_here.set()
        await database.run(use)

    with trio.fail_after(10):
        async with trio.open_nursery() as nursery:
            for _ in range(database.statistics().pool_size):
                nursery.start_soon(one)
        assert all_here.is_set()
        assert await database.fetchval(OPEN_TRANSACTIONS) == 0
    assert database.statistics().in_use == database.statistics().waiting == 0


async def test_who_finds_no_free_connection_in_time_is_told(postgres: Postmaster, asyncio_loop: None) -> None:
    async with open_database(postgres.place.dsn, pool_size=1, wait_s_max=0.2) as database:
        with trio.CancelScope() as scope:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(database.fetchval, "select pg_sleep(10)")
                while not database.statistics().in_use:
                    await trio.lowlevel.checkpoint()
                with pytest.raises(DatabaseBusy, match=r"all 1 connections were in use for 0\.2 s") as busy:
                    await database.fetchval("select 1")
                assert busy.value.temporary
                scope.cancel()
        assert await database.fetchval("select 1") == 1
        assert database.statistics().busy == 1


async def test_a_command_that_takes_too_long_is_ended(postgres: Postmaster, asyncio_loop: None) -> None:
    async with open_database(postgres.place.dsn, command_s_max=0.5) as database:
        with pytest.raises(DatabaseUnavailable, match="did not answer"):
            await database.execute("select pg_sleep(30)")
        assert await database.fetchval("select 1") == 1


async def test_a_server_that_is_not_there(tmp_path: Path, asyncio_loop: None) -> None:
    with pytest.raises(DatabaseUnavailable, match="cannot be reached") as away:
        async with open_database(f"postgresql://hub@/postgres?host={tmp_path}", connect_s_max=0.1):
            pytest.fail("there is no server")
    assert away.value.temporary


async def test_a_database_that_refuses_us(postgres: Postmaster, asyncio_loop: None) -> None:
    with pytest.raises(DatabaseRefused, match="nowhere") as refused:
        async with open_database(postgres.place.dsn.replace("/postgres?", "/nowhere?"), connect_s_max=5):
            pytest.fail("there is no such database")
    assert not refused.value.temporary


async def end_other_connections(database: Database) -> None:
    await database.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity"
        " where pid <> pg_backend_pid() and backend_type = 'client backend'"
    )


async def test_dead_connections_are_replaced_unseen(
    database: Database, postgres: Postmaster, asyncio_loop: None
) -> None:
    async with open_database(postgres.place.dsn) as other:
        await all_connections_are_free(database)
        await end_other_connections(other)
        with trio.fail_after(10):
            while database.statistics().connected:
                await trio.lowlevel.checkpoint()
        await all_connections_are_free(database)
        assert database.statistics().unavailable == 0


async def test_a_connection_that_dies_under_a_work(database: Database) -> None:
    async def die(connection: Connection) -> None:
        await connection.execute("select pg_terminate_backend(pg_backend_pid())")

    for run in (database.run, database.transaction):
        with pytest.raises(DatabaseUnavailable) as away:
            await run(die)
        assert away.value.temporary
    assert await database.fetchval("select 1") == 1
    assert database.statistics().unavailable == 2


async def test_a_repeatable_work_is_tried_again_once(database: Database) -> None:
    tries = 0

    async def die_first(connection: Connection) -> int:
        nonlocal tries
        tries += 1
        if tries == 1:
            await connection.execute("select pg_terminate_backend(pg_backend_pid())")
        return await connection.fetchval("select 7")

    assert await database.run(die_first, repeatable=True) == 7
    assert tries == 2


async def test_a_transaction_that_began_is_not_tried_again(database: Database) -> None:
    tries = 0

    async def die(connection: Connection) -> None:
        nonlocal tries
        tries += 1
        await connection.execute("select pg_terminate_backend(pg_backend_pid())")

    with pytest.raises(DatabaseUnavailable):
        await database.transaction(die)
    assert tries == 1


async def test_closing_does_not_wait_for_a_work_that_hangs(postgres: Postmaster, asyncio_loop: None) -> None:
    with trio.fail_after(10), trio.CancelScope() as scope:
        async with open_database(postgres.place.dsn) as database, trio.open_nursery() as nursery:
            nursery.start_soon(database.fetchval, "select pg_sleep(60)")
            while not database.statistics().in_use:
                await trio.lowlevel.checkpoint()
            scope.cancel()
    assert scope.cancelled_caught
