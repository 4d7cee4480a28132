"""Load over HTTP: as many requests as a server answers, or requests at a steady pace whatever it does."""

import contextlib
import itertools
import math
import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bench.errors import BenchError
from bench.http_client import HttpConnection
from bench.meter import Meter
from bench.poller import Poller, open_poller

_CONNECTIONS = 8  # so many ask at once when the rate is measured
_CONNECTIONS_PACED = 48
_STALL_S = 20.0
_ERROR_FROM = 400


@dataclass(frozen=True)
class Rate:
    """Requests a second, CPU a request of the server and of its children, and how busy the others were."""

    requests_a_second: float
    server_cpu_us: float
    children_cpu_us: float
    load_busy: float
    others_busy: float


@dataclass(frozen=True)
class Due:
    """A request, and when it is to be sent, in seconds from the start."""

    at_s: float
    request: bytes
    kind: str = ""


class _Clients:
    def __init__(self, port: int, poller: Poller, count: int) -> None:
        self._poller = poller
        self._port = port
        self._by_fd: dict[int, HttpConnection] = {}
        self.free: deque[HttpConnection] = deque()
        for _ in range(count):
            self._add(HttpConnection(port))

    def answered(self, timeout_s: float) -> Iterator[HttpConnection]:
        """Wait at most so long; yield the connections that have an answer, which are free again."""
        for fd in self._poller.wait(timeout_s):
            connection = self._by_fd[fd]
            answer = connection.read()
            if answer is None:
                continue
            if answer.status >= _ERROR_FROM:
                raise BenchError(f"the server answered {answer.status}: {answer.body[:300]!r}")
            if connection.ended:
                self._poller.forget(fd)
                del self._by_fd[fd]
                connection.reopen()
                self._watch(connection)
            yield connection

    def close(self) -> None:
        for connection in self._by_fd.values():
            connection.close()

    def _add(self, connection: HttpConnection) -> None:
        self._watch(connection)
        self.free.append(connection)

    def _watch(self, connection: HttpConnection) -> None:
        self._by_fd[connection.socket.fileno()] = connection
        self._poller.watch(connection.socket.fileno())


@contextlib.contextmanager
def _clients(port: int, count: int) -> Iterator[_Clients]:
    with open_poller() as poller:
        clients = _Clients(port, poller, count)
        try:
            yield clients
        finally:
            clients.close()


def request_rate(pid: int, port: int, requests: Sequence[bytes], seconds: float, warm_up_s: float) -> Rate:
    """Return how many of these requests, in turns, a server answers when several ask all the time."""
    turns = itertools.cycle(requests)
    with _clients(port, _CONNECTIONS) as clients:
        while clients.free:
            clients.free.popleft().ask(next(turns))
        _keep_asking(clients, turns, warm_up_s)
        meter = Meter(pid)
        count = _keep_asking(clients, turns, seconds)
        used = meter.read()
    return Rate(
        requests_a_second=count / used.elapsed_s,
        server_cpu_us=used.server_s / count * 1e6,
        children_cpu_us=used.children_s / count * 1e6,
        load_busy=used.load_busy,
        others_busy=used.others_busy,
    )


def _keep_asking(clients: _Clients, turns: Iterator[bytes], seconds: float) -> int:
    count, until = 0, time.perf_counter() + seconds
    while time.perf_counter() < until:
        for connection in clients.answered(1.0):
            connection.ask(next(turns))
            count += 1
    if not count:
        raise BenchError("the server answered nothing")
    return count


def response_times(port: int, schedule: Sequence[Due]) -> dict[str, list[float]]:
    """Send each request at its time; return by kind, in order, how many ms after that time it was answered.

    A request that has to wait because the server is slow counts its waiting: nothing is left out.
    """
    with _clients(port, _CONNECTIONS_PACED) as clients:
        return _Pace(clients, schedule).run()


class _Pace:
    def __init__(self, clients: _Clients, schedule: Sequence[Due]) -> None:
        self._clients = clients
        self._waiting = deque(sorted(schedule, key=lambda due: due.at_s))
        self._asked: dict[HttpConnection, Due] = {}
        self._took_ms: dict[str, list[float]] = {}
        self._began = time.perf_counter()
        self._heard = self._began

    def run(self) -> dict[str, list[float]]:
        while self._waiting or self._asked:
            self._send_what_is_due()
            for connection in self._clients.answered(self._pause_s()):
                self._note(self._asked.pop(connection))
                self._clients.free.append(connection)
            if self._asked and time.perf_counter() - self._heard > _STALL_S:
                raise BenchError(f"{len(self._asked)} requests were not answered for {_STALL_S:.0f} s")
        return {kind: sorted(took_ms) for kind, took_ms in self._took_ms.items()}

    def _send_what_is_due(self) -> None:
        now_s = time.perf_counter() - self._began
        while self._waiting and self._clients.free and self._waiting[0].at_s <= now_s:
            due, connection = self._waiting.popleft(), self._clients.free.popleft()
            connection.ask(due.request)
            self._asked[connection] = due

    def _pause_s(self) -> float:
        if not self._waiting or not self._clients.free:
            return 1.0
        return max(0.0, self._began + self._waiting[0].at_s - time.perf_counter())

    def _note(self, due: Due) -> None:
        self._heard = time.perf_counter()
        self._took_ms.setdefault(due.kind, []).append(1e3 * (self._heard - self._began - due.at_s))


def paced(requests: Sequence[bytes], per_second: float, seconds: float, kind: str = "") -> list[Due]:
    """Return a schedule of these requests, in turns, at a steady pace."""
    count = round(per_second * seconds)
    return [Due(number / per_second, requests[number % len(requests)], kind) for number in range(count)]


def percentile(ordered: Sequence[float], percent: float) -> float:
    """Return the value below which so many percent of the ordered values are."""
    return ordered[math.ceil(len(ordered) * percent / 100) - 1]
