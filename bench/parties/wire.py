"""A connection to the hub for one of thousands of members: frames and replies, and nothing else."""

import asyncio
from collections.abc import Callable
from itertools import count
from typing import Any, cast

import orjson

from bench.websocket import CLOSE, client_text, take_frame, take_upgrade_answer, upgrade_request

PATH = "/connection/websocket"
Message = dict[str, Any]
_PONG = client_text(b"{}")
_ANSWER_S_MAX = 30.0
_UNHEARD = 1  # the id of commands whose replies nobody waits for


class Lost(Exception):
    """The connection is gone; what was asked and not answered may have happened or not."""


class Unanswered(Exception):
    """The hub is there and does not answer: the message says what."""


class Connection(asyncio.Protocol):
    """A WebSocket with the hub's objects on it; `opened` and `lost` are done when it is."""

    def __init__(self, hear: Callable[[Message], None]) -> None:
        self.lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._hear = hear
        self._inbox = bytearray()
        self._ids = count(_UNHEARD + 1)
        self._asked: dict[int, asyncio.Future[Message]] = {}
        self._transport: asyncio.Transport | None = None

    @classmethod
    async def open(cls, port: int, hear: Callable[[Message], None]) -> "Connection":
        """Open one whose pushes `hear` gets; raise Lost."""
        try:
            _, connection = await asyncio.get_running_loop().create_connection(
                lambda: cls(hear), "127.0.0.1", port
            )
            await connection.opened
        except OSError as error:
            raise Lost(str(error)) from error
        return connection

    async def ask(self, method: str, request: Message) -> Message:
        """Send a command and return its reply, an error included; raise Lost or Unanswered."""
        return (await self.ask_all([(method, request)]))[0]

    async def ask_all(self, commands: list[tuple[str, Message]]) -> list[Message]:
        """Send commands in one frame and return their replies; raise Lost or Unanswered."""
        if self.lost.done():
            raise Lost("it was closed")
        lines, replies = [], []
        for method, request in commands:
            number = next(self._ids)
            lines.append(orjson.dumps({"id": number, method: request}))
            replies.append(asyncio.get_running_loop().create_future())
            self._asked[number] = replies[-1]
        self._write(client_text(b"\n".join(lines)))
        try:
            async with asyncio.timeout(_ANSWER_S_MAX):
                return [await reply for reply in replies]
        except TimeoutError:
            raise Unanswered(f"no answer within {_ANSWER_S_MAX:.0f} s: {lines!r}") from None

    def tell(self, method: str, request: Message) -> None:
        """Send a command whose reply does not matter."""
        if not self.lost.done():
            self._write(client_text(orjson.dumps({"id": _UNHEARD, method: request})))

    def drop(self) -> None:
        """End the connection as a pulled cable does, without a word."""
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the upgrade."""
        self._transport = cast(asyncio.Transport, transport)
        self._write(upgrade_request(PATH))

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell everybody who waits for an answer that none will come."""
        unanswered: list[asyncio.Future[Any]] = [self.opened, *self._asked.values()]
        for waiting in unanswered:
            if not waiting.done():
                waiting.set_exception(Lost("it was closed"))
                waiting.exception()  # not all of them are waited for
        self._asked.clear()
        self.lost.set_result(None)

    def data_received(self, data: bytes) -> None:
        """Take the frames out of what came."""
        self._inbox += data
        if not self.opened.done():
            if not take_upgrade_answer(self._inbox):
                return
            self.opened.set_result(None)
        while (frame := take_frame(self._inbox)) is not None:
            if frame.opcode == CLOSE:
                self.drop()
                return
            for line in frame.payload.split(b"\n"):
                self._take(orjson.loads(line))

    def _take(self, message: Message) -> None:
        if (number := message.get("id")) is not None:
            if (asked := self._asked.pop(number, None)) is not None and not asked.done():
                asked.set_result(message)
        elif (push := message.get("push")) is not None:
            self._hear(push)
        else:
            self._write(_PONG)

    def _write(self, frame: bytes) -> None:
        if self._transport is not None:
            self._transport.write(frame)
