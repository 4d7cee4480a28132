"""A hub's realtime part in the test's own process, over the in-memory log, and a client of raw frames."""

import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import jwt
import msgpack
import trio
import trio_websocket

from actors import Supervisor
from hub.account_changes import Standings
from hub.boards import ThreadList
from hub.clock import HubClock
from hub.front_door import FrontDoor, Serve
from hub.parties import Parties
from hub.services import Services
from hub.session import Session
from hub.settings import Settings
from hub.websocket_door import WebSocketDoor
from hub.wiring import open_realtime
from rooms.kind import By
from rooms.room import Request
from store.event_log import EventLog
from store.memory_log import MemoryEventLog
from telemetry.catalog import ElementSets

SECRET = "a secret of at least thirty-two bytes"
LOBBY = "thread:lobby"
DAY_S = 86_400


def signed(secret: str = SECRET, **claims: Any) -> str:
    """Return a token that says `claims`."""
    return jwt.encode(claims, secret, "HS256")


def post(message_id: object, text: str = "Hello") -> dict[str, Any]:
    """Return what a client publishes to say `text`."""
    return {"type": "post", "id": str(message_id), "text": text}


@dataclass
class LiveHub:
    """The running parts and where to reach them."""

    services: Services
    supervisors: tuple[Supervisor, ...]
    door: FrontDoor
    port: int
    log: EventLog
    nursery: trio.Nursery
    threads: ThreadList
    parties: Parties

    def token(self, user: str = "ada", **claims: Any) -> str:
        """Return a connection token of `user`, good for a day if `claims` do not say otherwise."""
        own = {"sub": user, "exp": int(time.time()) + DAY_S, "info": {"display_name": user.title()}}
        return signed(**(own | claims))

    def sessions(self) -> list[Session]:
        """Return the sessions that are open, in the order in which they came."""
        return list(self.services.connections._sessions)

    def tick(self, later_s: float = 0.0, wall_later_s: float = 0.0) -> None:
        """Let every session look at its time-outs as if that much time had passed."""
        for session in self.sessions():
            session.tick(trio.current_time() + later_s, time.time() + wall_later_s)

    async def open_thread(self, channel: str, **more: Any) -> None:
        """Open a thread with one message, as the API does: its log then stands at 2."""
        opening = {"type": "open", "title": "A thread", "board": "iss", "id": "first", "text": "Hello"}
        kind = self.services.kind_of(channel)
        assert kind is not None
        by = By("author", "Author", system=True)
        await self.services.rooms.ref(channel).ask(Request(kind.parse(opening | more), by), 5)

    @asynccontextmanager
    async def client(
        self, user: str | None = "ada", subprotocol: str | None = None, correlation_id: str = ""
    ) -> AsyncIterator["RawClient"]:
        """Open a connection, connected as `user` ("" only reads); None leaves connecting to the test."""
        async with trio.open_nursery() as nursery:
            websocket = await trio_websocket.connect_websocket(
                nursery,
                "127.0.0.1",
                self.port,
                "/connection/websocket",
                use_ssl=False,
                subprotocols=[subprotocol] if subprotocol else None,
                extra_headers=[(b"X-Correlation-ID", correlation_id.encode())] if correlation_id else None,
            )
            try:
                client = RawClient(websocket, packed=subprotocol == "centrifuge-msgpack")
                if user is not None:
                    await client.ask("connect", {"token": self.token(user)} if user else {})
                yield client
            finally:
                await trio.aclose_forcefully(websocket._stream)
                nursery.cancel_scope.cancel()  # its reader would wait for ever for who reads no more

    async def until(self, holds: Callable[[], object]) -> None:
        """Wait until something comes true that other tasks bring about."""
        with trio.fail_after(30):
            while not holds():  # noqa: ASYNC110 - what is waited for has no event of its own
                await trio.sleep(0.001)


