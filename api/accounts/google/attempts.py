"""A sign-in that is under way at the provider, kept by the browser that began it, sealed by the hub."""

import hmac
import secrets
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import asdict, dataclass
from hashlib import sha256
from urllib.parse import quote

import orjson

from api.tokens import Tokens

GOOD_FOR_S = 600
NEXT_LENGTH_MAX = 1_000
SEALED_LENGTH_MAX = 4_000
_PURPOSE = b"google sign-in "
_SEAL_BYTES = 32


@dataclass(frozen=True, slots=True)
class Attempt:
    """What must fit together when the browser comes back; `verifier` is PKCE's (RFC 7636)."""

    state: str
    nonce: str
    verifier: str
    next: str
    expires_at: float

    @property
    def challenge(self) -> str:
        """Return the S256 challenge of the verifier."""
        return urlsafe_b64encode(sha256(self.verifier.encode()).digest()).rstrip(b"=").decode()

    def has_state(self, state: str) -> bool:
        """Tell whether this is the attempt that the provider answers."""
        return hmac.compare_digest(self.state.encode(), state.encode("utf-8", "surrogatepass"))


class Attempts:
    """Makes attempts, and reads those that a browser brings back."""

    def __init__(self, tokens: Tokens, now_s: Callable[[], float] = time.time) -> None:
        self._tokens = tokens
        self._now_s = now_s

    def begin(self, next_path: str) -> Attempt:
        """Return a fresh attempt that ends at `next_path`, if that is a path of ours."""
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        return Attempt(state, nonce, verifier, local_path(next_path), self._now_s() + GOOD_FOR_S)

    def seal(self, attempt: Attempt) -> str:
        """Return the attempt as a browser keeps it."""
        said = orjson.dumps(asdict(attempt))
        return urlsafe_b64encode(self._tokens.seal(_PURPOSE + said) + said).decode()

    def unseal(self, sealed: str) -> Attempt | None:
        """Return the attempt that a browser brought; None when it is not ours, or too old."""
        raw = _decoded(sealed)
        said = raw[_SEAL_BYTES:]
        if not said or not self._tokens.is_sealed(_PURPOSE + said, raw[:_SEAL_BYTES]):
            return None
        attempt = Attempt(**orjson.loads(said))
        return attempt if attempt.expires_at > self._now_s() else None


def local_path(text: str) -> str:
    """Return a path of this hub as a Location may hold it; "/" for what would lead elsewhere."""
    path = quote(text, safe="/?&=#%:@!$'()*+,;~-._", errors="replace")
    if not path.startswith("/") or path.startswith("//") or len(path) > NEXT_LENGTH_MAX:
        return "/"
    return path if not any(character <= " " or character == "\\" for character in text) else "/"


def _decoded(text: str) -> bytes:
    if len(text) > SEALED_LENGTH_MAX or not text.isascii():
        return b""
    try:
        return urlsafe_b64decode(text)
    except ValueError:
        return b""
