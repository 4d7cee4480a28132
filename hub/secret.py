"""The secret that signs the tokens: given, or made once and kept where only its owner can read it."""

import os
import secrets
from pathlib import Path

from api.tokens import SECRET_BYTES_MIN
from hub.settings import HIDDEN, BadSetting, Settings

FILE_NAME = "jwt_secret"
SECRET_BYTES = 48


def jwt_secret(settings: Settings) -> str:
    """Return the secret; raise OSError when it cannot be kept in the data dir, BadSetting when too short."""
    if settings.jwt_secret is not None:
        return settings.jwt_secret
    path = settings.data_dir / FILE_NAME
    if not path.exists():
        _write(path, secrets.token_urlsafe(SECRET_BYTES))
    return _checked(path.read_text().strip(), path)


def _checked(secret: str, path: Path) -> str:
    """Refuse a secret that somebody cut short: an empty one would let everybody sign tokens."""
    if len(secret.encode()) < SECRET_BYTES_MIN:
        must = f"at least {SECRET_BYTES_MIN} bytes long; remove the file to have a new secret made"
        raise BadSetting(f"the secret in {path}", HIDDEN, must)
    return secret


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
