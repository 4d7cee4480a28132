"""What is made of the log of frames: positions, distances, and when members were together."""

import math
from typing import Any

import pytest

from bench.sync.clips import FPS
from bench.sync.truth import (
    Curve,
    Track,
    offsets,
    pairwise_errors,
    percentile,
    spread,
    together_after_ms,
)

FRAME_MS = 1000 / 30


def playing(*, ahead_ms: float = 0.0, begin_ms: float = 0.0, end_ms: float = 10_000.0) -> Curve:
    curve = Curve()
    for frame in range(int(begin_ms / FRAME_MS), int(end_ms / FRAME_MS)):
        curve.add(frame * FRAME_MS, frame * FRAME_MS + ahead_ms)
    return curve


def track(name: str, curve: Curve) -> Track:
    return Track(name, picture=curve, clock=curve)


def test_between_two_frames_the_position_is_in_between() -> None:
    assert playing().at(1234.5) == pytest.approx(1234.5)


def test_nothing_is_known_before_the_first_frame() -> None:
    assert playing(begin_ms=1000).at(900) is None


def test_a_picture_that_stands_does_not_creep_to_where_it_goes_on() -> None:
    curve = Curve([0, 33, 3000, 3033], [0, 33, 33, 66])
    assert curve.at(2000) == 33
    assert not curve.moves_at(2000)
    assert curve.moves_at(3010)


def test_a_jump_is_no_movement() -> None:
    assert Curve([0, 33, 66], [0, 33, 90_000]).at(50) == 33


def test_a_frame_for_the_same_refresh_replaces_the_one_before() -> None:
    curve = Curve()
    for at_ms, position_ms in ((10, 1), (20, 2), (20, 3), (30, 4)):
        curve.add(at_ms, position_ms)
    assert (curve.at_ms, curve.position_ms) == ([10, 20, 30], [1, 3, 4])


def test_every_two_members_are_compared() -> None:
    curves = [playing(), playing(ahead_ms=10), playing(ahead_ms=40)]
    errors = pairwise_errors(curves, 1000, 2000)
    assert sorted({round(error) for error in errors}) == [10, 30, 40]
    assert len(errors) == 3 * 20
    assert spread(curves, 1500) == pytest.approx(40)


def test_who_shows_nothing_is_infinitely_far() -> None:
    assert spread([playing(), Curve()], 100) == math.inf


def test_together_is_from_when_on_they_stay_together() -> None:
    late = Curve()
    for frame in range(300):
        at_ms = frame * FRAME_MS
        late.add(at_ms, at_ms + (200 if at_ms < 2000 else 5))
    assert together_after_ms([playing(), late], 1000, 8000, 40) == pytest.approx(1000, abs=100)


def test_members_that_stand_still_are_not_together() -> None:
    standing = Curve([0, 33, 66], [0, 33, 66])
    assert together_after_ms([standing, standing], 1000, 5000, 40) is None


def test_offsets_are_from_the_middle() -> None:
    lines = offsets(
        [track("a", playing()), track("b", playing(ahead_ms=30)), track("c", playing(ahead_ms=10))], 500, 600
    )
    assert {name: round(line[0][1]) for name, line in lines.items()} == {"a": -10, "b": 20, "c": 0}


def test_a_log_becomes_the_machines_time() -> None:
    log: dict[str, Any] = {
        "frames": [[100.0, 1.0, 90.0, 85.0, 0.99], [133.3, 1.0333, 140.0, 118.0, 1.02]],
        "events": [[50.0, "ratechange", 0.5, 1.03], [120.0, "seeking", 1.0, 1.0]],
        "pictures": [[85.0, 1.0, FPS], [118.0, 1.0333, FPS + 5], [150.0, 1.0666, None]],
    }
    made = Track("a")
    made.take(log, 1_000_000.0)
    assert made.picture.at_ms == [1_000_100.0, 1_000_140.0]  # not before it was given to the screen
    assert made.clock.position_ms == [990.0, 1020.0]
    assert made.rates(1_000_060, 1_000_200) == [1.03]
    assert made.count("seeking", 1_000_000, 1_000_200) == 1
    assert made.misread() == 2


def test_a_picture_moves_from_its_first_frame_of_several_on() -> None:
    curve = playing(end_ms=1000)
    curve.add(2500, 1001)  # alone: what a seek shows
    for frame in range(30):
        curve.add(4000 + frame * FRAME_MS, 1001 + frame * FRAME_MS)
    assert track("a", curve).first_moved_ms(1500) == 4000


def test_percentiles() -> None:
    assert percentile(range(1, 101), 95) == 95
    assert percentile([], 95) == math.inf
