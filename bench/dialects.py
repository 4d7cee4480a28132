"""How each server is spoken to: how one joins its room, publishes to it and reads what it publishes."""

import json
from collections.abc import Generator
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from bench.errors import BenchError
from bench.scan import MARKER
from bench.websocket import client_text, server_text

_NUMBER_DIGITS = 10


class Role(Enum):
    """What a connection is there for."""

    SUBSCRIBER = "subscribe"
    PUBLISHER = "publish"


@dataclass(frozen=True, slots=True)
class Publication:
    """One message as a subscriber got it: its payload, and its offset where the room counts."""

    data: bytes
    offset: int | None = None


class Dialect(Protocol):
    """The few words of a protocol that a fan-out needs."""

    ping: bytes
    """The server's heartbeat, a whole frame (b"" when there is none)."""
    pong: bytes
    """The client's answer to it, a whole frame."""
    alarm: bytes
    """What a publisher must never be told."""

    def path(self, role: Role) -> str:
        """Return the path of the WebSocket."""

    def greet(self, role: Role, number: int) -> Generator[bytes, bytes, None]:
        """Lead a fresh connection to where it is subscribed, or may publish."""

    def publish(self, number: int, filler: int) -> bytes:
        """Return what publishes message `number`, made longer by `filler` bytes."""

    def publication(self, message: bytes) -> Publication | None:
        """Return the publication in a message of the server, None when it is something else."""

    def number_in(self, data: bytes) -> int | None:
        """Return the number of the message in this payload, None where payloads carry none."""


def numbered_text(number: int, filler: int) -> str:
    """Return the text of message `number`: the marker that is counted, the number, and filler."""
    return f"{MARKER.decode()}{number:0{_NUMBER_DIGITS}}{'x' * filler}"


def number_in(data: bytes) -> int:
    """Return the number that numbered_text put into this payload."""
    _, marker, rest = data.partition(MARKER)
    if not marker:
        raise BenchError(f"a publication without the marker: {data[:200]!r}")
    return int(rest[:_NUMBER_DIGITS])


def compact(value: object) -> bytes:
    """Return JSON without spaces."""
    return json.dumps(value, separators=(",", ":")).encode()


class Plain:
    """Bare payloads: what a publisher sends is what subscribers get. The send loop and ws speak it."""

    ping = pong = alarm = b""

    def path(self, role: Role) -> str:
        """Return the path that tells the server the role."""
        return f"/{role.value}"

    def greet(self, role: Role, number: int) -> Generator[bytes, bytes, None]:
        """Say nothing: the upgrade is all."""
        yield from ()

    def publish(self, number: int, filler: int) -> bytes:
        """Return the payload itself."""
        return compact({"text": numbered_text(number, filler)})

    def publication(self, message: bytes) -> Publication:
        """Return the message, which is the payload."""
        return Publication(message)

    def number_in(self, data: bytes) -> int:
        """Return the number in the text."""
        return number_in(data)


class SocketIo:
    """Engine.IO 4 and Socket.IO 5 over the WebSocket transport, as socket.io 4.8 speaks them."""

    ping = server_text(b"2")
    pong = client_text(b"3")
    alarm = b"44"

    def path(self, role: Role) -> str:
        """Return the path that asks for the WebSocket transport at once."""
        return "/socket.io/?EIO=4&transport=websocket"

    def greet(self, role: Role, number: int) -> Generator[bytes, bytes, None]:
        """Open the session, connect to the namespace, and as a subscriber join the room."""
        _expect(b"0{", (yield b""))
        _expect(b"40{", (yield b"40"))
        if role is Role.SUBSCRIBER:
            _expect(b"430[]", (yield b'420["join"]'))

    def publish(self, number: int, filler: int) -> bytes:
        """Return a `publish` event."""
        return b"42" + compact(["publish", {"text": numbered_text(number, filler)}])

    def publication(self, message: bytes) -> Publication | None:
        """Return the data of a `publication` event."""
        if not message.startswith(b'42["publication",'):
            return None
        return Publication(compact(json.loads(message[2:])[1]))

    def number_in(self, data: bytes) -> int:
        """Return the number in the text."""
        return number_in(data)


def _expect(start: bytes, message: bytes) -> None:
    if not message.startswith(start):
        raise BenchError(f"expected {start!r}, got {message[:200]!r}")
