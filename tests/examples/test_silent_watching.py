"""The timeline of the Python client and its silent player: on time, whatever happens, in virtual time."""

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from examples.party_timeline import Timeline, moment_of
from examples.silent_player import ENGAGE_MS, SEEK_MS, SilentPlayer, steer

ITEM = {"id": "film", "title": "Film", "duration_ms": 60_000}


def state(seq: int, status: str = "playing", **fields: Any) -> dict[str, Any]:
    usual = {"epoch": "0a1b2c3d", "position_ms": 0, "rate": 1.0, "t0": 0, "item": ITEM}
    return {**usual, "seq": seq, "status": status, **fields}


def test_it_plays_from_t0_on_at_its_rate_as_far_as_the_item_goes() -> None:
    playing = state(1, t0=1_000, position_ms=5_000, rate=1.5)
    assert moment_of(playing, 900).position_ms == 5_000
    assert moment_of(playing, 3_000).position_ms == 8_000
    assert moment_of(playing, 3_000).rate == 1.5
    assert (moment_of(playing, 99_000).position_ms, moment_of(playing, 99_000).rate) == (60_000, 0.0)
    assert moment_of(state(1, "paused", position_ms=7), 99_000).position_ms == 7


def test_what_was_before_goes_on_until_the_new_state_begins() -> None:
    timeline = Timeline()
    timeline.take(state(1, t0=0))
    timeline.take(state(2, t0=10_200, position_ms=40_000))
    before = timeline.at(10_100)
    assert (before.position_ms, before.starts_in_ms) == (10_100, 100)
    assert timeline.at(10_300).position_ms == 40_100


def test_a_pause_is_in_force_at_once_and_hides_what_had_not_begun() -> None:
    timeline = Timeline()
    timeline.take(state(1, t0=0))
    timeline.take(state(2, t0=10_200, position_ms=40_000))
    timeline.take(state(3, "paused", t0=10_100, position_ms=40_000))
    timeline.take(state(4, t0=10_400, position_ms=40_000))
    assert timeline.at(10_300).position_ms == 40_000
    assert timeline.at(10_300).status == "paused"
    assert timeline.at(10_500).position_ms == 40_100


def test_who_just_came_waits_where_it_will_begin() -> None:
    timeline = Timeline()
    timeline.take(state(7, t0=10_200, position_ms=3_000))
    assert (timeline.at(10_000).position_ms, timeline.at(10_000).rate) == (3_000, 0.0)


def test_states_that_come_again_or_late_change_nothing() -> None:
    timeline = Timeline()
    assert timeline.take(state(2))
    assert not timeline.take(state(2))
    assert not timeline.take(state(1, "paused"))
    assert timeline.take(state(1, "paused", epoch="ffffffff"))
    assert timeline.seen == {"epoch": "ffffffff", "seq": 1}


@pytest.mark.parametrize("drift_ppm", [-300.0, 0.0, 300.0])
@pytest.mark.parametrize("rate", [0.5, 1.0, 2.0])
def test_a_player_that_drifts_stays_near_without_a_seek(drift_ppm: float, rate: float) -> None:
    now_ms = 0.0
    playing = state(1, rate=rate, item={**ITEM, "duration_ms": None})
    player = SilentPlayer(lambda: now_ms, drift_ppm)
    worst_ms = 0.0
    for _ in range(6_000):  # ten minutes
        now_ms += 100.0
        worst_ms = max(worst_ms, abs(player.follow(moment_of(playing, now_ms))))
    assert (player.seeks, worst_ms < 2 * rate * 100 + ENGAGE_MS) == (0, True)
    assert abs(player.follow(moment_of(playing, now_ms))) <= ENGAGE_MS


def test_it_seeks_to_what_is_far_and_stands_where_the_party_stands() -> None:
    now_ms = 0.0
    player = SilentPlayer(lambda: now_ms)
    player.follow(moment_of(state(1, position_ms=30_000), 0))
    assert (player.position_ms, player.rate, player.seeks) == (30_000, 1.0, 1)
    now_ms = 250.0
    player.follow(moment_of(state(2, "paused", position_ms=30_240), 0))
    assert (player.position_ms, player.rate) == (30_240, 0.0)


@given(st.floats(-5_000, 5_000), st.booleans())
def test_steering_is_gentle_when_near_firm_when_far_and_always_the_right_way(
    error_ms: float, engaged: bool
) -> None:
    steering = steer(error_ms, engaged)
    assert steering.seek == (abs(error_ms) > SEEK_MS)
    assert abs(steering.pace - 1.0) <= (0.03 if abs(error_ms) < 100 else 0.08) + 1e-9
    assert (steering.pace - 1.0) * error_ms <= 0


@given(st.integers(0, 2**32))
def test_whatever_states_come_in_whatever_order_the_newest_wins(seed: int) -> None:
    rng = random.Random(seed)
    states = [
        state(seq, rng.choice(["playing", "paused"]), t0=rng.randrange(500), position_ms=rng.randrange(9_000))
        for seq in range(1, 9)
    ]
    timeline = Timeline()
    for each in rng.sample(states, len(states)):
        timeline.take(each)
    assert timeline.at(1_000).position_ms == moment_of(states[-1], 1_000).position_ms
