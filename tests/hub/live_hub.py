"""A hub's realtime part in the test's own process, over the in-memory log, and a client of raw frames."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import trio
import trio_websocket

from api.tokens import Guest, Tokens
from hub.front_door import FrontDoor
from hub.services import Services
from hub.settings import Settings
from hub.websocket_door import WebSocketDoor
from hub.wiring import open_realtime
from store.event_log import EventLog
from store.memory_log import MemoryEventLog
from telemetry.catalog import ElementSets

SECRET = "a secret of at least thirty-two bytes"


@dataclass
class LiveHub:
    """The running parts and where to reach them."""

    services: Services
    door: FrontDoor
    port: int
    log: EventLog
    nursery: trio.Nursery

    def token(self, user: str = "ada", **claims: Any) -> str:
        """Return a guest's connection token."""
        return Tokens(SECRET).for_guest(Guest(user, claims.get("display_name", user.title())))

    @asynccontextmanager
    async def client(
        self, user: str | None = "ada", subprotocol: str | None = None
    ) -> AsyncIterator["RawClient"]:
        """Open a connection, connected as `user`; None leaves the connect command to the test."""
        async with trio_websocket.open_websocket(
            "127.0.0.1",
            self.port,
            "/connection/websocket",
            use_ssl=False,
            subprotocols=[subprotocol] if subprotocol else None,
        ) as websocket:
            client = RawClient(websocket)
            if user is not None:
                await client.ask("connect", {"token": self.token(user)} if user else {})
            yield client


@dataclass
class RawClient:
    """Sends commands and keeps what comes back in order."""

    websocket: trio_websocket.WebSocketConnection
    pushes: list[dict[str, Any]] = field(default_factory=list)
    _replies: dict[int, dict[str, Any]] = field(default_factory=dict)
    _next_id: int = 0

    async def send(self, method: str, request: dict[str, Any]) -> int:
        """Send a command and return its id."""
        self._next_id += 1
        await self.websocket.send_message(json.dumps({"id": self._next_id, method: request}))
        return self._next_id

    async def reply(self, command_id: int) -> dict[str, Any]:
        """Return the reply to a command."""
        while command_id not in self._replies:
            await self.receive()
        return self._replies.pop(command_id)

    async def ask(self, method: str, request: dict[str, Any]) -> dict[str, Any]:
        """Send a command and return its result, or the whole reply where it is an error."""
        reply = await self.reply(await self.send(method, request))
        return reply.get(method, reply)

    async def error(self, method: str, request: dict[str, Any]) -> int:
        """Send a command that is refused and return the code."""
        return (await self.ask(method, request))["error"]["code"]

    async def receive(self) -> None:
        """Take one frame in."""
        for line in (await self.websocket.get_message()).split("\n"):
            body = json.loads(line)
            if "id" in body:
                self._replies[body["id"]] = body
            elif "push" in body:
                self.pushes.append(body["push"])

    async def publications(self, count: int) -> list[dict[str, Any]]:
        """Wait for `count` publications in all and return them."""
        while len(found := [push["pub"] for push in self.pushes if "pub" in push]) < count:
            await self.receive()
        return found

    async def closed(self) -> tuple[int, str]:
        """Read on until the hub closes; return its code and reason."""
        try:
            while True:
                await self.receive()
        except trio_websocket.ConnectionClosed as closed:
            return closed.reason.code, closed.reason.reason or ""


@asynccontextmanager
async def live_hub(log: EventLog | None = None, **settings: Any) -> AsyncIterator[LiveHub]:
    """Run the realtime part on a free port of the loopback."""
    event_log = log or MemoryEventLog()
    chosen = Settings(jwt_secret=SECRET, **settings)
    async with open_realtime(chosen, event_log, ElementSets()) as realtime, trio.open_nursery() as nursery:
        websockets = WebSocketDoor(realtime.services)
        door = FrontDoor(trio.aclose_forcefully, websockets.serve, connections_max=10_000)
        listeners = await trio.open_tcp_listeners(0, host="127.0.0.1")
        nursery.start_soon(door.accept, listeners, nursery)
        port = listeners[0].socket.getsockname()[1]
        yield LiveHub(realtime.services, door, port, event_log, nursery)
        nursery.cancel_scope.cancel()
