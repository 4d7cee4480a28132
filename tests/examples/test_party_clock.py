"""The clock of the Python client: near the truth on any path, never backwards, in virtual time."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examples.party_clock import BURST, BURST_PAUSE_S, IDLE_PAUSE_S, PLAYING_PAUSE_S, PartyClock, Sample

BEGAN_MS = 1_700_000_000_000.0
Way = Callable[[], float]
PATHS = [(1, 1, 0.2), (20, 20, 5), (80, 40, 20), (150, 150, 60)]  # ms up, down, jitter


@dataclass
class World:
    """A hub and a client with a clock each, and a path between them; the truth is `at_ms`."""

    up: Way
    down: Way
    skew: float = 0.0
    at_ms: float = 0.0
    node: str = "a"
    asleep_ms: float = 0.0
    hub_ahead_ms: float = 0.0
    clock: PartyClock = field(init=False)

    def __post_init__(self) -> None:
        self.clock = PartyClock(self.client_ms)

    def client_ms(self) -> float:
        return 5_000.0 + (self.at_ms - self.asleep_ms) * (1.0 + self.skew)

    def hub_ms(self) -> float:
        return BEGAN_MS + self.at_ms + self.hub_ahead_ms

    def exchange(self) -> None:
        t0 = self.client_ms()
        self.at_ms += self.up()
        t1 = self.hub_ms()
        self.at_ms += 0.2
        t2 = self.hub_ms()
        self.at_ms += self.down()
        self.clock.take(Sample(t0, t1, t2, self.client_ms()), self.node)

    def live(self, seconds: float, *, playing: bool = True) -> None:
        end_ms = self.at_ms + seconds * 1000
        while self.at_ms < end_ms:
            self.exchange()
            self.at_ms += self.clock.next_pause_s(playing) * 1000

    @property
    def error_ms(self) -> float:
        return self.clock.hub_now() - self.hub_ms()


def jittered(rng: random.Random, least_ms: float, jitter_ms: float) -> Way:
    return lambda: least_ms + rng.expovariate(1.0) * jitter_ms


def test_it_asks_in_a_burst_at_first_then_seldom_and_in_a_burst_again_when_woken() -> None:
    world = World(lambda: 10.0, lambda: 10.0)
    pauses = []
    for _ in range(BURST + 1):
        pauses.append(world.clock.next_pause_s(playing=True))
        world.exchange()
    assert pauses == [BURST_PAUSE_S] * BURST + [PLAYING_PAUSE_S]
    assert world.clock.next_pause_s(playing=False) == IDLE_PAUSE_S
    world.clock.wake()
    assert world.clock.next_pause_s(playing=False) == BURST_PAUSE_S


def test_it_knows_no_time_before_it_asked() -> None:
    clock = PartyClock(lambda: 0.0)
    assert not clock.synced
    with pytest.raises(RuntimeError, match="has not been asked"):
        clock.hub_now()


@pytest.mark.parametrize(("up_ms", "down_ms", "jitter_ms"), PATHS)
@pytest.mark.parametrize("skew", [-100e-6, 0.0, 100e-6])
def test_after_some_minutes_the_error_is_half_the_asymmetry_and_a_little(
    up_ms: float, down_ms: float, jitter_ms: float, skew: float
) -> None:
    rng = random.Random(1)
    world = World(jittered(rng, up_ms, jitter_ms), jittered(rng, down_ms, jitter_ms), skew)
    world.live(180)
    allowed_ms = abs(up_ms - down_ms) / 2 + 1.0 + jitter_ms / 3
    worst_ms = 0.0
    for _ in range(100):
        world.live(2)
        worst_ms = max(worst_ms, abs(world.error_ms))
    assert worst_ms <= allowed_ms
    assert abs(world.error_ms) <= world.clock.error_bound_ms + jitter_ms


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    least_ms=st.floats(0.1, 300),
    jitter_ms=st.floats(0, 45),  # a line that cannot put the estimate off by a step
    skew=st.floats(-200e-6, 200e-6),
)
def test_once_settled_time_never_runs_backwards_nor_jumps(
    seed: int, least_ms: float, jitter_ms: float, skew: float
) -> None:
    rng = random.Random(seed)
    world = World(jittered(rng, least_ms, jitter_ms), jittered(rng, least_ms, jitter_ms), skew)
    world.live(5)
    shown_ms, at_ms = world.clock.hub_now(), world.at_ms
    for _ in range(150):
        world.exchange()
        world.at_ms += rng.uniform(1, 2000)
        gone_ms, passed_ms = world.clock.hub_now() - shown_ms, world.at_ms - at_ms
        assert passed_ms * 0.99 - 50 <= gone_ms <= passed_ms * 1.01 + 50
        assert gone_ms > 0 or passed_ms < 60
        shown_ms, at_ms = world.clock.hub_now(), world.at_ms


def test_another_process_of_the_hub_begins_anew_but_moves_the_time_only_little_by_little() -> None:
    world = World(lambda: 10.0, lambda: 10.0)
    world.live(30)
    world.node, world.hub_ahead_ms = "b", 20.0
    world.live(2)
    assert -20.0 < world.error_ms < -5.0
    world.live(5)
    assert world.error_ms == pytest.approx(0.0, abs=0.01)


def test_a_process_whose_clock_is_far_off_is_followed_at_once() -> None:
    world = World(lambda: 10.0, lambda: 10.0)
    world.live(30)
    world.node, world.hub_ahead_ms = "b", 900.0
    world.live(0.5)
    assert world.error_ms == pytest.approx(0.0, abs=0.01)


def test_after_a_sleep_in_which_the_own_clock_stood_still_one_exchange_is_enough() -> None:
    world = World(lambda: 10.0, lambda: 10.0)
    world.live(60)
    world.at_ms += 3_600_000
    world.asleep_ms = 3_600_000
    world.exchange()
    assert world.error_ms == pytest.approx(0.0, abs=0.01)
    assert world.clock.next_pause_s(playing=True) == BURST_PAUSE_S
