"""Migrations: once each, in order, whole or not at all, and never onto a database that knows more."""

from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest
import trio

from store.database import Database, open_database
from store.migrations import DatabaseChanged, DatabaseNewer, Migration, known_migrations, migrate
from store.postmaster import Postmaster

FIRST = Migration(1, "0001_first", "create table first (x integer); insert into first values (1)")
SECOND = Migration(2, "0002_second", "insert into first values (2)")
BROKEN = Migration(3, "0003_broken", "insert into first values (3); insert into nowhere values (1)")


@pytest.fixture
async def bare(database: Database, postgres: Postmaster) -> AsyncIterator[Database]:
    """A database in which nothing was migrated yet."""
    await database.execute("create database bare")
    async with open_database(postgres.place.dsn.replace("/postgres?", "/bare?")) as opened:
        yield opened
    await database.execute("drop database bare with (force)")


async def rows(database: Database) -> list[int]:
    return [row["x"] for row in await database.fetch("select x from first order by x")]


async def test_each_is_applied_once_in_order(bare: Database) -> None:
    assert await migrate(bare, [FIRST]) == ["0001_first"]
    assert await migrate(bare, [FIRST, SECOND]) == ["0002_second"]
    assert await migrate(bare, [FIRST, SECOND]) == []
    assert await rows(bare) == [1, 2]


async def test_many_that_start_at_once_apply_each_once(bare: Database) -> None:
    applied: list[str] = []

    async def start() -> None:
        applied.extend(await migrate(bare, [FIRST, SECOND]))

    async with trio.open_nursery() as nursery:
        for _ in range(5):
            nursery.start_soon(start)
    assert sorted(applied) == ["0001_first", "0002_second"]
    assert await rows(bare) == [1, 2]


async def test_one_that_fails_leaves_those_before_it(bare: Database) -> None:
    with pytest.raises(asyncpg.UndefinedTableError):
        await migrate(bare, [FIRST, BROKEN])
    assert await rows(bare) == [1]
    assert await migrate(bare, [FIRST, SECOND]) == ["0002_second"]


async def test_a_newer_database_is_refused_untouched(bare: Database) -> None:
    await migrate(bare, [FIRST, SECOND])
    with pytest.raises(DatabaseNewer, match="0002_second, this program knows up to 0001") as newer:
        await migrate(bare, [FIRST])
    assert not newer.value.temporary
    assert await rows(bare) == [1, 2]


async def test_a_migration_that_was_rewritten_is_refused(bare: Database) -> None:
    await migrate(bare, [FIRST])
    rewritten = Migration(1, "0001_first", "create table other (x integer)")
    with pytest.raises(DatabaseChanged, match="0001_first"):
        await migrate(bare, [rewritten, SECOND])
    assert await rows(bare) == [1]


async def test_the_migrations_we_ship_fit_an_empty_database(bare: Database) -> None:
    names = [migration.name for migration in known_migrations()]
    assert await migrate(bare) == names
    assert names[0] == "0001_event_log"


def test_the_files_are_numbered_from_1_without_gaps() -> None:
    numbers = [migration.number for migration in known_migrations()]
    assert numbers == list(range(1, len(numbers) + 1))


def test_files_are_read_by_number(tmp_path: Path) -> None:
    for name in ("0010_c.sql", "0002_b.sql", "0001_a.sql", "notes.txt"):
        (tmp_path / name).write_text(f"-- {name}")
    found = known_migrations(tmp_path)
    assert [(migration.number, migration.name) for migration in found] == [
        (1, "0001_a"),
        (2, "0002_b"),
        (10, "0010_c"),
    ]
    assert found[0].sql == "-- 0001_a.sql"
