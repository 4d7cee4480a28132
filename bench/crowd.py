"""The load: one room's subscribers and publishers, W messages in flight, counted in bulk."""

import contextlib
import gc
import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bench.clients import Client, Script, opened_clients, send_whole
from bench.dialects import Dialect, Role
from bench.errors import BenchError
from bench.fit import Fit, check_and_fit
from bench.meter import Meter
from bench.poller import Poller, open_poller
from bench.scan import MARKER, BulkReader
from bench.websocket import client_text

PUBLISHERS = 16
_LEVELS = 1024  # more than can ever be in flight
_STALL_S = 15.0
_SILENCE_S = 0.2


@dataclass(frozen=True)
class Server:
    """A server to load: its process, its port and how it is spoken to."""

    pid: int
    port: int
    dialect: Dialect


@dataclass(frozen=True)
class Fanout:
    """What W messages in flight cost and brought, and how busy everyone was (see Usage)."""

    cpu_us_a_delivery: float
    deliveries_a_second: float
    server_busy: float
    load_busy: float
    others_busy: float


class _Subscriber:
    __slots__ = ("read", "seen")

    def __init__(self, reader: BulkReader, seen: int) -> None:
        self.read, self.seen = reader.read, seen


class Crowd:
    """Keeps W messages in flight: the next is published when the last subscriber has seen one.

    A room has one order, so how many messages each subscriber has seen tells which. `_levels` counts the
    subscribers at each number seen, in a ring: the lowest level that is not empty is what all have seen.
    """

    def __init__(
        self,
        server: Server,
        fit: Fit,
        subscribers: Sequence[Client[None]],
        publishers: Sequence[Client[None]],
        poller: Poller,
    ) -> None:
        """Take connections that have joined and were checked; use open_crowd."""
        self._server, self._dialect, self._poller, self.fit = server, server.dialect, poller, fit
        self._speakers = [client.connection for client in publishers]
        self.published = self._seen_by_all = fit.published
        self._deliveries = 0
        self._ready: deque[bytes] = deque()
        self._levels = [0] * _LEVELS
        self._levels[fit.published % _LEVELS] = len(subscribers)
        self._subscribers = {
            fd: _Subscriber(reader, fit.published) for fd, reader in self._readers(subscribers, b"").items()
        }
        self._publishers = self._readers(publishers, self._dialect.alarm)

    def _readers(self, clients: Sequence[Client[None]], alarm: bytes) -> dict[int, BulkReader]:
        ping, pong = self._dialect.ping, self._dialect.pong
        readers = {}
        for connection in (client.connection for client in clients):
            readers[connection.fileno()] = BulkReader(connection, MARKER, ping=ping, pong=pong, alarm=alarm)
            self._poller.watch(connection.fileno())
        return readers

    def measure(self, in_flight: int, seconds: float, warm_up_s: float) -> Fanout:
        """Keep `in_flight` messages under way and return what that costs, after a warm-up."""
        self._run(in_flight, warm_up_s)
        gc.collect()
        gc.disable()
        try:
            measured = self._measure(in_flight, seconds)
        finally:
            gc.enable()
        self._drain()
        return measured

    def _measure(self, in_flight: int, seconds: float) -> Fanout:
        before, meter = self._deliveries, Meter(self._server.pid)
        self._run(in_flight, seconds)
        used, delivered = meter.read(), self._deliveries - before
        return Fanout(
            used.server_s / delivered * 1e6,
            delivered / used.elapsed_s,
            used.server_busy,
            used.load_busy,
            used.others_busy,
        )

    def _run(self, in_flight: int, seconds: float) -> None:
        until = time.perf_counter() + seconds
        while time.perf_counter() < until:
            while self.published - self._seen_by_all < in_flight:
                self._publish()
            self._make_ready(in_flight)
            self._receive()

    def _drain(self) -> None:
        while self._seen_by_all < self.published:
            self._receive()

    def _publish(self) -> None:
        if not self._ready:
            self._make_ready(1)
        send_whole(self._speakers[self.published % len(self._speakers)], self._ready.popleft())
        self.published += 1

    def _make_ready(self, count: int) -> None:
        """Make the next frames while the server is at work: it should not have to wait for that."""
        while len(self._ready) < count:
            number = self.published + len(self._ready)
            self._ready.append(client_text(self._dialect.publish(number, self.fit.filler)))

    def _receive(self) -> None:
        ready = self._poller.wait(_STALL_S)
        if not ready:
            in_flight = self.published - self._seen_by_all
            raise BenchError(f"nothing came for {_STALL_S:.0f} s with {in_flight} messages in flight")
        subscribers, levels, delivered = self._subscribers, self._levels, 0
        for fd in ready:
            subscriber = subscribers.get(fd)
            if subscriber is None:
                self._publishers[fd].read()
            elif more := subscriber.read():
                levels[subscriber.seen % _LEVELS] -= 1
                subscriber.seen += more
                levels[subscriber.seen % _LEVELS] += 1
                delivered += more
        self._deliveries += delivered
        while self._seen_by_all < self.published and not levels[self._seen_by_all % _LEVELS]:
            self._seen_by_all += 1

    def check_counts(self) -> None:
        """Raise when a subscriber has seen more or fewer messages than were published."""
        until = time.perf_counter() + _SILENCE_S
        while time.perf_counter() < until:
            if self._poller.wait(_SILENCE_S):
                self._receive()
        wrong = [each.seen for each in self._subscribers.values() if each.seen != self.published]
        if wrong:
            raise BenchError(f"of {self.published} messages {len(wrong)} subscribers counted {wrong[:5]}")


def greetings(dialect: Dialect, role: Role, count: int) -> list[tuple[str, Script[None]]]:
    """Return how `count` connections of this role are led into the room."""
    return [(dialect.path(role), dialect.greet(role, number)) for number in range(count)]


@contextlib.contextmanager
def open_crowd(server: Server, subscribers: int) -> Iterator[Crowd]:
    """Open a room's subscribers and publishers, check them, and close them at the end."""
    dialect = server.dialect
    with (
        opened_clients(server.port, greetings(dialect, Role.SUBSCRIBER, subscribers)) as audience,
        opened_clients(server.port, greetings(dialect, Role.PUBLISHER, PUBLISHERS)) as speakers,
        open_poller() as poller,
    ):
        fit = check_and_fit(dialect, audience, speakers)
        yield Crowd(server, fit, audience, speakers, poller)