@dataclass
class RawClient:
    """Sends commands and keeps what comes back in order."""

    websocket: trio_websocket.WebSocketConnection
    packed: bool = False
    heard: list[dict[str, Any]] = field(default_factory=list)
    pushes: list[dict[str, Any]] = field(default_factory=list)
    pings: int = 0
    _replies: dict[int, dict[str, Any]] = field(default_factory=dict)
    _next_id: int = 0

    async def send(self, method: str, request: dict[str, Any]) -> int:
        """Send a command and return its id."""
        self._next_id += 1
        await self.send_objects({"id": self._next_id, method: request})
        return self._next_id

    async def send_objects(self, *objects: object) -> None:
        """Send objects in one frame."""
        if self.packed:
            await self.websocket.send_message(b"".join(msgpack.packb(each) for each in objects))
        else:
            await self.websocket.send_message("\n".join(json.dumps(each) for each in objects))

    async def reply(self, command_id: int) -> dict[str, Any]:
        """Return the reply to a command."""
        while command_id not in self._replies:
            await self.receive()
        return self._replies.pop(command_id)

    async def ask(self, method: str, request: dict[str, Any]) -> dict[str, Any]:
        """Send a command and return its result, or the whole reply where it is an error."""
        reply = await self.reply(await self.send(method, request))
        return reply.get(method, reply)

    async def subscribe(self, channel: str = LOBBY, **more: Any) -> dict[str, Any]:
        """Subscribe and return the result."""
        return await self.ask("subscribe", {"channel": channel, **more})

    async def post(self, message_id: object, channel: str = LOBBY) -> dict[str, Any]:
        """Post a message and return the result."""
        return await self.ask("publish", {"channel": channel, "data": post(message_id)})

    async def error(self, method: str, request: dict[str, Any]) -> int:
        """Send a command that is refused and return the code."""
        return (await self.refusal(method, request))["code"]

    async def refusal(self, method: str, request: dict[str, Any]) -> dict[str, Any]:
        """Send a command that is refused and return the error."""
        return (await self.ask(method, request))["error"]

    async def receive(self) -> None:
        """Take one frame in."""
        for body in self._objects(await self.websocket.get_message()):
            self.heard.append(body)
            if "id" in body:
                self._replies[body["id"]] = body
            elif "push" in body:
                self.pushes.append(body["push"])
            else:
                self.pings += 1

    async def push(self, kind: str) -> dict[str, Any]:
        """Wait for the first push of `kind` and return it whole."""
        while not (found := [push for push in self.pushes if kind in push]):
            await self.receive()
        return found[0]

    async def publications(self, count: int) -> list[dict[str, Any]]:
        """Wait for `count` publications in all and return them."""
        while len(found := [push["pub"] for push in self.pushes if "pub" in push]) < count:
            await self.receive()
        return found

    async def offsets(self, count: int) -> list[int]:
        """Wait for `count` publications in all and return their offsets, 0 for a volatile one."""
        return [each.get("offset", 0) for each in await self.publications(count)]

    async def closed(self) -> tuple[int, str]:
        """Read on until the hub closes; return its code and reason."""
        try:
            with trio.fail_after(30):
                while True:
                    await self.receive()
        except trio_websocket.ConnectionClosed as closed:
            return closed.reason.code, closed.reason.reason or ""

    def _objects(self, message: str | bytes) -> list[dict[str, Any]]:
        if not self.packed:
            return [json.loads(line) for line in message.split("\n")]
        unpacker = msgpack.Unpacker()
        unpacker.feed(message)
        return list(unpacker)


@asynccontextmanager
async def live_hub(
    log: EventLog | None = None,
    http: Serve = trio.aclose_forcefully,
    standings: Standings | None = None,
    clock: HubClock | None = None,
    **settings: Any,
) -> AsyncIterator[LiveHub]:
    """Run the realtime part on a free port of the loopback, and `http` for what asks for no WebSocket."""
    event_log = log or MemoryEventLog()
    chosen = Settings(jwt_secret=SECRET, **settings)
    async with (
        open_realtime(chosen, event_log, ElementSets(), standings, clock) as realtime,
        trio.open_nursery() as nursery,
    ):
        websockets = WebSocketDoor(realtime.services)
        door = FrontDoor(http, websockets.serve, connections_max=10_000)
        listeners = await trio.open_tcp_listeners(0, host="127.0.0.1")
        nursery.start_soon(door.accept, listeners, nursery)
        port = listeners[0].socket.getsockname()[1]
        yield LiveHub(
            realtime.services,
            (realtime.watch, realtime.rooms_watch),
            door,
            port,
            event_log,
            nursery,
            realtime.threads,
            realtime.parties,
        )
        nursery.cancel_scope.cancel()
