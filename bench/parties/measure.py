"""The part `parties` of the bench: hundreds of parties while the hub is killed, and what is lost: nothing."""

import asyncio
import os
import secrets

from bench.arena import Say
from bench.errors import BenchError
from bench.figures import Bound, Figure, Target, Value
from bench.hub_process import mortal_hub
from bench.parties.trial import Found, TrialPlan, run_trial
from bench.plan import Plan

PARTY_SIZE = 10
_KILLS_A_ROUND = 3
_PACE_S = 2.0
_SETTLE_S_MAX = 30.0  # a party may wait for its slowest for 20 s, and be silent about one who left for 10 s
_SHOWN = 20
_PART = "parties"
_NONE = Target(Bound.AT_MOST, 0, of_reference=False)
_NEVER = ("lost", "doubled", "disagreements", "stuck")


def measure_parties(plan: Plan, say: Say) -> list[Figure]:
    """Run the trial, with PARTIES_SEED if that is set; raise BenchError when a crowd ends early."""
    seed = int(os.environ.get("PARTIES_SEED") or secrets.randbits(32))
    say(f"{_PART}: the same choices again with PARTIES_SEED={seed}")
    trial = TrialPlan(plan.parties, PARTY_SIZE, plan.party_rounds, plan.party_life_s, _KILLS_A_ROUND, _PACE_S)
    with mortal_hub() as hub:
        found = asyncio.run(run_trial(hub, trial, seed, lambda line: say(f"{_PART}: {line}")))
    for fault in found.faults[:_SHOWN]:
        say(f"{_PART}: {fault}")
    if not found.counts["acked"]:
        raise BenchError("not one command was acknowledged")
    return _figures(trial, found)


def _figures(trial: TrialPlan, found: Found) -> list[Figure]:
    crowd = f"{trial.parties} parties of {trial.size}"
    counts = found.counts
    return [
        _figure(f"{crowd}: commands acknowledged", counts["acked"]),
        _figure("commands refused, which is an answer as well", counts["refused"]),
        _figure("answers that a kill took away", counts["unanswered"]),
        _figure("events in the logs", counts["events"]),
        _figure("hub kills", found.kills),
        _figure("hosts who were succeeded", counts["successions"]),
        *(_figure(_NAMES[name], counts[name], target=_NONE) for name in _NEVER),
        _figure("faults of any kind, told above", len(found.faults), target=_NONE),
        _figure("positions told at one moment differ by, p95", _p95(found.spread_ms), "ms"),
        _figure("until all are at rest and agree, longest", max(found.settle_s), "s", _SETTLED),
    ]


def _p95(amounts: list[float]) -> float:
    return sorted(amounts)[len(amounts) * 95 // 100]


def _figure(what: str, amount: float, unit: str = "", target: Target | None = None) -> Figure:
    return Figure(_PART, what, Value(float(amount), unit), target=target)


_NAMES = {
    "lost": "acknowledged and not in the log",
    "doubled": "twice in the log",
    "disagreements": "parties whose members disagree",
    "stuck": "parties that are stuck",
}
_SETTLED = Target(Bound.AT_MOST, _SETTLE_S_MAX, of_reference=False, unit="s")
