"""The hub's own PostgreSQL: made when absent, kept running while the hub runs, gone when it is gone."""

import logging
import os
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import trio

from store.account import choose_account
from store.errors import EmbeddedPostgresError
from store.folder_lock import locked_folder
from store.postgres_binaries import PostgresBinaries, find_binaries
from store.postmaster import Postmaster, ServerPlace, begin_initdb, data_major, last_words
from store.stale_server import end_stale_server
from store.waiting import until

__all__ = ["EmbeddedPostgres", "EmbeddedPostgresError", "EmbeddedStatistics", "open_embedded_postgres"]

_log = logging.getLogger(__name__)
_WATCH_EVERY_S = 0.05
_PAUSE_S = 0.05
_PAUSE_S_MAX = 1.0
_STEADY_S = 10.0  # a server that ran so long is not one that fails again and again
_SOCKET_PATH_BYTES_MAX = 103  # macOS; Linux has 107
_SOCKET_NAME = ".s.PGSQL.5432"
_NEW_PREFIX = "new-"


@dataclass(frozen=True, slots=True)
class EmbeddedStatistics:
    """How the server does; `trouble` is why it is not there at the moment."""

    restarts: int
    trouble: str | None


@asynccontextmanager
async def open_embedded_postgres(
    data_dir: Path,
    *,
    settings: Mapping[str, str] | None = None,
    start_s_max: float = 60.0,
    stop_s_max: float = 3.0,
) -> AsyncIterator["EmbeddedPostgres"]:
    """Run a PostgreSQL of our own on `data_dir`, which is made when absent; call it in the main thread.

    While this is open a server that dies is started again at once. On the way out it is stopped in order, and
    after `stop_s_max` the hard way, which costs it a recovery at its next start and nothing else. `settings`
    override those of the server. Raises EmbeddedPostgresError when another hub uses the folder, or when the
    server does not run within `start_s_max`.
    """
    with locked_folder(data_dir) as folder, _socket_folder(folder) as sockets:
        place = await _prepare(folder, sockets, settings or {})
        server = EmbeddedPostgres(Postmaster(place))
        try:
            with trio.move_on_after(start_s_max) as starting:
                await server.bring_up(tries=3)
            if starting.cancelled_caught:
                raise EmbeddedPostgresError(
                    f"PostgreSQL was not ready in {start_s_max:g} s: {last_words(place.log)}"
                )
            async with _alongside(server.keep_up):
                yield server
        finally:
            with trio.CancelScope(shield=True):
                await server.bring_down(stop_s_max)


class EmbeddedPostgres:
    """A running server, as long as `open_embedded_postgres` is open."""

    def __init__(self, postmaster: Postmaster) -> None:
        self._postmaster = postmaster
        self._restarts = 0
        self._trouble: str | None = None

    @property
    def dsn(self) -> str:
        """Return where clients find the server; it stays the same when the server is started again."""
        return self._postmaster.place.dsn

    @property
    def version(self) -> str:
        """Return the server's version, such as "18.6"."""
        return self._postmaster.place.binaries.version

    @property
    def pid(self) -> int | None:
        """Return the process id of the server, or None while there is none."""
        return self._postmaster.pid

    def statistics(self) -> EmbeddedStatistics:
        """Return how often the server had to be started again, and what is wrong with it now."""
        return EmbeddedStatistics(self._restarts, self._trouble)

    async def bring_up(self, tries: float = float("inf")) -> None:
        """Start the server until it is ready; after a hard end its old backends may hold on for a moment."""
        pause_s = _PAUSE_S
        while not await self._try_to_begin():
            tries -= 1
            if tries <= 0:
                raise EmbeddedPostgresError(self._trouble)
            _log.warning("%s", self._trouble)
            await trio.sleep(pause_s)
            pause_s = min(2 * pause_s, _PAUSE_S_MAX)

    async def _try_to_begin(self) -> bool:
        postmaster = self._postmaster
        try:
            postmaster.begin()
            await until(lambda: postmaster.ready or postmaster.ended is not None)
        except OSError as error:
            self._trouble = f"PostgreSQL cannot be started: {error}"
            return False
        if postmaster.ended is not None:
            self._trouble = f"PostgreSQL does not start: {last_words(postmaster.place.log)}"
            return False
        self._trouble = None
        return True

    async def keep_up(self) -> None:
        """Start the server again whenever it ends; at once, unless it has just been started again."""
        pause_s = 0.0
        while True:
            began = trio.current_time()
            await until(lambda: self._postmaster.ended is not None, _WATCH_EVERY_S)
            self._restarts += 1
            self._trouble = f"PostgreSQL ended with {self._postmaster.ended}"
            _log.error("%s: starting it again", self._trouble)
            if trio.current_time() - began >= _STEADY_S:
                pause_s = 0.0
            await trio.sleep(pause_s)
            pause_s = min(max(2 * pause_s, _PAUSE_S), _PAUSE_S_MAX)
            await self.bring_up()

    async def bring_down(self, patience_s: float) -> None:
        """Stop the server: in order for `patience_s`, then hard."""
        for order, wait_s in ((signal.SIGINT, patience_s), (signal.SIGQUIT, 2.0), (signal.SIGKILL, 2.0)):
            self._postmaster.signal(order)
            with trio.move_on_after(wait_s):
                await until(lambda: self._postmaster.ended is not None)
                return
            _log.warning("PostgreSQL did not end by %s within %g s", order.name, wait_s)


