"""The front door: a look at the head, whole or dribbled, sends a connection to the side it asks for."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import trio
import trio.testing

from hub import front_door
from hub.front_door import HEAD_LOOK_BYTES, FrontDoor, judge

LINE = b"GET /connection/websocket HTTP/1.1\r\n"
UPGRADE = LINE + b"Host: hub\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
FILLED = LINE + b"Upgrade: websocket\r\nX: " + b"x" * HEAD_LOOK_BYTES


@pytest.mark.parametrize(
    ("head", "verdict"),
    [
        (b"", False),
        (b"G", None),
        (b"GET /connection/websock", None),
        (b"GET /connection/websocket", None),
        (b"GET /connection/websocket ", None),
        (LINE, None),
        (UPGRADE[:-1], None),
        (UPGRADE, True),
        (UPGRADE + b"\x81\x80", True),
        (UPGRADE.replace(b"websocket HTTP", b"websocket?cf_protocol=json HTTP"), True),
        (UPGRADE.replace(b"Upgrade: websocket", b"UPGRADE:WebSocket"), True),
        (UPGRADE.replace(b"Upgrade: websocket", b"upgrade :\twebsocket "), True),
        (UPGRADE.replace(b"Upgrade: websocket", b"Upgrade: h2c"), False),
        (UPGRADE.replace(b"Upgrade: websocket", b"X-Upgrade: websocket"), False),
        (UPGRADE.replace(b"Upgrade: websocket\r\n", b""), False),
        (UPGRADE.replace(b"websocket HTTP", b"websockets HTTP"), False),
        (UPGRADE.replace(b"websocket HTTP", b"websocket/ HTTP"), False),
        (UPGRADE.replace(b"GET", b"POST"), False),
        (UPGRADE.replace(b"GET", b"get"), False),
        (UPGRADE.replace(b"/connection", b"/Connection"), False),
        (LINE + b"\r\nUpgrade: websocket\r\n\r\n", False),
        (b"GET / HTTP/1.1\r\n", False),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", False),
        (b"\x16\x03\x01\x02\x00", False),
        (b"\x00" * 100, False),
        (FILLED[: HEAD_LOOK_BYTES - 1], None),
        (FILLED[:HEAD_LOOK_BYTES], False),
    ],
)
def test_the_verdict_on_a_head(head: bytes, verdict: bool | None) -> None:
    assert judge(head) is verdict


def test_no_beginning_of_an_upgrade_is_sent_to_the_wrong_side() -> None:
    for length in range(1, len(UPGRADE)):
        assert judge(UPGRADE[:length]) is None


class Sides:
    """Both sides behind the door: each notes the head that it reads, and holds on until it is let go."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, bytes]] = []
        self.let_go = trio.Event()
        self.let_go.set()

    async def http(self, stream: trio.SocketStream) -> None:
        await self._take("http", stream)

    async def websocket(self, stream: trio.SocketStream) -> None:
        await self._take("websocket", stream)

    async def _take(self, side: str, stream: trio.SocketStream) -> None:
        self.seen.append((side, bytes(await stream.receive_some(65_536))))
        await self.let_go.wait()


@asynccontextmanager
async def open_door(
    connections_max: int = 100,
) -> AsyncIterator[tuple[Sides, FrontDoor, trio.SocketListener]]:
    sides = Sides()
    door = FrontDoor(sides.http, sides.websocket, connections_max)
    [listener] = await trio.open_tcp_listeners(0, host="127.0.0.1")
    async with trio.open_nursery() as nursery:
        nursery.start_soon(door.accept, [listener], nursery)
        yield sides, door, listener
        nursery.cancel_scope.cancel()


async def call(listener: trio.SocketListener, *pieces: bytes, half_close: bool = False) -> bytes:
    """Send `pieces` some milliseconds apart, and return what comes back until the end."""
    async with await trio.testing.open_stream_to_socket_listener(listener) as stream:
        for piece in pieces:
            await stream.send_all(piece)
            await trio.sleep(0.002)
        if half_close:
            await stream.send_eof()
        try:
            return b"".join([bytes(chunk) async for chunk in stream])
        except trio.BrokenResourceError:
            return b""  # closed with something of ours unread


async def test_a_dribbled_head_is_waited_for_and_left_whole() -> None:
    async with open_door() as (sides, door, listener):
        await call(listener, UPGRADE[:1], UPGRADE[1:20], UPGRADE[20:60], UPGRADE[60:-1], UPGRADE[-1:])
        await call(listener, b"GET ", b"/ HTTP/1.1\r\n\r\n")
        (side, head), (other_side, other_head) = sides.seen
        assert (side, head) == ("websocket", UPGRADE)
        assert other_side == "http"
        assert b"GET / HTTP/1.1\r\n\r\n".startswith(other_head)
        assert door.open_connections == 0


async def test_who_says_nothing_and_goes_is_https_to_end() -> None:
    async with open_door() as (sides, _, listener):
        assert await call(listener, half_close=True) == b""
        assert sides.seen == [("http", b"")]


async def test_who_does_not_come_to_the_point_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(front_door, "HEAD_TIMEOUT_S", 0.03)
    async with open_door() as (sides, door, listener):
        assert await call(listener) == b""
        assert await call(listener, UPGRADE[:30]) == b""
        assert await call(listener, UPGRADE[:30], half_close=True) == b""
        assert sides.seen == []
        assert door.open_connections == 0


async def test_one_connection_too_many_is_closed_at_once() -> None:
    async with open_door(connections_max=1) as (sides, door, listener):
        sides.let_go = trio.Event()
        async with await trio.testing.open_stream_to_socket_listener(listener) as first:
            await first.send_all(UPGRADE)
            while not sides.seen:
                await trio.lowlevel.checkpoint()
            assert await call(listener) == b""
            assert door.open_connections == 1
            sides.let_go.set()
            await door.wait_until_empty()
        await call(listener, UPGRADE)
        assert [side for side, _ in sides.seen] == ["websocket", "websocket"]


async def test_waiting_until_all_have_gone() -> None:
    async with open_door() as (sides, door, listener):
        await door.wait_until_empty()
        sides.let_go = trio.Event()
        async with trio.open_nursery() as nursery:
            for _ in range(3):
                nursery.start_soon(call, listener, UPGRADE)
            while len(sides.seen) < 3:
                await trio.lowlevel.checkpoint()
            with trio.move_on_after(0.01) as patience:
                await door.wait_until_empty()
            assert patience.cancelled_caught
            sides.let_go.set()
            await door.wait_until_empty()
        assert door.open_connections == 0


async def test_looks_at_a_dribbled_head_become_rare(
    autojump_clock: trio.testing.MockClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = 0

    class Dribbler:
        async def recv(self, *_: object) -> bytes:
            nonlocal looks
            looks += 1
            return b"GET /conn"

    with trio.move_on_after(front_door.HEAD_TIMEOUT_S):
        await front_door.asks_for_websocket(Dribbler())
    assert 5 < looks < 50
