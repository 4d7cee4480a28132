"""Connection tokens: who somebody is, signed by the hub (JWT, HS256), on the wire and over HTTP alike."""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jwt

ALGORITHM = "HS256"
GUEST_PREFIX = "guest-"
GUEST_TOKEN_S = 24 * 3600
REFRESH_GRACE_S = 30 * 24 * 3600  # who comes back within a month is still the same guest
SECRET_BYTES_MIN = 32  # RFC 7518, section 3.2: a key as long as the hash


class InvalidToken(Exception):
    """A token that this hub did not sign, or that says nothing it can use."""


class ExpiredToken(InvalidToken):
    """A token that was good once: fetch a new one."""


@dataclass(frozen=True, slots=True)
class Claims:
    """What a token says. `user` is empty for an anonymous reader; `expires_at`: s since 1970."""

    user: str
    display_name: str
    info: dict[str, Any]
    expires_at: float | None = None
    channel: str | None = None
    channels: tuple[str, ...] = ()
    moderator: bool = False


ANONYMOUS_CLAIMS = Claims("", "", {})


@dataclass(frozen=True, slots=True)
class Guest:
    """A person without an account: an id and the name to show."""

    id: str
    display_name: str

    def as_json(self) -> dict[str, str]:
        """Return `{id, display_name}`."""
        return {"id": self.id, "display_name": self.display_name}


class Tokens:
    """Signs and reads tokens with one secret."""

    def __init__(self, secret: str, now_s: Callable[[], float] = time.time) -> None:
        self._secret = secret
        self._now_s = now_s

    def new_guest(self, display_name: str) -> Guest:
        """Return a guest under a fresh id that nobody can guess."""
        return Guest(GUEST_PREFIX + secrets.token_hex(8), display_name)

    def for_guest(self, guest: Guest) -> str:
        """Return a connection token for a guest, good for GUEST_TOKEN_S."""
        now = int(self._now_s())
        claims = {
            "sub": guest.id,
            "iat": now,
            "exp": now + GUEST_TOKEN_S,
            "info": {"display_name": guest.display_name},
        }
        return jwt.encode(claims, self._secret, ALGORITHM)

    def read(self, token: str) -> Claims:
        """Return what a token says; raise ExpiredToken or InvalidToken."""
        return self._read(token, self._now_s())

    def read_for_refresh(self, token: str) -> Claims:
        """Return what a guest's token says that has not expired for longer than REFRESH_GRACE_S."""
        claims = self._read(token, self._now_s() - REFRESH_GRACE_S)
        if not claims.user.startswith(GUEST_PREFIX):
            raise InvalidToken("only a guest's token is refreshed here")
        return claims

    def _read(self, token: str, now_s: float) -> Claims:
        try:
            # Expiry is compared below, against the clock that was handed in.
            claims = jwt.decode(
                token, self._secret, [ALGORITHM], options={"verify_exp": False, "verify_iat": False}
            )
        except (jwt.InvalidTokenError, ValueError) as error:
            raise InvalidToken(f"the token is not one of this hub: {error}") from error
        return _checked(claims, now_s)


def _checked(claims: dict[str, Any], now_s: float) -> Claims:
    expires_at = claims.get("exp")
    if expires_at is not None:
        if isinstance(expires_at, bool) or not isinstance(expires_at, int | float):
            raise InvalidToken("exp must be a number")
        if expires_at <= now_s:
            raise ExpiredToken("the token has expired: fetch a new one")
    return _as_claims(claims, expires_at)


def _as_claims(claims: dict[str, Any], expires_at: float | None) -> Claims:
    user, info = claims.get("sub", ""), claims.get("info", {})
    channel, channels = claims.get("channel"), claims.get("channels", [])
    if not isinstance(user, str) or not isinstance(info, dict) or not isinstance(channel, str | None):
        raise InvalidToken("sub and channel must be texts, and info an object")
    if not isinstance(channels, list) or not all(isinstance(each, str) for each in channels):
        raise InvalidToken("channels must be a list of texts")
    name = info.get("display_name")
    display_name = name if isinstance(name, str) else user
    moderator = claims.get("role") in ("moderator", "admin")
    return Claims(user, display_name, info, expires_at, channel, tuple(channels), moderator)