@contextmanager
def _socket_folder(data_dir: Path) -> Iterator[Path]:
    beside = data_dir / "run"
    if len(bytes(beside / _SOCKET_NAME)) <= _SOCKET_PATH_BYTES_MAX:
        beside.mkdir(mode=0o700, exist_ok=True)
        yield beside
        return
    with tempfile.TemporaryDirectory(prefix="pg-") as folder:
        yield Path(folder)


async def _prepare(folder: Path, sockets: Path, settings: Mapping[str, str]) -> ServerPlace:
    cluster, log = folder / "cluster", folder / "server.log"
    major = data_major(cluster)
    binaries = find_binaries(major)
    if major is None:
        await _make_cluster(binaries, cluster, sockets, log)
    elif stale := await end_stale_server(cluster):
        _log.warning("ended the PostgreSQL that a killed hub left behind (process %d)", stale)
    _empty(sockets)
    account = choose_account(binaries.postgres, cluster, sockets)
    return ServerPlace(binaries, account, cluster, sockets, log, settings)


async def _make_cluster(binaries: PostgresBinaries, cluster: Path, sockets: Path, log: Path) -> None:
    """Make the data folder under another name first: one cut short is never taken for a whole one."""
    folder = _new_folder(cluster.parent)
    account = choose_account(binaries.postgres, folder, sockets)
    initdb = begin_initdb(binaries, account, folder, log)
    await until(lambda: initdb.poll() is not None)
    if initdb.returncode != 0:
        raise EmbeddedPostgresError(f"PostgreSQL could not make {cluster}: {last_words(log)}")
    os.rename(folder, cluster)  # noqa: PTH104  # one system call; a thread for it would be silly


def _empty(sockets: Path) -> None:
    """Remove the socket of a killed server: its lock file may name the process of somebody else by now."""
    for left in sockets.iterdir():
        left.unlink()


def _new_folder(parent: Path) -> Path:
    for unfinished in parent.glob(f"{_NEW_PREFIX}*"):
        shutil.rmtree(unfinished)
    return Path(tempfile.mkdtemp(prefix=_NEW_PREFIX, dir=parent))


@asynccontextmanager
async def _alongside(service: Callable[[], Awaitable[None]]) -> AsyncIterator[None]:
    """Run a service while the body runs; what the body raises comes out as it is, in no group."""
    failure: Exception | None = None
    async with trio.open_nursery() as nursery:
        nursery.start_soon(service)
        try:
            yield
        except Exception as error:
            failure = error
        nursery.cancel_scope.cancel()
    if failure is not None:
        raise failure
