"""The hub's clock: it never steps, rooms take their time from it, and clients read it with one rpc."""

import math
import time
from typing import Any

import pytest
import trio
from trio.testing import MockClock

from hub.clock import HubClock, elapsed_s
from hub.rpc import RPCS
from store.event_log import Position
from store.memory_log import MemoryEventLog
from tests.hub.live_hub import LOBBY, live_hub

YEAR_2000_S = 946_684_800.0


async def test_it_goes_on_evenly_when_somebody_sets_the_system_clock() -> None:
    wall_s, since_s = [1_000.0], [5.0]
    clock = HubClock(lambda: wall_s[0], lambda: since_s[0])
    assert clock.now_ms() == 1_000_000
    wall_s[0] += 3_600
    assert clock.now_ms() == 1_000_000
    since_s[0] += 0.0105
    assert clock.now_ms() == pytest.approx(1_000_010.5)
    assert clock.whole_ms() == 1_000_010


async def test_it_begins_with_the_system_clock() -> None:
    before = time.time() * 1000
    now = HubClock().now_ms()
    assert before - 1 <= now <= time.time() * 1000 + 1
    assert elapsed_s() <= elapsed_s()


async def test_a_client_reads_it_with_its_own_time_given_back() -> None:
    async with live_hub() as hub, hub.client() as ada:
        before = hub.services.clock.now_ms()
        answer = (await ada.ask("rpc", {"method": "clock", "data": {"t0": 12.625}}))["data"]
        assert set(answer) == {"t0", "t1", "t2", "node"}
        assert answer["t0"] == 12.625
        assert before <= answer["t1"] <= answer["t2"] <= hub.services.clock.now_ms()
        assert answer["node"] == hub.services.node


async def test_another_hub_is_another_node() -> None:
    async with live_hub() as hub, live_hub() as other:
        assert hub.services.node != other.services.node


class SlowHistory(MemoryEventLog):
    """A log whose history takes 3 s."""

    async def position(self, channel: str) -> Position:
        await trio.sleep(3)
        return await super().position(channel)


async def test_a_call_is_dated_when_it_came_and_not_when_its_turn_came(
    autojump_clock: MockClock,
) -> None:
    clock = HubClock(elapsed_s=trio.current_time)
    async with live_hub(SlowHistory(), clock=clock) as hub, hub.client() as ada:
        sent_ms = clock.now_ms()
        await ada.send_objects(
            {"id": 8, "history": {"channel": LOBBY, "limit": 0}},
            {"id": 9, "rpc": {"method": "clock", "data": {"t0": 1}}},
        )
        answer = (await ada.reply(9))["rpc"]["data"]
        assert answer["t1"] - sent_ms < 1_000
        assert answer["t2"] - answer["t1"] == pytest.approx(3_000, abs=100)


async def test_a_room_takes_its_time_from_it(autojump_clock: MockClock) -> None:
    clock = HubClock(lambda: YEAR_2000_S, trio.current_time)
    async with live_hub(clock=clock) as hub, hub.client() as ada:
        await ada.subscribe()
        await ada.post(1)
        [publication] = await ada.publications(1)
        assert publication["data"]["at"] == int(YEAR_2000_S * 1000)


@pytest.mark.parametrize("t0", [None, "now", True, [], {"a": 1}])
async def test_a_time_that_is_none_is_a_bad_request(t0: Any) -> None:
    async with live_hub() as hub, hub.client() as ada:
        refusal = await ada.refusal("rpc", {"method": "clock", "data": {"t0": t0}})
        assert (refusal["code"], refusal["message"]) == (107, "t0 must be a number")


@pytest.mark.parametrize("t0", [math.nan, math.inf])
async def test_no_number_at_all_comes_back(t0: float) -> None:
    async with live_hub() as hub, hub.client(subprotocol="centrifuge-msgpack") as ada:
        assert await ada.error("rpc", {"method": "clock", "data": {"t0": t0}}) == 107


async def test_an_unknown_call_is_told_the_known_ones() -> None:
    async with live_hub() as hub, hub.client() as ada:
        refusal = await ada.refusal("rpc", {"method": "levitate"})
        assert refusal["code"] == 104
        assert all(name in refusal["message"] for name in RPCS)
