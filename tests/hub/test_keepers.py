"""Keepers: each second the room hears who is there, members hear what is new of each other."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
import trio
from trio.testing import MockClock

from hub import keepers as keepers_module
from hub.keeper import Keeper, KeeperCounters
from hub.keepers import LINGER_S
from hub.roster import PEOPLE_MAX, SILENT_AFTER_S, Report
from store.errors import DatabaseUnavailable
from store.event_log import Draft, Position
from store.memory_log import MemoryEventLog
from tests.hub.live_hub import LOBBY, LiveHub, RawClient
from tests.hub.live_party import (
    PARTY,
    command,
    listener,
    log_of,
    member,
    open_party,
    order,
    party_hub,
    report,
    told,
)


async def reports(client: RawClient, seconds: float, **more: Any) -> None:
    """Report each 2 s for so long."""
    for _ in range(round(seconds / 2)):
        assert await report(client, **more) == {}
        await trio.sleep(2)


async def left(hub: LiveHub) -> list[tuple[str, str]]:
    """Return who has left and why."""
    return [(each["member"], each["reason"]) for each in await log_of(hub) if each["type"] == "leave"]


async def test_who_reports_stays_and_who_is_silent_leaves(autojump_clock: MockClock) -> None:
    async with party_hub() as hub, member(hub, "ada") as ada, member(hub, "bob"):
        await reports(ada, 8)
        assert await left(hub) == []
        await reports(ada, 6)
        assert await left(hub) == [("bob", "silent")]


async def test_one_connection_of_several_is_enough(autojump_clock: MockClock) -> None:
    async with party_hub() as hub, member(hub, "ada"), listener(hub, "ada") as phone:
        await reports(phone, 20)
        assert await left(hub) == []


async def test_who_comes_late_has_ten_seconds_too(autojump_clock: MockClock) -> None:
    async with party_hub() as hub, member(hub, "ada") as ada:
        await reports(ada, 20)
        async with member(hub, "bob"):
            await reports(ada, 8)
            assert await left(hub) == []
            await reports(ada, 6)
        assert await left(hub) == [("bob", "silent")]


async def test_a_party_that_everybody_has_vanished_from_is_paused(autojump_clock: MockClock) -> None:
    async with party_hub() as hub:
        async with member(hub, "owner") as owner:
            await order(owner, type="play", seen={"epoch": "0a1b2c3d", "seq": 0})
            await reports(owner, 4)
        await trio.sleep(SILENT_AFTER_S + 2)
        assert await left(hub) == [("owner", "silent")]
        states = [each["status"] for each in await log_of(hub) if each["type"] == "state"]
        assert states == ["playing", "paused"]
        await trio.sleep(LINGER_S)
        assert hub.services.keepers.statistics().parties == 0


async def test_who_comes_back_soon_finds_the_same_keeper(autojump_clock: MockClock) -> None:
    async with party_hub() as hub:
        for _ in range(3):
            async with listener(hub, "ada"):
                await trio.sleep(3)
            await trio.sleep(LINGER_S - 2)
        assert hub.services.keepers.statistics().parties == 1
        assert hub.services.keepers.statistics().counters.ticks >= 3 * (LINGER_S - 1)


async def test_members_of_the_log_who_do_not_come_back_are_left(autojump_clock: MockClock) -> None:
    log = MemoryEventLog()
    async with party_hub(log) as hub, member(hub, "ada"), member(hub, "bob"):
        pass
    async with party_hub(log) as hub, listener(hub, "bob") as bob:
        await reports(bob, 8)
        assert await left(hub) == []
        await reports(bob, 6)
        assert await left(hub) == [("ada", "silent")]


async def test_a_party_to_which_nobody_listens_is_looked_after_for_a_while(autojump_clock: MockClock) -> None:
    log = MemoryEventLog()
    async with party_hub(log) as hub, member(hub, "ada"):
        pass
    async with party_hub(log) as hub:
        hub.services.keepers.look_after(PARTY)
        await trio.sleep(LINGER_S + 2)
        assert await left(hub) == [("ada", "silent")]
        assert hub.services.keepers.statistics().parties == 0


async def test_a_beacon_comes_each_five_seconds(autojump_clock: MockClock) -> None:
    async with party_hub() as hub, member(hub, "ada") as ada:
        await reports(ada, 16)
        await ada.ask("ping", {})
        beacons = told(ada, "beacon")
        times = [round(each["at"] - beacons[0]["at"], -2) for each in beacons]
        assert times in ([0, 5_000, 10_000], [0, 5_000, 10_000, 15_000])  # the first came before her, or not
        assert (beacons[-1]["members"], beacons[-1]["title"]) == (1, "A party")


async def test_the_lead_follows_the_delays(autojump_clock: MockClock) -> None:
    async with party_hub() as hub, member(hub, "ada") as ada:
        await reports(ada, 4, delay_ms=100.0)
        await reports(ada, 4, delay_ms=300.0)
        await reports(ada, 4, delay_ms=305.0)
        assert [each["lead_ms"] for each in told(ada, "lead")] == [160, 360]


async def test_members_hear_what_is_new_of_each_other(autojump_clock: MockClock) -> None:
    async with party_hub() as hub, member(hub, "ada") as ada:
        await reports(ada, 4)
        async with member(hub, "bob") as bob:
            steady = {"state": "playing", "error_ms": 4.0, "delay_ms": 40.0}
            asked = await bob.ask("rpc", {"method": "roster", "data": {"channel": PARTY}})
            assert asked["data"] == {"members": {"ada": steady}}
            await report(bob, state="loading", error_ms=None, delay_ms=None)
            await reports(ada, 4)
            await ada.ask("ping", {})
        loading = {"state": "loading", "error_ms": None, "delay_ms": None}
        assert [each["members"] for each in told(ada, "roster")] == [{"ada": steady}, {"bob": loading}]
        await reports(ada, 12)
        assert told(ada, "roster")[-1]["members"] == {"bob": None}


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"state": "asleep"}, "state must be one of: playing, paused, loading, stalled"),
        ({"state": None}, "state must be one of: playing, paused, loading, stalled"),
        ({"error_ms": "much"}, "error_ms must be a number"),
        ({"error_ms": True}, "error_ms must be a number"),
        ({"error_ms": 86_400_001}, "error_ms must be from -86,400,000 to 86,400,000"),
        ({"delay_ms": -1}, "delay_ms must be from 0 to 60,000"),
        ({"delay_ms": 10**40}, "delay_ms must be from 0 to 60,000"),
        ({"delay_ms": [1]}, "delay_ms must be a number"),
        ({"channel": 7}, "channel must be a text"),
    ],
)
async def test_a_report_that_says_nothing_is_a_bad_request(said: dict[str, Any], message: str) -> None:
    async with party_hub() as hub, member(hub, "ada") as ada:
        refusal = await report(ada, **said)
        assert (refusal["code"], refusal["message"]) == (107, message)
        assert hub.services.keepers.statistics().people == 0


async def test_only_who_listens_reports_and_sees_the_roster() -> None:
    async with party_hub() as hub, member(hub, "ada"), hub.client("eve") as eve, hub.client("") as nobody:
        for client in (eve, nobody):
            assert (await report(client))["code"] == 103
            assert await client.error("rpc", {"method": "roster", "data": {"channel": PARTY}}) == 103
        await eve.subscribe(LOBBY)
        assert (await report(eve, LOBBY))["code"] == 108
        assert await eve.error("rpc", {"method": "roster", "data": {"channel": LOBBY}}) == 108


async def test_there_is_room_for_so_many() -> None:
    async with party_hub() as hub, member(hub, "ada") as ada:
        keepers = hub.services.keepers
        for number in range(PEOPLE_MAX):
            assert keepers.hear(PARTY, f"user {number}", "client", Report("paused", None, None))
        assert (await report(ada))["code"] == 106


class Fault:
    """Lets the next look of a keeper raise."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.due = 0
        monkeypatch.setattr(keepers_module.Keeper, "look", self._look_for(Keeper.look))

    def _look_for(self, look: Callable[[Keeper], None]) -> Callable[[Keeper], None]:
        def faulty(keeper: Keeper) -> None:
            if self.due:
                self.due -= 1
                raise ZeroDivisionError("looking")
            look(keeper)

        return faulty


