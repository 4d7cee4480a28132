"""Hostile clients, each a coroutine that checks what became of it."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress

import rubbish
from hub_process import HubProcess, await_until
from raw_wire import HANDSHAKE, PATIENCE_S, Wire, connected_wire, open_wire
from sdk_people import LOBBY
from websockets.exceptions import ConnectionClosed

ABNORMAL, SLOW, NO_PONG, TOO_MANY_REQUESTS = 1006, 3008, 3012, 3013
BAD_REQUEST, STALE, CONNECTION_LIMIT = 3501, 3502, 3504
CONNECTIONS_PER_USER = 10
PAGES_NOT_READ = 60  # of 768 KiB: far more than the system's buffers take
ANSWERS_NOT_READ = 200  # of 95 KB
COMMANDS_IN_A_FLOOD = 5_000
CONNECTIONS_IN_A_FLOOD = 200
MUTATIONS = 200


async def never_reads(hub: HubProcess) -> None:
    """Ask for page after page of the past and read none: closed as too slow."""
    async with connected_wire(hub, "Deaf", max_queue=1) as wire:
        with suppress(ConnectionClosed):
            for _ in range(PAGES_NOT_READ):
                await wire.command("history", {"channel": LOBBY, "limit": -1})
        await asyncio.to_thread(
            await_until, lambda: hub.figure("cosmohub_slow_clients_total") > 0, PATIENCE_S, "it is too slow"
        )
        assert await wire.close_code() in (SLOW, ABNORMAL)  # it may be gone before the word reaches us


async def never_reads_http(hub: HubProcess, others_are_done: asyncio.Event) -> None:
    """Ask for the same file again and again and read none of it."""
    async with _connection(hub) as (_, writer):
        request = b"GET /static/vendor/centrifuge.js HTTP/1.1\r\nHost: hub\r\n\r\n"
        writer.write(request * ANSWERS_NOT_READ)
        await others_are_done.wait()


async def dribbles_a_request(hub: HubProcess) -> None:
    """Send the head of a request, a byte a second: dropped."""
    assert await _dribble(hub, b"", b"GET /health/live HTTP/1.1\r\nHost: hub\r\nX-Padding: xxxxxxxx") == b""


async def dribbles_a_body(hub: HubProcess) -> None:
    """Send the body of a request, a byte a second: told that it took too long."""
    head = b"POST /api/auth/guest HTTP/1.1\r\nHost: hub\r\nContent-Length: 1000\r\n\r\n"
    answer = await _dribble(hub, head, b"{" * 1000)
    assert answer.startswith(b"HTTP/1.1 408 "), answer


async def dribbles_a_handshake(hub: HubProcess) -> None:
    """Send the head of a WebSocket, a byte a second: dropped."""
    assert await _dribble(hub, HANDSHAKE[:-40], HANDSHAKE[-40:]) == b""


async def dribbles_a_connect(hub: HubProcess) -> None:
    """Send the first message, a byte a second: closed as stale."""
    async with open_wire(hub) as wire:
        assert await _dribble_message(wire, b'{"id":1,"connect":{}}' + b" " * 100) == STALE


async def dribbles_a_post(hub: HubProcess) -> None:
    """Send a post, a byte a second, and so never answer a ping: closed."""
    async with connected_wire(hub, "Snail") as wire:
        assert await _dribble_message(wire, b'{"id":9,"publish":{"data":{}}}' + b" " * 100) == NO_PONG


async def _dribble_message(wire: Wire, message: bytes) -> int | None:
    """Send a message in fragments of a byte; return the code with which the hub closes."""
    reading = asyncio.create_task(wire.close_code())
    with suppress(ConnectionClosed):
        await wire.websocket.send(_a_byte_a_second(message))
    return await reading


async def _dribble(hub: HubProcess, quick: bytes, slow: bytes) -> bytes:
    """Send some at once and some a byte a second; return all that comes until the hub closes."""
    async with _connection(hub) as (reader, writer):
        writer.write(quick)
        reading = asyncio.create_task(reader.read())
        async for byte in _a_byte_a_second(slow):
            if reading.done():
                break
            writer.write(byte)
        with suppress(ConnectionResetError):
            return await reading
        return b""


async def _a_byte_a_second(data: bytes) -> AsyncIterator[bytes]:
    for position in range(len(data)):
        yield data[position : position + 1]
        await asyncio.sleep(1)


@asynccontextmanager
async def _connection(hub: HubProcess) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", hub.port)
    try:
        yield reader, writer
    finally:
        writer.transport.abort()


async def floods_with_commands(hub: HubProcess) -> None:
    """Send commands as fast as they go: most are refused, and then the connection is closed."""
    async with connected_wire(hub, "Flood") as wire:
        reading = asyncio.create_task(wire.read_to_the_end())
        with suppress(ConnectionClosed):
            for _ in range(COMMANDS_IN_A_FLOOD):
                await wire.command("publish", {"channel": LOBBY, "data": {"type": "typing"}})
        refused = [reply["error"]["code"] for reply in await reading if "error" in reply]
        assert set(refused) == {111}
        assert wire.websocket.close_code == TOO_MANY_REQUESTS


async def floods_with_connections(hub: HubProcess) -> None:
    """Connect more often than one person may: one too many is closed, the others stay."""
    guest = await asyncio.to_thread(hub.guest, "Many")
    async with AsyncExitStack() as stack:
        for _ in range(CONNECTIONS_PER_USER):
            wire = await stack.enter_async_context(open_wire(hub))
            assert "connect" in await wire.ask("connect", {"token": guest.token})
        one_too_many = await stack.enter_async_context(open_wire(hub))
        await one_too_many.command("connect", {"token": guest.token})
        assert await one_too_many.close_code() == CONNECTION_LIMIT
        assert "ping" in await wire.ask("ping", {})


async def floods_with_silence(hub: HubProcess) -> None:
    """Open connection after connection and say nothing: all are dropped."""
    async with asyncio.TaskGroup() as group:
        for _ in range(CONNECTIONS_IN_A_FLOOD):
            group.create_task(_say_nothing(hub))


async def _say_nothing(hub: HubProcess) -> None:
    async with _connection(hub) as (reader, _), asyncio.timeout(PATIENCE_S):
        assert await reader.read() == b""


async def throws_rubbish(hub: HubProcess) -> None:
    """Send all there is of it, on connections that are left as they are."""
    for piece in (*rubbish.HTTP.values(), *(HANDSHAKE + frames for frames, _ in rubbish.FRAMES.values())):
        async with _connection(hub) as (reader, writer):
            writer.write(piece)
            with suppress(ConnectionResetError):
                await reader.read(1)
    for message in rubbish.MESSAGES.values():
        async with open_wire(hub) as wire:
            await wire.say(message)
            assert await wire.close_code() == BAD_REQUEST
    async with connected_wire(hub, "Rubbish") as wire:
        await _throw_commands(wire)


async def _throw_commands(wire: Wire) -> None:
    rng = random.Random(1)
    with suppress(ConnectionClosed):
        for method, request, _ in rubbish.COMMANDS.values():
            await wire.command(method, request)
        for _ in range(MUTATIONS):
            await wire.say(rubbish.mutation(rng))
        await wire.read_to_the_end()
