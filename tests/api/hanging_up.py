"""Somebody who asks and hangs up before the answer, as a server tells the app."""

from typing import Any

import orjson
import trio

from tests.api.api_app import Api, Person


async def ask_and_hang_up(
    api: Api, method: str, path: str, by: Person, json: Any = None, *, after_steps: int
) -> None:
    """Ask, and be gone after so many turns of the scheduler, whether there is an answer or not."""
    messages = [
        {"type": "http.request", "body": b"" if json is None else orjson.dumps(json), "more_body": False}
    ]

    async def receive() -> Any:
        if messages:
            return messages.pop()
        for _ in range(after_steps):
            await trio.lowlevel.checkpoint()
        return {"type": "http.disconnect"}

    async def send(_message: Any) -> None:
        await trio.lowlevel.checkpoint()

    scope: Any = {
        "type": "http", "asgi": {"version": "3.0", "spec_version": "2.1"}, "http_version": "1.1",
        "method": method, "scheme": "http", "path": path, "raw_path": path.encode(), "query_string": b"",
        "root_path": "", "client": ("127.0.0.1", 40_000), "server": ("127.0.0.1", 80), "extensions": {},
        "headers": [
            (b"host", b"localhost"), (b"content-type", b"application/json"),
            *((name.lower().encode(), value.encode()) for name, value in by.headers.items()),
        ],
    }  # fmt: skip
    await api.app(scope, receive, send)
