"""WebSocket frames as a server sends them: unmasked, so one ready-made frame serves every subscriber."""

import struct

TEXT = 0x1
BINARY = 0x2
CLOSE = 0x8
_FIN = 0x80


def frame(opcode: int, payload: bytes) -> bytes:
    """Return `payload` as one whole server frame (RFC 6455, section 5.2)."""
    length = len(payload)
    if length < 126:
        head = struct.pack("!BB", _FIN | opcode, length)
    elif length < 1 << 16:
        head = struct.pack("!BBH", _FIN | opcode, 126, length)
    else:
        head = struct.pack("!BBQ", _FIN | opcode, 127, length)
    return head + payload


def is_close(frame: bytes) -> bool:
    """Say whether a server frame is a close frame."""
    return frame[:1] == bytes([_FIN | CLOSE])


def close_frame(code: int, reason: str) -> bytes:
    """Return a close frame; a control frame's payload is at most 125 bytes (section 5.5)."""
    return frame(CLOSE, struct.pack("!H", code) + reason.encode()[:123])
