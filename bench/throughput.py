"""How many posts a second the hub acknowledges over 100 rooms, each with a reader who must see them all."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from bench.clients import Client, opened_clients
from bench.errors import BenchError
from bench.hub_process import RunningHub
from bench.hub_rooms import ACK, ALARM, PING, PONG, Result
from bench.poller import Poller, open_poller
from bench.posters import ROOMS, poster_greetings, posts_in_room, reader_greetings, send_posts
from bench.scan import MARKER, BulkReader

IN_FLIGHT = 50  # of each poster
_STALL_S = 15.0


@dataclass
class _Poster:
    client: Client[Result]
    reader: BulkReader


@dataclass
class _Reader:
    reader: BulkReader
    seen: int = 0


class _ChatLoad:
    def __init__(
        self, posters: Sequence[Client[Result]], readers: Sequence[Client[Result]], poller: Poller
    ) -> None:
        self._poller = poller
        self._posters = {
            client.connection.fileno(): _Poster(client, _bulk_reader(client, ACK, ALARM))
            for client in posters
        }
        self._readers = {
            client.connection.fileno(): _Reader(_bulk_reader(client, MARKER, b"")) for client in readers
        }
        for fd in (*self._posters, *self._readers):
            poller.watch(fd)
        self._posted = self.acked = 0

    def begin(self) -> None:
        """Let every poster send its first posts."""
        for poster in self._posters.values():
            self._post(poster, IN_FLIGHT)

    def run(self, seconds: float) -> float:
        """Post again whatever is acknowledged, for this long; return the acknowledgements a second."""
        began, before = time.perf_counter(), self.acked
        while time.perf_counter() - began < seconds:
            self._receive(post_again=True)
        return (self.acked - before) / (time.perf_counter() - began)

    def finish(self) -> None:
        """Wait until everything is acknowledged and read once; raise BenchError when it is not."""
        deadline = time.perf_counter() + _STALL_S
        while self.acked < self._posted or not self._all_read():
            if time.perf_counter() > deadline:
                raise BenchError(
                    f"of {self._posted} posts {self.acked} were acknowledged; readers: {self._unread()}"
                )
            self._receive(post_again=False)

    def _receive(self, *, post_again: bool) -> None:
        ready = self._poller.wait(_STALL_S)
        if not ready:
            raise BenchError(
                f"nothing came for {_STALL_S:.0f} s; {self._posted - self.acked} posts have no answer"
            )
        for fd in ready:
            poster = self._posters.get(fd)
            if poster is None:
                self._readers[fd].seen += self._readers[fd].reader.read()
            elif acks := poster.reader.read():
                self.acked += acks
                if post_again:
                    self._post(poster, acks)

    def _post(self, poster: _Poster, count: int) -> None:
        send_posts(poster.client.connection, range(self._posted, self._posted + count))
        self._posted += count

    def _unread(self) -> dict[int, int]:
        wanted = {room: posts_in_room(room, self._posted) for room in range(ROOMS)}
        seen = [reader.seen for reader in self._readers.values()]
        return {room: wanted[room] - seen[room] for room in wanted if wanted[room] != seen[room]}

    def _all_read(self) -> bool:
        return not self._unread()


def _bulk_reader(client: Client[Result], marker: bytes, alarm: bytes) -> BulkReader:
    return BulkReader(client.connection, marker, ping=PING, pong=PONG, alarm=alarm)


def acked_posts_a_second(hub: RunningHub, seconds: float, warm_up_s: float) -> float:
    """Return the posts a second that were acknowledged, every one of them read once by its room's reader."""
    with (
        opened_clients(hub.port, poster_greetings(hub)) as posters,
        opened_clients(hub.port, reader_greetings(hub)) as readers,
        open_poller() as poller,
    ):
        load = _ChatLoad(posters, readers, poller)
        load.begin()
        load.run(warm_up_s)
        rate = load.run(seconds)
        load.finish()
        return rate
