"""HTTP on one connection: all that the hub touches of hypercorn's inside stands in this file."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import structlog
import trio
from hypercorn.app_wrappers import ASGIWrapper
from hypercorn.config import Config
from hypercorn.events import Event, Updated
from hypercorn.trio.lifespan import Lifespan
from hypercorn.trio.tcp_server import TCPServer
from hypercorn.trio.worker_context import WorkerContext
from hypercorn.typing import ConnectionState

IDLE_TIMEOUT_S = 15.0  # without a whole request: also bounds a head that dribbles in
WRITE_TIMEOUT_S = 30.0  # for a client that does not read
SILENCE_TIMEOUT_S = 60.0  # neither way: hypercorn keeps no time for HTTP/2 that never asks for anything
HEAD_BYTES_MAX = 16 * 1024

log = structlog.get_logger(__name__)


class HttpServer:
    """Serves an ASGI app on connections that somebody else accepts."""

    def __init__(self, app: Any) -> None:
        self._app = ASGIWrapper(app)
        self._context = WorkerContext(None)
        self._streams: set[trio.SocketStream] = set()
        self._empty = trio.Event()
        self._config = Config()
        self._config.keep_alive_timeout = IDLE_TIMEOUT_S
        self._config.h11_max_incomplete_size = HEAD_BYTES_MAX
        self._config.include_server_header = False

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Run the app's startup before and its shutdown after."""
        lifespan = Lifespan(self._app, self._config, {})
        async with trio.open_nursery() as nursery:
            await nursery.start(lifespan.handle_lifespan)
            await lifespan.wait_for_startup()
            yield
            await lifespan.wait_for_shutdown()
            nursery.cancel_scope.cancel()

    async def serve(self, stream: trio.SocketStream) -> None:
        """Serve one connection to its end; a fault in it ends it alone."""
        self._streams.add(stream)
        try:
            with trio.CancelScope() as scope:
                patience: Any = _Impatient(stream, scope.cancel)
                await _Connection(self._app, self._config, self._context, ConnectionState({}), patience)
        except* (OSError, trio.BrokenResourceError, trio.ClosedResourceError):
            pass  # the client went away
        except* Exception as faults:
            # hypercorn 0.18 raises KeyError when an HTTP/2 request is answered before its body has ended
            log.warning("http_connection_failed", exc_info=faults)
        finally:
            self._streams.discard(stream)
            if not self._streams:
                self._empty.set()
            await trio.aclose_forcefully(stream)

    async def finish(self, patience_s: float) -> None:
        """Close idle connections, and wait a while for busy ones, which end with the request under way."""
        await self._context.terminated.set()
        with trio.move_on_after(patience_s):
            while self._streams:
                self._empty = trio.Event()
                await self._empty.wait()

    def cut_off(self) -> None:
        """Close what is left: a write to a client that does not read is shielded from being cancelled."""
        for stream in self._streams:
            stream.socket.close()


class _Connection(TCPServer):
    """A connection that is closed when it idles, and over when the client has left.

    quart-trio cancels a request's tasks as soon as its answer is complete, in the middle of hypercorn's last
    words from within them: without the shields the idle clock never starts, and a close is never done. And
    hypercorn lets that clock run on when there is nobody left.
    """

    async def protocol_send(self, event: Event) -> None:
        with trio.CancelScope(shield=isinstance(event, Updated)):
            await super().protocol_send(event)

    async def _read_data(self) -> None:
        await super()._read_data()
        self.stream.give_up()

    async def _close(self) -> None:
        with trio.CancelScope(shield=True):
            await super()._close()


class _Impatient(trio.abc.HalfCloseableStream):
    """A stream that gives up on silence, and on writes, which hypercorn shields from any deadline.

    What was not written ends the connection by `give_up`: hypercorn alone would leave a task behind, which
    waits for ever to go on with the next of several requests.
    """

    def __init__(self, stream: trio.SocketStream, give_up: Callable[[], None]) -> None:
        self._stream = stream
        self.give_up = give_up
        self._sent_at = trio.current_time()
        self.socket = stream.socket

    async def send_all(self, data: bytes | bytearray | memoryview) -> None:
        try:
            with trio.fail_after(WRITE_TIMEOUT_S):
                await self._stream.send_all(data)
            self._sent_at = trio.current_time()
        except (trio.TooSlowError, trio.BrokenResourceError, trio.ClosedResourceError) as error:
            self.give_up()
            raise trio.BrokenResourceError("the client went away, or does not read") from error

    async def wait_send_all_might_not_block(self) -> None:
        await self._stream.wait_send_all_might_not_block()

    async def receive_some(self, max_bytes: int | None = None) -> bytes | bytearray:
        while True:
            with trio.move_on_after(SILENCE_TIMEOUT_S):
                return await self._stream.receive_some(max_bytes)
            if trio.current_time() - self._sent_at >= SILENCE_TIMEOUT_S:
                return b""

    async def send_eof(self) -> None:
        await self._stream.send_eof()

    async def aclose(self) -> None:
        await self._stream.aclose()
