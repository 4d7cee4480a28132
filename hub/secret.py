"""The secret that signs the tokens: given, or made once and kept where only its owner can read it."""

import os
import secrets
from pathlib import Path

from hub.settings import Settings

FILE_NAME = "jwt_secret"
SECRET_BYTES = 48


def jwt_secret(settings: Settings) -> str:
    """Return the secret; raise OSError when the data dir cannot be written."""
    if settings.jwt_secret is not None:
        return settings.jwt_secret
    path = settings.data_dir / FILE_NAME
    if not path.exists():
        _write(path, secrets.token_urlsafe(SECRET_BYTES))
    return path.read_text().strip()


def _write(path: Path, secret: str) -> None:
    """Write the whole file or none: a hub killed in the middle must not find half a secret."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(secret + "\n")
        file.flush()
        os.fsync(file.fileno())
    draft.rename(path)
