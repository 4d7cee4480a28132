"""The parts that compare fan-outs: who takes part in each, and its lines of the table."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bench.arena import Results
from bench.contestants import HUB_DURABLE, HUB_VOLATILE, SEND_LOOP, SOCKET_IO, WS, Contestant
from bench.crowd import Fanout
from bench.figures import Bound, Figure, Target, Value
from bench.plan import IN_FLIGHT

_VOLATILE_TARGETS = {1: 1.2, 4: 0.5, 16: 0.2}
_DURABLE_TARGETS = {1: 1.5, 16: 0.25}
_PEER_TARGETS = {1: 1.0, 16: 10.0}


@dataclass(frozen=True)
class FanoutPart:
    """A comparison of fan-outs."""

    contestants: Sequence[Contestant]
    figures: Callable[[Results], list[Figure]]


def _value(
    results: Results, who: Contestant, in_flight: int, read: Callable[[Fanout], float], unit: str
) -> Value:
    fanout = results.median(who.name, in_flight)
    if fanout is None:
        return Value(None, "not measured", who.name)
    return Value(read(fanout), unit, who.name)


def _cpu(results: Results, who: Contestant, in_flight: int) -> Value:
    return _value(results, who, in_flight, lambda fanout: fanout.cpu_us_a_delivery, "µs")


def _rate(results: Results, who: Contestant, in_flight: int) -> Value:
    return _value(results, who, in_flight, lambda fanout: fanout.deliveries_a_second, "/s")


def _against_send_loop(
    part: str, what: str, hub: Contestant, targets: dict[int, float], results: Results
) -> list[Figure]:
    return [
        Figure(
            part,
            f"{what}, CPU a delivery, {in_flight} in flight",
            _cpu(results, hub, in_flight),
            _cpu(results, SEND_LOOP, in_flight),
            Target(Bound.AT_MOST, targets[in_flight]) if in_flight in targets else None,
        )
        for in_flight in IN_FLIGHT
    ]


def _fanout(results: Results) -> list[Figure]:
    return _against_send_loop("fanout", "volatile event", HUB_VOLATILE, _VOLATILE_TARGETS, results)


def _durable(results: Results) -> list[Figure]:
    return _against_send_loop("durable", "durable post", HUB_DURABLE, _DURABLE_TARGETS, results)


def _against_peer(peer: Contestant, in_flight: int, results: Results) -> list[Figure]:
    least = _PEER_TARGETS.get(in_flight)
    return [
        Figure(
            "peers",
            f"deliveries, {in_flight} in flight",
            _rate(results, HUB_VOLATILE, in_flight),
            _rate(results, peer, in_flight),
            Target(Bound.AT_LEAST, least) if least else None,
        ),
        Figure(
            "peers",
            f"CPU a delivery, {in_flight} in flight",
            _cpu(results, HUB_VOLATILE, in_flight),
            _cpu(results, peer, in_flight),
        ),
    ]


def _peers(results: Results) -> list[Figure]:
    pairs = [(peer, in_flight) for peer in (SOCKET_IO, WS) for in_flight in IN_FLIGHT]
    return [figure for peer, in_flight in pairs for figure in _against_peer(peer, in_flight, results)]


FANOUT_PARTS = {
    "fanout": FanoutPart((SEND_LOOP, HUB_VOLATILE), _fanout),
    "durable": FanoutPart((SEND_LOOP, HUB_DURABLE), _durable),
    "peers": FanoutPart((HUB_VOLATILE, WS, SOCKET_IO), _peers),
}
