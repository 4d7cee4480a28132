"""How the hub is: a sentence for each thing that is not well, and silence when all is."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any

import trio
from trio.testing import MockClock

from actors import RestartPolicy, Supervisor, open_supervisor
from hub.wellness import PROBE_TIMEOUT_S, HubWellness
from store.errors import DatabaseUnavailable
from store.memory_log import MemoryEventLog
from store.notices import Notices

POLICY = RestartPolicy(budget=1, within_s=60, backoff_s=0.01, backoff_max_s=0.01)


@dataclass
class Parts:
    """What the wellness looks at, each well until a test says otherwise."""

    services: Supervisor
    rooms: Supervisor
    database_error: Exception | None = None
    database_takes_s: float = 0.0
    log_statistics: Any = field(default_factory=lambda: MemoryEventLog().statistics())

    async def fetchval(self, query: str) -> int:
        await trio.sleep(self.database_takes_s)
        if self.database_error is not None:
            raise self.database_error
        return 1

    def wellness(self) -> HubWellness:
        log: Any = SimpleNamespace(statistics=lambda: self.log_statistics)
        database: Any = self
        return HubWellness(database, log, (self.services,), self.rooms)


@asynccontextmanager
async def open_parts() -> AsyncIterator[Parts]:
    async with (
        open_supervisor(POLICY, on_crash=lambda _: None) as services,
        open_supervisor(POLICY, on_crash=lambda _: None) as rooms,
    ):
        yield Parts(services, rooms)


async def crash() -> None:
    raise ZeroDivisionError("by zero")


async def test_all_is_well(autojump_clock: MockClock) -> None:
    async with open_parts() as parts:
        assert list(await parts.wellness().troubles()) == []


async def test_changes_of_accounts_that_are_not_heard(autojump_clock: MockClock) -> None:
    async with open_parts() as parts:
        wellness = parts.wellness()
        wellness.notices = Notices("postgresql://nowhere", {}, lambda: None)
        [trouble] = await wellness.troubles()
        assert "LISTEN" in trouble


async def test_a_database_that_says_why(autojump_clock: MockClock) -> None:
    async with open_parts() as parts:
        parts.database_error = DatabaseUnavailable("connection refused")
        assert await parts.wellness().troubles() == ["the database does not answer: connection refused"]


async def test_a_database_that_does_not_answer_in_time(autojump_clock: MockClock) -> None:
    async with open_parts() as parts:
        parts.database_takes_s = 2 * PROBE_TIMEOUT_S
        began = trio.current_time()
        assert await parts.wellness().troubles() == ["the database does not answer: no answer in time"]
        assert trio.current_time() - began == PROBE_TIMEOUT_S


async def test_a_log_that_does_not_write(autojump_clock: MockClock) -> None:
    async with open_parts() as parts:
        parts.log_statistics = replace(parts.log_statistics, healthy=False, trouble="the disk is full")
        assert await parts.wellness().troubles() == ["the log writer does not write: the disk is full"]
        parts.log_statistics = replace(parts.log_statistics, trouble=None)
        assert await parts.wellness().troubles() == ["the log writer does not write: it has not begun"]


async def test_a_service_that_was_given_up_is_a_trouble_until_it_runs(autojump_clock: MockClock) -> None:
    async with open_parts() as parts:
        parts.services.start_service("connection clock", crash)
        await trio.sleep(10_000)
        [trouble] = await parts.wellness().troubles()
        assert trouble.startswith("connection clock crashed too often and was given up: ZeroDivisionError")
        parts.services.start_service("connection clock", trio.sleep_forever)
        assert list(await parts.wellness().troubles()) == []


async def test_a_room_that_was_given_up_is_a_trouble_while_it_cools_down(autojump_clock: MockClock) -> None:
    async with open_parts() as parts:
        parts.rooms.start_service("thread:lobby", crash)
        await trio.sleep(1)
        [trouble] = await parts.wellness().troubles()
        assert "thread:lobby" in trouble
        await trio.sleep(POLICY.cool_down_s)
        assert list(await parts.wellness().troubles()) == []


async def test_a_hub_that_stops_says_so_first(autojump_clock: MockClock) -> None:
    async with open_parts() as parts:
        wellness = parts.wellness()
        wellness.stopping = True
        parts.database_error = DatabaseUnavailable("gone")
        first, second = await wellness.troubles()
        assert first == "the hub is shutting down"
        assert "gone" in second
