"""HTTP/1.1 as far as a load program needs it: one request after the other on connections that are kept."""

import socket
from typing import NamedTuple

from bench.errors import BenchError

_READ_MAX = 1 << 18
_TIMEOUT_S = 30.0


class Answer(NamedTuple):
    """One whole answer."""

    status: int
    body: bytes


def get(path: str) -> bytes:
    """Return the request for a path."""
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()


def post(path: str, body: bytes) -> bytes:
    """Return the request that sends JSON."""
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


class HttpConnection:
    """A connection with at most one request under way; it is opened again when the server ended it."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._inbox = bytearray()
        self.socket = self._open()

    def ask(self, request: bytes) -> None:
        """Send a request; the one before has been answered."""
        if self.socket.send(request) != len(request):
            raise BenchError("the server does not read a request: the socket's buffer is full")

    def read(self) -> Answer | None:
        """Read what is there; return the answer when it is complete."""
        data = self.socket.recv(_READ_MAX)
        if not data:
            raise BenchError(f"the server closed a connection; unread: {bytes(self._inbox[:200])!r}")
        self._inbox += data
        return self._take()

    def get(self, path: str) -> Answer:
        """Ask and wait for the answer."""
        self.socket.settimeout(_TIMEOUT_S)
        self.ask(get(path))
        while (answer := self.read()) is None:
            continue
        self.socket.setblocking(False)
        return answer

    def close(self) -> None:
        """Close the connection."""
        self.socket.close()

    def _open(self) -> socket.socket:
        opened = socket.create_connection(("127.0.0.1", self._port), timeout=_TIMEOUT_S)
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        opened.setblocking(False)
        return opened

    def _take(self) -> Answer | None:
        end = self._inbox.find(b"\r\n\r\n")
        if end < 0:
            return None
        head = bytes(self._inbox[:end]).lower()
        size = _length(head)
        if len(self._inbox) < end + 4 + size:
            return None
        answer = Answer(int(head[9:12]), bytes(self._inbox[end + 4 : end + 4 + size]))
        del self._inbox[: end + 4 + size]
        self.ended = b"\r\nconnection: close" in head
        return answer

    ended = False

    def reopen(self) -> None:
        """Open the connection again, after the server's last answer on it."""
        self.socket.close()
        self._inbox.clear()
        self.ended = False
        self.socket = self._open()


def _length(head: bytes) -> int:
    _, found, rest = head.partition(b"\r\ncontent-length:")
    if not found:
        raise BenchError(f"an answer without a length: {head[:200]!r}")
    return int(rest.partition(b"\r\n")[0])
