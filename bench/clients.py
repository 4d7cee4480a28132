"""Opens many WebSocket clients at once, each led by a script of what to say and what it was answered."""

import contextlib
import socket
import time
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from bench.errors import BenchError
from bench.poller import Poller, open_poller
from bench.websocket import CLOSE, client_text, take_frame, take_upgrade_answer, upgrade_request

T = TypeVar("T")
Script = Generator[bytes, bytes, T]
"""Yields the next payload to send (b"" for none), is sent each message that comes, returns its result."""

_READ_MAX = 1 << 18
_OPEN_TIMEOUT_S = 60.0


@dataclass(frozen=True, slots=True)
class Client(Generic[T]):
    """An open connection (non-blocking) and what its script returned."""

    connection: socket.socket
    result: T


class _Opening(Generic[T]):
    def __init__(self, port: int, path: str, script: Script[T]) -> None:
        self.connection = socket.create_connection(("127.0.0.1", port), timeout=_OPEN_TIMEOUT_S)
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.connection.setblocking(False)
        self.connection.send(upgrade_request(path))
        self._script, self._inbox, self._upgraded = script, bytearray(), False

    def read(self) -> Client[T] | None:
        """Read what is there; return the client when its script has come to its end."""
        data = self.connection.recv(_READ_MAX)
        if not data:
            raise BenchError(
                f"the server closed a connection while it was opened; unread: {bytes(self._inbox)!r}"
            )
        self._inbox += data
        try:
            self._follow_script()
        except StopIteration as end:
            return Client(self.connection, end.value)
        return None

    def _follow_script(self) -> None:
        if not self._upgraded:
            self._upgraded = take_upgrade_answer(self._inbox)
            if not self._upgraded:
                return
            self._say(next(self._script))
        while frame := take_frame(self._inbox):
            if frame.opcode == CLOSE:
                raise BenchError(
                    f"the server closed with {int.from_bytes(frame.payload[:2], 'big')} {frame.payload[2:]!r}"
                )
            for message in frame.payload.split(b"\n"):
                self._say(self._script.send(message))

    def _say(self, payload: bytes) -> None:
        if payload:
            send_whole(self.connection, client_text(payload))


def send_whole(connection: socket.socket, frame: bytes) -> None:
    """Send a frame at once; a server that does not read it is an error."""
    if connection.send(frame) != len(frame):
        raise BenchError("the server does not read what it is sent: the socket's buffer is full")


def open_clients(
    port: int,
    greetings: Sequence[tuple[str, Script[T]]],
    *,
    at_once: int = 200,
    timeout_s: float = _OPEN_TIMEOUT_S,
) -> list[Client[T]]:
    """Open one client for each (path, script), at most at_once under way, in the order given."""
    waiting = deque(enumerate(greetings))
    opened: dict[int, Client[T]] = {}
    under_way: dict[int, tuple[int, _Opening[T]]] = {}
    deadline = time.monotonic() + timeout_s
    with open_poller() as poller, contextlib.ExitStack() as on_error:
        while waiting or under_way:
            if time.monotonic() > deadline:
                raise BenchError(
                    f"only {len(opened)} of {len(greetings)} clients were open after {timeout_s:.0f} s"
                )
            while waiting and len(under_way) < at_once:
                _begin(port, waiting, under_way, poller, on_error)
            _advance(poller, under_way, opened)
        on_error.pop_all()
    return [opened[number] for number in range(len(greetings))]


def _begin(
    port: int,
    waiting: deque[tuple[int, tuple[str, Script[T]]]],
    under_way: dict[int, tuple[int, _Opening[T]]],
    poller: Poller,
    on_error: contextlib.ExitStack,
) -> None:
    number, (path, script) = waiting.popleft()
    opening = _Opening(port, path, script)
    on_error.callback(opening.connection.close)
    under_way[opening.connection.fileno()] = number, opening
    poller.watch(opening.connection.fileno())


def _advance(
    poller: Poller, under_way: dict[int, tuple[int, _Opening[T]]], opened: dict[int, Client[T]]
) -> None:
    for fd in poller.wait(1.0):
        number, opening = under_way[fd]
        client = opening.read()
        if client is not None:
            opened[number] = client
            poller.forget(fd)
            del under_way[fd]


@contextlib.contextmanager
def opened_clients(
    port: int, greetings: Sequence[tuple[str, Script[T]]], *, at_once: int = 200
) -> Iterator[list[Client[T]]]:
    """Open the clients like open_clients and close them at the end."""
    clients = open_clients(port, greetings, at_once=at_once)
    try:
        yield clients
    finally:
        close_clients(clients)


def close_clients(clients: Sequence[Client[T]]) -> None:
    """Close all connections, without a closing handshake."""
    for client in clients:
        client.connection.close()


def is_closed(connection: socket.socket) -> bool:
    """Return whether the server has closed this connection and nothing of it is left to read."""
    try:
        return not connection.recv(1, socket.MSG_PEEK)
    except BlockingIOError:
        return False
