"""HTTP connections end: those that idle, those that say nothing, those that do not read."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import trio
from quart_trio import QuartTrio
from trio.testing import MockClock, wait_all_tasks_blocked

from hub.http_server import IDLE_TIMEOUT_S, SILENCE_TIMEOUT_S, WRITE_TIMEOUT_S, HttpServer

MEGABYTE = 1024 * 1024
REQUEST = b"GET / HTTP/1.1\r\nHost: hub\r\n\r\n"


@pytest.fixture
async def server() -> AsyncIterator[HttpServer]:
    """A server of one large page."""
    app = QuartTrio("test")

    @app.get("/")
    async def page() -> bytes:
        return bytes(MEGABYTE)

    @app.post("/")
    async def echo() -> str:
        return "thank you"

    server = HttpServer(app)
    async with server.running():
        yield server


class Visit:
    """A client's end of a connection, and whether the server has done with it."""

    def __init__(self, stream: trio.SocketStream) -> None:
        self.stream = stream
        self.served = trio.Event()

    async def read_for(self, count: int) -> None:
        """Read so many bytes."""
        while count > 0:
            chunk = await self.stream.receive_some(65_536)
            assert chunk
            count -= len(chunk)

    async def read_to_the_end(self) -> bytes:
        """Read what comes until the server closes."""
        return b"".join([chunk async for chunk in self.stream])


@asynccontextmanager
async def visit(server: HttpServer) -> AsyncIterator[Visit]:
    """Open a connection that the server serves."""
    async with trio.open_nursery() as nursery:
        listener = (await trio.open_tcp_listeners(0, host="127.0.0.1"))[0]
        stream = await trio.testing.open_stream_to_socket_listener(listener)
        client = Visit(stream)
        accepted = await listener.accept()
        await listener.aclose()

        async def serve() -> None:
            await server.serve(accepted)
            client.served.set()

        nursery.start_soon(serve)
        async with stream:
            yield client
        nursery.cancel_scope.cancel()


async def test_a_connection_that_idles_after_an_answer_is_closed(
    server: HttpServer, autojump_clock: MockClock
) -> None:
    async with visit(server) as client:
        await client.stream.send_all(REQUEST)
        await client.read_for(MEGABYTE)
        began = trio.current_time()
        await client.read_to_the_end()
        assert trio.current_time() - began == pytest.approx(IDLE_TIMEOUT_S, abs=0.1)


async def test_an_idle_connection_is_closed_when_the_hub_finishes(
    server: HttpServer, autojump_clock: MockClock
) -> None:
    async with visit(server) as client:
        await client.stream.send_all(REQUEST)
        await client.read_for(MEGABYTE)
        began = trio.current_time()
        await server.finish(patience_s=9)
        await client.read_to_the_end()
        assert trio.current_time() == pytest.approx(began, abs=0.1)


async def test_a_connection_is_over_when_the_client_leaves(
    server: HttpServer, autojump_clock: MockClock
) -> None:
    for reads in (0, MEGABYTE):
        async with visit(server) as client:
            await client.stream.send_all(REQUEST)
            await client.read_for(reads)
            await client.stream.aclose()
            await client.served.wait()
            assert trio.current_time() < 1


async def test_a_connection_is_used_again_before_it_idles(
    server: HttpServer, autojump_clock: MockClock
) -> None:
    async with visit(server) as client:
        for _ in range(3):
            await client.stream.send_all(REQUEST)
            await client.read_for(MEGABYTE)
            await trio.sleep(IDLE_TIMEOUT_S - 1)


async def test_an_answer_before_the_end_of_the_body_closes(
    server: HttpServer, autojump_clock: MockClock
) -> None:
    async with visit(server) as client:
        await client.stream.send_all(b"POST / HTTP/1.1\r\nHost: hub\r\nContent-Length: 99\r\n\r\nno more")
        assert b"thank you" in await client.read_to_the_end()
        assert trio.current_time() < IDLE_TIMEOUT_S


async def test_http2_that_asks_for_nothing_is_closed(server: HttpServer, autojump_clock: MockClock) -> None:
    async with visit(server) as client:
        await client.stream.send_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes([0, 0, 0, 4, 0, 0, 0, 0, 0]))
        began = trio.current_time()
        await client.read_to_the_end()
        assert trio.current_time() - began <= 2 * SILENCE_TIMEOUT_S


async def test_who_does_not_read_is_dropped(server: HttpServer, autojump_clock: MockClock) -> None:
    async with visit(server) as client:
        await client.stream.send_all(REQUEST * 30)
        await client.served.wait()
        assert trio.current_time() == pytest.approx(WRITE_TIMEOUT_S, abs=0.1)


async def test_who_does_not_read_is_cut_off_at_once(server: HttpServer, autojump_clock: MockClock) -> None:
    async with visit(server) as client:
        await client.stream.send_all(REQUEST * 30)
        await wait_all_tasks_blocked(0.05)
        assert not client.served.is_set()
        server.cut_off()
        await client.served.wait()
        assert trio.current_time() < 1


async def test_who_leaves_in_the_middle_of_several_answers_is_forgotten(
    server: HttpServer, autojump_clock: MockClock
) -> None:
    async with visit(server) as client:
        await client.stream.send_all(REQUEST * 30)
        await wait_all_tasks_blocked(0.05)
        await client.stream.aclose()
        await client.served.wait()
        assert trio.current_time() < 1
