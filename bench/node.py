"""The peers on Node.js: installs them beside the bench and starts them."""

import contextlib
import hashlib
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from bench.crowd import Server
from bench.dialects import Dialect
from bench.errors import NotAvailable
from bench.processes import listening_child

_HERE = Path(__file__).parent
_INSTALL_S = 180


def _tool(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise NotAvailable(f"{name} is not there: install Node.js 18 or newer to measure the peers")
    return found


def node_version() -> str:
    """Return the version of Node.js, or why there is none."""
    try:
        return subprocess.run(
            [_tool("node"), "--version"], capture_output=True, text=True, check=True
        ).stdout.strip()
    except NotAvailable as error:
        return str(error)


def install_peers() -> None:
    """Install what the lock file says, once for each state of that file, and run no script of a package."""
    lock = hashlib.sha256((_HERE / "package-lock.json").read_bytes()).hexdigest()
    stamp = _HERE / "node_modules" / ".installed-lock"
    if stamp.is_file() and stamp.read_text() == lock:
        return
    command = [_tool("npm"), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    done = subprocess.run(command, cwd=_HERE, capture_output=True, text=True, timeout=_INSTALL_S, check=False)
    if done.returncode:
        raise NotAvailable(f"npm ci in bench/ failed; is there a network?\n{done.stderr[-1000:]}")
    stamp.write_text(lock)


@contextlib.contextmanager
def node_server(script: str, dialect: Dialect) -> Iterator[Server]:
    """Run bench/peers/<script> and yield where it listens."""
    install_peers()
    with listening_child([_tool("node"), f"peers/{script}"], folder=_HERE) as (pid, port):
        yield Server(pid, port, dialect)
