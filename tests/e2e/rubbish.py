"""Rubbish for every layer of the wire, each piece with what it must come to."""

import copy
import json
import random
from typing import Any

LONG = 100_000

HTTP: dict[str, bytes] = {
    "noise": bytes(range(256)) * 4,
    "a request line of one word": b"GET\r\n\r\n",
    "no host": b"GET / HTTP/1.1\r\n\r\n",
    "a header without a colon": b"GET / HTTP/1.1\r\nHost hub\r\n\r\n",
    "a header that does not end": b"GET / HTTP/1.1\r\nHost: hub\r\nX-Long: " + b"x" * LONG,
    "a path that does not end": b"GET /" + b"x" * LONG,
    "a length that is no number": b"POST /api/auth/guest HTTP/1.1\r\nHost: hub\r\nContent-Length: -1\r\n\r\n",
    "two lengths": b"POST /api/auth/guest HTTP/1.1\r\nHost: hub\r\nContent-Length: 1\r\n"
    b"Content-Length: 2\r\n\r\nxx",
    "a chunk of a length that is no number": b"POST /api/auth/guest HTTP/1.1\r\nHost: hub\r\n"
    b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
    "a body that is too large": b"POST /api/auth/guest HTTP/1.1\r\nHost: hub\r\n"
    b"Content-Length: 100000\r\n\r\n" + b"x" * LONG,
    "a body that is not JSON": b"POST /api/auth/guest HTTP/1.1\r\nHost: hub\r\nContent-Length: 3\r\n\r\n{{{",
    "a body of bytes that are no text": b"POST /api/auth/guest HTTP/1.1\r\nHost: hub\r\n"
    b"Content-Type: application/json\r\nContent-Length: 4\r\n\r\n\xff\xfe\x00\x80",
    "a way out of the folder": b"GET /../../../../etc/passwd HTTP/1.1\r\nHost: hub\r\n\r\n",
    "the same in disguise": b"GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\nHost: hub\r\n\r\n",
    "a path with a zero": b"GET /%00 HTTP/1.1\r\nHost: hub\r\n\r\n",
    "a method that is not there": b"DANCE / HTTP/1.1\r\nHost: hub\r\n\r\n",
    "a greeting in TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 200,
    "a WebSocket without a key": b"GET /connection/websocket HTTP/1.1\r\nHost: hub\r\nUpgrade: websocket\r\n"
    b"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n\r\n",
    "a WebSocket of the past": b"GET /connection/websocket HTTP/1.1\r\nHost: hub\r\nUpgrade: websocket\r\n"
    b"Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 1\r\n\r\n",
    "a WebSocket without an upgrade": b"GET /connection/websocket HTTP/1.1\r\nHost: hub\r\n\r\n",
    "a WebSocket head that does not end": b"GET /connection/websocket HTTP/1.1\r\nUpgrade: websocket\r\nX: "
    + b"x" * LONG,
}
"""What is sent on a fresh TCP connection: answered with a status from 400 to 499, or dropped."""


def masked(first: int, payload: bytes) -> bytes:
    """Return a client's frame; the mask of zeros leaves the payload as it is."""
    size = len(payload)
    if size < 126:
        length = bytes([0x80 | size])
    elif size < 1 << 16:
        length = bytes([0x80 | 126]) + size.to_bytes(2, "big")
    else:
        length = bytes([0x80 | 127]) + size.to_bytes(8, "big")
    return bytes([first]) + length + bytes(4) + payload


FRAMES: dict[str, tuple[bytes, int]] = {
    "a frame without a mask": (b"\x81\x02{}", 1002),
    "an opcode that is not there": (masked(0x83, b"{}"), 1002),
    "a reserved bit": (masked(0xC1, b"{}"), 1002),
    "a continuation of nothing": (masked(0x80, b"{}"), 1002),
    "text that is no text": (masked(0x81, b"\xff\xfe\xfd"), 1007),
    "a ping that is too long": (masked(0x89, b"x" * 126), 1002),
    "a frame over the limit": (masked(0x81, b"x" * 70_000), 1009),
    "fragments over the limit": (masked(0x01, b"x" * 1_000) + masked(0x00, b"x" * 1_000) * 70, 1009),
    "a farewell of one byte": (masked(0x88, b"\x03"), 1002),
}
"""What is sent after the handshake, and the code with which it closes, if it is not just dropped."""

MESSAGES: dict[str, str | bytes] = {
    "nothing": "",
    "a list": "[]",
    "a number": "1",
    "half an object": '{"id":1',
    "two objects in a row": "{}{}",
    "something behind an object": '{"id":1,"connect":{}} and so on',
    "a deep list": "[" * 60_000,
    "a deep object": '{"a":' * 10_000,
    "half a character": '{"id":1,"connect":{"token":"\\ud800"}}',
    "not JSON at all": "hello?",
    "a number without end": '{"id":' + "9" * 5_000 + ',"connect":{}}',
    "infinity": '{"id":Infinity,"connect":{}}',
    "bytes": b"\x00\x01\x02",
    "an id that is negative": '{"id":-1,"connect":{}}',
    "an id that is a fraction": '{"id":1.5,"connect":{}}',
    "an id that is a text": '{"id":"1","connect":{}}',
    "an id that is true": '{"id":true,"connect":{}}',
    "no id": '{"connect":{}}',
    "a command before connect": '{"id":1,"subscribe":{"channel":"thread:lobby"}}',
    "a method that is not there, before connect": '{"id":1,"dance":{}}',
}
"""What is sent as the first message: closed with 3501, bad request."""

