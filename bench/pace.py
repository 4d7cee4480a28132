"""How long an acknowledgement takes when posts come at a steady pace, whatever the hub does."""

import json
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass

from bench.clients import Client, opened_clients
from bench.errors import BenchError
from bench.hub_process import RunningHub
from bench.hub_rooms import Result
from bench.hub_threads import chat_rooms
from bench.meter import Meter
from bench.poller import Poller, open_poller
from bench.posters import post_of_reply, post_patterns, poster_greetings, send_posts
from bench.websocket import client_text, take_frame

POSTS_A_SECOND = 1_000
_GIVE_UP_S = 15.0
_READ_MAX = 1 << 16


@dataclass(frozen=True)
class AckTimes:
    """The time from when a post was due to its acknowledgement, in ms."""

    p50_ms: float
    p99_ms: float
    max_ms: float
    others_busy: float


class _Pace:
    def __init__(
        self,
        rooms: Sequence[str],
        posters: Sequence[Client[Result]],
        poller: Poller,
        posts: int,
        first: int,
    ) -> None:
        self._patterns = post_patterns(rooms)
        self._posters, self._poller, self._posts, self._first = posters, poller, posts, first
        self._by_fd = {client.connection.fileno(): (client, bytearray()) for client in posters}
        for fd in self._by_fd:
            poller.watch(fd)
        self._sent = 0
        self._took_s: list[float] = []
        self._began = 0.0

    def run(self) -> list[float]:
        """Post at the pace; return how many seconds after its time each post was acknowledged."""
        self._began = time.perf_counter()
        give_up = self._began + self._posts / POSTS_A_SECOND + _GIVE_UP_S
        while len(self._took_s) < self._posts:
            if time.perf_counter() > give_up:
                raise BenchError(f"only {len(self._took_s)} of {self._posts} posts were acknowledged")
            self._send_what_is_due()
            for fd in self._poller.wait(self._pause_s()):
                self._read(fd)
        return self._took_s

    def _due(self, post: int) -> float:
        return self._began + post / POSTS_A_SECOND

    def _send_what_is_due(self) -> None:
        while self._sent < self._posts and self._due(self._sent) <= time.perf_counter():
            poster = self._posters[self._sent % len(self._posters)]
            send_posts(poster.connection, self._patterns, [self._first + self._sent])
            self._sent += 1

    def _pause_s(self) -> float:
        if self._sent == self._posts:
            return 1.0
        return max(0.0, self._due(self._sent) - time.perf_counter())

    def _read(self, fd: int) -> None:
        client, inbox = self._by_fd[fd]
        data = client.connection.recv(_READ_MAX)
        now = time.perf_counter()
        if not data:
            raise BenchError("the hub closed a poster")
        inbox += data
        while frame := take_frame(inbox):
            for message in frame.payload.split(b"\n"):
                self._take(client, json.loads(message), now)

    def _take(self, client: Client[Result], reply: dict[str, object], now: float) -> None:
        number = reply.get("id")
        if isinstance(number, int) and "publish" in reply:
            self._took_s.append(now - self._due(post_of_reply(number) - self._first))
        elif not reply:
            client.connection.send(client_text(b"{}"))
        else:
            raise BenchError(f"a post was answered {reply}")


def ack_times(hub: RunningHub, seconds: float, first_post: int) -> AckTimes:
    """Return the times of acknowledgements at POSTS_A_SECOND over all rooms.

    Posts are numbered from first_post: a number that was posted before would be no new post.
    """
    with opened_clients(hub.port, poster_greetings(hub)) as posters, open_poller() as poller:
        meter = Meter(hub.pid)
        took_s = _Pace(chat_rooms(hub), posters, poller, round(seconds * POSTS_A_SECOND), first_post).run()
        used = meter.read()
    ordered_ms = sorted(1e3 * each for each in took_s)
    p50_ms, p99_ms = (_percentile(ordered_ms, percent) for percent in (50, 99))
    return AckTimes(p50_ms, p99_ms, ordered_ms[-1], used.others_busy)


def _percentile(ordered: Sequence[float], percent: float) -> float:
    return ordered[math.ceil(len(ordered) * percent / 100) - 1]
