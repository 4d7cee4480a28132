"""One PostgreSQL server as a child process: begin, look, end; nothing here waits."""

import os
import signal
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from store.account import Account
from store.errors import EmbeddedPostgresError
from store.postgres_binaries import PostgresBinaries

USER = "hub"
DATABASE = "postgres"
SETTINGS: Mapping[str, str] = {
    "listen_addresses": "",  # no port: only the socket, in a folder that only we may enter
    "unix_socket_permissions": "0700",
    "max_connections": "50",
    "shared_buffers": "128MB",
    "max_wal_size": "512MB",
    "wal_level": "minimal",  # nobody replicates from here
    "max_wal_senders": "0",
    "random_page_cost": "1.1",  # the disks of today
    "jit": "off",  # all queries here are short
    "max_parallel_workers_per_gather": "0",
    "idle_in_transaction_session_timeout": "60s",
    "client_connection_check_interval": "5s",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "log",  # the server's own troubles; a refused statement is told to its client
    "log_checkpoints": "off",
}
_LOG_BYTES_MAX = 1_000_000
_STATUS_LINE = 7  # of postmaster.pid, from 0; the pid is line 0


@dataclass(frozen=True, slots=True)
class ServerPlace:
    """What a server needs: programs, an account, its data, a folder for its socket, a file for its log."""

    binaries: PostgresBinaries
    account: Account
    cluster: Path
    sockets: Path
    log: Path
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def dsn(self) -> str:
        """Return where clients find the server."""
        return dsn_at(self.sockets)


def dsn_at(sockets: Path) -> str:
    """Return where clients find the server whose socket lies in a folder."""
    return f"postgresql://{USER}@/{DATABASE}?host={quote(str(sockets))}"


class Postmaster:
    """The server process of a place, begun again as often as needed. Not for use from a passing thread.

    Linux ends the server when the thread that began it ends: begin it from the main thread.
    """

    def __init__(self, place: ServerPlace) -> None:
        self.place = place
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """Return the process id of the running server, or None."""
        return self._process.pid if self._process and self.ended is None else None

    @property
    def ended(self) -> int | None:
        """Return how the server ended, negative for a signal, or None while it runs."""
        return self._process.poll() if self._process else 0

    @property
    def ready(self) -> bool:
        """Return whether the server accepts connections."""
        lines = read_pid_file(self.place.cluster)
        return len(lines) > _STATUS_LINE and lines[0] == str(self.pid) and lines[_STATUS_LINE] == "ready"

    def begin(self) -> None:
        """Start the server; it is not ready yet."""
        place = self.place
        settings = {**SETTINGS, **place.settings}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        command = place.account.command(
            signal.SIGINT,
            place.binaries.postgres,
            "-D",
            str(place.cluster),
            "-k",
            str(place.sockets),
            *options,
        )
        self._process = spawn(command, place.log)

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the server: SIGINT ends it in order, SIGQUIT at once."""
        if self._process:
            self._process.send_signal(number)


def begin_initdb(
    binaries: PostgresBinaries, account: Account, folder: Path, log: Path
) -> subprocess.Popen[bytes]:
    """Start to make a new, empty data folder in an existing one of the account."""
    locale = ["--locale=C.UTF-8"]
    if binaries.major >= 17:  # the same order and upper case on every system, and fast
        locale = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    options = ["-D", str(folder), "-U", USER, "-A", "trust", "-E", "UTF8", "--no-instructions", *locale]
    return spawn(account.command(signal.SIGKILL, binaries.initdb, *options), log)


def spawn(command: list[str], log: Path) -> subprocess.Popen[bytes]:
    """Start a command apart from our terminal, with its output at the end of a log of bounded size."""
    if log.exists() and log.stat().st_size > _LOG_BYTES_MAX:
        log.replace(log.with_suffix(".log.1"))
    environment = {"PATH": os.defpath, "LC_ALL": "C", "HOME": "/"}
    with log.open("ab") as output:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd="/",
            env=environment,
            start_new_session=True,
        )


def last_words(log: Path, lines: int = 5) -> str:
    """Return the last lines of a log in one."""
    try:
        text = log.read_text("utf-8", errors="replace")
    except FileNotFoundError:
        return "it said nothing"
    return " | ".join(text.strip().splitlines()[-lines:]) or "it said nothing"


def read_pid_file(cluster: Path) -> list[str]:
    """Return the stripped lines of a data folder's postmaster.pid; none when there is no server."""
    try:
        return [line.strip() for line in (cluster / "postmaster.pid").read_text().splitlines()]
    except FileNotFoundError:
        return []


def data_major(cluster: Path) -> int | None:
    """Return the major version that made a data folder, or None when there is no data yet."""
    try:
        return int((cluster / "PG_VERSION").read_text().split(".")[0])
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise EmbeddedPostgresError(f"{cluster} is no data folder of PostgreSQL: {error}") from error