POST = {"type": "post", "id": "1", "text": "hello"}


def _post(**changes: Any) -> tuple[str, Any, int]:
    return "publish", {"channel": "thread:lobby", "data": POST | changes}, 400


COMMANDS: dict[str, tuple[str, Any, int]] = {
    "a method that is not there": ("dance", {}, 104),
    "a list for an object": ("publish", [POST], 107),
    "no channel": ("publish", {"data": POST}, 107),
    "a channel that is a number": ("subscribe", {"channel": 25544}, 107),
    "a channel that is too long": ("subscribe", {"channel": "thread:" + "x" * 255}, 107),
    "a channel of no kind": ("subscribe", {"channel": "nowhere"}, 102),
    "a satellite that is not there": ("subscribe", {"channel": "sat:1"}, 102),
    "a satellite that is a word": ("subscribe", {"channel": "sat:moon"}, 102),
    "a post to nowhere": ("publish", {"channel": "nowhere:1", "data": POST}, 102),
    "a post to a satellite": ("publish", {"channel": "sat:25544", "data": POST}, 103),
    "no data": ("publish", {"channel": "thread:lobby"}, 400),
    "data that is a list": ("publish", {"channel": "thread:lobby", "data": [POST]}, 400),
    "a type that is not there": (
        "publish",
        {"channel": "thread:lobby", "data": POST | {"type": "shout"}},
        400,
    ),
    "a type that is a list": _post(type=["post"]),
    "no id of its own": ("publish", {"channel": "thread:lobby", "data": {"type": "post", "text": "x"}}, 400),
    "an id with a zero": _post(id="a\0b"),
    "an id that is too long": _post(id="x" * 65),
    "text that is too long": (
        "publish",
        {"channel": "thread:lobby", "data": POST | {"text": "x" * 4_001}},
        400,
    ),
    "text that is nothing": _post(text=" \n "),
    "text that is an object": _post(text={}),
    "an edit of nothing": (
        "publish",
        {"channel": "thread:lobby", "data": {"type": "edit", "id": "nobody's", "text": "x"}},
        404,
    ),
    "a past before the beginning": (
        "history",
        {"channel": "thread:lobby", "limit": 1, "since": {"offset": -1}},
        107,
    ),
    "a past of another world": (
        "history",
        {"channel": "thread:lobby", "limit": 1, "since": {"offset": 1, "epoch": "another"}},
        112,
    ),
    "a limit that is a word": ("history", {"channel": "thread:lobby", "limit": "all"}, 107),
    "the past of a satellite": ("history", {"channel": "sat:25544", "limit": 1}, 108),
    "who is nowhere": ("presence", {"channel": "nowhere"}, 102),
    "a call of nothing": ("rpc", {"method": "shutdown"}, 104),
    "a token of noise": ("refresh", {"token": "noise"}, 3500),
    "a ticket of noise": ("sub_refresh", {"channel": "thread:lobby", "token": "a.b.c"}, 101),
}
"""What is sent on a connection, and the code of the error or of the close."""

_JUNK: list[Any] = [
    None,
    True,
    -1,
    0,
    1e308,
    2**64,
    "",
    "x" * 70,
    "\0",
    "💥",
    [],
    {},
    [[]],
    {"type": {}},
    "post",
]
_TEMPLATES: list[dict[str, Any]] = [
    {
        "id": 7,
        "connect": {"token": "", "subs": {"thread:lobby": {"recover": True, "offset": 1, "epoch": "x"}}},
    },
    {"id": 7, "subscribe": {"channel": "thread:fuzz", "recover": True, "offset": 1, "epoch": "x", "flag": 2}},
    {"id": 7, "unsubscribe": {"channel": "thread:fuzz"}},
    {"id": 7, "publish": {"channel": "thread:fuzz", "data": POST}},
    {"id": 7, "publish": {"channel": "thread:fuzz", "data": {"type": "react", "id": "1", "emoji": "🚀"}}},
    {"id": 7, "publish": {"channel": "thread:fuzz", "data": {"type": "delete", "id": "1"}}},
    {"id": 7, "history": {"channel": "thread:fuzz", "limit": 5, "since": {"offset": 1}, "reverse": True}},
    {"id": 7, "presence": {"channel": "thread:fuzz"}},
    {"id": 7, "presence_stats": {"channel": "sat:25544"}},
    {"id": 7, "rpc": {"method": "time", "data": {}}},
    {"id": 7, "refresh": {"token": "x"}},
    {"id": 7, "sub_refresh": {"channel": "thread:fuzz", "token": "x"}},
    {"send": {"data": {}}},
]


def mutation(rng: random.Random) -> str:
    """Return a command that was a good one before something happened to it."""
    command = copy.deepcopy(rng.choice(_TEMPLATES))
    for _ in range(rng.randrange(3)):
        _spoil(command, rng)
    text = json.dumps(command, ensure_ascii=rng.random() < 0.5)
    return _torn(text, rng) if rng.random() < 0.3 else text


def _spoil(value: dict[str, Any], rng: random.Random) -> None:
    """Put junk in the place of some value, however deep."""
    key = rng.choice(list(value))
    if isinstance(value[key], dict) and value[key] and rng.random() < 0.8:
        _spoil(value[key], rng)
    else:
        value[key] = copy.deepcopy(rng.choice(_JUNK))


def _torn(text: str, rng: random.Random) -> str:
    start, end = sorted(rng.randrange(len(text) + 1) for _ in range(2))
    return rng.choice([text[:start], text[:start] + text[end:], text[:end] + text[start:], text[end:]])
