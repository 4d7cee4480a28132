"""The outlet over real sockets: bytes in order, nothing waits, frames whole, and too slow is told once."""

import os
import select
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial

import pytest
import trio
import trio.testing

from hub.outlet import OUTLET_BYTES_MAX, Outlet
from hub.wire.frames import BINARY, CLOSE, TEXT, frame
from tests.hub.frame_reader import frames_in

SMALL = 4096


@dataclass
class Line:
    """An outlet, the client's end of its socket, and how often the client was too slow."""

    outlet: Outlet
    stream: trio.SocketStream
    client: trio.SocketStream
    too_slow: int = 0
    offered: bytearray = field(default_factory=bytearray)

    def offer(self, payload: bytes) -> None:
        self.offered += frame(BINARY, payload)
        self.outlet.offer(frame(BINARY, payload))

    async def read(self, count: int) -> bytes:
        """Read exactly `count` bytes."""
        data = b""
        while len(data) < count:
            data += await self.client.receive_some(count - len(data))
        return data

    def read_at_once(self) -> bytes:
        """Read what has come, before any other task runs."""
        number, data = self.client.socket.fileno(), b""
        while select.select([number], [], [], 0)[0]:
            data += os.read(number, 65_536)
        return data

    def close_at_once(self) -> int:
        """Close the hub's end, before any other task runs; return its number, which is free then."""
        number = self.stream.socket.fileno()
        self.outlet.abandon()
        self.stream.socket.close()
        return number

    async def read_until_silence(self) -> bytes:
        """Read what has come and what follows it."""
        data = b""
        while True:
            with trio.move_on_after(0.02) as scope:
                data += await self.client.receive_some(65_536)
            if scope.cancelled_caught:
                return data

    def _overflow(self) -> None:
        self.too_slow += 1


@asynccontextmanager
async def open_line() -> AsyncIterator[Line]:
    """Open an outlet over a pair of sockets that hold little."""
    ours, theirs = socket.socketpair()
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SMALL)
    theirs.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL)
    stream = trio.SocketStream(trio.socket.from_stdlib_socket(ours))
    client = trio.SocketStream(trio.socket.from_stdlib_socket(theirs))
    async with client, trio.open_nursery() as nursery:
        outlet = Outlet(stream, nursery)
        line = Line(outlet, stream, client)
        outlet.on_overflow(line._overflow)
        yield line
        outlet.abandon()
        nursery.cancel_scope.cancel()
        await stream.aclose()


async def test_an_idle_outlet_sends_at_once() -> None:
    async with open_line() as line:
        line.offer(b"hello")
        assert line.outlet.queued_bytes == 0
        assert await line.read(7) == frame(BINARY, b"hello")


async def test_an_offer_to_many_passes_over_one_who_is_gone_and_one_who_does_not_read() -> None:
    async with open_line() as deaf, open_line() as gone, open_line() as first, open_line() as last:
        deaf.offer(b"x" * OUTLET_BYTES_MAX)
        await gone.client.aclose()
        everybody = [first, gone, deaf, last]
        waiting = deaf.outlet.queued_bytes
        Outlet.offer_to_all([line.outlet for line in everybody], frame(TEXT, b"hello"))
        assert first.read_at_once() == last.read_at_once() == frame(TEXT, b"hello")
        assert deaf.outlet.queued_bytes == waiting + len(frame(TEXT, b"hello"))
        assert deaf.too_slow == 0
        assert not gone.outlet._open


async def test_who_receives_is_told_when_the_outlet_is_closed_before_or_meanwhile() -> None:
    async with open_line() as line, trio.open_nursery() as nursery:
        refused: list[BaseException] = []

        async def receive() -> None:
            with pytest.raises(trio.ClosedResourceError) as told:
                await line.outlet.receive_some(10)
            refused.append(told.value)

        nursery.start_soon(receive)
        await trio.testing.wait_all_tasks_blocked()
        await line.outlet.aclose()
        await receive()
        await trio.testing.wait_all_tasks_blocked()
        assert len(refused) == 2


