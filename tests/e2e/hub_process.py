"""A real hub as a process of its own, with a data folder of its own, that tests start, stop and kill."""

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from process_table import Running, resident_bytes, running

PROJECT = Path(__file__).resolve().parents[2]
READY_S_MAX = 60.0
STOP_S_MAX = 5.0  # what the hub promises
_SETTINGS = ("HOST", "PORT", "DATABASE_URL", "JWT_SECRET", "SMTP_URL", "MAIL_FROM")
_LOG_SHOWN = 6_000
_LOOK_EVERY_S = 0.02


def free_port() -> int:
    """Return a port that nothing listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def await_until(holds: Callable[[], bool], limit_s: float, what: str) -> None:
    """Wait until `holds()`; fail with `what` after `limit_s`. For what other processes do unannounced."""
    give_up_at = time.monotonic() + limit_s
    while not holds():
        assert time.monotonic() < give_up_at, f"not within {limit_s:g} s: {what}"
        time.sleep(_LOOK_EVERY_S)


def environment_with(settings: Mapping[str, str]) -> dict[str, str]:
    """Return this process's environment with only these of the hub's settings."""
    clean = {
        name: value
        for name, value in os.environ.items()
        if name not in _SETTINGS and not name.startswith("HUB_")
    }
    return clean | {"HUB_CELESTRAK_URL": "off"} | dict(settings)


def run_hub(*arguments: str, prefix: Sequence[str] = (), **settings: str) -> subprocess.CompletedProcess[str]:
    """Run a command of the hub that ends by itself, and return its output and exit code."""
    return subprocess.run(
        [*prefix, sys.executable, "-m", "hub", *arguments],
        cwd=PROJECT,
        env=environment_with(settings),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=READY_S_MAX,
        check=False,
    )


@dataclass(frozen=True)
class GuestPass:
    """What the hub gave a guest."""

    token: str
    id: str
    display_name: str


class HubProcess:
    """A hub on a port and a data folder that stay the same however often it is started.

    `prefix` is put before the command, such as what changes to another account. `settings` are the hub's
    environment variables.
    """

    def __init__(self, folder: Path, *, prefix: Sequence[str] = (), **settings: str) -> None:
        self.port = free_port()
        self.data_dir = folder / "data"
        self.log_file = folder / "hub.log"
        self._prefix = tuple(prefix)
        self._settings = {"PORT": str(self.port), "HUB_DATA_DIR": str(self.data_dir), **settings}
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The address of the page."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def websocket_url(self) -> str:
        """The address that SDKs connect to."""
        return f"ws://127.0.0.1:{self.port}/connection/websocket"

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """The process that was started last."""
        assert self._process is not None, "the hub has not been started"
        return self._process

    @property
    def is_running(self) -> bool:
        """Whether the process lives."""
        return self._process is not None and self._process.poll() is None

    def log_text(self) -> str:
        """Return all that the hub has written, over all its lives."""
        return self.log_file.read_text("utf-8", errors="replace") if self.log_file.exists() else ""

    def start(self) -> None:
        """Start the hub and wait until it can do its work."""
        self.begin()
        self.await_ready()

    def begin(self) -> None:
        """Start the hub and wait for nothing."""
        assert not self.is_running, "the hub runs already"
        with self.log_file.open("ab") as output:
            self._process = subprocess.Popen(
                [*self._prefix, sys.executable, "-m", "hub", "serve"],
                cwd=PROJECT,
                env=environment_with(self._settings),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def await_ready(self) -> None:
        """Wait until the hub says that it is well; fail with its last words when it ends instead."""

        def ready_or_ended() -> bool:
            return self.process.poll() is not None or self.is_ready()

        await_until(ready_or_ended, READY_S_MAX, f"the hub is ready; it said:\n{self._last_words()}")
        assert self.is_running, f"the hub ended with {self.process.returncode}:\n{self._last_words()}"

    def is_ready(self) -> bool:
        """Ask the hub whether it is well."""
        try:
            return self.get("/health/ready")[0] == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False

    def signal(self, number: signal.Signals) -> None:
        """Send the hub a signal."""
        self.process.send_signal(number)

    def await_end(self, limit_s: float) -> int:
        """Wait until the process has ended, and return its exit code, negative for a signal."""
        return self.process.wait(limit_s)

    def stop(self) -> int:
        """Ask the hub to stop, and return its exit code; fail when it takes longer than it promises."""
        self.signal(signal.SIGTERM)
        return self.await_end(STOP_S_MAX)

    def kill(self) -> None:
        """Take the hub's process away, and leave it to the hub that nothing else stays."""
        self.process.kill()
        self.process.wait()

    def get(self, path: str) -> tuple[int, bytes]:
        """GET a path; return the status and the body."""
        return self._ask("GET", path)

    def figure(self, name: str) -> float:
        """Return one of the hub's figures."""
        lines = self.get("/metrics")[1].decode().splitlines()
        return next(float(line.split()[1]) for line in lines if line.startswith(f"{name} "))

    def guest(self, display_name: str) -> GuestPass:
        """Become a guest."""
        status, body = self._ask("POST", "/api/auth/guest", {"display_name": display_name})
        assert status in (http.HTTPStatus.OK, http.HTTPStatus.CREATED), body
        answer = json.loads(body)
        return GuestPass(answer["token"], answer["user"]["id"], answer["user"]["display_name"])

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            payload = None if body is None else json.dumps(body)
            connection.request(method, path, payload, {"Content-Type": "application/json"} if payload else {})
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def postmasters(self) -> list[Running]:
        """Return the PostgreSQL servers that run on this data folder: one, or none when all has ended."""
        place = f"-D {self.data_dir.resolve() / 'postgres' / 'cluster'} "
        named = [each for each in running() if place in f"{each.command} "]
        pids = {each.pid for each in named}
        return [each for each in named if each.parent not in pids]  # a child has its own name a moment later

    def backends(self) -> list[Running]:
        """Return the processes of PostgreSQL that serve the hub's connections."""
        servers = {each.pid for each in self.postmasters()}
        return [each for each in running() if each.parent in servers and "[local]" in each.command]

    def resident_bytes(self) -> int:
        """Return how much memory the hub's process holds now."""
        return resident_bytes(self.process.pid)

    def _last_words(self) -> str:
        return self.log_text()[-_LOG_SHOWN:]

    def clear_away(self) -> None:
        """End whatever still runs, in order if it can be; what it said is shown when the test fails."""
        if self.is_running:
            self.signal(signal.SIGTERM)
            try:
                self.process.wait(2 * STOP_S_MAX)
            except subprocess.TimeoutExpired:
                self.kill()
        sys.stdout.write(self._last_words())
        for server in self.postmasters():
            with suppress(ProcessLookupError):
                os.kill(server.pid, signal.SIGQUIT)
        await_until(lambda: not self.postmasters(), STOP_S_MAX, "PostgreSQL has ended")


@contextmanager
def hub_folder() -> Iterator[Path]:
    """Make a folder that PostgreSQL's account may enter, whoever we are, and remove it at the end."""
    folder = Path(tempfile.mkdtemp(prefix="hub-e2e-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


@contextmanager
def new_hub(*, prefix: Sequence[str] = (), **settings: str) -> Iterator[HubProcess]:
    """Make a hub with an empty data folder, not started yet; whatever runs is ended at the end."""
    with hub_folder() as folder:
        hub = HubProcess(folder, prefix=prefix, **settings)
        try:
            yield hub
        finally:
            hub.clear_away()
