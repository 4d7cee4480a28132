"""How many posts a second the hub acknowledges over 100 rooms, all of which must be there afterwards."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from bench.clients import Client, opened_clients
from bench.errors import BenchError
from bench.hub_process import RunningHub
from bench.hub_rooms import ACK, ALARM, PING, PONG, Result
from bench.hub_threads import chat_rooms
from bench.meter import Meter
from bench.poller import Poller, open_poller
from bench.posters import (
    offset_of_each_room,
    post_patterns,
    poster_greetings,
    posts_a_room,
    reader_greetings,
    send_posts,
)
from bench.scan import MARKER, BulkReader

_IN_FLIGHT = 100  # of each poster: more than the hub takes at once (64), which so never waits for the load
_STALL_S = 15.0


@dataclass(frozen=True)
class Throughput:
    """The rate, what a post cost the hub and its database, and how many posts there have been in all."""

    posts_a_second: float
    hub_cpu_us: float
    database_cpu_us: float
    load_busy: float
    others_busy: float
    posts: int


class _Client:
    def __init__(self, client: Client[Result], marker: bytes, alarm: bytes) -> None:
        self.connection = client.connection
        self.read = BulkReader(client.connection, marker, ping=PING, pong=PONG, alarm=alarm).read
        self.seen = 0


class _ChatLoad:
    def __init__(
        self,
        rooms: Sequence[str],
        first: int,
        posters: Sequence[Client[Result]],
        readers: Sequence[Client[Result]],
        poller: Poller,
    ) -> None:
        self._patterns = post_patterns(rooms)
        self._poller, self._first, self.posted, self._acked = poller, first, first, first
        self._posters = {client.connection.fileno(): _Client(client, ACK, ALARM) for client in posters}
        self._readers = {client.connection.fileno(): _Client(client, MARKER, b"") for client in readers}
        for fd in (*self._posters, *self._readers):
            poller.watch(fd)

    def begin(self) -> None:
        """Let every poster send its first posts."""
        for poster in self._posters.values():
            self._post(poster, _IN_FLIGHT)

    def run(self, seconds: float) -> int:
        """Post again whatever is acknowledged, for this long; return how many acknowledgements came."""
        until, before = time.perf_counter() + seconds, self._acked
        while time.perf_counter() < until:
            self._receive(post_again=True)
        return self._acked - before

    def finish(self) -> None:
        """Wait until everything is acknowledged and read once; raise BenchError when it is not."""
        deadline = time.perf_counter() + _STALL_S
        while self._acked < self.posted or self._unread():
            if time.perf_counter() > deadline:
                told = f"{self._acked - self._first} of {self.posted - self._first} posts were acknowledged"
                raise BenchError(f"{told}, readers lack {self._unread()}")
            self._receive(post_again=False)

    def _receive(self, *, post_again: bool) -> None:
        ready = self._poller.wait(_STALL_S)
        if not ready:
            raise BenchError(
                f"nothing came for {_STALL_S:.0f} s; {self.posted - self._acked} posts unanswered"
            )
        for fd in ready:
            poster = self._posters.get(fd)
            if poster is None:
                self._readers[fd].seen += self._readers[fd].read()
            elif acks := poster.read():
                self._acked += acks
                if post_again:
                    self._post(poster, acks)

    def _post(self, poster: _Client, count: int) -> None:
        send_posts(poster.connection, self._patterns, range(self.posted, self.posted + count))
        self.posted += count

    def _unread(self) -> list[int]:
        wanted = zip(posts_a_room(self._first), posts_a_room(self.posted), strict=True)
        seen = [reader.seen for reader in self._readers.values()]
        missing = [after - before - read for (before, after), read in zip(wanted, seen, strict=False)]
        return missing if any(missing) else []


def measure_throughput(
    hub: RunningHub, seconds: float, warm_up_s: float, *, first_post: int, with_readers: bool
) -> Throughput:
    """Measure the rate of acknowledged posts; with readers, one a room, who must get each post once.

    Posts are numbered from first_post, which is also how many there have been before.
    """
    with (
        opened_clients(hub.port, poster_greetings(hub)) as posters,
        opened_clients(hub.port, reader_greetings(hub) if with_readers else []) as readers,
        open_poller() as poller,
    ):
        load = _ChatLoad(chat_rooms(hub), first_post, posters, readers, poller)
        load.begin()
        load.run(warm_up_s)
        meter = Meter(hub.pid)
        acks = load.run(seconds)
        used = meter.read()
        load.finish()
    _check_all_there(hub, load.posted)
    return Throughput(
        posts_a_second=acks / used.elapsed_s,
        hub_cpu_us=used.server_s / acks * 1e6,
        database_cpu_us=used.children_s / acks * 1e6,
        load_busy=used.load_busy,
        others_busy=used.others_busy,
        posts=load.posted,
    )


def _check_all_there(hub: RunningHub, posts: int) -> None:
    """Hold every room to the offset that follows from the posts it was sent."""
    with opened_clients(hub.port, reader_greetings(hub)) as readers:
        offsets = [reader.result.get("offset", 0) for reader in readers]
    if offsets != offset_of_each_room(posts):
        raise BenchError(f"{posts} posts were acknowledged, but the rooms stand at {offsets}")
