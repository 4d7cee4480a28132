"""A request of the API: how long its body may be, and JSON read from it."""

from typing import Any

import orjson
from quart_trio.wrappers import TrioRequest

from api.http.token_buckets import Verdict
from api.problems import Problem
from api.tokens import Claims

BODY_BYTES_MAX = 64 * 1024
BODY_BYTES_MAX_OF = {"/api/me/avatar": 2 * 1024 * 1024}
"""The paths of uploads, and how many bytes they take."""

_JSON = ("application/json", "")


class HubRequest(TrioRequest):
    """A request, and what is known of it so far."""

    correlation_id = ""
    claims: Claims | Problem | None = None
    claims_read = False
    verdict: Verdict | None = None

    def __init__(self, method: str, scheme: str, path: str, *rest: Any, **more: Any) -> None:
        more["max_content_length"] = BODY_BYTES_MAX_OF.get(path, BODY_BYTES_MAX)
        super().__init__(method, scheme, path, *rest, **more)

    async def get_json(self, force: bool = False, silent: bool = False, cache: bool = True) -> Any:
        """Return what the body says; raise 415 for another type than JSON, 400 for what is none."""
        data = await self.get_data(as_text=False)
        if self.mimetype not in _JSON and not self.mimetype.endswith("+json"):
            raise Problem(
                415, "unsupported_media_type", "send the body as JSON, with Content-Type: application/json"
            )
        try:
            return orjson.loads(data)
        except orjson.JSONDecodeError as error:
            raise Problem(400, "invalid_body", f"the body must be JSON, in UTF-8: {error}") from error
