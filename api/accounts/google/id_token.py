"""What an ID token says of a person, once all is checked (OpenID Connect Core 1.0, section 3.1.3.7)."""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jwt

from api.accounts.google.provider import Provider
from api.mail.addresses import is_mail_address

ALGORITHMS = ("RS256", "ES256")
LEEWAY_S = 60
SUBJECT_LENGTH_MAX = 255  # OpenID Connect Core 1.0, section 2
NAME_LENGTH_MAX = 200
_REQUIRED = ["iss", "sub", "aud", "exp", "iat"]


class BadIdToken(Exception):
    """An ID token that proves nothing."""


class EmailUnverified(BadIdToken):
    """The provider does not know whether the person reads the address."""


@dataclass(frozen=True, slots=True)
class Identity:
    """A person as the provider knows them; the e-mail address is verified."""

    issuer: str
    subject: str
    email: str
    name: str


async def read_id_token(
    provider: Provider, token: str, *, client_id: str, nonce: str, access_token: str | None
) -> Identity:
    """Return whom a token is about; raise BadIdToken, EmailUnverified, or ProviderTrouble."""
    try:
        header = jwt.get_unverified_header(token)
        key_id = header.get("kid")
        if header.get("alg") not in ALGORITHMS or not isinstance(key_id, str | None):
            raise BadIdToken("it is signed in another way")
        key = await provider.key(key_id)
        claims = jwt.decode(
            token,
            key,
            list(ALGORITHMS),
            {"require": _REQUIRED},
            audience=client_id,
            issuer=_names_of(provider.issuer),
            leeway=LEEWAY_S,
        )
    except (jwt.PyJWTError, ValueError) as error:
        raise BadIdToken(f"{type(error).__name__}: {error}") from error
    _check(claims, client_id, nonce, access_token)
    return _identity(provider.issuer, claims)


def _names_of(issuer: str) -> list[str]:
    """Return how the issuer may call itself: Google leaves the scheme out in some tokens."""
    return [issuer, issuer.removeprefix("https://")]


def _check(claims: Mapping[str, Any], client_id: str, nonce: str, access_token: str | None) -> None:
    said = claims.get("nonce")
    if not isinstance(said, str) or not hmac.compare_digest(said.encode(), nonce.encode()):
        raise BadIdToken("it was made for another sign-in")
    if claims["aud"] not in (client_id, [client_id]) or claims.get("azp", client_id) != client_id:
        raise BadIdToken("it was made for another client, too")
    said = claims.get("at_hash")
    if said is not None and (access_token is None or said != _half_hash(access_token)):
        raise BadIdToken("it was given with another access token")


def _half_hash(text: str) -> str:
    """Return the left half of a SHA-256, as at_hash has it for all of ALGORITHMS."""
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
    return urlsafe_b64encode(digest[:16]).rstrip(b"=").decode()


def _identity(issuer: str, claims: Mapping[str, Any]) -> Identity:
    subject, email, name = claims["sub"], claims.get("email"), claims.get("name", "")
    if (
        not isinstance(subject, str)
        or not 0 < len(subject) <= SUBJECT_LENGTH_MAX
        or not subject.isprintable()
    ):
        raise BadIdToken("it names nobody")
    verified = claims.get("email_verified")
    if verified is not True and verified != "true":
        raise EmailUnverified("the address is not verified")
    if not isinstance(email, str) or not is_mail_address(email):
        raise BadIdToken("it has no e-mail address")
    return Identity(issuer, subject, email, name[:NAME_LENGTH_MAX] if isinstance(name, str) else "")
