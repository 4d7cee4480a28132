"""Bodies that may be left out, which the shared validation would refuse."""

from typing import Any

import orjson
from quart import request

from api.accounts.signing_in import REFRESH_TOKEN_LENGTH_MAX
from api.problems import Problem


async def refresh_token_of_body() -> str | None:
    """Return the refresh token in the body, None when there is none; raise 400."""
    body = await json_object('{"refresh_token": "…"}') if await request.get_data() else {}
    token = body.get("refresh_token")
    if token is not None and not (isinstance(token, str) and len(token) <= REFRESH_TOKEN_LENGTH_MAX):
        raise Problem(400, "invalid_field", "refresh_token must be a text of this hub", "refresh_token")
    return token


async def json_object(example: str) -> dict[str, Any]:
    """Return the body; raise 400 with an example when it is no JSON object."""
    try:
        body = orjson.loads(await request.get_data())
    except orjson.JSONDecodeError:
        body = None
    if not isinstance(body, dict):
        raise Problem(400, "invalid_body", f"the body must be a JSON object, such as {example}")
    return body
