"""The API: reads beside a bare hello and a bare query, at a steady pace, and while people sign in."""

import json
import statistics
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from bench.api_library import PASSWORD, THREAD, Library, fill
from bench.arena import DISTURBED_FROM, Say
from bench.bare_query import POSTS, VIDEOS, queries_a_second
from bench.errors import BenchError
from bench.figures import Bound, Figure, Target, Value
from bench.http_client import HttpConnection, get, post
from bench.http_load import Due, Rate, paced, percentile, request_rate, response_times
from bench.hub_process import RunningHub, running_hub
from bench.meter import Meter
from bench.plan import Plan
from bench.processes import listening_child

READS_A_SECOND = 100
SIGN_INS_A_SECOND = 10
SUGGESTIONS_A_SECOND = 50
SEARCHES_A_SECOND = 20
_TRIES = 3
_PAGES = 400  # different ones, so that none is at hand
_PROJECT = Path(__file__).resolve().parent.parent
_RATE = Target(Bound.AT_LEAST, 0.5)
_READ_DELAY = Target(Bound.AT_MOST, 100, of_reference=False, unit="ms")
_SUGGEST_DELAY = Target(Bound.AT_MOST, 50, of_reference=False, unit="ms")
_SIGN_IN = Target(Bound.AT_MOST, 2)
_SORTS = ("newest", "popular", "trending", "duration")


@dataclass(frozen=True)
class _Read:
    """Requests of one sort, and the query that a bare connection asks instead."""

    what: str
    requests: Sequence[bytes]
    bare: str


@dataclass(frozen=True)
class _Times:
    """How late the reads of a schedule were, and how busy other programs were meanwhile."""

    p99_ms: float
    others_busy: float


def measure_api(plan: Plan, say: Say) -> list[Figure]:
    """Return the figures of the API, all of one hub and one hello that run side by side."""
    with running_hub() as hub, listening_child(_hello(), folder=_PROJECT) as (hello_pid, hello_port):
        say(f"api: filling the database with {plan.api_rows:,} videos and as many posts")
        library = fill(hub.data_dir, plan.api_rows)
        bench = _Bench(hub, plan, say, library.rows)
        reads = _reads(hub.port, library.rows)
        return [
            *bench.rates(reads, hello_pid, hello_port),
            *bench.delays(reads),
            *bench.looking(library),
            bench.signing_in(reads[0], library),
        ]


def _hello() -> list[str]:
    return [sys.executable, "-m", "bench.hello"]


