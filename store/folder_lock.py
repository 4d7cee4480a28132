"""A folder that one process at a time may use, until it ends, however it ends."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from store.errors import EmbeddedPostgresError


def is_held(folder: Path) -> bool:
    """Say whether some process holds the lock of a folder."""
    try:
        descriptor = os.open(folder / "lock", os.O_RDONLY)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


@contextmanager
def locked_folder(folder: Path) -> Iterator[Path]:
    """Hold the lock of a folder, made when absent, and yield its real path.

    Raises EmbeddedPostgresError, with the process id of the holder, when it is held.
    """
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(descriptor, 32).decode(errors="replace").strip() or "unknown"
            raise EmbeddedPostgresError(
                f"{folder} is in use by another hub (process {holder}): stop that one, or give this one a"
                " data folder of its own"
            ) from None
        os.ftruncate(descriptor, 0)
        os.write(descriptor, str(os.getpid()).encode())
        yield folder
    finally:
        os.close(descriptor)
