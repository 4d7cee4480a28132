"""A TCP proxy that makes a line long, uneven, narrow or frozen: `python -m bench.sync.proxy PORT LINE`.

LINE is what `as_argument` returns. It prints `listening PORT` and ends with its standard input.
"""

import json
import sys
from collections.abc import Awaitable, Callable
from dataclasses import asdict

import trio

from bench.sync.lines import Freeze, Line, Schedule, Way

_PIECE_BYTES = 16 * 1024
_PIECES_UNDER_WAY_MAX = 1_024  # beyond that the sender is not read, as with a full window
_EMPTY = b""

Connect = Callable[[], Awaitable[trio.abc.HalfCloseableStream]]


def as_argument(line: Line, seed: str) -> str:
    """Return a line as the proxy's command line takes it."""
    return json.dumps({"seed": seed, **asdict(line)})


def read_argument(text: str) -> tuple[Line, str]:
    """Return the line and its seed of as_argument."""
    told = json.loads(text)
    freeze = Freeze(**told["freeze"]) if told["freeze"] else None
    return Line(Way(**told["up"]), Way(**told["down"]), freeze), told["seed"]


class Proxy:
    """Carries connections over one line; `connect` opens the far end."""

    def __init__(self, line: Line, seed: str, connect: Connect) -> None:
        self._line, self._seed, self._connect = line, seed, connect
        self._began_s = trio.current_time()
        self._connections = 0

    async def carry(self, near: trio.abc.HalfCloseableStream) -> None:
        """Carry one connection until both directions have ended, or one was cut."""
        self._connections += 1
        number = self._connections
        async with near, await self._connect() as far:
            try:
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(carry_way, near, far, self._schedule(self._line.up, f"up {number}"))
                    nursery.start_soon(
                        carry_way, far, near, self._schedule(self._line.down, f"down {number}")
                    )
            except* (trio.BrokenResourceError, trio.ClosedResourceError):
                await trio.aclose_forcefully(near)
                await trio.aclose_forcefully(far)

    def _schedule(self, way: Way, name: str) -> Schedule:
        return Schedule(way, self._line.freeze, f"{self._seed} {name}", self._seed, self._began_s)


async def carry_way(
    source: trio.abc.ReceiveStream, sink: trio.abc.HalfCloseableStream, schedule: Schedule
) -> None:
    """Carry what comes out of source to sink, each piece at its time, and the end after all of it."""
    send, receive = trio.open_memory_channel[tuple[float, bytes]](_PIECES_UNDER_WAY_MAX)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(_take, source, send, schedule)
        async for due_s, piece in receive:
            await trio.sleep_until(due_s)
            if piece:
                await sink.send_all(piece)
            else:
                await sink.send_eof()


async def _take(
    source: trio.abc.ReceiveStream, send: trio.MemorySendChannel[tuple[float, bytes]], schedule: Schedule
) -> None:
    async with send:
        while piece := bytes(await source.receive_some(_PIECE_BYTES)):
            await send.send((schedule.arrival_s(trio.current_time(), len(piece)), piece))
        await send.send((schedule.arrival_s(trio.current_time(), 0), _EMPTY))


async def _serve(target_port: int, line: Line, seed: str) -> None:
    async def connect() -> trio.SocketStream:
        far = await trio.open_tcp_stream("127.0.0.1", target_port)
        far.setsockopt(trio.socket.IPPROTO_TCP, trio.socket.TCP_NODELAY, 1)
        return far

    proxy = Proxy(line, seed, connect)
    listeners = await trio.open_tcp_listeners(0, host="127.0.0.1")
    async with trio.open_nursery() as nursery:
        nursery.start_soon(trio.serve_listeners, proxy.carry, listeners)
        print(f"listening {listeners[0].socket.getsockname()[1]}", flush=True)
        await trio.to_thread.run_sync(sys.stdin.read, abandon_on_cancel=True)
        nursery.cancel_scope.cancel()


if __name__ == "__main__":
    trio.run(_serve, int(sys.argv[1]), *read_argument(sys.argv[2]))
