"""The tracker under a virtual clock: when it speaks, what it says, and what it does when it cannot."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import orjson
import pytest
import trio

from telemetry.element_sets import ElementSet, bundled_element_sets
from telemetry.orbits import Ephemeris
from telemetry.tracker import Tracker

START_MS = 1_790_000_000_350  # 2026-09-21, 350 ms past a whole second
ISS = next(each for each in bundled_element_sets() if each.norad == 25544)
DECAYED = replace(ISS, bstar=0.01, epoch=ISS.epoch.replace(month=5))


class Sets:
    """Know one element set, which a test may exchange."""

    def __init__(self, element_set: ElementSet | None) -> None:
        self.current = element_set
        self.tracked: list[int] = []

    def get(self, norad: int) -> ElementSet | None:
        return self.current

    @contextmanager
    def tracking(self, norad: int) -> Iterator[None]:
        self.tracked.append(norad)
        try:
            yield
        finally:
            self.tracked.remove(norad)


class Wall:
    """Show a wall clock that runs with Trio's, and can be set."""

    def __init__(self, start_ms: int = START_MS) -> None:
        self._ahead_ms = start_ms - trio.current_time() * 1000

    def __call__(self) -> int:
        return round(trio.current_time() * 1000 + self._ahead_ms)

    def set_forward(self, ms: int) -> None:
        self._ahead_ms += ms


Told = list[dict[str, Any]]
React = Callable[[dict[str, Any]], Awaitable[None]]


async def told_by(sets: Sets, wall: Wall, count: int, react: React | None = None) -> Told:
    """Give the first `count` payloads of a tracker, each handed to `react` as it is told."""
    told: Told = []
    with trio.CancelScope() as scope:

        async def emit(payload: dict[str, Any]) -> None:
            told.append(payload)
            if react is not None:
                await react(payload)
            if len(told) == count:
                scope.cancel()

        await Tracker(25544, sets, emit, wall).run()
    return told


def of_type(told: Told, kind: str) -> Told:
    return [payload for payload in told if payload["type"] == kind]


async def test_tells_each_whole_second_the_first_at_once(autojump_clock: trio.testing.MockClock) -> None:
    heard_at: list[int] = []
    wall = Wall()

    async def note(payload: dict[str, Any]) -> None:
        heard_at.append(wall())

    told = await told_by(Sets(ISS), wall, 130, note)

    assert [payload["type"] for payload in told[:3]] == ["position", "track", "position"]
    seconds = [payload["at"] for payload in of_type(told, "position")]
    assert seconds == [1_790_000_000_000 + 1000 * i for i in range(len(seconds))]
    assert heard_at[0] == START_MS
    assert all(0 <= heard - payload["at"] <= 1 for heard, payload in zip(heard_at[2:], told[2:], strict=True))


