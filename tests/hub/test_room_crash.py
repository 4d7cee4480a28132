"""A room kind that raises: its room is restarted, the crash is logged once, and nothing is lost."""

from collections.abc import Sequence
from typing import Any

import pytest
import structlog

from actors import RestartPolicy
from hub import wiring
from rooms.kind import By, Event
from rooms.kinds import KINDS
from store.event_log import Draft
from tests.hub.live_hub import LOBBY, LiveHub, RawClient, live_hub

ROOM = "counter:one"


class Counter:
    """Counts; breaks on command."""

    durable = True
    replay_events_max = 10_000
    replay_subjects: Sequence[str] = ()
    needs_opening = False
    keeps_last = False
    needs_token = False
    broken_replay = False

    def may_read(self, by: By) -> bool:
        return True

    def begin(self) -> int:
        return 0

    def parse(self, data: object) -> Any:
        if data == "break parsing":
            raise ZeroDivisionError("parsing")
        return data

    def unknown_subjects(self, state: int, command: Any) -> Sequence[str]:
        return ()

    def decide(self, state: int, command: Any, by: By, now_ms: int) -> list[Event]:
        if command == "break":
            raise ZeroDivisionError("deciding")
        if command == "break evolving":
            return [Event({"count": None})]
        return [Event({"count": state + 1})]

    def evolve(self, state: int, data: dict[str, Any]) -> int:
        return 0 + data["count"]


@pytest.fixture(autouse=True)
def _counter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(KINDS, "counter", Counter())


async def publish_at_once(client: RawClient, *data: object) -> list[dict[str, Any]]:
    """Publish several commands in one frame, so that they share a turn, and return the replies."""
    ids = list(range(1_000, 1_000 + len(data)))
    await client.send_objects(
        *[
            {"id": each, "publish": {"channel": ROOM, "data": datum}}
            for each, datum in zip(ids, data, strict=True)
        ]
    )
    return [await client.reply(each) for each in ids]


def crashes(logs: list[Any]) -> list[str]:
    return [each["name"] for each in logs if each["event"] == "crashed"]


def supervised(hub: LiveHub) -> tuple[int, int]:
    """Return how many crashes and restarts of rooms there were."""
    statistics = hub.supervisors[1].statistics()
    return statistics.crashes, statistics.restarts


@pytest.mark.parametrize("poison", ["break", "break evolving"])
async def test_a_crash_is_logged_once_with_its_room_and_spares_the_others(poison: str) -> None:
    with structlog.testing.capture_logs() as logs:
        async with live_hub() as hub, hub.client("ada") as ada, hub.client("bob") as bob:
            await bob.subscribe(ROOM)
            await bob.subscribe(LOBBY)
            await publish_at_once(ada, "up")
            replies = await publish_at_once(ada, "up", poison, "up")
            assert [each.get("error", {}).get("code") for each in replies] == [None, 100, None]
            assert replies[1]["error"]["temporary"] is True
            await hub.until(lambda: supervised(hub) == (1, 1))
            await publish_at_once(ada, "up")
            await ada.post("in another room")
            told = await bob.publications(5)
            counts = [each["data"]["count"] for each in told if "count" in each["data"]]
            assert counts == [1, 2, 3, 4]
            assert hub.supervisors[1].well()
    assert crashes(logs) == [ROOM]


async def test_a_room_that_cannot_be_brought_back_is_given_up_and_its_siblings_go_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(wiring, "ROOM_POLICY", RestartPolicy(budget=2, backoff_s=0.001))
    with structlog.testing.capture_logs() as logs:
        async with live_hub() as hub, hub.client("ada") as ada:
            top = await hub.log.position(ROOM)
            await hub.log.append(ROOM, top, [Draft('{"count":"rubbish"}')])
            for _ in range(8):
                [reply] = await publish_at_once(ada, "up")
                assert reply["error"]["code"] == 100
                assert reply["error"]["temporary"] is True
            await ada.post("in another room")
            assert not hub.supervisors[1].well()
            assert "counter:one" in hub.supervisors[1].statistics().given_up
    assert set(crashes(logs)) == {ROOM}


async def test_a_fault_in_parsing_is_an_internal_error_logged_with_its_method() -> None:
    with structlog.testing.capture_logs() as logs:
        async with live_hub() as hub, hub.client("ada") as ada:
            [reply] = await publish_at_once(ada, "break parsing")
            assert reply["error"]["code"] == 100
            [reply] = await publish_at_once(ada, "up")
            assert "error" not in reply
            assert supervised(hub) == (0, 0)
    [failed] = [each for each in logs if each["event"] == "command_failed"]
    assert failed["method"] == "publish"
    assert isinstance(failed["exc_info"], ZeroDivisionError)
