"""The outlet of a connection: the one bounded buffer through which everything to a client passes."""

import os
import time
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress

import trio

from hub.wire.frames import close_frame, is_close

_write = os.write
RECEIVED_BYTES_MAX = 64 * 1024
OUTLET_BYTES_MAX = 1024 * 1024  # what a client may leave unread before it is too slow
_numbers: list[int] = []


def _side_by_side(number: int) -> int:
    """Return a number as an object that lies beside those of the other connections.

    A fan-out to a thousand sockets takes as long as its memory does: strewn about, the numbers alone cost
    0.1 µs a delivery once the caches hold other things.
    """
    if number < 0:  # the socket is closed: nobody's number
        return number
    if number >= len(_numbers):
        _numbers.extend(range(len(_numbers), number + 1024))
    return _numbers[number]


class Outlet(trio.abc.Stream):
    """A socket stream whose writes never wait.

    `offer` tries a plain non-blocking send at once when nothing is queued, and queues what did not fit, which
    a task drains that lives only while there is something to drain. The WebSocket library gets this stream as
    its transport, so its handshake, pongs and closes take their turn in the same buffer.

    Invariant: bytes leave in the order in which they were offered, and a frame that was begun is finished
    before a close frame: `finish` drops only whole frames. `_clear` says that nothing is in the way of a
    direct write: the socket is open, nothing is queued or held, and no close frame was said.
    """

    __slots__ = (
        "_clear",
        "_client_fd",
        "_clock",
        "_drain_in",
        "_draining",
        "_finished",
        "_held",
        "_on_end",
        "_on_overflow",
        "_open",
        "_queue",
        "_queued",
        "_stream",
        "_torn",
        "heard_at",
    )

    def __init__(
        self,
        stream: trio.SocketStream,
        nursery: trio.Nursery,
        on_overflow: Callable[[], None] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clock = clock
        self.heard_at = clock()
        """When the client's last bytes came, by `clock`."""
        self._stream = stream
        self._client_fd = _side_by_side(stream.socket.fileno())
        self._clear = True
        self._drain_in = nursery
        self._draining = False
        self._on_end: Callable[[], None] | None = None
        self._on_overflow = on_overflow
        self._queue: deque[bytes] = deque()
        self._queued = 0
        self._open = True
        self._finished = False
        self._held: Callable[[], bytes] | None = None
        self._torn = False

    @property
    def queued_bytes(self) -> int:
        """Bytes that wait for the client to read."""
        return self._queued

    def on_overflow(self, tell: Callable[[], None]) -> None:
        """Have `tell` called, once, when the client has left OUTLET_BYTES_MAX unread."""
        self._on_overflow = tell

    def on_end(self, tell: Callable[[], None]) -> None:
        """Have `tell` called when the client has sent its last byte."""
        self._on_end = tell

    def offer(self, frame: bytes) -> None:
        """Send `frame` as soon as the client takes it; never waits, and is silent when the client is gone."""
        self.offer_to_all((self,), frame)

    @staticmethod
    def offer_to_all(outlets: Iterable["Outlet"], frame: bytes) -> None:
        """Offer `frame` to each; among a thousand, a call of `offer` each would show."""
        size = len(frame)
        for outlet in outlets:
            if not outlet._clear:
                outlet._enqueue(frame)
                continue
            try:
                sent = _write(outlet._client_fd, frame)
            except BlockingIOError:
                sent = 0
            except OSError:
                outlet._shut()  # the reading side sees it too and ends the connection
                continue
            if sent != size:
                outlet._keep(frame, sent)

    def hold(self, make_frame: Callable[[], bytes]) -> None:
        """Have `make_frame` called for a frame that leaves at `let_go`, or before what is offered next."""
        self._held = make_frame
        self._clear = False

    def let_go(self) -> None:
        """Send the frame that is held, if one still is."""
        if self._held is not None:
            make_frame, self._held = self._held, None
            self._clear = self._open and not self._finished and not self._draining
            self.offer(make_frame())

    def finish(self, code: int, reason: str) -> None:
        """Let a close frame be the last that leaves, ahead of whatever has not begun to leave."""
        self._finish(close_frame(code, reason))

    def _finish(self, farewell: bytes) -> None:
        if self._finished:
            return
        self.let_go()
        self._drop_unsent()
        if self._queue:  # behind a frame that was begun, however long that is
            self._queue.append(farewell)
            self._queued += len(farewell)
        else:
            self.offer(farewell)
        self._finished = True
        self._clear = False

    def abandon(self) -> None:
        """Send nothing more, and tell nobody more: the connection has ended."""
        self._shut()
        self._on_overflow = self._on_end = None

    def _shut(self) -> None:
        self._open = False
        self._clear = False
        self._held = None

    def _keep(self, frame: bytes, sent: int) -> None:
        """Queue what did not fit into the socket."""
        self._clear = False
        self._torn = sent > 0
        self._queue.append(frame[sent:])
        self._queued += len(frame) - sent
        self._begin_drain()

    def _begin_drain(self) -> None:
        """See that one task drains; the one there is may be waiting still for frames that were dropped."""
        if not self._draining:
            self._draining = True
            self._drain_in.start_soon(self._drain)

    def _enqueue(self, frame: bytes) -> None:
        if self._finished or not self._open:
            return
        if self._held is not None:
            self.let_go()
            self.offer(frame)
            return
        if self._queued + len(frame) > OUTLET_BYTES_MAX:
            self._overflow()
            return
        self._queue.append(frame)
        self._queued += len(frame)

    def _overflow(self) -> None:
        if self._on_overflow is not None:
            tell, self._on_overflow = self._on_overflow, None
            tell()

    def _drop_unsent(self) -> None:
        while len(self._queue) > self._torn:
            self._queued -= len(self._queue.pop())

    async def _drain(self) -> None:
        try:
            while self._queue and self._open:
                await trio.lowlevel.wait_writable(self._client_fd)
                self._drain_some()
        except (OSError, trio.ClosedResourceError):
            self._shut()
        finally:
            self._draining = False
        if not self._open:
            self._queue.clear()
            self._queued = 0
        self._clear = self._open and not self._finished and self._held is None

    def _drain_some(self) -> None:
        """Write what the socket takes; once closed, its number may be another connection's already."""
        while self._queue and self._open:
            head = self._queue[0]
            try:
                sent = _write(self._client_fd, head)
            except BlockingIOError:
                return
            self._queued -= sent
            if sent < len(head):
                self._queue[0] = head[sent:]
                self._torn = True
                return
            self._queue.popleft()
            self._torn = False

    async def send_all(self, data: bytes | bytearray | memoryview) -> None:
        """Offer what the WebSocket library writes; raise BrokenResourceError when the client is gone.

        Its answer to a client's close frame is the last that leaves (RFC 6455, section 5.5.1).
        """
        await trio.lowlevel.checkpoint()
        if not self._open:
            raise trio.BrokenResourceError("the client is gone")
        written = bytes(data)
        if is_close(written):
            self._finish(written)
        else:
            self.offer(written)

    async def wait_send_all_might_not_block(self) -> None:
        """Return at once: writes never block."""
        await trio.lowlevel.checkpoint()

    async def receive_some(self, max_bytes: int | None = None) -> bytes:
        """Receive what the client sends, b"" at its end.

        Raises BrokenResourceError when the connection is lost, ClosedResourceError after `aclose`.
        """
        try:
            data = await self._receive(max_bytes or RECEIVED_BYTES_MAX)
        except OSError as error:
            self._ended()
            raise trio.BrokenResourceError("the client is gone") from error
        self.heard_at = self._clock()
        if not data:
            self._ended()
        return data

    async def _receive(self, bytes_max: int) -> bytes:
        """Wait, then read: clients mostly say one thing at a time, and a look in vain costs an exception."""
        socket = self._stream.socket
        while socket.fileno() >= 0:
            await trio.lowlevel.wait_readable(socket)
            with suppress(BlockingIOError):
                if socket.fileno() >= 0:
                    return os.read(socket.fileno(), bytes_max)
        raise trio.ClosedResourceError("the connection was closed here")

    def _ended(self) -> None:
        if self._on_end is not None:
            self._on_end()

    async def aclose(self) -> None:
        """Close the socket; whatever is queued is lost."""
        self._shut()
        await self._stream.aclose()
