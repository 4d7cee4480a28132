"""Refresh tokens: opaque, good once, and recognised as ours even when they were used long ago.

A token is a session's id, 32 random bytes and a seal over both. The database keeps the SHA-256 of each
session's one good token; the seal tells a used one from a forged one without a row for each ever given out.
"""

import hashlib
import secrets
import uuid
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass

from api.tokens import Tokens

LENGTH_MAX = 200
_RANDOM_BYTES = 32
_ID_BYTES = 16
_SEALED_BYTES = _ID_BYTES + _RANDOM_BYTES
_BYTES = _SEALED_BYTES + 32
_PURPOSE = b"refresh token"


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """A token that was shown: of which session, by what the database would know it, and if we gave it out."""

    session: uuid.UUID
    hash: bytes
    ours: bool


def new_refresh_token(tokens: Tokens, session: uuid.UUID) -> str:
    """Return a token that nobody can guess."""
    sealed = session.bytes + secrets.token_bytes(_RANDOM_BYTES)
    return urlsafe_b64encode(sealed + tokens.seal(_PURPOSE + sealed)).rstrip(b"=").decode()


def read_refresh_token(tokens: Tokens, text: str) -> RefreshToken | None:
    """Return what a token says, None for what was never one."""
    raw = _decoded(text)
    if len(raw) != _BYTES:
        return None
    sealed, mark = raw[:_SEALED_BYTES], raw[_SEALED_BYTES:]
    ours = tokens.is_sealed(_PURPOSE + sealed, mark)
    return RefreshToken(uuid.UUID(bytes=raw[:_ID_BYTES]), hash_of(text), ours)


def hash_of(text: str) -> bytes:
    """Return by what the database knows a token: it is random, so one plain round of SHA-256 will do."""
    return hashlib.sha256(text.encode()).digest()


def _decoded(text: str) -> bytes:
    if len(text) > LENGTH_MAX or not text.isascii():
        return b""
    try:
        return urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        return b""
