"""The wire without an SDK: frames as they are, for what no SDK would send or tell."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from typing import Any

from hub_process import HubProcess
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

PATIENCE_S = 60.0
HANDSHAKE = (
    b"GET /connection/websocket HTTP/1.1\r\nHost: hub\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)


class Wire:
    """A WebSocket to the hub over which anything can be said."""

    def __init__(self, websocket: ClientConnection) -> None:
        self.websocket = websocket
        self._ids = count(1)
        self._read: list[dict[str, Any]] = []

    async def say(self, text: str | bytes) -> None:
        """Send one frame as it is."""
        await self.websocket.send(text)

    async def command(self, method: str, request: Any) -> int:
        """Send a command and return its id."""
        command_id = next(self._ids)
        await self.say(json.dumps({"id": command_id, method: request}))
        return command_id

    async def ask(self, method: str, request: Any) -> dict[str, Any]:
        """Send a command and return its reply, passing over what else comes."""
        return await self.reply(await self.command(method, request))

    async def reply(self, command_id: int) -> dict[str, Any]:
        """Return the reply to a command that was sent."""
        while True:
            message = await self.read()
            if message.get("id") == command_id:
                return message

    async def read(self) -> dict[str, Any]:
        """Return the next object from the hub; raise ConnectionClosed after the last."""
        while not self._read:
            async with asyncio.timeout(PATIENCE_S):
                frame = await self.websocket.recv()
            self._read = [json.loads(line) for line in frame.split("\n")]
        return self._read.pop(0)

    async def read_to_the_end(self) -> list[dict[str, Any]]:
        """Return everything that comes until the hub closes."""
        messages = []
        while True:
            try:
                messages.append(await self.read())
            except ConnectionClosed:
                return messages

    async def close_code(self) -> int | None:
        """Wait until the hub closes, and return its code."""
        await self.read_to_the_end()
        return self.websocket.close_code


@asynccontextmanager
async def open_wire(hub: HubProcess, **options: Any) -> AsyncIterator[Wire]:
    """Open a WebSocket and say nothing yet."""
    async with connect(hub.websocket_url, proxy=None, **options) as websocket:
        yield Wire(websocket)


@asynccontextmanager
async def connected_wire(hub: HubProcess, name: str, **options: Any) -> AsyncIterator[Wire]:
    """Open a WebSocket and be a connected guest."""
    guest = await asyncio.to_thread(hub.guest, name)
    async with open_wire(hub, **options) as wire:
        reply = await wire.ask("connect", {"token": guest.token})
        assert "error" not in reply, reply
        yield wire


def silent_websocket(hub: HubProcess) -> socket.socket:
    """Open a WebSocket that will never answer anything: only its handshake is done."""
    client = socket.create_connection(("127.0.0.1", hub.port), timeout=PATIENCE_S)
    client.sendall(HANDSHAKE)
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += client.recv(4096)
    assert answer.startswith(b"HTTP/1.1 101"), answer
    return client


def first_answer(client: socket.socket, request: bytes) -> bytes:
    """Send bytes and return the first that come back; nothing when the hub drops the connection."""
    try:
        client.sendall(request)
        return client.recv(4096)
    except (ConnectionResetError, BrokenPipeError):
        return b""


def farewell_code(websocket: socket.socket) -> int | None:
    """Read to the end and return the code of the close frame, None when the connection is just dropped."""
    received = b""
    try:
        while chunk := websocket.recv(4096):
            received += chunk
    except ConnectionResetError:
        pass
    if received[:1] != b"\x88":
        assert received == b"", received
        return None
    return int.from_bytes(received[2:4], "big")
