"""A hub that is killed with parties in it: another one goes on where they should be by the clock."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import trio
from trio.testing import MockClock

from store.memory_log import MemoryEventLog
from tests.hub.live_hub import LiveHub, RawClient
from tests.hub.live_party import (
    FILM,
    PARTY,
    command,
    log_of,
    member,
    open_party,
    order,
    party_hub,
    report,
    told,
)

AWAY_S = 20.0
SECOND_FILM = {"id": "second", "url": "https://films.example/second.mp4", "title": "Another film"}


async def timeline_of(client: RawClient) -> dict[str, Any]:
    """Return the timeline that the next beacon tells."""
    before = len(told(client, "beacon"))
    while len(told(client, "beacon")) == before:
        assert await report(client) == {}
        await trio.sleep(1)
    return told(client, "beacon")[-1]


def position_of(timeline: dict[str, Any]) -> int:
    """Return where the film is when a beacon is told, by the rule that clients follow."""
    gone = max(0, timeline["at"] - timeline["t0"]) if timeline["status"] == "playing" else 0
    position: int = timeline["position_ms"] + gone
    return position


async def play(client: RawClient, hub: LiveHub) -> dict[str, Any]:
    """Let it play, and return the event."""
    state = [each for each in await log_of(hub) if each["type"] in ("state", "party")][-1]
    seen = state.get("party", {}).get("timeline", state)
    await order(client, type="play", seen={"epoch": seen["epoch"], "seq": seen["seq"]})
    return (await log_of(hub))[-1]


@asynccontextmanager
async def killed_and_back(log: MemoryEventLog) -> AsyncIterator[tuple[LiveHub, RawClient]]:
    """Another hub after AWAY_S, to which the owner comes back, who never left."""
    await trio.sleep(AWAY_S)
    async with party_hub(log) as hub, member(hub, "owner") as owner:
        assert [each["type"] for each in await log_of(hub)].count("enter") == 1
        yield hub, owner


async def test_it_plays_on_by_the_clock(autojump_clock: MockClock) -> None:
    log = MemoryEventLog()
    async with party_hub(log) as hub, member(hub, "owner") as owner:
        played = await play(owner, hub)
    async with killed_and_back(log) as (_, owner):
        beacon = await timeline_of(owner)
        assert (beacon["status"], beacon["epoch"], beacon["seq"]) == (
            "playing",
            played["epoch"],
            played["seq"],
        )
        assert position_of(beacon) == beacon["at"] - played["t0"] >= AWAY_S * 1_000


async def test_what_was_paused_stays_where_it_was(autojump_clock: MockClock) -> None:
    log = MemoryEventLog()
    async with party_hub(log) as hub, member(hub, "owner") as owner:
        played = await play(owner, hub)
        await trio.sleep(3)
        await order(owner, type="pause", seen={"epoch": played["epoch"], "seq": played["seq"]})
        paused = (await log_of(hub))[-1]
    async with killed_and_back(log) as (_, owner):
        beacon = await timeline_of(owner)
        assert (beacon["status"], position_of(beacon)) == ("paused", paused["position_ms"])


async def test_a_wait_does_not_outlast_its_budget_because_nobody_counted(autojump_clock: MockClock) -> None:
    log = MemoryEventLog()
    async with party_hub(log) as hub, member(hub, "owner") as owner:
        await order(owner, type="policy", policy="all")
        await play(owner, hub)
        await order(owner, type="buffering", stalled=True)
        assert (await log_of(hub))[-1]["status"] == "waiting"
    async with killed_and_back(log) as (hub, owner):
        beacon = await timeline_of(owner)
        assert (beacon["status"], beacon["waiting_for"]) == ("playing", [])
        states = [each for each in await log_of(hub) if each["type"] == "state"]
        assert [each["cause"]["word"] for each in states] == ["play", "wait", "resume"]


async def test_what_ended_meanwhile_is_followed_by_the_next(autojump_clock: MockClock) -> None:
    log = MemoryEventLog()
    async with party_hub(log) as hub:
        await open_party(hub, "watch:Ghijkl123456", items=[FILM | {"duration_ms": 5_000}, SECOND_FILM])
        async with member(hub, "owner", "watch:Ghijkl123456") as owner:
            opened = (await log_of(hub, "watch:Ghijkl123456"))[0]["party"]["timeline"]
            seen = {"epoch": opened["epoch"], "seq": opened["seq"]}
            await order(owner, "watch:Ghijkl123456", type="play", seen=seen)
    await trio.sleep(AWAY_S)
    async with party_hub(log) as hub, member(hub, "owner", "watch:Ghijkl123456") as owner:
        await trio.sleep(2)
        states = [each for each in await log_of(hub, "watch:Ghijkl123456") if each["type"] == "state"]
        assert (states[-1]["item"]["id"], states[-1]["cause"]["word"]) == ("second", "next")


async def test_a_command_that_was_answered_is_known_to_the_hub_that_follows(
    autojump_clock: MockClock,
) -> None:
    log = MemoryEventLog()
    order_of_play = {"type": "play", "op": "once", "seen": {"epoch": "0a1b2c3d", "seq": 0}}
    async with party_hub(log) as hub, member(hub, "owner") as owner:
        assert await command(owner, **order_of_play) == {}
    async with killed_and_back(log) as (hub, owner):
        assert await command(owner, **order_of_play) == {}
        stale = await command(owner, **order_of_play | {"op": "another"})
        assert stale["error"]["code"] == 412
        assert [each.get("op") for each in await log_of(hub)].count("once") == 1
        assert PARTY in hub.services.keepers._kept
