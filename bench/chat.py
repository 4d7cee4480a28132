"""Durable chat: acknowledged posts a second and their delay, beside single-row inserts of pgbench."""

from bench.arena import Say
from bench.figures import Bound, Figure, Target, Value
from bench.hub_process import running_hub
from bench.pace import POSTS_A_SECOND, ack_times
from bench.pgbench import inserts_a_second
from bench.plan import Plan
from bench.posters import ROOMS
from bench.throughput import acked_posts_a_second

_MANY_CLIENTS = 16
_RATE_TARGET = Target(Bound.AT_LEAST, 5)
_DELAY_TARGET = Target(Bound.AT_MOST, 50, of_reference=False, unit="ms")
_FAR_NUMBER = 1_000_000_000  # posts of the pace have ids that those of the throughput cannot have


def measure_chat(plan: Plan, say: Say) -> list[Figure]:
    """Return the figures of durable chat, all on one hub and its one PostgreSQL."""
    with running_hub() as hub:
        single = inserts_a_second(hub.data_dir, 1, plan.chat_s)
        many = inserts_a_second(hub.data_dir, _MANY_CLIENTS, plan.chat_s)
        say(f"chat, pgbench: {single:,.0f} inserts/s by 1 client, {many:,.0f}/s by {_MANY_CLIENTS}")
        rate = acked_posts_a_second(hub, plan.chat_s, plan.warm_up_s)
        say(f"chat, hub: {rate:,.0f} posts/s")
        times = ack_times(hub, plan.chat_s, _FAR_NUMBER)
        say(f"chat, ack: p50 {times.p50_ms:.2f} ms, p99 {times.p99_ms:.2f} ms, max {times.max_ms:.2f} ms")
    posts = Value(rate, "posts/s", "hub")
    paced = f"at {POSTS_A_SECOND:,} posts/s"
    return [
        Figure("chat", f"acked posts, {ROOMS} rooms", posts, Value(single, "/s", "pgbench"), _RATE_TARGET),
        Figure(
            "chat",
            f"acked posts, {ROOMS} rooms",
            posts,
            Value(many, "/s", f"pgbench -c {_MANY_CLIENTS}"),
        ),
        Figure("chat", f"p50 of the ack {paced}", Value(times.p50_ms, "ms", "hub")),
        Figure("chat", f"p99 of the ack {paced}", Value(times.p99_ms, "ms", "hub"), None, _DELAY_TARGET),
        Figure("chat", f"longest ack {paced}", Value(times.max_ms, "ms", "hub")),
    ]