async def test_a_position_is_what_the_orbit_says_rounded_and_small(
    autojump_clock: trio.testing.MockClock,
) -> None:
    position = (await told_by(Sets(ISS), Wall(), 1))[0]

    state = Ephemeris(ISS).states([position["at"]])
    assert position == {
        "type": "position",
        "at": 1_790_000_000_000,
        "norad": 25544,
        "name": "ISS (ZARYA)",
        "latitude": round(float(state.latitude_deg[0]), 4),
        "longitude": round(float(state.longitude_deg[0]), 4),
        "altitude_km": round(float(state.altitude_km[0]), 3),
        "velocity_km_s": round(float(state.velocity_km_s[0]), 3),
        "sunlit": bool(state.sunlit[0]),
        "footprint_radius_km": round(float(state.footprint_radius_km[0]), 3),
        "element_set": {"epoch": ISS.epoch_ms, "age_s": (1_790_000_000_000 - ISS.epoch_ms) // 1000},
    }
    assert len(orjson.dumps(position)) < 300


async def test_a_track_is_one_orbit_each_way_and_comes_again_every_ten_minutes(
    autojump_clock: trio.testing.MockClock,
) -> None:
    tracks = of_type(await told_by(Sets(ISS), Wall(), 1300), "track")

    assert [track["at"] - tracks[0]["at"] for track in tracks] == [0, 600_000, 1_200_000]
    first = tracks[0]
    reach_ms = ISS.period_s * 1000
    assert first["at"] - first["from"] == pytest.approx(reach_ms, rel=1e-3)
    last_ms = first["from"] + first["step_ms"] * (len(first["points"]) - 1)
    assert last_ms - first["at"] == pytest.approx(reach_ms, rel=1e-3)
    assert len(orjson.dumps(first)) < 4500


async def test_a_new_element_set_is_taken_up_with_its_track_at_once(
    autojump_clock: trio.testing.MockClock,
) -> None:
    sets = Sets(ISS)
    newer = replace(ISS, epoch=ISS.epoch.replace(day=3))

    async def exchange(payload: dict[str, Any]) -> None:
        if payload["at"] == 1_790_000_005_000:
            sets.current = newer

    told = await told_by(sets, Wall(), 12, exchange)

    epochs = [payload["element_set"]["epoch"] for payload in of_type(told, "position")]
    assert epochs == [ISS.epoch_ms] * 6 + [newer.epoch_ms] * 4
    assert [track["at"] % 60_000 for track in of_type(told, "track")] == [20_000, 26_000]


async def test_a_slow_taker_skips_seconds_and_gets_no_backlog(autojump_clock: trio.testing.MockClock) -> None:
    async def dawdle(payload: dict[str, Any]) -> None:
        if payload["type"] == "position":
            await trio.sleep(2.5)

    told = await told_by(Sets(ISS), Wall(), 5, dawdle)

    assert [payload["at"] % 60_000 for payload in of_type(told, "position")] == [
        20_000,
        23_000,
        26_000,
        29_000,
    ]


async def test_a_clock_that_is_set_is_followed_at_once(
    autojump_clock: trio.testing.MockClock,
) -> None:
    wall = Wall()

    async def jump(payload: dict[str, Any]) -> None:
        if payload["at"] == 1_790_000_002_000:
            wall.set_forward(-3_600_000)
        if payload["at"] == 1_789_996_405_000:
            wall.set_forward(86_400_000)

    told = await told_by(Sets(ISS), wall, 12, jump)

    positions = [payload["at"] - 1_790_000_000_000 for payload in of_type(told, "position")]
    assert positions[:3] == [0, 1000, 2000]
    assert positions[3:6] == [-3_597_000, -3_596_000, -3_595_000]
    assert positions[6:] == [82_806_000, 82_807_000, 82_808_000]
    assert [track["at"] - 1_790_000_000_000 for track in of_type(told, "track")] == [
        0,
        -3_597_000,
        82_806_000,
    ]


async def test_an_unknown_satellite_is_said_once_a_minute(autojump_clock: trio.testing.MockClock) -> None:
    told = await told_by(Sets(None), Wall(), 3)

    assert told[0] == {
        "type": "unavailable",
        "norad": 25544,
        "at": 1_790_000_000_000,
        "reason": "no element set of catalogue number 25544 is at hand",
    }
    assert [payload["at"] - told[0]["at"] for payload in told] == [0, 60_000, 120_000]


async def test_a_decayed_object_is_said_in_words_and_no_nan_goes_out(
    autojump_clock: trio.testing.MockClock,
) -> None:
    sets = Sets(DECAYED)

    async def replace_it(payload: dict[str, Any]) -> None:
        if payload["at"] == 1_790_000_060_000:
            sets.current = ISS

    told = await told_by(sets, Wall(), 3, replace_it)

    assert [payload["type"] for payload in told] == ["unavailable", "unavailable", "position"]
    assert "decayed" in told[0]["reason"]
    assert "ISS (ZARYA) (25544) cannot be followed to 2026-09-21" in told[0]["reason"]


async def test_it_is_counted_as_tracked_only_while_it_runs(autojump_clock: trio.testing.MockClock) -> None:
    sets = Sets(ISS)
    seen: list[list[int]] = []

    async def look(payload: dict[str, Any]) -> None:
        seen.append(list(sets.tracked))

    await told_by(sets, Wall(), 1, look)

    assert seen == [[25544]]
    assert sets.tracked == []