def _reads(port: int, rows: int) -> list[_Read]:
    thread, step = f"/api/threads/{THREAD}/posts", max(1, rows // _PAGES)
    posts = [get(f"{thread}?offset={offset}") for offset in range(1, rows - 20, step)]
    return [
        _Read("GET /api/videos, the newest 20", [get("/api/videos")], VIDEOS),
        _Read("GET /api/videos, each time another 20", [get(path) for path in _video_pages(port)], VIDEOS),
        _Read("GET /api/threads/{id}/posts, the newest 20", [get(f"{thread}?reverse=true")], POSTS),
        _Read("GET /api/threads/{id}/posts, each time another 20", posts, POSTS),
    ]


def _video_pages(port: int) -> list[str]:
    """Turn the pages of every sort as a reader does."""
    connection = HttpConnection(port)
    try:
        return [
            path for sort in _SORTS for path in _turned(connection, f"/api/videos?sort={sort}", _PAGES // 4)
        ]
    finally:
        connection.close()


def _turned(connection: HttpConnection, first: str, count: int) -> Iterator[str]:
    path = first
    for _ in range(count):
        yield path
        answer = connection.get(path)
        page = json.loads(answer.body)
        if answer.status >= 400 or len(page["items"]) != 20 or not page["next"]:
            raise BenchError(f"{path} was answered {answer.status}: {answer.body[:300]!r}")
        path = f"{first}&cursor={quote(page['next'])}"


class _Bench:
    def __init__(self, hub: RunningHub, plan: Plan, say: Say, rows: int) -> None:
        self._hub, self._plan, self._say, self._rows = hub, plan, say, rows

    def rates(self, reads: Sequence[_Read], hello_pid: int, hello_port: int) -> list[Figure]:
        """Return requests a second beside hello and the bare query, in turns, the median of each."""
        rounds: dict[str, list[Rate]] = {}
        for _ in range(self._plan.api_rounds):
            hello = self._rate(hello_pid, hello_port, [get("/hello")])
            rounds.setdefault("hello", []).append(hello)
            for read in reads:
                rounds.setdefault(read.what, []).append(
                    self._rate(self._hub.pid, self._hub.port, read.requests)
                )
        rates = {what: self._median(what, measured) for what, measured in rounds.items()}
        return [figure for read in reads for figure in self._beside(read, rates[read.what], rates["hello"])]

    def delays(self, reads: Sequence[_Read]) -> list[Figure]:
        """Return the p99 of each read at a steady pace."""
        return [
            self._delay(f"{read.what}, {self._rows:,} rows", read.requests, READS_A_SECOND, _READ_DELAY)
            for read in reads
        ]

    def looking(self, library: Library) -> list[Figure]:
        """Return the p99 of suggestions and of search, of what people type."""
        suggest, search = (
            [get(f"/api/{path}?q={quote(typed)}") for typed in library.typed]
            for path in ("suggest", "search")
        )
        return [
            self._delay(
                f"GET /api/suggest, {self._rows:,} videos", suggest, SUGGESTIONS_A_SECOND, _SUGGEST_DELAY
            ),
            self._delay(f"GET /api/search, {self._rows:,} videos", search, SEARCHES_A_SECOND, None),
        ]

    def signing_in(self, read: _Read, library: Library) -> Figure:
        """Return the p99 of a read while people sign in beside that of a quiet time, the median of rounds."""
        logins = [
            post("/api/auth/login", json.dumps({"email": email, "password": PASSWORD}).encode())
            for email in library.emails
        ]
        quiet, busy = [], []
        for _ in range(self._plan.api_rounds):
            reads = paced(read.requests, READS_A_SECOND, self._plan.api_s, "read")
            sign_ins = paced(logins, SIGN_INS_A_SECOND, self._plan.api_s, "sign in")
            quiet.append(self._times("reads alone", reads).p99_ms)
            busy.append(self._times("reads beside sign-ins", [*reads, *sign_ins]).p99_ms)
        measured, reference = statistics.median(busy), statistics.median(quiet)
        return Figure(
            "api",
            f"p99 of {read.what}, while {SIGN_INS_A_SECOND} a second sign in",
            Value(measured, "ms", "hub"),
            Value(reference, "ms", "nobody signs in"),
            _SIGN_IN,
        )

    def _rate(self, pid: int, port: int, requests: Sequence[bytes]) -> Rate:
        return request_rate(pid, port, requests, self._plan.api_s / 2, self._plan.warm_up_s)

    def _median(self, what: str, rounds: Sequence[Rate]) -> Rate:
        for rate in rounds:
            self._say(
                f"api, {what}: {rate.requests_a_second:,.0f}/s,"
                f" CPU a request: server {rate.server_cpu_us:.0f} µs, database {rate.children_cpu_us:.0f} µs;"
                f" busy: load {rate.load_busy:.0%}, others {rate.others_busy:.0%}"
            )
        counted = [rate for rate in rounds if rate.others_busy <= DISTURBED_FROM] or rounds
        return sorted(counted, key=lambda rate: rate.requests_a_second)[len(counted) // 2]

    def _beside(self, read: _Read, rate: Rate, hello: Rate) -> list[Figure]:
        bare = queries_a_second(self._hub.data_dir, read.bare, self._plan.api_s / 2)
        what, measured = f"{read.what}, {self._rows:,} rows", Value(rate.requests_a_second, "/s", "hub")
        return [
            Figure("api", what, measured, Value(hello.requests_a_second, "/s", "bare hello"), _RATE),
            Figure("api", what, measured, Value(bare, "/s", "bare query, one connection")),
            Figure(
                "api",
                f"CPU of {what}",
                Value(rate.server_cpu_us, "µs", "hub"),
                Value(hello.server_cpu_us, "µs", "bare hello"),
            ),
        ]

    def _delay(self, what: str, requests: Sequence[bytes], per_second: int, target: Target | None) -> Figure:
        """Measure until other programs leave the machine alone, a few times at most; the calmest counts."""
        tries: list[_Times] = []
        while len(tries) < _TRIES and (not tries or tries[-1].others_busy > DISTURBED_FROM):
            tries.append(self._times(what, paced(requests, per_second, self._plan.api_s, "read")))
        p99_ms = min(tries, key=lambda times: times.others_busy).p99_ms
        return Figure("api", f"p99 of {what}, at {per_second}/s", Value(p99_ms, "ms", "hub"), None, target)

    def _times(self, what: str, schedule: Sequence[Due]) -> _Times:
        meter = Meter(self._hub.pid)
        by_kind = response_times(self._hub.port, schedule)
        others_busy = meter.read().others_busy
        told = ", ".join(
            f"{kind} p50 {percentile(ms, 50):.1f} p99 {percentile(ms, 99):.1f} max {ms[-1]:.1f} ms"
            for kind, ms in by_kind.items()
        )
        self._say(f"api, {what}: {told}; busy: others {others_busy:.0%}")
        return _Times(percentile(by_kind["read"], 99), others_busy)
