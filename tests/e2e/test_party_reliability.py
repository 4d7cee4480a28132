"""Parties at random while the hub is killed: nothing acked is lost, all agree afterwards, none is stuck."""

import asyncio
import os
import random
import sys

from hub_process import new_hub

from bench.parties.trial import TrialPlan, run_trial

PLAN = TrialPlan(parties=12, size=5, rounds=2, life_s=8.0, kills_a_round=1, pace_s=0.4)
UNLIMITED = "1000000"


def test_parties_survive_kills_of_the_hub_with_nothing_lost_doubled_or_stuck() -> None:
    seed = int(os.environ.get("PARTIES_SEED") or random.randrange(2**32))
    sys.stdout.write(f"the same choices again: PARTIES_SEED={seed}\n")
    unlimited = dict.fromkeys(
        ("HUB_REQUESTS_PER_MINUTE", "HUB_COMMANDS_PER_SECOND", "HUB_CONNECTIONS_PER_USER"), UNLIMITED
    )
    with new_hub(**unlimited) as hub:
        hub.start()
        found = asyncio.run(run_trial(hub, PLAN, seed, lambda line: None))
        assert hub.stop() == 0
    assert found.faults == []
    assert (found.kills, found.rests) == (2, 2)
    assert found.counts["acked"] > PLAN.parties * PLAN.rounds
    assert {found.counts[name] for name in ("lost", "doubled", "disagreements", "stuck")} == {0}
