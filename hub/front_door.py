"""The front door: one port, at which a look at the request's head tells WebSocket from HTTP."""

import socket
from collections.abc import Awaitable, Callable, Sequence

import trio

HEAD_TIMEOUT_S = 10.0
HEAD_LOOK_BYTES = 8 * 1024  # an upgrade request with all its cookies; a longer head is HTTP's to refuse
PAUSE_BETWEEN_LOOKS_S = 0.01  # MSG_PEEK returns at once while a dribbled head is incomplete,
PAUSE_BETWEEN_LOOKS_S_MAX = 0.32  # and those who dribble are not worth looking at a hundred times a second
WEBSOCKET_PATH = b"/connection/websocket"
_WEBSOCKET_LINE = b"GET " + WEBSOCKET_PATH
_AFTER_PATH = (b" ", b"?")

Serve = Callable[[trio.SocketStream], Awaitable[None]]


class FrontDoor:
    """Accepts connections and hands each to the side it asks for."""

    def __init__(self, http: Serve, websocket: Serve, connections_max: int) -> None:
        self._http = http
        self._websocket = websocket
        self._connections_max = connections_max
        self._open = 0
        self._empty = trio.Event()

    @property
    def open_connections(self) -> int:
        """How many connections of both sides are open."""
        return self._open

    async def wait_until_empty(self) -> None:
        """Wait until no connection is open."""
        while self._open:
            self._empty = trio.Event()
            await self._empty.wait()

    async def accept(self, listeners: Sequence[trio.SocketListener], nursery: trio.Nursery) -> None:
        """Accept for ever; connections live in `nursery`."""
        await trio.serve_listeners(self._serve, list(listeners), handler_nursery=nursery)

    async def _serve(self, stream: trio.SocketStream) -> None:
        self._open += 1
        try:
            if self._open <= self._connections_max:
                await self._hand_over(stream)
        finally:
            self._open -= 1
            if not self._open:
                self._empty.set()
            await trio.aclose_forcefully(stream)

    async def _hand_over(self, stream: trio.SocketStream) -> None:
        try:
            with trio.fail_after(HEAD_TIMEOUT_S):
                wants_websocket = await asks_for_websocket(stream.socket)
        except (OSError, trio.TooSlowError):
            return
        if wants_websocket:
            await self._websocket(stream)
        else:
            await self._http(stream)


async def asks_for_websocket(sock: trio.socket.SocketType) -> bool:
    """Look at the request's head, leaving it in the socket, until it is clear what it asks for."""
    pause_s = PAUSE_BETWEEN_LOOKS_S
    while True:
        head = await sock.recv(HEAD_LOOK_BYTES, socket.MSG_PEEK)
        verdict = judge(head)
        if verdict is not None:
            return verdict
        await trio.sleep(pause_s)
        pause_s = min(2 * pause_s, PAUSE_BETWEEN_LOOKS_S_MAX)


def judge(head: bytes) -> bool | None:
    """Say whether a request asks for the WebSocket; None while too little of its head has come.

    The upgrade header is looked for as well: the WebSocket library never lets go of a plain GET.
    """
    line = head[: len(_WEBSOCKET_LINE)]
    if not head or not _WEBSOCKET_LINE.startswith(line):
        return False
    if len(head) <= len(_WEBSOCKET_LINE):
        return None
    if head[len(_WEBSOCKET_LINE) : len(_WEBSOCKET_LINE) + 1] not in _AFTER_PATH:
        return False
    if b"\r\n\r\n" not in head:
        return None if len(head) < HEAD_LOOK_BYTES else False
    return _has_upgrade(head.partition(b"\r\n\r\n")[0])


def _has_upgrade(head: bytes) -> bool:
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"upgrade" and b"websocket" in value.lower():
            return True
    return False
