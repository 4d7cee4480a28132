"""The codecs: how the protocol's objects look in a WebSocket message."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import msgpack
import orjson

from hub.wire.frames import BINARY, TEXT, frame
from rooms.ports import Publication

ARRAY_LENGTH_MAX = 1_024  # in MessagePack a length comes before the items, and room is made for it at once


class Malformed(Exception):
    """A message that is not a sequence of objects in this codec."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """A publication that is encoded at most once a codec, however many subscribe or recover."""

    json: bytes
    offset: int
    """The place in the channel's log, 0 for a volatile publication."""

    @classmethod
    def of(cls, publication: Publication) -> "Encoded":
        """Encode as JSON by putting the data, which is JSON already, between the other fields."""
        tail = b',"offset":%d}' % publication.offset if publication.offset else b"}"
        return cls(b'{"data":' + publication.data + tail, publication.offset)

    @property
    def size(self) -> int:
        """Bytes that it takes on the wire, as JSON."""
        return len(self.json)


class Codec(Protocol):
    """One way to write the protocol's objects down."""

    name: str
    subprotocol: str | None
    opcode: int
    separator: bytes
    """What stands between two objects of one frame."""

    def decode(self, message: str | bytes) -> list[dict[str, Any]]:
        """Return the objects of one WebSocket message; raise Malformed."""

    def encode(self, body: dict[str, Any]) -> bytes:
        """Return one object, in which publications may stand as Encoded."""

    def encode_pushes(self, channel: str, publications: Iterable[Encoded]) -> bytes:
        """Return the pushes of several publications as one payload."""

    def framed(self, body: dict[str, Any]) -> bytes:
        """Return one object as a ready WebSocket frame."""


def _objects(values: list[Any]) -> list[dict[str, Any]]:
    if not values or not all(isinstance(value, dict) for value in values):
        raise Malformed("a frame holds one or more objects")
    return values


class JsonCodec:
    """Objects joined by newlines in text frames: the protocol as every public SDK speaks it."""

    name = "json"
    subprotocol: str | None = None
    opcode = TEXT
    separator = b"\n"

    def decode(self, message: str | bytes) -> list[dict[str, Any]]:
        """Return the objects of one WebSocket message; raise Malformed."""
        if not isinstance(message, str):
            raise Malformed("the JSON protocol takes text frames")
        try:
            return _objects([orjson.loads(line) for line in message.split("\n") if line])
        except orjson.JSONDecodeError as error:
            raise Malformed("not JSON") from error

    def encode(self, body: dict[str, Any]) -> bytes:
        """Return one object, in which publications may stand as Encoded."""
        return orjson.dumps(body, default=_as_fragment, option=orjson.OPT_PASSTHROUGH_DATACLASS)

    def encode_pushes(self, channel: str, publications: Iterable[Encoded]) -> bytes:
        """Return the pushes of several publications as one payload."""
        head = b'{"push":{"channel":' + orjson.dumps(channel) + b',"pub":'
        return b"\n".join([head + publication.json + b"}}" for publication in publications])

    def framed(self, body: dict[str, Any]) -> bytes:
        """Return one object as a ready WebSocket frame."""
        return frame(TEXT, self.encode(body))


def _as_fragment(value: object) -> orjson.Fragment:
    if isinstance(value, Encoded):
        return orjson.Fragment(value.json)
    raise TypeError(f"{type(value).__name__} has no place on the wire")


class MsgpackCodec:
    """The same objects as concatenated MessagePack maps in binary frames."""

    name = "msgpack"
    subprotocol: str | None = "centrifuge-msgpack"
    opcode = BINARY
    separator = b""

    def decode(self, message: str | bytes) -> list[dict[str, Any]]:
        """Return the objects of one WebSocket message; raise Malformed."""
        if not isinstance(message, bytes | bytearray):
            raise Malformed("the MessagePack protocol takes binary frames")
        unpacker = msgpack.Unpacker(raw=False, strict_map_key=True, max_array_len=ARRAY_LENGTH_MAX)
        unpacker.feed(message)
        try:
            return _objects(list(_unpacked(unpacker, len(message))))
        except (ValueError, msgpack.UnpackException) as error:
            raise Malformed("not MessagePack") from error

    def encode(self, body: dict[str, Any]) -> bytes:
        """Return one object, in which publications may stand as Encoded."""
        packed: bytes = msgpack.packb(body, default=_as_object)
        return packed

    def encode_pushes(self, channel: str, publications: Iterable[Encoded]) -> bytes:
        """Return the pushes of several publications as one payload."""
        return b"".join(self.encode({"push": {"channel": channel, "pub": each}}) for each in publications)

    def framed(self, body: dict[str, Any]) -> bytes:
        """Return one object as a ready WebSocket frame."""
        return frame(BINARY, self.encode(body))


def _unpacked(unpacker: msgpack.Unpacker, length: int) -> Iterator[Any]:
    """Yield all objects; iterating the unpacker itself would pass over a last one that is cut short."""
    while unpacker.tell() < length:
        yield unpacker.unpack()


def _as_object(value: object) -> object:
    if isinstance(value, Encoded):
        return orjson.loads(value.json)
    raise TypeError(f"{type(value).__name__} has no place on the wire")


JSON = JsonCodec()
CODECS: dict[str, Codec] = {"json": JSON, "msgpack": MsgpackCodec()}
BY_SUBPROTOCOL: dict[str, Codec] = {
    codec.subprotocol: codec for codec in CODECS.values() if codec.subprotocol
}
