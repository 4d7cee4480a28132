"""The hub's own PostgreSQL: there at once, back at once, never two, never left behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from pathlib import Path

import pytest
import trio

from store.account import Account
from store.asyncio_loop import open_asyncio_loop
from store.database import Database, open_database
from store.embedded import EmbeddedPostgresError, EmbeddedStatistics, open_embedded_postgres
from store.postmaster import Postmaster, read_pid_file

HUB = Path(__file__).with_name("hub_process.py")
NOBODY = 65534
only_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
only_linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a child with its parent")


@asynccontextmanager
async def client(dsn: str) -> AsyncIterator[Database]:
    async with open_asyncio_loop(), open_database(dsn) as database:
        yield database


async def until(holds: Callable[[], bool]) -> None:
    with trio.fail_after(30):
        while not holds():  # noqa: ASYNC110  # other processes tell us nothing
            await trio.sleep(0.01)


def lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    return not stat.exists() or stat.read_text().rsplit(")", 1)[1].split()[0] != "Z"


def wait_until_gone(pid: int) -> None:
    give_up_at = time.monotonic() + 30
    while lives(pid):
        assert time.monotonic() < give_up_at
        time.sleep(0.01)


def owner(path: Path | str) -> int:
    return Path(path).stat().st_uid


@contextmanager
def hub(data_dir: Path, *before: str) -> Iterator[tuple[subprocess.Popen[str], int, int]]:
    """Another hub as a process, its server's process id, and the hub's account."""
    command = [*before, sys.executable, str(HUB), str(data_dir)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            server, account = map(int, process.stdout.readline().split())
            yield process, server, account
        finally:
            process.kill()
            wait_until_gone(server)


async def test_a_server_from_nothing(postgres_folder: Path) -> None:
    data_dir = postgres_folder / "deep" / "not there yet"
    async with open_embedded_postgres(data_dir) as server, client(server.dsn) as database:
        assert (await database.fetchval("show server_version")).split()[0] == server.version
        assert (
            await database.fetchval("show fsync")
            == await database.fetchval("show synchronous_commit")
            == "on"
        )
        assert await database.fetchval("select lower('ÀΣЖ') || upper('ß')") in ("àσжSS", "àσжß")
        assert server.statistics() == EmbeddedStatistics(restarts=0, trouble=None)
        assert server.pid is not None
        assert lives(server.pid)
        pid = server.pid
    assert not lives(pid)
    assert server.pid is None
    assert {path.name for path in data_dir.iterdir()} == {"cluster", "lock", "run", "server.log"}


async def test_what_was_committed_is_there_after_a_stop_and_after_a_kill(data_dir: Path) -> None:
    async with open_embedded_postgres(data_dir) as server, client(server.dsn) as database:
        await database.execute("create table kept (x integer); insert into kept values (1)")
    async with open_embedded_postgres(data_dir) as server, client(server.dsn) as database:
        await database.execute("insert into kept values (2)")
        assert server.pid is not None
        os.kill(server.pid, signal.SIGKILL)
        await until(lambda: server.statistics() == EmbeddedStatistics(restarts=1, trouble=None))
        await database.execute("insert into kept values (3)")
        assert [row["x"] for row in await database.fetch("select x from kept order by x")] == [1, 2, 3]


async def test_settings_of_ones_own(data_dir: Path) -> None:
    async with (
        open_embedded_postgres(data_dir, settings={"work_mem": "5MB"}) as server,
        client(server.dsn) as database,
    ):
        assert await database.fetchval("show work_mem") == "5MB"


async def test_a_second_hub_is_refused(data_dir: Path) -> None:
    async with open_embedded_postgres(data_dir) as server:
        with pytest.raises(
            EmbeddedPostgresError, match=f"in use by another hub .process {os.getpid()}."
        ) as refused:
            async with open_embedded_postgres(data_dir):
                pytest.fail("two hubs on one data folder")
        assert str(data_dir) in str(refused.value)
        assert server.pid is not None
        assert lives(server.pid)
    async with open_embedded_postgres(data_dir):
        pass


async def test_a_server_left_behind_is_replaced(own_postgres: Postmaster, data_dir: Path) -> None:
    stale = own_postgres.pid
    assert stale is not None
    async with open_embedded_postgres(data_dir) as server, client(server.dsn) as database:
        assert not lives(stale)
        assert server.pid not in (None, stale)
        assert await database.fetchval("select 1") == 1


async def test_a_server_left_behind_that_is_stuck_is_replaced(
    own_postgres: Postmaster, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    short = ((signal.SIGINT, 0.05), (signal.SIGQUIT, 0.05), (signal.SIGKILL, 10.0))
    monkeypatch.setattr("store.stale_server._ORDERS", short)
    own_postgres.signal(signal.SIGSTOP)
    async with open_embedded_postgres(data_dir) as server, client(server.dsn) as database:
        assert own_postgres.ended == -signal.SIGKILL
        assert await database.fetchval("select 1") == 1


async def test_a_number_that_now_belongs_to_somebody_else_is_left_alone(data_dir: Path) -> None:
    cluster = data_dir / "cluster"
    async with trio.open_nursery() as nursery:
        bystander = await nursery.start(trio.run_process, ["/bin/sleep", "60"])
        (cluster / "postmaster.pid").write_text(f"{bystander.pid}\n{cluster}\n1\n5432\n\n\n\nready\n")
        async with open_embedded_postgres(data_dir) as server:
            assert read_pid_file(cluster)[0] == str(server.pid)
            assert bystander.returncode is None
        nursery.cancel_scope.cancel()


@only_linux
def test_a_killed_hub_leaves_no_server_and_starts_again(data_dir: Path) -> None:
    with hub(data_dir) as (process, server, _):
        process.kill()
        wait_until_gone(server)
    with hub(data_dir) as (_, again, _):
        assert lives(again)
        assert again != server


@only_linux
def test_hubs_that_start_while_the_last_server_is_ending(data_dir: Path) -> None:
    with ExitStack() as hubs:
        for _ in range(3):
            process, server, _ = hubs.enter_context(hub(data_dir))
            assert lives(server)
            process.kill()
            process.wait()


@only_root
def test_root_runs_it_as_nobody(data_dir: Path) -> None:
    with hub(data_dir) as (_, server, account):
        assert account == 0
        assert owner(f"/proc/{server}") == owner(data_dir / "cluster") == NOBODY


@only_root
@only_linux
def test_root_in_a_folder_that_nobody_else_may_enter(data_dir: Path) -> None:
    data_dir.chmod(0o700)
    with hub(data_dir) as (process, server, _):
        assert owner(f"/proc/{server}") == NOBODY
        process.kill()
        wait_until_gone(server)


@only_root
@only_linux
def test_a_user_without_privileges(data_dir: Path) -> None:
    Account("self", (NOBODY, NOBODY)).own(data_dir)
    become = Account(f"{NOBODY}:{NOBODY}:reach").command(signal.SIGKILL, Path(sys.executable))[:-1]
    with hub(data_dir, *become) as (process, server, account):
        assert account == NOBODY
        assert owner(f"/proc/{server}") == NOBODY
        process.kill()
        wait_until_gone(server)


async def test_a_path_too_long_for_a_socket(data_dir: Path) -> None:
    deep = data_dir / ("x" * 120)
    deep.mkdir()
    (data_dir / "cluster").rename(deep / "cluster")
    async with open_embedded_postgres(deep) as server, client(server.dsn) as database:
        assert await database.fetchval("select 1") == 1
        socket = server.dsn.split("host=")[1] + "/.s.PGSQL.5432"
        assert os.access(socket, os.F_OK)
    assert not os.access(socket, os.F_OK)


async def test_data_of_a_version_we_do_not_have(data_dir: Path) -> None:
    (data_dir / "cluster" / "PG_VERSION").write_text("99\n")
    with pytest.raises(EmbeddedPostgresError, match="made by PostgreSQL 99, but there is only"):
        async with open_embedded_postgres(data_dir):
            pytest.fail("it cannot be read")


async def test_a_server_that_cannot_start_says_why(data_dir: Path) -> None:
    with pytest.raises(EmbeddedPostgresError, match="no_such_setting"):
        async with open_embedded_postgres(data_dir, settings={"no_such_setting": "1"}):
            pytest.fail("it cannot start")


async def test_a_cluster_cut_short_is_made_again(postgres_folder: Path) -> None:
    data_dir = postgres_folder / "cut"
    (data_dir / "new-cut" / "base").mkdir(parents=True)
    async with open_embedded_postgres(data_dir) as server:
        assert server.pid is not None
    assert not (data_dir / "new-cut").exists()


async def test_what_the_body_raises_comes_out_as_it_is(data_dir: Path) -> None:
    with pytest.raises(KeyError, match="mine"):
        async with open_embedded_postgres(data_dir):
            raise KeyError("mine")
    assert read_pid_file(data_dir / "cluster") == []
