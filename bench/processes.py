"""Children that never outlive the bench."""

import contextlib
import os
import resource
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO

from bench.errors import NotAvailable

_STOP_S = 10.0
_READY_S = 30.0


def raise_open_files_limit() -> int:
    """Raise the soft limit of open files to the hard one, for this process and its children; return it."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    limit = 65_536 if hard == resource.RLIM_INFINITY else hard
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
    return limit


def stop_on_signals() -> None:
    """Let SIGTERM and SIGHUP unwind like Ctrl-C does, so that every child is stopped.

    Ctrl-C is set up too: a shell that starts the bench in the background has it ignored.
    """

    def unwind(number: int, _: object) -> None:
        raise KeyboardInterrupt(signal.Signals(number).name)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, unwind)


@contextlib.contextmanager
def child(
    command: Sequence[str | Path],
    output: IO[bytes] | int,
    *,
    folder: Path,
    environment: Mapping[str, str] | None = None,
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a child in a session of its own that Ctrl-C does not reach; at the end stop it: TERM, then KILL."""
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=output,
        stderr=None if output == subprocess.PIPE else subprocess.STDOUT,
        cwd=folder,
        env={**os.environ, **(environment or {})},
        start_new_session=True,
    )
    try:
        yield process
    finally:
        _stop(process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    try:
        process.terminate()
        process.wait(_STOP_S)
    except subprocess.TimeoutExpired:
        print(f"{process.args!r} did not stop within {_STOP_S:.0f} s and is killed", file=sys.stderr)
    finally:
        process.kill()
        process.wait()
        for pipe in filter(None, (process.stdin, process.stdout)):
            pipe.close()


@contextlib.contextmanager
def listening_child(command: Sequence[str | Path], *, folder: Path) -> Iterator[tuple[int, int]]:
    """Run a server that prints `listening PORT` and ends with its stdin; yield (pid, port)."""
    with child(command, subprocess.PIPE, folder=folder) as process:
        yield process.pid, _await_port(process)


def _await_port(process: subprocess.Popen[bytes]) -> int:
    assert process.stdout is not None
    deadline = time.monotonic() + _READY_S
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        ready = selector.select(max(0.0, deadline - time.monotonic()))
    line = process.stdout.readline() if ready else b""
    if not line.startswith(b"listening "):
        raise NotAvailable(f"{process.args!r} did not start; its first line was {line!r}")
    return int(line.split()[1])
