"""Durable chat: acknowledged posts a second and their delay, beside single-row inserts of pgbench."""

from dataclasses import dataclass, replace

from bench.arena import Say
from bench.figures import Bound, Figure, Target, Value
from bench.hub_process import RunningHub, running_hub
from bench.hub_threads import ROOMS
from bench.pace import POSTS_A_SECOND, AckTimes, ack_times
from bench.pgbench import Protocol, inserts_a_second
from bench.plan import Plan
from bench.throughput import Throughput, measure_throughput

_MANY_CLIENTS = 16
_RATE_TARGET = Target(Bound.AT_LEAST, 5)
_DELAY_TARGET = Target(Bound.AT_MOST, 50, of_reference=False, unit="ms")


@dataclass(frozen=True)
class _Round:
    """One go: the rows a second of one pgbench client by each protocol, and the posts of the hub."""

    simple: float
    prepared: float
    hub: Throughput

    @property
    def ratio(self) -> float:
        """Return posts a row of pgbench as it comes."""
        return self.hub.posts_a_second / self.simple


def measure_chat(plan: Plan, say: Say) -> list[Figure]:
    """Return the figures of durable chat, all on one hub and its one PostgreSQL."""
    with running_hub() as hub:
        alone = _by_turns(hub, plan, say)
        many = _inserts(hub, plan, say, _MANY_CLIENTS, Protocol.PREPARED)
        read = _throughput(hub, plan, say, first_post=alone.hub.posts, with_readers=True)
        times = ack_times(hub, plan.chat_s, read.posts)
    say(
        f"chat, ack: p50 {times.p50_ms:.1f} ms, p99 {times.p99_ms:.1f} ms;"
        f" busy: others {times.others_busy:.0%}"
    )
    return [*_rates(alone, read, many), *_delays(times)]


def _by_turns(hub: RunningHub, plan: Plan, say: Say) -> _Round:
    """Return the round of the median ratio.

    A machine's speed changes from minute to minute: so pgbench and the hub are measured by turns.
    """
    rounds: list[_Round] = []
    posts = 0
    for _ in range(plan.rounds):
        prepared = _inserts(hub, plan, say, 1, Protocol.PREPARED)
        simple = _inserts(hub, plan, say, 1, Protocol.SIMPLE)
        measured = _throughput(hub, plan, say, first_post=posts, with_readers=False)
        rounds.append(_Round(simple, prepared, measured))
        posts = measured.posts
    rounds.sort(key=lambda each: each.ratio)
    median = rounds[len(rounds) // 2]
    return replace(median, hub=replace(median.hub, posts=posts))


def _inserts(hub: RunningHub, plan: Plan, say: Say, clients: int, protocol: Protocol) -> float:
    rows = inserts_a_second(hub.data_dir, clients, plan.chat_s, protocol)
    say(f"chat, pgbench -M {protocol.value}: {rows:,.0f} inserts/s by {clients} client(s)")
    return rows


def _throughput(hub: RunningHub, plan: Plan, say: Say, *, first_post: int, with_readers: bool) -> Throughput:
    measured = measure_throughput(
        hub, plan.chat_s, plan.warm_up_s, first_post=first_post, with_readers=with_readers
    )
    readers = "a reader a room" if with_readers else "nobody reads"
    say(
        f"chat, {readers}: {measured.posts_a_second:,.0f} posts/s,"
        f" CPU a post: hub {measured.hub_cpu_us:.0f} µs, database {measured.database_cpu_us:.0f} µs;"
        f" busy: load {measured.load_busy:.0%}, others {measured.others_busy:.0%}"
    )
    return measured


def _rates(alone: _Round, read: Throughput, many: float) -> list[Figure]:
    what = f"acked posts over {ROOMS} rooms"
    one_client = Value(alone.simple, "/s", "pgbench -c 1")
    rate = Value(alone.hub.posts_a_second, "/s", "hub")
    prepared = "-M prepared"
    return [
        Figure("chat", what, rate, one_client, _RATE_TARGET),
        Figure("chat", what, rate, Value(alone.prepared, "/s", f"pgbench -c 1 {prepared}")),
        Figure("chat", what, rate, Value(many, "/s", f"pgbench -c {_MANY_CLIENTS} {prepared}")),
        Figure("chat", f"{what}, a reader in each", Value(read.posts_a_second, "/s", "hub"), one_client),
        Figure(
            "chat",
            "CPU a post",
            Value(alone.hub.hub_cpu_us, "µs", "hub"),
            Value(alone.hub.database_cpu_us, "µs", "its database"),
        ),
    ]


def _delays(times: AckTimes) -> list[Figure]:
    paced = f"of the ack at {POSTS_A_SECOND:,} posts/s"
    return [
        Figure("chat", f"p50 {paced}", Value(times.p50_ms, "ms", "hub")),
        Figure("chat", f"p99 {paced}", Value(times.p99_ms, "ms", "hub"), None, _DELAY_TARGET),
        Figure("chat", f"maximum {paced}", Value(times.max_ms, "ms", "hub")),
    ]
