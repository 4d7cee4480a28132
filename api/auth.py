"""Who somebody is: guests get a token for a name, and a fresh one for the old."""

import unicodedata
from typing import Any

import orjson
from quart import Blueprint, request

from api.problems import Problem
from api.services import ApiServices
from api.tokens import Guest, InvalidToken, Tokens

DISPLAY_NAME_LENGTH_MAX = 40


def auth_blueprint(services: ApiServices) -> Blueprint:
    """Return the routes under `/api/auth`."""
    tokens = services.tokens
    auth = Blueprint("auth", __name__, url_prefix="/api/auth")

    @auth.post("/guest")
    async def guest() -> tuple[dict[str, Any], int]:
        """Make a guest under `display_name`; answer `{token, user}`."""
        name = _display_name(await _json_object())
        return _with_token(tokens, tokens.new_guest(name)), 201

    @auth.post("/refresh")
    async def refresh() -> dict[str, Any]:
        """Give the bearer of a guest's token, even of one lately expired, a fresh one."""
        try:
            claims = tokens.read_for_refresh(_bearer())
        except InvalidToken as error:
            raise Problem(
                401, "invalid_token", f"{error}; get a new one with POST /api/auth/guest"
            ) from error
        return _with_token(tokens, Guest(claims.user, claims.display_name))

    return auth


def _with_token(tokens: Tokens, guest: Guest) -> dict[str, Any]:
    return {"token": tokens.for_guest(guest), "user": guest.as_json()}


def _bearer() -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Problem(401, "unauthorized", "send the token as: Authorization: Bearer <token>")
    return token.strip()


async def _json_object() -> dict[str, Any]:
    try:
        body = orjson.loads(await request.get_data())
    except orjson.JSONDecodeError:
        body = None
    if not isinstance(body, dict):
        raise Problem(400, "invalid_body", 'the body must be a JSON object, such as {"display_name": "Ada"}')
    return body


def _display_name(body: dict[str, Any]) -> str:
    name = body.get("display_name")
    if not isinstance(name, str):
        raise Problem(400, "invalid_field", "display_name must be a text", "display_name")
    name = " ".join(name.split())
    if not 1 <= len(name) <= DISPLAY_NAME_LENGTH_MAX:
        allowed = f"display_name must be 1 to {DISPLAY_NAME_LENGTH_MAX} characters long"
        raise Problem(400, "invalid_field", allowed, "display_name")
    if any(unicodedata.category(character) in ("Cc", "Cs", "Cn") for character in name):
        raise Problem(400, "invalid_field", "display_name must be readable characters", "display_name")
    return name
