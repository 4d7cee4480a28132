"""What an idle, subscribed connection costs a server in resident memory."""

import time

from bench.arena import Say
from bench.clients import is_closed, opened_clients
from bench.contestants import HUB_DURABLE, SOCKET_IO, WS, Contestant
from bench.cost import resident_bytes
from bench.crowd import Server, greetings
from bench.dialects import Role
from bench.errors import BenchError
from bench.figures import Bound, Figure, Target, Value
from bench.plan import Plan

_FIRST = 100  # opened before, so that what is made once is not counted a connection
_SETTLE_S = 2.0  # well under a heartbeat: idle clients here do not answer one
_TARGET = Target(Bound.AT_MOST, 30, of_reference=False, unit="KB")


def measure_memory(plan: Plan, say: Say) -> list[Figure]:
    """Return the memory a connection of the hub, beside that of each peer."""
    kilobytes = {}
    for contestant in (HUB_DURABLE, WS, SOCKET_IO):
        kilobytes[contestant.name] = _value(contestant, plan.idle_connections)
        say(f"memory, {kilobytes[contestant.name]} a connection")
    hub = kilobytes.pop(HUB_DURABLE.name)
    what = f"memory a connection, {plan.idle_connections:,} idle in one room"
    return [Figure("memory", what, hub, peer, _TARGET) for peer in kilobytes.values()]


def _value(contestant: Contestant, count: int) -> Value:
    name = contestant.name.partition(",")[0]
    try:
        with contestant.start() as server:
            return Value(_bytes_a_connection(server, count) / 1000, "KB", name)
    except (BenchError, OSError) as error:
        return Value(None, f"not measured: {error}", name)


def _bytes_a_connection(server: Server, count: int) -> float:
    joining = greetings(server.dialect, Role.SUBSCRIBER, _FIRST + count)
    with opened_clients(server.port, joining[:_FIRST]):
        time.sleep(_SETTLE_S)
        before = resident_bytes(server.pid)
        with opened_clients(server.port, joining[_FIRST:]) as idle:
            time.sleep(_SETTLE_S)
            after = resident_bytes(server.pid)
            if any(is_closed(client.connection) for client in idle):
                raise BenchError("the server closed an idle connection")
    return (after - before) / count
