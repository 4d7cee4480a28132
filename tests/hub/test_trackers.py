"""Trackers: one a satellite while somebody looks, again after a crash, and none when nobody does."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import trio
from trio.testing import MockClock

from actors import ActorStopped, Crash, RestartPolicy, Supervisor, TooManyActors, open_supervisor
from hub import trackers as trackers_module
from hub.trackers import Trackers, norad_of
from telemetry.catalog import ElementSets

ISS = "sat:25544"


@pytest.mark.parametrize(
    ("channel", "norad"),
    [
        (ISS, 25544),
        ("sat:1", 1),
        ("sat:0", 0),
        ("sat:025544", None),
        ("sat:", None),
        ("sat:-1", None),
        ("sat:25544x", None),
        ("sat:٢٥", None),
        ("sat:²", None),
        ("25544", None),
        ("thread:25544", None),
    ],
)
def test_the_number_in_a_channel(channel: str, norad: int | None) -> None:
    assert norad_of(channel) == norad


class FakeTracker:
    """Reports each second; `running` counts those that run, `fault` is raised by the next report."""

    running = 0
    fault: Exception | None = None

    def __init__(self, norad: int, element_sets: ElementSets, emit: Any) -> None:
        self._emit = emit

    async def run(self) -> None:
        FakeTracker.running += 1
        try:
            while True:
                await self._emit({"type": "position"})
                if FakeTracker.fault is not None:
                    fault, FakeTracker.fault = FakeTracker.fault, None
                    raise fault
                await trio.sleep(1)
        finally:
            FakeTracker.running -= 1


class FakeRooms:
    """Counts what the room is told; refuses it while `refusal` is set."""

    def __init__(self) -> None:
        self.told = 0
        self.refusal: Exception | None = None

    def ref(self, channel: str) -> "FakeRooms":
        return self

    async def tell(self, request: Any) -> None:
        assert request.by.system
        if self.refusal is not None:
            raise self.refusal
        self.told += 1


@asynccontextmanager
async def open_trackers() -> AsyncIterator[tuple[Trackers, FakeRooms, Supervisor, list[Crash]]]:
    crashes: list[Crash] = []
    policy = RestartPolicy(budget=3, within_s=60, backoff_s=0.1, backoff_max_s=1)
    async with open_supervisor(policy, on_crash=crashes.append) as supervisor:
        trackers, rooms = Trackers(supervisor, ElementSets()), FakeRooms()
        trackers.report_to(rooms)
        yield trackers, rooms, supervisor, crashes


@pytest.fixture(autouse=True)
def _fake(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trackers_module, "Tracker", FakeTracker)
    monkeypatch.setattr(FakeTracker, "running", 0)
    monkeypatch.setattr(FakeTracker, "fault", None)


async def test_one_runs_while_somebody_looks(autojump_clock: MockClock) -> None:
    async with open_trackers() as (trackers, rooms, supervisor, crashes):
        trackers.begin("thread:lobby")
        assert supervisor.statistics().running == 0
        trackers.begin(ISS)
        await trio.sleep(4.5)
        assert (FakeTracker.running, rooms.told) == (1, 5)
        trackers.end(ISS)
        trackers.end("thread:lobby")
        await trio.sleep(10)
        assert (FakeTracker.running, rooms.told) == (0, 5)
        assert supervisor.statistics().running == 0
        assert crashes == []


async def test_who_comes_back_in_the_same_instant_has_one(autojump_clock: MockClock) -> None:
    async with open_trackers() as (trackers, rooms, _, crashes):
        for _ in range(5):
            trackers.begin(ISS)
            trackers.end(ISS)
        trackers.begin(ISS)
        await trio.sleep(0.5)
        trackers.end(ISS)
        trackers.begin(ISS)
        await trio.sleep(0.9)
        assert FakeTracker.running == 1
        assert rooms.told == 2
        assert crashes == []


async def test_one_that_crashed_tracks_again(autojump_clock: MockClock) -> None:
    async with open_trackers() as (trackers, rooms, supervisor, crashes):
        trackers.begin(ISS)
        await trio.sleep(0.5)
        FakeTracker.fault = ZeroDivisionError()
        await trio.sleep(5)
        assert FakeTracker.running == 1
        assert rooms.told > 4
        assert [type(crash.error) for crash in crashes] == [ZeroDivisionError]
        assert supervisor.well()
        trackers.end(ISS)
        await trio.sleep(5)
        assert FakeTracker.running == 0


async def test_one_that_nobody_wants_any_more_is_not_restarted(autojump_clock: MockClock) -> None:
    async with open_trackers() as (trackers, _, supervisor, crashes):
        FakeTracker.fault = ZeroDivisionError()
        trackers.begin(ISS)
        await trio.sleep(0.05)
        trackers.end(ISS)
        await trio.sleep(5)
        assert FakeTracker.running == 0
        assert supervisor.statistics().running == 0
        assert len(crashes) == 1


@pytest.mark.parametrize("refusal", [ActorStopped("sat", "it was stopped"), TooManyActors("sat", 1)])
async def test_a_room_that_cannot_listen_is_no_crash(autojump_clock: MockClock, refusal: Exception) -> None:
    async with open_trackers() as (trackers, rooms, _, crashes):
        rooms.refusal = refusal
        trackers.begin(ISS)
        await trio.sleep(3.5)
        rooms.refusal = None
        await trio.sleep(2)
        assert rooms.told == 2
        assert crashes == []
