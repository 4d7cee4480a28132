"""The rejoin storm: everybody comes back at once and must recover exactly what was missed."""

import time
from collections.abc import Sequence

from bench.arena import Say
from bench.clients import Script, close_clients, open_clients, opened_clients
from bench.figures import Bound, Figure, Target, Value
from bench.hub_process import RunningHub, running_hub
from bench.hub_rooms import DURABLE_CHANNEL, PATH, Result, log_in, log_in_and_subscribe, post, publish
from bench.plan import Plan

MISSED_POSTS = 50
_FILLER = 12
_ALL = Target(Bound.AT_LEAST, 1.0)


def measure_rejoin(plan: Plan, say: Say) -> list[Figure]:
    """Return how many clients recovered everything, and the seconds of joining and of rejoining."""
    count = plan.returning_clients
    with running_hub() as hub:
        join_s, joined = _join_all(hub, [None] * count)
        positions = [{"epoch": result["epoch"], "offset": result.get("offset", 0)} for result in joined]
        _post_while_away(hub)
        rejoin_s, results = _join_all(hub, positions)
    recovered = sum(_recovered_all(since, result) for since, result in zip(positions, results, strict=True))
    say(f"rejoin: {recovered} of {count} recovered {MISSED_POSTS} posts each in {rejoin_s:.2f} s")
    what = f"{count:,} clients recover {MISSED_POSTS} posts each"
    return [
        Figure("rejoin", what, Value(recovered, "clients", "hub"), Value(count, "clients", "all"), _ALL),
        Figure("rejoin", what, Value(rejoin_s, "s", "hub"), Value(join_s, "s", "a first join")),
    ]


def _join_all(hub: RunningHub, positions: Sequence[Result | None]) -> tuple[float, list[Result]]:
    """Join everybody at once, each from its position if it has one, and leave; return (seconds, results)."""
    greetings: list[tuple[str, Script[Result]]] = [
        (PATH, log_in_and_subscribe(hub.token(f"j{number:04}", "joiner"), DURABLE_CHANNEL, since))
        for number, since in enumerate(positions)
    ]
    began = time.perf_counter()
    clients = open_clients(hub.port, greetings, at_once=len(greetings))
    seconds = time.perf_counter() - began
    close_clients(clients)
    return seconds, [client.result for client in clients]


def _post_while_away(hub: RunningHub) -> None:
    def talk() -> Script[None]:
        yield from log_in(hub.token("author", "author"))
        for number in range(MISSED_POSTS):
            yield from publish(number + 10, DURABLE_CHANNEL, post(number, _FILLER))

    with opened_clients(hub.port, [(PATH, talk())]):
        return


def _recovered_all(since: Result, result: Result) -> bool:
    offsets = [publication["offset"] for publication in result.get("publications", [])]
    first = since["offset"] + 1
    return result.get("recovered") is True and offsets == list(range(first, first + MISSED_POSTS))
