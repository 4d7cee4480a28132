"""The threads that the bench talks in, opened over HTTP as a user opens them."""

import http.client
import json
import secrets
from functools import lru_cache
from typing import Any

from bench.errors import BenchError
from bench.hub_process import RunningHub

ROOMS = 100
OPENED_AT = 2  # where the log of a fresh thread stands: it was opened, and has its first post
_BOARD = "off-topic"  # on which everybody may write
_TIMEOUT_S = 30.0


@lru_cache(maxsize=1)
def chat_rooms(hub: RunningHub) -> tuple[str, ...]:
    """Return the channels of ROOMS threads of a hub, which are opened when they are first asked for."""
    connection = http.client.HTTPConnection("127.0.0.1", hub.port, timeout=_TIMEOUT_S)
    try:
        person = {
            "email": f"{secrets.token_hex(8)}@example.org",
            "password": secrets.token_hex(16),
            "display_name": "Bench",
        }
        token = _post(connection, "/api/auth/signup", person, None)["token"]
        return tuple(_open(connection, number, token) for number in range(ROOMS))
    finally:
        connection.close()


def _open(connection: http.client.HTTPConnection, number: int, token: str) -> str:
    new = {"title": f"Room {number}", "text": "What is said here is counted."}
    return f"thread:{_post(connection, f'/api/boards/{_BOARD}/threads', new, token)['id']}"


def _post(
    connection: http.client.HTTPConnection, path: str, body: dict[str, str], token: str | None
) -> dict[str, Any]:
    headers = {"Content-Type": "application/json"}
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    connection.request("POST", path, json.dumps(body), headers)
    response = connection.getresponse()
    answer = response.read()
    if response.status != 201:
        raise BenchError(f"POST {path} was answered {response.status}: {answer[:200]!r}")
    made: dict[str, Any] = json.loads(answer)
    return made
