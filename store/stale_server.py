"""A server that a killed hub has left behind: found by its data folder, and ended."""

import os
import signal
import subprocess
from pathlib import Path

import trio

from store.errors import EmbeddedPostgresError
from store.postmaster import read_pid_file
from store.waiting import until

_ORDERS = ((signal.SIGINT, 10.0), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0))


async def end_stale_server(cluster: Path) -> int | None:
    """End the server that still runs on a data folder, in order if it listens, and return its process id.

    Call it only while the data folder is locked, so that no living hub owns that server.
    """
    lines = read_pid_file(cluster)
    pid = int(lines[0]) if lines and lines[0].isdigit() else None
    if pid is None:
        return None
    found = runs_on(pid, cluster)
    if found and not await _end(pid, cluster):
        raise EmbeddedPostgresError(f"an old PostgreSQL (process {pid}) holds {cluster}; end it")
    _disown(cluster)
    return pid if found else None


def _disown(cluster: Path) -> None:
    """Make what is left of a pid file ours, which a server that we start takes for stale.

    Its number may be somebody else's by now, or that of a process nobody has buried: PostgreSQL would take
    either for a living server. The rest must stay: by it PostgreSQL sees whether old backends still live.
    """
    lines = read_pid_file(cluster)
    if lines:
        (cluster / "postmaster.pid").write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")


async def _end(pid: int, cluster: Path) -> bool:
    for order, patience_s in _ORDERS:
        if await _obeys(pid, cluster, order, patience_s):
            return True
    return False


def runs_on(pid: int, cluster: Path) -> bool:
    """Tell whether a process is a server on this data folder."""
    return f"-D {cluster} " in f"{_command_line(pid)} "


async def _obeys(pid: int, cluster: Path, order: signal.Signals, patience_s: float) -> bool:
    try:
        os.kill(pid, order)
    except ProcessLookupError:
        return True
    with trio.move_on_after(patience_s):
        await until(lambda: not runs_on(pid, cluster))
        return True
    return False


def _command_line(pid: int) -> str:
    if Path("/proc/self/cmdline").exists():
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except (FileNotFoundError, ProcessLookupError):
            return ""
    command = ["/bin/ps", "-ww", "-o", "command=", "-p", str(pid)]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
