"""What the rooms of other strategies answer, by their published rules."""

from typing import Any

import pytest

from bench.sync.rivals import JellyfinGroup, MotionRoom, OpenTogetherTubeRoom, SyncplayRoom, TimelineRoom


def ready(position_ms: float = 0.0) -> dict[str, Any]:
    return {"type": "ready", "position_ms": position_ms}


def group_of_two() -> JellyfinGroup:
    group = JellyfinGroup()
    for member in ("a", "b"):
        group.said(member, ready(), 0.0)
        group.said(member, ready(), 10.0)
    return group


def test_jellyfin_dates_a_start_half_a_second_ahead_or_twice_the_slowest_ping() -> None:
    group = group_of_two()
    assert group.said("a", {"type": "play"}, 1000.0)[0][1]["when"] == 1500.0
    group.said("b", {"type": "ping", "ms": 400.0}, 2000.0)
    group.said("a", {"type": "pause"}, 2500.0)
    assert group.said("a", {"type": "play"}, 3000.0)[0][1] == {
        "type": "unpause",
        "position_ms": 1000.0,
        "when": 3800.0,
    }


def test_jellyfin_waits_for_everybody_after_a_seek() -> None:
    group = group_of_two()
    group.said("a", {"type": "play"}, 1000.0)
    assert group.said("a", {"type": "seek", "position_ms": 60_000.0}, 5000.0)[0][1]["type"] == "seek"
    assert group.said("a", ready(60_000.0), 5100.0) == []
    assert group.said("b", ready(60_000.0), 7000.0)[0][1]["type"] == "unpause"


def test_jellyfin_lets_a_newcomer_stop_the_party() -> None:
    group = group_of_two()
    group.said("a", {"type": "play"}, 1000.0)
    told = group.said("c", ready(), 5000.0)
    assert {to: message["type"] for to, message in told} == {"a": "pause", "b": "pause", "c": "seek"}
    assert group.said("c", ready(3500.0), 6000.0)[0][1]["type"] == "unpause"


def state(position_s: float, **more: Any) -> dict[str, Any]:
    return {"type": "state", "position_s": position_s, "paused": False, "stamp": 0.0, **more}


def test_syncplay_goes_by_the_slowest_member() -> None:
    room = SyncplayRoom()
    room.said("a", state(0.0, type="hello"), 0.0)
    room.said("b", state(0.0, type="hello"), 0.0)
    room.said("a", state(0.0, changed=True, seeked=False), 0.0)
    room.said("a", state(10.0), 10_000.0)
    room.said("b", state(9.0), 10_000.0)
    assert [message["position_s"] for _, message in room.tick(11_000.0)] == pytest.approx([10.0, 10.0])


def test_opentogethertube_tells_a_position_without_a_time() -> None:
    room = OpenTogetherTubeRoom()
    room.said("a", {"type": "play"}, 1000.0)
    assert room.said("b", {"type": "hello"}, 3000.0) == [
        ("b", {"type": "sync", "position_ms": 2000.0, "playing": True})
    ]


def test_a_motion_is_told_with_the_time_when_it_held() -> None:
    room = MotionRoom()
    assert room.said("a", {"type": "play"}, 1000.0)[0][1] == {
        "type": "motion",
        "position_s": 0.0,
        "velocity": 1,
        "at": 1000.0,
    }


def test_our_stand_in_leads_as_the_hub_does() -> None:
    room = TimelineRoom()
    assert room.said("a", {"type": "play"}, 1000.0)[0][1]["t0"] == 1200
    for member, ms in (("a", 10.0), ("b", 900.0)):
        room.said(member, {"type": "delay", "ms": ms}, 1100.0)
    paused = room.said("a", {"type": "pause"}, 3200.0)[0][1]
    assert (paused["status"], paused["position_ms"], paused["t0"]) == ("paused", 2000, 3200)
    again = room.said("a", {"type": "play"}, 4000.0)[0][1]
    assert (again["t0"], again["position_ms"]) == (4400, 2000)
