"""What is done to the database and beside the server: migrations, and the worker process."""

import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import trio

from hub.settings import Settings
from store.asyncio_loop import open_asyncio_loop
from store.database import Database, open_database
from store.embedded import open_embedded_postgres
from store.migrations import migrate
from store.running_server import find_running_server


@asynccontextmanager
async def _own_database(settings: Settings) -> AsyncIterator[Database]:
    """Open the database; an embedded one only while no hub runs on it."""
    async with open_asyncio_loop():
        if settings.database_url is not None:
            async with open_database(settings.database_url) as database:
                yield database
            return
        async with (
            open_embedded_postgres(settings.data_dir / "postgres") as postgres,
            open_database(postgres.dsn) as database,
        ):
            yield database


@asynccontextmanager
async def open_database_in_use(settings: Settings) -> AsyncIterator[Database]:
    """Open the database beside the hub that runs on it, or brought up to date while none does."""
    dsn = None if settings.database_url else find_running_server(settings.data_dir / "postgres")
    if dsn is not None:
        async with open_asyncio_loop(), open_database(dsn) as database:
            yield database
        return
    async with _own_database(settings) as database:
        await migrate(database)
        yield database


async def bring_up_to_date(settings: Settings) -> list[str]:
    """Apply the migrations that are missing and return their names; raise DatabaseError."""
    async with _own_database(settings) as database:
        return await migrate(database)


async def work(settings: Settings, say: Callable[[str], None]) -> None:
    """Hold the worker's place until SIGTERM: this version gives no jobs to other processes."""
    with trio.open_signal_receiver(signal.SIGTERM, signal.SIGINT) as signals:
        say("the worker waits: this version of CosmoHub has no offloaded jobs")
        async for _ in signals:
            return
