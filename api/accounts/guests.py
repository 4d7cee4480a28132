"""Guests: people with a name and a token, and nothing that the hub keeps of them."""

import unicodedata
from typing import Any

from api.accounts.fields import DISPLAY_NAME_LENGTH_MAX, check_name
from api.problems import Problem
from api.tokens import Guest, InvalidToken, Tokens

BODY_EXAMPLE = '{"display_name": "Ada"}'


def with_token(tokens: Tokens, guest: Guest) -> dict[str, Any]:
    """Return `{token, user}` with a fresh token."""
    return {"token": tokens.for_guest(guest), "user": guest.as_json()}


def refreshed(tokens: Tokens, authorization: str) -> dict[str, Any]:
    """Return `{token, user}` for the bearer of a guest's token, even of one lately expired; raise 401."""
    try:
        claims = tokens.read_for_refresh(_bearer(authorization))
    except InvalidToken as error:
        raise Problem(401, "invalid_token", f"{error}; get a new one with POST /api/auth/guest") from error
    return with_token(tokens, Guest(claims.user, claims.display_name))


def display_name(body: dict[str, Any]) -> str:
    """Return the name in a body, white space made one blank; raise 400."""
    name = body.get("display_name")
    if not isinstance(name, str):
        raise Problem(400, "invalid_field", "display_name must be a text", "display_name")
    name = " ".join(name.split())
    if not 1 <= len(name) <= DISPLAY_NAME_LENGTH_MAX:
        allowed = f"display_name must be 1 to {DISPLAY_NAME_LENGTH_MAX} characters long"
        raise Problem(400, "invalid_field", allowed, "display_name")
    if any(unicodedata.category(character) in ("Cc", "Cs", "Cn") for character in name):
        raise Problem(400, "invalid_field", "display_name must be readable characters", "display_name")
    try:
        return check_name(name)
    except ValueError as error:
        raise Problem(400, "invalid_field", f"display_name {error}", "display_name") from error


def _bearer(authorization: str) -> str:
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Problem(401, "unauthorized", "send the token as: Authorization: Bearer <token>")
    return token.strip()
