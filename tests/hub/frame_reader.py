"""Server frames out of a stream of bytes, as a client reads them."""


def frames_in(data: bytes) -> list[tuple[int, bytes]]:
    """Return (opcode, payload) of whole unmasked frames; what is left over is an error."""
    frames = []
    while data:
        length, start = data[1], 2
        if length == 126:
            length, start = int.from_bytes(data[2:4], "big"), 4
        elif length == 127:
            length, start = int.from_bytes(data[2:10], "big"), 10
        assert data[0] & 0x80, "a server frame is whole"
        assert len(data) >= start + length, "the stream ends in the middle of a frame"
        frames.append((data[0] & 0x0F, data[start : start + length]))
        data = data[start + length :]
    return frames