async def test_one_that_crashed_begins_anew_and_throws_nobody_out(
    autojump_clock: MockClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    fault = Fault(monkeypatch)
    async with party_hub() as hub, member(hub, "ada") as ada, member(hub, "bob"):
        await reports(ada, 8)
        fault.due = 1
        await reports(ada, 8)
        assert fault.due == 0
        assert await left(hub) == []
        await reports(ada, 6)
        assert await left(hub) == [("bob", "silent")]
        assert hub.supervisors[0].statistics().crashes == 1


async def test_one_that_was_given_up_is_forgotten_with_its_last_listener(
    autojump_clock: MockClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    fault = Fault(monkeypatch)
    async with party_hub() as hub:
        async with listener(hub, "ada") as ada:
            fault.due = 100
            for _ in range(10):
                await trio.sleep(5)
                await ada.send_objects({})  # a pong
            assert not hub.supervisors[0].well()
            assert await report(ada) == {}
        await hub.until(lambda: hub.services.keepers.statistics().parties == 0)
        fault.due = 0
        async with listener(hub, "ada"):
            assert hub.services.keepers.statistics().parties == 1
            assert hub.supervisors[0].well()


class LogThatIsAway(MemoryEventLog):
    """A log that takes nothing while it is `away`."""

    away = False

    async def append(self, channel: str, after: Position, drafts: Sequence[Draft]) -> Position:
        if self.away:
            raise DatabaseUnavailable("the database is away")
        return await super().append(channel, after, drafts)


async def test_while_the_log_is_away_people_are_heard_all_the_same(autojump_clock: MockClock) -> None:
    log = LogThatIsAway()
    async with party_hub(log) as hub, member(hub, "ada") as ada, member(hub, "bob"):
        log.away = True
        await reports(ada, 16)
        assert await left(hub) == []
        assert hub.services.keepers.statistics().counters.failed_ticks > 1
        log.away = False
        await reports(ada, 4)
        assert await left(hub) == [("bob", "silent")]


async def test_a_party_that_ended_is_kept_in_peace(autojump_clock: MockClock) -> None:
    async with party_hub() as hub, member(hub, "owner") as owner:
        await order(owner, type="end")
        await reports(owner, 14)
        assert hub.services.keepers.statistics().counters.failed_ticks == 0


async def test_each_party_has_its_own() -> None:
    async with party_hub() as hub, member(hub, "ada"):
        other = "watch:Ghijkl123456"
        await open_party(hub, other)
        async with member(hub, "bob", other) as bob, hub.client() as eve:
            await eve.subscribe(LOBBY)
            await report(bob, other)
            assert hub.services.keepers.roster(PARTY) == {}
            assert list(hub.services.keepers.roster(other)) == ["bob"]
            assert hub.services.keepers.statistics().parties == 2
            assert await command(bob, other, type="leave") == {}


class Told:
    """What a keeper tells its room; answers while `answers`."""

    def __init__(self) -> None:
        self.ticks: list[Any] = []
        self.replies: list[Any] = []

    def __call__(self, tick: Any, reply: Any) -> None:
        self.ticks.append(tick)
        self.replies.append(reply)


async def test_while_the_hub_stands_still_nobody_is_silent(mock_clock: MockClock) -> None:
    room, counters = Told(), KeeperCounters()
    keeper = Keeper(room, lambda publication: None, counters)
    keeper.hear("ada", "client", Report("playing", 0.0, 10.0))
    for stall_s in (1.0, 60.0, 1.0, 60.0):
        mock_clock.jump(stall_s)
        keeper.look()
        if room.replies:
            room.replies.pop()(None)
    assert [tick.watched_ms for tick in room.ticks] == [1_000, 3_000, 4_000, 6_000]
    assert all(tick.heard == {"ada"} for tick in room.ticks)
    assert [tick.beat for tick in room.ticks] == [0, 1, 2, 3]


async def test_a_room_that_is_busy_is_not_told_again(mock_clock: MockClock) -> None:
    room, counters = Told(), KeeperCounters()
    keeper = Keeper(room, lambda publication: None, counters)
    for _ in range(5):
        mock_clock.jump(1)
        keeper.look()
    assert len(room.ticks) == 1
    room.replies[0](None)
    mock_clock.jump(1)
    keeper.look()
    assert [tick.watched_ms for tick in room.ticks] == [1_000, 6_000]
    assert counters.ticks == 2