async def test_who_is_woken_to_receive_while_another_closes_gets_the_bytes_or_is_told() -> None:
    for _ in range(20):  # in which order Trio lets the two go on is drawn each time
        async with open_line() as line, trio.open_nursery() as nursery:
            ended: list[bool] = []
            line.outlet.on_end(partial(ended.append, True))
            sign, given = socket.socketpair()
            nursery.start_soon(_receive_or_be_told, line)
            nursery.start_soon(_close_at, given, line)
            await trio.testing.wait_all_tasks_blocked()
            os.write(line.client.socket.fileno(), b"x")
            sign.send(b"now")
        sign.close()
        given.close()
        assert ended == []


async def _receive_or_be_told(line: Line) -> None:
    with suppress(trio.ClosedResourceError):
        assert await line.outlet.receive_some(10) == b"x"


async def _close_at(sign: socket.socket, line: Line) -> None:
    await trio.lowlevel.wait_readable(sign)
    await line.outlet.aclose()


async def test_a_connection_that_is_reset_has_ended() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        client = socket.create_connection(server.getsockname())
        ours, _ = server.accept()
    ended: list[bool] = []
    async with (
        trio.SocketStream(trio.socket.from_stdlib_socket(ours)) as stream,
        trio.open_nursery() as nursery,
    ):
        outlet = Outlet(stream, nursery)
        outlet.on_end(lambda: ended.append(True))
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.close()
        with pytest.raises(trio.BrokenResourceError):
            await outlet.receive_some(10)
    assert ended == [True]


async def test_bytes_leave_in_the_order_in_which_they_were_offered() -> None:
    async with open_line() as line:
        for number in range(200):
            line.offer(bytes([number]) * (1 + 37 * number))
        assert line.outlet.queued_bytes > 0
        assert await line.read(len(line.offered)) == line.offered
        await trio.testing.wait_all_tasks_blocked()
        assert line.outlet.queued_bytes == 0
        line.offer(b"again")
        assert await line.read(7) == frame(BINARY, b"again")
        assert line.too_slow == 0


async def test_one_frame_larger_than_the_bound_is_taken_when_nothing_waits() -> None:
    async with open_line() as line:
        line.offer(b"x" * (2 * OUTLET_BYTES_MAX))
        line.offer(b"one more")
        assert line.too_slow == 1
        assert len(await line.read(2 * OUTLET_BYTES_MAX + 10)) == 2 * OUTLET_BYTES_MAX + 10


async def test_too_slow_is_told_once_and_what_waits_stays_bounded() -> None:
    async with open_line() as line:
        for _ in range(3000):
            line.offer(b"x" * 1000)
        assert line.too_slow == 1
        assert line.outlet.queued_bytes <= OUTLET_BYTES_MAX


async def test_finish_drops_only_whole_frames() -> None:
    async with open_line() as line:
        for number in range(100):
            line.offer(bytes([number]) * 1000)
        line.outlet.finish(3008, "slow")
        line.outlet.offer(frame(TEXT, b"too late"))
        line.outlet.finish(3001, "shutdown")
        *whole, last = frames_in(await line.read_until_silence())
        assert [payload for _, payload in whole] == [bytes([n]) * 1000 for n in range(len(whole))]
        assert 0 < len(whole) < 100
        assert last == (CLOSE, b"\x0b\xc0slow")


@pytest.mark.parametrize("size", [1, 100, 700, 1000, 5000])
async def test_finish_while_nothing_of_what_waits_has_begun_to_leave(size: int) -> None:
    """The task that drains waits for frames that are dropped: it has to go on with the farewell."""
    async with open_line() as line:
        while not line.outlet.queued_bytes:
            line.offer(b"x" * size)
        for _ in range(10):
            line.offer(b"y" * size)
        await trio.testing.wait_all_tasks_blocked()
        line.outlet.finish(3008, "slow")
        await trio.testing.wait_all_tasks_blocked()
        *whole, last = frames_in(await line.read_until_silence())
        assert {payload for _, payload in whole} == {b"x" * size}
        assert last == (CLOSE, b"\x0b\xc0slow")


async def test_a_farewell_is_said_behind_a_begun_frame_of_any_length() -> None:
    async with open_line() as line:
        line.offer(b"x" * (OUTLET_BYTES_MAX + 100_000))
        line.outlet.finish(3001, "shutdown")
        (_, payload), last = frames_in(await line.read_until_silence())
        assert len(payload) == OUTLET_BYTES_MAX + 100_000
        assert last == (CLOSE, b"\x0b\xb9shutdown")


