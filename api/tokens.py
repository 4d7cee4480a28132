"""Access tokens: who somebody is, signed by the hub (JWT, HS256), on the wire and over HTTP alike."""

import hashlib
import hmac
import secrets
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import jwt

ALGORITHM = "HS256"
GUEST_PREFIX = "guest-"
GUEST_TOKEN_S = 24 * 3600
ACCESS_TOKEN_S = 15 * 60
SUBSCRIPTION_TOKEN_S = 10 * 60
REFRESH_GRACE_S = 30 * 24 * 3600  # who comes back within a month is still the same guest
SECRET_BYTES_MIN = 32  # RFC 7518, section 3.2: a key as long as the hash


class InvalidToken(Exception):
    """A token that this hub did not sign, or that says nothing it can use."""


class ExpiredToken(InvalidToken):
    """A token that was good once: fetch a new one."""


@dataclass(frozen=True, slots=True)
class Claims:
    """What a token says. `user` is empty for an anonymous reader; `expires_at`: s since 1970.

    Only an account's token has a `session`, and an `authorization_version`: whether it still counts is known
    to the account's standing.
    """

    user: str
    display_name: str
    info: dict[str, Any]
    expires_at: float | None = None
    channel: str | None = None
    channels: tuple[str, ...] = ()
    moderator: bool = False
    session: str | None = None
    authorization_version: int = 0

    @property
    def guest(self) -> bool:
        """Whether this is somebody without an account."""
        return self.user.startswith(GUEST_PREFIX)


ANONYMOUS_CLAIMS = Claims("", "", {})


@dataclass(frozen=True, slots=True)
class Guest:
    """A person without an account: an id and the name to show."""

    id: str
    display_name: str

    def as_json(self) -> dict[str, str]:
        """Return `{id, display_name}`."""
        return {"id": self.id, "display_name": self.display_name}


@dataclass(frozen=True, slots=True)
class Access:
    """What an account's access token is to say."""

    account: uuid.UUID
    session: uuid.UUID
    authorization_version: int
    role: str
    info: Mapping[str, Any]


class Tokens:
    """Signs tokens with one secret, and reads those of earlier secrets, too.

    A token names its key (`kid`), so that a secret can be replaced while the tokens it signed run out.
    """

    def __init__(
        self,
        secret: str,
        now_s: Callable[[], float] = time.time,
        *,
        previous: Sequence[str] = (),
        access_s: int = ACCESS_TOKEN_S,
    ) -> None:
        self._key_id = key_id(secret)
        self._secret = secret
        self._secrets = {key_id(each): each for each in (*previous, secret)}
        self._now_s = now_s
        self._access_s = access_s

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
        return self._signed(claims)

    def for_account(self, access: Access) -> tuple[str, int]:
        """Return an access token and when it expires, in ms since 1970."""
        now = int(self._now_s())
        claims = {
            "sub": str(access.account),
            "sid": str(access.session),
            "av": access.authorization_version,
            "role": access.role,
            "iat": now,
            "exp": now + self._access_s,
            "info": dict(access.info),
        }
        return self._signed(claims), (now + self._access_s) * 1000

    def for_subscription(self, user: str, channel: str) -> tuple[str, int]:
        """Return a token by which a person may listen to a channel, and when it expires, in ms since 1970."""
        now = int(self._now_s())
        expires_at = now + SUBSCRIPTION_TOKEN_S
        claims = {"sub": user, "channel": channel, "iat": now, "exp": expires_at}
        return self._signed(claims), expires_at * 1000

    def read(self, token: str) -> Claims:
        """Return what a token says; raise ExpiredToken or InvalidToken."""
        return self._read(token, self._now_s())

    def read_for_refresh(self, token: str) -> Claims:
        """Return what a guest's token says that has not expired for longer than REFRESH_GRACE_S."""
        claims = self._read(token, self._now_s() - REFRESH_GRACE_S)
        if not claims.guest or claims.channel is not None:
            raise InvalidToken("only a guest's token is refreshed here")
        return claims

    def seal(self, message: bytes) -> bytes:
        """Return a mark of 32 bytes on a message that is no token, which only this hub can make."""
        return _seal(self._secret, message)

    def is_sealed(self, message: bytes, mark: bytes) -> bool:
        """Say whether this hub made the mark, with today's secret or an earlier one."""
        return any(hmac.compare_digest(_seal(each, message), mark) for each in self._secrets.values())

    def _signed(self, claims: dict[str, Any]) -> str:
        return jwt.encode(claims, self._secret, ALGORITHM, {"kid": self._key_id})

    def _read(self, token: str, now_s: float) -> Claims:
        # Expiry is compared below, against the clock that was handed in.
        options: Any = {"verify_exp": False, "verify_iat": False}
        try:
            claims = jwt.decode(token, self._key_of(token), [ALGORITHM], options)
        except (jwt.InvalidTokenError, ValueError) as error:
            raise InvalidToken(f"the token is not one of this hub: {error}") from error
        return _checked(claims, now_s)

    def _key_of(self, token: str) -> str:
        """Return the secret that a token names; one that names none is by a program that shares today's."""
        named = jwt.get_unverified_header(token).get("kid", self._key_id)
        if named not in self._secrets:
            raise InvalidToken("the token was signed with a secret that this hub no longer accepts")
        return self._secrets[named]


def _seal(secret: str, message: bytes) -> bytes:
    return hmac.digest(secret.encode(), b"\0" + message, "sha256")  # no signed token begins with a NUL


def key_id(secret: str) -> str:
    """Return the name by which tokens call a secret, which tells nothing of it."""
    return hashlib.sha256(b"key id of " + secret.encode()).hexdigest()[:12]


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
    return Claims(
        user,
        name if isinstance(name, str) else user,
        info,
        expires_at,
        channel,
        tuple(channels),
        moderator=claims.get("role") in ("moderator", "admin"),
        session=_session(claims, user),
        authorization_version=_version(claims),
    )


def _session(claims: dict[str, Any], user: str) -> str | None:
    """Return the session of an account's token; both are UUIDs."""
    session = claims.get("sid")
    if session is None:
        return None
    if not isinstance(session, str) or not is_uuid(session) or not is_uuid(user):
        raise InvalidToken("sid and the sub beside it must be UUIDs")
    return session


def _version(claims: dict[str, Any]) -> int:
    version = claims.get("av", 0)
    if isinstance(version, bool) or not isinstance(version, int):
        raise InvalidToken("av must be a whole number")
    return version


def is_uuid(text: str) -> bool:
    """Say whether a text is a UUID in its usual spelling."""
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False
