"""Durable chat: acknowledged posts a second and their delay, beside single-row inserts of pgbench."""

from dataclasses import replace

from bench.arena import Say
from bench.figures import Bound, Figure, Target, Value
from bench.hub_process import RunningHub, running_hub
from bench.hub_threads import ROOMS
from bench.pace import POSTS_A_SECOND, AckTimes, ack_times
from bench.pgbench import inserts_a_second
from bench.plan import Plan
from bench.throughput import Throughput, measure_throughput

_MANY_CLIENTS = 16
_RATE_TARGET = Target(Bound.AT_LEAST, 5)
_DELAY_TARGET = Target(Bound.AT_MOST, 50, of_reference=False, unit="ms")


def measure_chat(plan: Plan, say: Say) -> list[Figure]:
    """Return the figures of durable chat, all on one hub and its one PostgreSQL."""
    with running_hub() as hub:
        single, alone = _by_turns(hub, plan, say)
        many = inserts_a_second(hub.data_dir, _MANY_CLIENTS, plan.chat_s)
        say(f"chat, pgbench: {many:,.0f} inserts/s by {_MANY_CLIENTS} clients")
        read = _throughput(hub, plan, say, first_post=alone.posts, with_readers=True)
        times = ack_times(hub, plan.chat_s, read.posts)
    say(
        f"chat, ack: p50 {times.p50_ms:.1f} ms, p99 {times.p99_ms:.1f} ms;"
        f" busy: others {times.others_busy:.0%}"
    )
    return [*_rates(alone, read, single, many), *_delays(times)]


def _by_turns(hub: RunningHub, plan: Plan, say: Say) -> tuple[float, Throughput]:
    """Return the inserts of one pgbench client and the hub's posts from the round of the median ratio.

    A machine's speed changes from minute to minute: so both are measured by turns.
    """
    rounds: list[tuple[float, Throughput]] = []
    posts = 0
    for _ in range(plan.rounds):
        single = inserts_a_second(hub.data_dir, 1, plan.chat_s)
        say(f"chat, pgbench: {single:,.0f} inserts/s by 1 client")
        alone = _throughput(hub, plan, say, first_post=posts, with_readers=False)
        rounds.append((single, alone))
        posts = alone.posts
    rounds.sort(key=lambda each: each[1].posts_a_second / each[0])
    single, alone = rounds[len(rounds) // 2]
    return single, replace(alone, posts=posts)


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


def _rates(alone: Throughput, read: Throughput, single: float, many: float) -> list[Figure]:
    what = f"acked posts over {ROOMS} rooms"
    one_client = Value(single, "/s", "pgbench -c 1")
    rate = Value(alone.posts_a_second, "/s", "hub")
    return [
        Figure("chat", what, rate, one_client, _RATE_TARGET),
        Figure("chat", what, rate, Value(many, "/s", f"pgbench -c {_MANY_CLIENTS}")),
        Figure("chat", f"{what}, a reader in each", Value(read.posts_a_second, "/s", "hub"), one_client),
        Figure(
            "chat",
            "CPU a post",
            Value(alone.hub_cpu_us, "µs", "hub"),
            Value(alone.database_cpu_us, "µs", "its database"),
        ),
    ]


def _delays(times: AckTimes) -> list[Figure]:
    paced = f"of the ack at {POSTS_A_SECOND:,} posts/s"
    return [
        Figure("chat", f"p50 {paced}", Value(times.p50_ms, "ms", "hub")),
        Figure("chat", f"p99 {paced}", Value(times.p99_ms, "ms", "hub"), None, _DELAY_TARGET),
        Figure("chat", f"maximum {paced}", Value(times.max_ms, "ms", "hub")),
    ]
