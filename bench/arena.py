"""All fan-outs of a run: each contestant in turn, in several rounds, the median of which counts."""

import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from bench.contestants import Contestant
from bench.crowd import Crowd, Fanout, open_crowd
from bench.errors import BenchError
from bench.plan import IN_FLIGHT, Plan

Say = Callable[[str], None]
DISTURBED_FROM = 0.15  # of a core that other programs use: more of it and rates say little
_TRIES = 3


@dataclass
class Results:
    """What each contestant did, by its name: all rounds by messages in flight, or why it was not measured."""

    rounds: dict[str, dict[int, list[Fanout]]] = field(default_factory=dict)
    payload_bytes: dict[str, int] = field(default_factory=dict)
    absent: dict[str, str] = field(default_factory=dict)

    def median(self, name: str, in_flight: int) -> Fanout | None:
        """Return the median of the calm rounds (of all, if none was), field by field; None without any."""
        rounds = self.rounds.get(name, {}).get(in_flight, [])
        if name in self.absent or not rounds:
            return None
        calm = [each for each in rounds if each.others_busy <= DISTURBED_FROM]
        fields = [asdict(each) for each in calm or rounds]
        return Fanout(**{key: statistics.median(each[key] for each in fields) for key in fields[0]})

    def disturbed(self) -> list[str]:
        """Return whose median was measured while other programs were too busy."""
        medians = (
            (name, in_flight, self.median(name, in_flight)) for name in self.rounds for in_flight in IN_FLIGHT
        )
        return [
            f"{name} W={in_flight} ({median.others_busy:.0%})"
            for name, in_flight, median in medians
            if median and median.others_busy > DISTURBED_FROM
        ]

    def as_json(self) -> dict[str, Any]:
        """Return everything that was measured."""
        return asdict(self)


def measure_all(contestants: Sequence[Contestant], plan: Plan, say: Say) -> Results:
    """Measure every contestant in every round; one that fails is noted and left out from then on."""
    results = Results()
    for number in range(plan.rounds):
        for contestant in contestants:
            if contestant.name in results.absent:
                continue
            try:
                _measure(contestant, plan, results)
                say(f"round {number + 1}, {contestant.name}: {_told(results, contestant.name)}")
            except (BenchError, OSError) as error:
                results.absent[contestant.name] = f"{type(error).__name__}: {error}"
                say(f"round {number + 1}, {contestant.name}: {results.absent[contestant.name]}")
    return results


def _measure(contestant: Contestant, plan: Plan, results: Results) -> None:
    with contestant.start() as server, open_crowd(server, plan.subscribers) as crowd:
        results.payload_bytes[contestant.name] = crowd.fit.payload_bytes
        by_in_flight = results.rounds.setdefault(contestant.name, {each: [] for each in IN_FLIGHT})
        for in_flight in IN_FLIGHT:
            by_in_flight[in_flight].append(_undisturbed(crowd, in_flight, plan))
        crowd.check_counts()


def _undisturbed(crowd: Crowd, in_flight: int, plan: Plan) -> Fanout:
    """Measure until other programs leave the machine alone, a few times at most; return the calmest."""
    tries: list[Fanout] = []
    while len(tries) < _TRIES and (not tries or tries[-1].others_busy > DISTURBED_FROM):
        tries.append(crowd.measure(in_flight, plan.fanout_s, plan.warm_up_s))
    return min(tries, key=lambda fanout: fanout.others_busy)


def _told(results: Results, name: str) -> str:
    last = {in_flight: rounds[-1] for in_flight, rounds in results.rounds[name].items()}
    return ", ".join(
        f"W={in_flight} {fanout.cpu_us_a_delivery:.2f} µs {fanout.deliveries_a_second / 1000:,.0f} k/s (busy:"
        f" server {fanout.server_busy:.0%}, load {fanout.load_busy:.0%}, others {fanout.others_busy:.0%})"
        for in_flight, fanout in last.items()
    )


def unique(contestants: Iterable[Contestant]) -> list[Contestant]:
    """Return the contestants, each once, in order."""
    return list({each.name: each for each in contestants}.values())
