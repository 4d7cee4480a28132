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


@contextlib.contextmanager
def running_hub() -> Iterator[RunningHub]:
    """Start a hub with an empty data folder, wait until it is ready, and stop it at the end."""
    with tempfile.TemporaryDirectory(prefix="cosmohub-bench-") as folder:
        Path(folder).chmod(0o711)  # as root the database runs as another user, who must get through
        hub = RunningHub(0, _free_port(), Path(folder) / "data", secrets.token_hex(32))
        environment = {
            "HOST": "127.0.0.1",
            "PORT": str(hub.port),
            "HUB_DATA_DIR": str(hub.data_dir),
            "JWT_SECRET": hub.secret,
            "HUB_COMMANDS_PER_SECOND": _UNLIMITED,
            "HUB_CONNECTIONS_PER_USER": _UNLIMITED,
            "HUB_REQUESTS_PER_MINUTE": _UNLIMITED,
            "HUB_CELESTRAK_URL": "off",
        }
        log = Path(folder) / "hub.log"
        with (
            log.open("wb") as output,
            child(
                [sys.executable, "-m", "hub", "serve"], output, folder=_PROJECT, environment=environment
            ) as process,
        ):
            try:
                _await_ready(process, hub.port, log)
                yield RunningHub(process.pid, hub.port, hub.data_dir, hub.secret)
            except (BenchError, OSError):
                _keep_log(log)
                raise


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
