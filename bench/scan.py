"""Reads a server's stream in bulk: counts a marker in the raw bytes, whatever way the stream is cut."""

import socket

from bench.errors import BenchError

MARKER = b"=#*%@+^~"  # rare bytes that JSON leaves as they are, so counting skips ahead 9 bytes at a time
_TAIL = 16
_BODY = 1 << 18
_SHOWN = 300
_buffer = bytearray(_TAIL + _BODY)
_body = memoryview(_buffer)[_TAIL:]


class BulkReader:
    """Counts one marker in what a socket brings, answers the server's pings, refuses what must not come."""

    __slots__ = ("_alarm", "_from", "_marker", "_ping", "_ping_from", "_pong", "_receive", "_socket", "_tail")

    def __init__(
        self,
        connection: socket.socket,
        marker: bytes,
        *,
        ping: bytes = b"",
        pong: bytes = b"",
        alarm: bytes = b"",
    ) -> None:
        """Read from a non-blocking connection; ping and pong are whole frames; alarm must never come."""
        self._socket, self._receive = connection, connection.recv_into
        self._marker, self._from = marker, _TAIL + 1 - len(marker)
        self._ping, self._ping_from, self._pong = ping, _TAIL + 1 - len(ping), pong
        self._alarm = alarm
        self._tail = bytearray(_TAIL)

    def _has_ping(self, end: int) -> bool:
        """Look for a heartbeat; first for its length alone, a byte below the space, which JSON never has."""
        return (
            _buffer.find(self._ping[1], self._ping_from, end) >= 0
            and _buffer.find(self._ping, self._ping_from, end) >= 0
        )

    def read(self) -> int:
        """Read what is there and return how many markers it completes.

        The count begins in the bytes before this read, one fewer of them than a marker has: so a marker that
        is cut in two is counted, and none is counted twice.
        """
        _buffer[:_TAIL] = self._tail
        got = self._receive(_body)
        end = _TAIL + got
        self._tail = _buffer[got:end]
        if not got:
            raise BenchError(f"the server closed a connection; its last bytes were {bytes(self._tail)!r}")
        if self._ping and self._has_ping(end):
            self._socket.send(self._pong)
        if self._alarm and _buffer.find(self._alarm, _TAIL, end) >= 0:
            raise BenchError(f"the server answered {bytes(_buffer[_TAIL:end][:_SHOWN])!r}")
        return _buffer.count(self._marker, self._from, end)
