"""WebSocket (RFC 6455) frames and the upgrade, as far as a load program needs them."""

import base64
import hashlib
import os
from typing import NamedTuple

from bench.errors import BenchError

TEXT = 0x1
CLOSE = 0x8
_FINAL = 0x80
_MASKED = 0x80
_MASK = os.urandom(4)
_ACCEPT_SUFFIX = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455, section 1.3


class Frame(NamedTuple):
    """One whole frame: its opcode and its unmasked payload."""

    opcode: int
    payload: bytes


def mask(payload: bytes, key: bytes) -> bytes:
    """Return payload XOR the repeated 4-byte key; doing it twice gives the payload back."""
    size = len(payload)
    repeated = (key * (size // 4 + 1))[:size]
    return (int.from_bytes(payload, "little") ^ int.from_bytes(repeated, "little")).to_bytes(size, "little")


def _head(opcode: int, size: int, masked: int) -> bytes:
    if size < 126:
        return bytes((_FINAL | opcode, masked | size))
    if size < 1 << 16:
        return bytes((_FINAL | opcode, masked | 126)) + size.to_bytes(2, "big")
    return bytes((_FINAL | opcode, masked | 127)) + size.to_bytes(8, "big")


def client_text(payload: bytes) -> bytes:
    """Return the masked text frame with which a client sends this payload."""
    return _head(TEXT, len(payload), _MASKED) + _MASK + mask(payload, _MASK)


def server_text(payload: bytes) -> bytes:
    """Return the unmasked text frame with which a server sends this payload."""
    return _head(TEXT, len(payload), 0) + payload


def take_frame(buffer: bytearray) -> Frame | None:
    """Take the first whole frame out of the buffer, or return None when more bytes are needed."""
    head = _read_head(buffer)
    if head is None:
        return None
    start, size, key = head
    if len(buffer) < start + size:
        return None
    opcode, payload = buffer[0] & 0x0F, bytes(buffer[start : start + size])
    del buffer[: start + size]
    return Frame(opcode, mask(payload, key) if key else payload)


def _read_head(buffer: bytearray) -> tuple[int, int, bytes] | None:
    if len(buffer) < 2:
        return None
    if buffer[0] & 0xF0 != _FINAL:
        raise BenchError(
            f"a fragmented or compressed frame, which was not asked for: first byte {buffer[0]:#x}"
        )
    size, start = buffer[1] & 0x7F, 2
    if size > 125:
        start = 4 if size == 126 else 10
        if len(buffer) < start:
            return None
        size = int.from_bytes(buffer[2:start], "big")
    if not buffer[1] & _MASKED:
        return start, size, b""
    return (start + 4, size, bytes(buffer[start : start + 4])) if len(buffer) >= start + 4 else None


def upgrade_request(path: str) -> bytes:
    """Return the HTTP request that opens a WebSocket at this path."""
    key = base64.b64encode(os.urandom(16)).decode()
    return (
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n"
    ).encode()


def upgrade_response(request: bytes) -> bytes:
    """Return the answer that accepts this upgrade request."""
    lines = dict(line.split(b": ", 1) for line in request.split(b"\r\n") if b": " in line)
    digest = hashlib.sha1(lines[b"Sec-WebSocket-Key"] + _ACCEPT_SUFFIX, usedforsecurity=False).digest()
    return (
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: " + base64.b64encode(digest) + b"\r\n\r\n"
    )


def take_upgrade_answer(buffer: bytearray) -> bool:
    """Take the server's answer to the upgrade out of the buffer; False when it is not complete yet."""
    end = buffer.find(b"\r\n\r\n")
    if end < 0:
        return False
    if not buffer.startswith(b"HTTP/1.1 101"):
        raise BenchError(f"the upgrade was refused: {bytes(buffer[:400])!r}")
    del buffer[: end + 4]
    return True