async def test_finish_on_an_idle_outlet_is_the_last_word() -> None:
    async with open_line() as line:
        line.outlet.finish(3001, "shutdown")
        line.offer(b"late")
        await line.outlet.send_all(b"late")
        assert frames_in(await line.read_until_silence()) == [(CLOSE, b"\x0b\xb9shutdown")]


async def test_nothing_follows_the_answer_to_a_clients_farewell() -> None:
    async with open_line() as line:
        line.offer(b"before")
        await line.outlet.send_all(frame(CLOSE, b"\x03\xe8"))
        line.offer(b"late")
        line.outlet.hold(lambda: frame(TEXT, b"later"))
        line.outlet.let_go()
        line.outlet.finish(3001, "shutdown")
        assert frames_in(await line.read_until_silence()) == [(BINARY, b"before"), (CLOSE, b"\x03\xe8")]


async def test_a_client_that_is_gone_is_met_with_silence() -> None:
    async with open_line() as line:
        await line.client.aclose()
        line.offer(b"x" * 100)
        line.offer(b"x" * 100)
        line.outlet.finish(3001, "shutdown")
        assert line.outlet.queued_bytes == 0
        with pytest.raises(trio.BrokenResourceError):
            await line.outlet.send_all(b"x")
        assert line.too_slow == 0


async def test_a_client_that_goes_while_frames_wait_frees_them() -> None:
    async with open_line() as line:
        for _ in range(100):
            line.offer(b"x" * 1000)
        assert line.outlet.queued_bytes > 0
        await line.client.aclose()
        await trio.testing.wait_all_tasks_blocked()
        assert line.outlet.queued_bytes == 0
        line.offer(b"x")
        assert line.outlet.queued_bytes == 0


@pytest.mark.parametrize("attempt", range(20))
async def test_nothing_is_written_to_who_has_the_number_of_a_closed_socket(attempt: int) -> None:
    """The task that drains may have been woken in the very tick in which the socket is closed."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        async with open_line() as line:
            while not line.outlet.queued_bytes:
                line.offer(b"x" * 1000)
            await trio.testing.wait_all_tasks_blocked()
            line.read_at_once()
            await trio.lowlevel.checkpoint()  # by now both are to run, in any order
            number = line.close_at_once()
            os.dup2(ours.fileno(), number)
            await trio.testing.wait_all_tasks_blocked()
            os.close(number)
        theirs.setblocking(False)
        with pytest.raises(BlockingIOError):
            theirs.recv(1)


async def test_an_abandoned_outlet_says_nothing_and_tells_nobody() -> None:
    async with open_line() as line:
        while not line.outlet.queued_bytes:
            line.offer(b"x" * 1000)
        line.outlet.abandon()
        for _ in range(3000):
            line.offer(b"x" * 1000)
        assert line.too_slow == 0


async def test_what_is_held_leaves_before_what_is_offered_next() -> None:
    async with open_line() as line:
        line.outlet.hold(lambda: b"held")
        line.outlet.offer(b",offered")
        line.outlet.let_go()
        assert await line.read(12) == b"held,offered"


async def test_what_is_held_is_made_when_it_leaves_and_leaves_before_the_farewell() -> None:
    async with open_line() as line:
        pieces = [b"a"]
        line.outlet.hold(lambda: b"".join(pieces))
        pieces.append(b"b")
        line.outlet.finish(3000, "x")
        assert await line.read(2) == b"ab"


async def test_it_is_a_stream_for_the_websocket_library() -> None:
    async with open_line() as line:
        await line.outlet.wait_send_all_might_not_block()
        await line.outlet.send_all(bytearray(b"up"))
        assert await line.read(2) == b"up"
        await line.client.send_all(b"down")
        assert await line.outlet.receive_some(10) == b"down"
        ended: list[bool] = []
        line.outlet.on_end(lambda: ended.append(True))
        await line.client.send_eof()
        assert await line.outlet.receive_some(10) == b""
        assert ended == [True]
        await line.outlet.aclose()
        line.offer(b"x")
        assert await line.client.receive_some() == b""
