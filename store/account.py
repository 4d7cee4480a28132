"""Who PostgreSQL runs as: it refuses to be root, so root becomes somebody else for it."""

import os
import pwd
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from store.errors import EmbeddedPostgresError

_LAUNCHER = Path(__file__).with_name("launcher.py")
_PROBE_S_MAX = 10.0
_PROBE = 'cd "$1" && cd "$2" && exec "$0" --version'


@dataclass(frozen=True, slots=True)
class Account:
    """An account to run as, in the words of `launcher.py`, and the owner of its files (None = ourselves)."""

    name: str
    owner: tuple[int, int] | None = None

    def own(self, *paths: Path) -> None:
        """Give files, or folders with all that is in them, to this account."""
        if os.geteuid() != 0:
            return
        uid, gid = self.owner or (0, 0)
        for top in paths:
            for path in (top, *top.rglob("*")):
                os.chown(path, uid, gid, follow_symlinks=False)

    def command(self, dies_by: signal.Signals, program: Path, *arguments: str) -> list[str]:
        """Return the command that runs a program as this account, and ends it by a signal when we die.

        Start it from a thread that lives as long as the hub does: the main one.
        """
        launch = [sys.executable, "-I", "-S", str(_LAUNCHER), str(os.getpid()), str(int(dies_by)), self.name]
        return [*launch, str(program), *arguments]


def choose_account(postgres: Path, cluster: Path, sockets: Path) -> Account:
    """Return the first account that can run `postgres` on existing folders, which become its own.

    Raises EmbeddedPostgresError, with what each attempt said, when there is none.
    """
    problems = []
    for account in _candidates(cluster):
        if _owner(cluster) != (account.owner or _ourselves()):
            account.own(cluster)
        account.own(sockets)
        problem = _probe(account, postgres, (cluster, sockets))
        if problem is None:
            return account
        problems.append(f"as {account.name}: {problem}")
    raise EmbeddedPostgresError(
        f"PostgreSQL cannot run here ({'; '.join(problems)}): start the hub as a user without privileges, or"
        " with a database of your own"
    )


def _candidates(cluster: Path) -> Iterator[Account]:
    if os.geteuid() != 0:
        yield Account("self")
        return
    uid, gid = _owner(cluster)
    if uid == 0:
        nobody = pwd.getpwnam("nobody")
        uid, gid = nobody.pw_uid, nobody.pw_gid
    yield Account(f"{uid}:{gid}", (uid, gid))
    if sys.platform == "linux":
        yield Account(f"{uid}:{gid}:reach", (uid, gid))
        yield Account("namespace")


def _probe(account: Account, postgres: Path, folders: Sequence[Path]) -> str | None:
    command = account.command(
        signal.SIGKILL, Path("/bin/sh"), "-c", _PROBE, str(postgres), *map(str, folders)
    )
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_PROBE_S_MAX, check=False)
    except subprocess.TimeoutExpired:
        return f"no answer in {_PROBE_S_MAX:g} s"
    return None if done.returncode == 0 else (done.stderr.strip().splitlines() or ["no reason given"])[-1]


def _owner(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_uid, status.st_gid


def _ourselves() -> tuple[int, int]:
    return os.geteuid(), os.getegid()
