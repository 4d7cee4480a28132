"""Serves the bare member's page and relays between members: `python -m bench.sync.stage [STRATEGY]`.

It prints `listening PORT` and ends with its standard input. Pages and the project's own modules come over
HTTP; a WebSocket at /relay?NAME is a member of the strategy's room.
"""

import asyncio
import contextlib
import json
import mimetypes
import sys
import time
from collections.abc import Sequence
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

from websockets.asyncio.server import ServerConnection, broadcast, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosedError
from websockets.http11 import Request, Response

from bench.sync.rivals import OpenTogetherTubeRoom, Post, Room
from bench.sync.strategies import ON_A_RELAY, RIVALS

_PAGES = Path(__file__).parent / "page"
_STATIC = Path(__file__).resolve().parents[2] / "web_static"
_FOLDERS = {"page": _PAGES, "static": _STATIC}
_RELAY = "/relay"
_TICK_S = 1.0


def _now_ms() -> float:
    return time.monotonic() * 1000


class _Relay:
    """One room and the members that are connected."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._members: dict[str, ServerConnection] = {}

    async def serve_member(self, connection: ServerConnection) -> None:
        """Take what a member says until it goes."""
        assert connection.request is not None
        member = urlsplit(connection.request.path).query
        self._members[member] = connection
        with contextlib.suppress(ConnectionClosedError):  # a page is closed without a word
            async for text in connection:
                self._take(member, json.loads(text), _now_ms())
        del self._members[member]

    async def keep_ticking(self) -> None:
        """Let the room speak each second."""
        while True:
            await asyncio.sleep(_TICK_S)
            self._post(self._room.tick(_now_ms()))

    def _take(self, member: str, message: dict[str, object], now_ms: float) -> None:
        if message["type"] == "clock":
            self._post([(member, {**message, "t1": now_ms, "t2": _now_ms()})])
        else:
            self._post(self._room.said(member, message, now_ms))

    def _post(self, posts: Sequence[Post]) -> None:
        for to, message in posts:
            named = self._members if to is None else self._members.keys() & {to}
            broadcast([self._members[each] for each in named], json.dumps(message))


def _answer(_connection: ServerConnection, request: Request) -> Response | None:
    """Return a file, or None for the relay."""
    path = urlsplit(request.path).path
    if path == _RELAY:
        return None
    folder, _, name = path.strip("/").partition("/")
    root = _FOLDERS.get(folder)
    file = (root / name).resolve() if root else _PAGES
    if root is None or not file.is_relative_to(root) or not file.is_file():
        return Response(HTTPStatus.NOT_FOUND, "Not Found", Headers({"Content-Length": "0"}), b"")
    content_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
    body = file.read_bytes()
    headers = Headers({"Content-Type": content_type, "Content-Length": str(len(body)), "Connection": "close"})
    return Response(HTTPStatus.OK, "OK", headers, body)


async def _main(room: Room) -> None:
    relay = _Relay(room)
    async with serve(relay.serve_member, "127.0.0.1", 0, process_request=_answer, compression=None) as server:
        print(f"listening {next(iter(server.sockets)).getsockname()[1]}", flush=True)
        ticking = asyncio.create_task(relay.keep_ticking())
        await asyncio.to_thread(sys.stdin.read)
        ticking.cancel()


if __name__ == "__main__":
    rooms = {strategy.name: strategy.room for strategy in (*RIVALS, ON_A_RELAY)}
    asyncio.run(_main((rooms.get(" ".join(sys.argv[1:])) or OpenTogetherTubeRoom)()))
