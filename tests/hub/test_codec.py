"""The codecs: the same objects in JSON and MessagePack, and nothing hostile gets further than Malformed."""

import json
import tracemalloc
from typing import Any

import msgpack
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.wire.codec import ARRAY_LENGTH_MAX, BY_SUBPROTOCOL, CODECS, JSON, Codec, Encoded, Malformed
from rooms.ports import Publication
from tests.hub.frame_reader import frames_in

MSGPACK = CODECS["msgpack"]
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(1 << 63), (1 << 64) - 1)
    | st.floats(allow_nan=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)
OBJECTS = st.lists(st.dictionaries(st.text(), VALUES, max_size=4), min_size=1, max_size=4)


def pack(*objects: Any) -> bytes:
    return b"".join(msgpack.packb(each) for each in objects)


def finite(value: Any) -> bool:
    """Say whether JSON can carry all numbers in `value`."""
    if isinstance(value, dict):
        return all(map(finite, value.values()))
    if isinstance(value, list):
        return all(map(finite, value))
    return not isinstance(value, float) or abs(value) != float("inf")


@given(OBJECTS)
@settings(max_examples=40)
def test_objects_come_out_as_they_went_in(objects: list[dict[str, Any]]) -> None:
    assert MSGPACK.decode(pack(*objects)) == objects
    if finite(objects):
        assert JSON.decode("\n".join(json.dumps(each) for each in objects)) == objects


@given(st.text())
def test_any_text_is_objects_or_malformed(message: str) -> None:
    try:
        decoded = JSON.decode(message)
    except Malformed:
        return
    assert all(isinstance(each, dict) for each in decoded)


@given(st.binary())
def test_any_bytes_are_objects_or_malformed(message: bytes) -> None:
    try:
        decoded = MSGPACK.decode(message)
    except Malformed:
        return
    assert all(isinstance(each, dict) for each in decoded)


@given(OBJECTS, st.integers(1, 200))
@settings(max_examples=40)
def test_a_frame_that_is_cut_short_is_malformed(objects: list[dict[str, Any]], cut: int) -> None:
    last = pack(objects[-1])
    if cut < len(last):
        with pytest.raises(Malformed):
            MSGPACK.decode(pack(*objects)[:-cut])


@pytest.mark.parametrize(
    "message",
    [
        "", "\n", "[]", "1", "null", '{"a":1}x', '{"a":NaN}', '{"a":Infinity}', '{"a":-1e999}',
        '{"a":"\\ud800"}',
        '{"a":01}', "{'a':1}", '{"a":1,}', "\ufeff{}", "[" * 60_000, '{"a":' * 12_000, b"{}", "{}\r{}",
    ],
)  # fmt: skip
def test_what_json_does_not_take(message: str | bytes) -> None:
    with pytest.raises(Malformed):
        JSON.decode(message)


def test_json_takes_lines_with_nothing_in_them_and_either_line_end() -> None:
    assert JSON.decode('\n{"a":1}\n\n{"b":2}\r\n{}\n') == [{"a": 1}, {"b": 2}, {}]


@pytest.mark.parametrize(
    "message",
    [
        "{}",
        b"",
        b"\xc1",
        pack([]),
        pack(1),
        pack({}) + pack([]),
        pack({1: 2}),
        b"\x81\xa1\xff\x01",
        b"\x81\xa1a\xa3\xed\xa0\x80",
        b"\x91" * 5_000,
        b"\x81\xa1a" * 5_000,
        b"\xdd\xff\xff\xff\xff",
        b"\xdf\xff\xff\xff\xff",
        b"\xdb\xff\xff\xff\xff",
        b"\x81\xa1a\xc7\x0c\xff" + b"\xff" * 12,
        pack({"a": [0] * (ARRAY_LENGTH_MAX + 1)}),
    ],
)
def test_what_messagepack_does_not_take(message: str | bytes) -> None:
    with pytest.raises(Malformed):
        MSGPACK.decode(message)


def test_a_few_bytes_of_messagepack_cannot_ask_for_much_memory() -> None:
    bombs = [b"\xdd\x05\xf5\xe1\x00", b"\xdc\xff\xff" * 1_000, b"\xdc\x04\x00" * 21_000]
    tracemalloc.start()
    for bomb in bombs:
        with pytest.raises(Malformed):
            MSGPACK.decode(b"\x81\xa1a" + bomb)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 32 * 1024 * 1024


def test_messagepack_takes_what_json_has_no_word_for() -> None:
    message = pack({"id": 1, "publish": {"channel": "c", "data": b"\xff", "at": msgpack.Timestamp(1)}})
    [command] = MSGPACK.decode(message)
    assert command["publish"]["data"] == b"\xff"


@pytest.mark.parametrize("codec", CODECS.values(), ids=CODECS)
@given(data=VALUES.filter(finite), offset=st.integers(0, 1 << 40))
def test_a_publication_looks_the_same_in_replies_and_pushes(codec: Codec, data: Any, offset: int) -> None:
    raw = json.dumps(data, ensure_ascii=False).encode("utf-8", "surrogatepass")
    expected = {"data": json.loads(raw)} | ({"offset": offset} if offset else {})
    encoded = Encoded.of(Publication(raw, offset))
    [(opcode, reply)] = frames_in(codec.framed({"id": 1, "history": {"publications": [encoded]}}))
    assert opcode == codec.opcode
    assert read(codec, reply) == [{"id": 1, "history": {"publications": [expected]}}]
    pushes = codec.encode_pushes("thread:lobby", [encoded, encoded])
    assert read(codec, pushes) == [{"push": {"channel": "thread:lobby", "pub": expected}}] * 2


def read(codec: Codec, payload: bytes) -> list[Any]:
    if codec is JSON:
        return [json.loads(line) for line in payload.split(b"\n")]
    unpacker = msgpack.Unpacker()
    unpacker.feed(payload)
    return list(unpacker)


@pytest.mark.parametrize("codec", CODECS.values(), ids=CODECS)
def test_what_has_no_place_on_the_wire_is_a_fault_of_ours(codec: Codec) -> None:
    with pytest.raises(TypeError, match="object"):
        codec.encode({"id": 1, "x": object()})


def test_only_the_codecs_with_a_subprotocol_are_asked_for_by_one() -> None:
    assert BY_SUBPROTOCOL == {"centrifuge-msgpack": MSGPACK}
