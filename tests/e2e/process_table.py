"""What runs on this machine: enough of `ps` to find a hub's PostgreSQL."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")


@dataclass(frozen=True)
class Running:
    """A process that has not ended; one that waits to be buried does not count."""

    pid: int
    parent: int
    command: str


def running() -> list[Running]:
    """Return all processes that this user may see."""
    if (_PROC / "self" / "stat").exists():
        found = (_from_proc(int(entry.name)) for entry in _PROC.iterdir() if entry.name.isdigit())
        return [each for each in found if each is not None]
    listed = subprocess.run(
        ["/bin/ps", "-A", "-ww", "-o", "pid=,ppid=,command="], capture_output=True, text=True, check=True
    )
    return [_from_ps(line) for line in listed.stdout.splitlines()]


def _from_proc(pid: int) -> Running | None:
    try:
        command = (_PROC / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        stat = (_PROC / str(pid) / "stat").read_text()
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return None
    parent = int(stat.rpartition(")")[2].split()[1])
    return Running(pid, parent, command.strip()) if command else None


def _from_ps(line: str) -> Running:
    pid, parent, command = line.split(None, 2)
    return Running(int(pid), int(parent), command)


def resident_bytes(pid: int) -> int:
    """Return how much memory a process holds now."""
    shown = subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, check=True)
    return int(shown.stdout) * 1024
