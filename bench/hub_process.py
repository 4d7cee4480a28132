"""The hub as a process of its own, with a data folder of its own, as a user would start it."""

import contextlib
import http.client
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import jwt

from bench.errors import BenchError, NotAvailable
from bench.processes import child
from bench.report import RESULTS

_PROJECT = Path(__file__).resolve().parent.parent
_READY_S = 60.0
_TOKEN_S = 3600
_UNLIMITED = "1000000"
_A_DAY = "1440"  # minutes: nobody has to renew a token in the middle
_LOG_SHOWN = 2000


@dataclass(frozen=True)
class RunningHub:
    """A hub that is ready: its process, port, data folder, and the secret its tokens are signed with."""

    pid: int
    port: int
    data_dir: Path
    secret: str

    def token(self, user: str, display_name: str) -> str:
        """Return a connection token for this user."""
        claims = {"sub": user, "exp": int(time.time()) + _TOKEN_S, "info": {"display_name": display_name}}
        return jwt.encode(claims, self.secret, algorithm="HS256")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


class MortalHub:
    """A hub on a port and a data folder that stay the same however often it is killed and started."""

    def __init__(self, folder: Path) -> None:
        self.port = _free_port()
        self.data_dir, self.log = folder / "data", folder / "hub.log"
        self.secret = secrets.token_hex(32)
        self._process: subprocess.Popen[bytes] | None = None
        self._running = contextlib.ExitStack()

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """The process that was started last."""
        if self._process is None:
            raise BenchError("the hub was not started")
        return self._process

    def start(self) -> None:
        """Start it, and wait until it is ready."""
        output = self._running.enter_context(self.log.open("ab"))
        command = [sys.executable, "-m", "hub", "serve"]
        serving = child(command, output, folder=_PROJECT, environment=self._environment())
        self._process = self._running.enter_context(serving)
        _await_ready(self._process, self.port, self.log)

    def kill(self) -> None:
        """Take its process away, as a power cut does."""
        self.process.kill()
        self.stop()

    def stop(self) -> None:
        """Stop it in good order, if it runs."""
        self._running.close()

    def _environment(self) -> dict[str, str]:
        return {
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
            "HUB_DATA_DIR": str(self.data_dir),
            "JWT_SECRET": self.secret,
            "JWT_ACCESS_MINUTES": _A_DAY,
            "HUB_COMMANDS_PER_SECOND": _UNLIMITED,
            "HUB_CONNECTIONS_PER_USER": _UNLIMITED,
            "HUB_REQUESTS_PER_MINUTE": _UNLIMITED,
            "HUB_CELESTRAK_URL": "off",
        }


@contextlib.contextmanager
def mortal_hub() -> Iterator[MortalHub]:
    """Start a hub with an empty data folder, wait until it is ready, and stop it at the end."""
    with tempfile.TemporaryDirectory(prefix="cosmohub-bench-") as folder:
        Path(folder).chmod(0o711)  # as root the database runs as another user, who must get through
        hub = MortalHub(Path(folder))
        try:
            hub.start()
            yield hub
        except (BenchError, OSError):
            _keep_log(hub.log)
            raise
        finally:
            hub.stop()


@contextlib.contextmanager
def running_hub() -> Iterator[RunningHub]:
    """Like mortal_hub, for who lets it live."""
    with mortal_hub() as hub:
        yield RunningHub(hub.process.pid, hub.port, hub.data_dir, hub.secret)


def _keep_log(log: Path) -> None:
    RESULTS.mkdir(exist_ok=True)
    kept = shutil.copy(log, RESULTS / "failed-hub.log")
    print(f"the log of the hub is kept in {kept}", file=sys.stderr)


def _await_ready(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + _READY_S
    while time.monotonic() < deadline and process.poll() is None:
        if _is_ready(port):
            return
        time.sleep(0.05)
    state = "is not ready" if process.poll() is None else f"ended with status {process.returncode}"
    raise NotAvailable(
        f"the hub {state}; its log ends with:\n{log.read_text(errors='replace')[-_LOG_SHOWN:]}"
    )


def _is_ready(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/health/ready")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
