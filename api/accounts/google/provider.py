"""An OpenID provider: where its endpoints are and with which keys it signs, kept for a while."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit

import jwt
import structlog
import trio

from api.accounts.google.fetching import Answer, ProviderTrouble, get_json

KEPT_S = 3_600
KEPT_S_MIN = 300
KEPT_S_MAX = 24 * 3_600
ASK_AGAIN_S = 60.0  # at the earliest, for a key that is not among those kept
KEYS_MAX = 50
_KEY_TYPES = ("RSA", "EC")

log = structlog.get_logger(__name__)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where the provider does what."""

    authorization: str
    token: str
    keys: str


class Kept:
    """Something that the provider publishes; asked for again when it has run out, by one at a time."""

    def __init__(self, read: Callable[[Mapping[str, Any]], T]) -> None:
        self._read = read
        self._lock = trio.Lock()
        self._value: Any = None
        self._good_until = self._asked_at = float("-inf")

    async def get(self, url: str, *, not_older_than_s: float | None = None) -> Any:
        """Return it; `not_older_than_s`: as it was so many seconds ago, or later. Raises ProviderTrouble."""
        async with self._lock:
            now = trio.current_time()
            enough = not_older_than_s is None or now - self._asked_at < not_older_than_s
            if now >= self._good_until or not enough:
                await self._ask(url, now)
            return self._value

    async def _ask(self, url: str, now: float) -> None:
        try:
            answer = await get_json(url)
            self._value = self._read(answer.body)
        except ProviderTrouble as error:
            if self._value is None:
                raise
            log.warning("provider_trouble", reason=str(error), advice="what was kept is used for now")
            self._good_until = self._asked_at = now
            return
        self._asked_at = now
        self._good_until = now + _kept_s(answer)


class Provider:
    """The provider whose name is `issuer`, by its discovery document (OpenID Connect Discovery 1.0)."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer
        self._endpoints = Kept(self._read_endpoints)
        self._keys = Kept(_read_keys)

    async def endpoints(self) -> Endpoints:
        """Return where the provider does what; raise ProviderTrouble."""
        found: Endpoints = await self._endpoints.get(f"{self.issuer}/.well-known/openid-configuration")
        return found

    async def key(self, key_id: str | None) -> jwt.PyJWK:
        """Return a key; one that is not known is asked for again, now and then. Raises ProviderTrouble."""
        url = (await self.endpoints()).keys
        found = _find(await self._keys.get(url), key_id)
        if found is None:
            found = _find(await self._keys.get(url, not_older_than_s=ASK_AGAIN_S), key_id)
        if found is None:
            raise ProviderTrouble(f"{url} has no key {key_id!r}")
        return found

    def _read_endpoints(self, said: Mapping[str, Any]) -> Endpoints:
        if said.get("issuer") != self.issuer:
            raise ProviderTrouble(f"{self.issuer} says that it is {said.get('issuer')!r}")
        names = ("authorization_endpoint", "token_endpoint", "jwks_uri")
        return Endpoints(*(self._url(said.get(name), name) for name in names))

    def _url(self, value: object, name: str) -> str:
        allowed = ("https", urlsplit(self.issuer).scheme)
        if not isinstance(value, str) or urlsplit(value).scheme not in allowed:
            raise ProviderTrouble(f"{self.issuer} has no good {name}")
        return value


def _kept_s(answer: Answer) -> float:
    said = KEPT_S if answer.max_age_s is None else answer.max_age_s
    return min(max(said, KEPT_S_MIN), KEPT_S_MAX)


def _read_keys(said: Mapping[str, Any]) -> dict[str | None, jwt.PyJWK]:
    given = said.get("keys")
    if not isinstance(given, list):
        raise ProviderTrouble("the key set has no keys")
    return {key.key_id: key for each in given[:KEYS_MAX] if (key := _read_key(each)) is not None}


def _read_key(said: object) -> jwt.PyJWK | None:
    """Return a key that can verify a signature; a set may hold others."""
    if not isinstance(said, dict) or said.get("kty") not in _KEY_TYPES or said.get("use", "sig") != "sig":
        return None
    try:
        return jwt.PyJWK.from_dict(said)
    except jwt.PyJWTError as error:
        log.warning("provider_key_unusable", reason=type(error).__name__)
        return None


def _find(keys: Mapping[str | None, jwt.PyJWK], key_id: str | None) -> jwt.PyJWK | None:
    if key_id is None and len(keys) == 1:
        return next(iter(keys.values()))
    return keys.get(key_id)
