"""What tests of several floors share: a real PostgreSQL a worker, and a clean database a test."""

import shutil
import signal
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from pathlib import Path

import pytest
import trio

from store.account import choose_account
from store.asyncio_loop import open_asyncio_loop
from store.database import Database, open_database
from store.migrations import migrate
from store.postgres_binaries import find_binaries
from store.postmaster import Postmaster, ServerPlace, begin_initdb, last_words

_CLEAN = """
do $$ begin execute (
    select 'truncate ' || string_agg(quote_ident(tablename), ', ') from pg_tables
    where schemaname = 'public'
        and tablename not in ('schema_migration', 'log_epoch', 'board', 'search_synonym')
); end $$
"""
_START_S_MAX = 60.0


def _wait(holds: Callable[[], bool], log: Path) -> None:
    give_up_at = time.monotonic() + _START_S_MAX
    while not holds():
        assert time.monotonic() < give_up_at, last_words(log)
        time.sleep(0.01)


@pytest.fixture(scope="session")
def postgres_folder() -> Iterator[Path]:
    """A folder under the temp dir that the account of PostgreSQL may enter, removed at the end."""
    folder = Path(tempfile.mkdtemp(prefix="hub-test-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def new_cluster(postgres_folder: Path) -> Path:
    """A data folder in which no server has run yet; copying it is quicker than making another."""
    cluster, sockets, log = postgres_folder / "new", postgres_folder / "run", postgres_folder / "initdb.log"
    cluster.mkdir()
    sockets.mkdir()
    binaries = find_binaries()
    initdb = begin_initdb(binaries, choose_account(binaries.postgres, cluster, sockets), cluster, log)
    _wait(lambda: initdb.poll() is not None, log)
    assert initdb.returncode == 0, last_words(log)
    return cluster


@pytest.fixture
def data_dir(new_cluster: Path) -> Iterator[Path]:
    """A data folder for `open_embedded_postgres`, new to it, with the slow first step done."""
    folder = Path(tempfile.mkdtemp(dir=new_cluster.parent))
    folder.chmod(0o755)
    shutil.copytree(new_cluster, folder / "cluster")
    yield folder
    shutil.rmtree(folder)


@contextmanager
def _server(folder: Path, sockets: Path, settings: dict[str, str]) -> Iterator[Postmaster]:
    cluster, log = folder / "cluster", folder / "server.log"
    binaries = find_binaries()
    account = choose_account(binaries.postgres, cluster, sockets)
    server = Postmaster(ServerPlace(binaries, account, cluster, sockets, log, settings))
    server.begin()
    try:
        _wait(lambda: server.ready or server.ended is not None, log)
        assert server.ready, last_words(log)
        yield server
    finally:
        server.signal(signal.SIGQUIT)
        _wait(lambda: server.ended is not None, log)


@pytest.fixture(scope="session")
def postgres(postgres_folder: Path, new_cluster: Path) -> Iterator[Postmaster]:
    """The worker's server, with the migrations applied; only here is anything not written through to disk."""
    folder = postgres_folder / "shared"
    shutil.copytree(new_cluster, folder / "cluster")
    with _server(folder, postgres_folder / "run", {"fsync": "off"}) as server:
        trio.run(_migrate, server.place.dsn)
        yield server


@pytest.fixture
def own_postgres(data_dir: Path) -> Iterator[Postmaster]:
    """A server of the test's own, which it may end."""
    sockets = data_dir / "run"
    sockets.mkdir()
    with _server(data_dir, sockets, {}) as server:
        yield server


async def _migrate(dsn: str) -> None:
    async with open_asyncio_loop(), open_database(dsn) as database:
        await migrate(database)


@pytest.fixture
async def asyncio_loop() -> AsyncIterator[None]:
    """The asyncio loop that databases need."""
    async with open_asyncio_loop():
        yield


@pytest.fixture
def open_clean_database(postgres: Postmaster) -> Callable[[], AbstractAsyncContextManager[Database]]:
    """What opens, inside an asyncio loop, a database with all tables, empty."""

    @asynccontextmanager
    async def open_clean() -> AsyncIterator[Database]:
        async with open_database(postgres.place.dsn) as opened:
            await opened.execute(_CLEAN)
            yield opened

    return open_clean


@pytest.fixture
async def database(
    open_clean_database: Callable[[], AbstractAsyncContextManager[Database]], asyncio_loop: None
) -> AsyncIterator[Database]:
    """A database with all tables, empty."""
    async with open_clean_database() as opened:
        yield opened
