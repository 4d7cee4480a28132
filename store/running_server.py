"""The embedded server of a hub that runs: where another process of the same machine finds it."""

from pathlib import Path

from store.errors import EmbeddedPostgresError
from store.folder_lock import is_held
from store.postmaster import dsn_at, read_pid_file

_SOCKET_LINE = 4  # of postmaster.pid, from 0
_STATUS_LINE = 7


def find_running_server(data_dir: Path) -> str | None:
    """Return the DSN of the server that a hub runs on `data_dir`, None when no hub does.

    Raises EmbeddedPostgresError when one does and its server takes no connections at the moment.
    """
    folder = data_dir.resolve()
    if not is_held(folder):
        return None
    lines = read_pid_file(folder / "cluster")
    if len(lines) <= _STATUS_LINE or lines[_STATUS_LINE] != "ready":
        raise EmbeddedPostgresError(
            f"the hub that uses {folder} is starting or stopping: try again in a moment"
        )
    return dsn_at(Path(lines[_SOCKET_LINE]))
