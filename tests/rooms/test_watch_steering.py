"""Playback of a watch party: given where it is, when somebody steers, then everybody is there."""

from typing import Any

import orjson
import pytest

from tests.rooms.watch_bench import ADA, BOB, CLIP, FILM, NOW, Watched, types


def test_play_takes_effect_when_all_can_have_heard_of_it() -> None:
    party = Watched(ADA)
    [event] = party.give(ADA, "play", op="play-1")
    assert event == {
        "type": "state",
        "n": 3,
        "epoch": "0a1b2c3d",
        "seq": 1,
        "status": "playing",
        "item": {**FILM, "video": None, "by": "ada"},
        "position_ms": 0,
        "rate": 1.0,
        "t0": NOW + 200,
        "waiting_for": [],
        "until": None,
        "starts_at": None,
        "lead_ms": 200,
        "cause": {"word": "play", "op": "play-1", "user": "ada"},
        "user": {"id": "ada", "display_name": "Ada"},
        "at": NOW,
        "op": "play-1",
    }
    assert next(iter(event)) == "type", "the hub looks at the first bytes"
    party.now += 200
    assert party.position_ms == 0
    party.now += 1_500
    assert party.position_ms == 1_500


def test_pause_is_at_once_on_one_frame() -> None:
    party = Watched(ADA).playing()
    [event] = party.give(ADA, "pause")
    assert (event["status"], event["position_ms"], event["t0"]) == ("paused", 800, party.now)
    party.now += 60_000
    assert party.position_ms == 800


def test_pause_before_play_took_effect_is_where_it_was() -> None:
    party = Watched(ADA)
    party.give(ADA, "play")
    party.now += 100
    party.give(ADA, "pause")
    assert (party.status, party.position_ms) == ("paused", 0)


def test_seek_while_it_plays_takes_effect_with_the_lead() -> None:
    party = Watched(ADA).playing()
    [event] = party.give(ADA, "seek", position_ms=90_000)
    assert (event["status"], event["position_ms"], event["t0"]) == ("playing", 90_000, party.now + 200)
    assert event["cause"]["word"] == "seek"


def test_seek_while_it_is_paused_stays_paused() -> None:
    party = Watched(ADA).playing()
    party.give(ADA, "pause")
    [event] = party.give(ADA, "seek", position_ms=5)
    assert (event["status"], event["position_ms"]) == ("paused", 5)
    assert party.give(ADA, "seek", position_ms=5) == []


def test_nobody_seeks_beyond_the_end() -> None:
    party = Watched(ADA).playing()
    [event] = party.give(ADA, "seek", position_ms=FILM["duration_ms"] + 1)
    assert event["position_ms"] == FILM["duration_ms"]


def test_another_rate_begins_where_it_will_be_then() -> None:
    party = Watched(ADA).playing()
    [event] = party.give(ADA, "rate", rate=1.5)
    assert (event["rate"], event["position_ms"], event["t0"]) == (1.5, 1_000, party.now + 200)
    party.now += 1_200
    assert party.position_ms == 2_500
    party.give(ADA, "pause")
    [event] = party.give(ADA, "rate", rate=0.333)
    assert (event["rate"], event["status"], event["position_ms"]) == (0.33, "paused", 2_500)
    assert party.give(ADA, "rate", rate=0.33) == []


def test_what_is_so_already_changes_nothing() -> None:
    party = Watched(ADA)
    assert party.give(ADA, "pause") == []
    party.playing()
    assert party.give(ADA, "play") == []
    assert party.give(ADA, "rate", rate=1) == []


@pytest.mark.parametrize(
    ("word", "fields"),
    [("play", {}), ("pause", {}), ("seek", {"position_ms": 7}), ("rate", {"rate": 2}), ("next", {})],
)
@pytest.mark.parametrize("seen", [{"epoch": "0a1b2c3d", "seq": 0}, {"epoch": "ffffffff", "seq": 1}])
def test_who_saw_another_timeline_is_told_the_present_one(
    word: str, fields: dict[str, Any], seen: dict[str, Any]
) -> None:
    party = Watched(ADA).playing()
    refused = party.refusal(ADA, word, **fields, seen=seen)
    assert refused.code == 412
    lead, _, present = refused.message.partition("the party is at ")
    assert lead == "stale: "
    assert orjson.loads(present) == {
        "epoch": "0a1b2c3d", "seq": 1, "status": "playing", "position_ms": 0, "rate": 1.0, "t0": NOW + 200,
        "item": "film",
    }  # fmt: skip


def test_a_repeated_operation_succeeds_however_stale_it_is() -> None:
    party = Watched(ADA, BOB)
    seen = party.seen
    party.give(ADA, "play", op="once", seen=seen)
    party.give(ADA, "pause")
    assert party.give(ADA, "play", op="once", seen=seen) == []
    assert party.status == "paused"
    assert party.refusal(BOB, "play", op="once").code == 409


def test_nothing_to_play_is_said() -> None:
    party = Watched(ADA, items=[])
    for word, fields in (("play", {}), ("seek", {"position_ms": 1}), ("next", {})):
        refused = party.refusal(ADA, word, **fields)
        assert refused.code == 404
        assert "add something to watch" in refused.message


def test_next_is_played_from_its_beginning_and_leaves_the_queue() -> None:
    party = Watched(ADA).playing()
    state, queue = party.give(ADA, "next")
    assert (state["status"], state["item"]["id"], state["position_ms"]) == ("playing", "clip", 0)
    assert (state["t0"], state["cause"]["word"]) == (party.now + 200, "next")
    assert (queue["type"], queue["items"]) == ("queue", [])
    assert party.refusal(ADA, "next").code == 404


def test_next_in_the_lobby_chooses_and_waits_for_the_start() -> None:
    party = Watched(ADA)
    assert types(party.give(ADA, "next", item="clip")) == ["state", "queue"]
    assert (party.status, party.state.timeline.item.id) == ("lobby", "clip")


def test_next_names_an_item_of_the_queue() -> None:
    party = Watched(ADA)
    party.give(ADA, "add", item={"url": "/third.mp4", "id": "third"})
    party.give(ADA, "next", item="third")
    assert [item.id for item in party.state.queue] == ["clip"]
    assert party.refusal(ADA, "next", item="film").code == 404


def test_at_the_end_of_an_item_the_next_one_begins() -> None:
    party = Watched(ADA).playing()
    party.give(ADA, "seek", position_ms=FILM["duration_ms"] - 2_000)
    assert party.pass_s(2) == []
    told = party.pass_s(1)
    assert types(told) == ["state", "queue"]
    assert (told[0]["item"]["id"], told[0]["cause"]["word"]) == ("clip", "next")
    assert (told[0]["position_ms"], told[0]["t0"]) == (0, party.now + 200)


def test_at_the_end_of_the_last_item_it_pauses_there() -> None:
    party = Watched(ADA, items=[CLIP]).playing()
    [event] = party.pass_s(80)
    assert (event["status"], event["position_ms"], event["cause"]["word"]) == ("paused", 60_000, "ended")
    [event] = party.give(ADA, "play")
    assert (event["status"], event["position_ms"], event["item"]["id"]) == ("playing", 0, "clip")


def test_play_at_the_end_takes_what_was_added_meanwhile() -> None:
    party = Watched(ADA, items=[CLIP]).playing()
    party.pass_s(80)
    party.give(ADA, "add", item=FILM)
    state, queue = party.give(ADA, "play")
    assert (state["item"]["id"], state["status"], queue["items"]) == ("film", "playing", [])


def test_an_item_of_unknown_length_plays_on() -> None:
    party = Watched(ADA, items=[{"url": "/live.m3u8"}]).playing()
    assert party.pass_s(5) == []
    party.now += 90_000_000
    assert party.tick() == []
    assert party.position_ms == 90_005_800


def test_the_countdown_begins_on_time() -> None:
    party = Watched(ADA, starts_at=NOW + 5_000)
    assert party.pass_s(4) == []
    party.now += 700
    [event] = party.tick()
    assert (event["cause"]["word"], event["status"], event["t0"]) == ("start", "playing", NOW + 5_000)
    party.now += 1_300
    assert party.position_ms == 1_000


def test_a_start_that_was_missed_by_little_is_kept_and_by_much_begins_now() -> None:
    for late_ms, t0 in ((4_000, NOW + 5_000), (60_000, NOW + 65_200)):
        party = Watched(ADA, starts_at=NOW + 5_000)
        party.now += 5_000 + late_ms
        assert party.tick()[0]["t0"] == t0


def test_nothing_starts_without_members_or_without_a_film() -> None:
    nobody = Watched(starts_at=NOW + 5_000)
    assert nobody.pass_s(20) == []
    nobody.give(ADA, "enter")
    assert types(nobody.tick(1)) == ["state"]
    nothing = Watched(ADA, starts_at=NOW + 5_000, items=[])
    assert nothing.pass_s(20) == []
    nothing.give(ADA, "add", item=FILM)
    assert types(nothing.tick(1)) == ["state"]


def test_another_lead_makes_nobodys_command_stale() -> None:
    party = Watched(ADA)
    seen = party.seen
    [lead] = party.tick(1, lead_ms=140)
    assert (lead["type"], lead["lead_ms"]) == ("lead", 140)
    assert party.tick(1, lead_ms=140) == party.tick(1, lead_ms=None) == []
    [state] = party.give(ADA, "play", seen=seen)
    assert state["t0"] == party.now + 140


def test_what_the_clock_brings_keeps_the_lead_of_the_same_tick() -> None:
    party = Watched(ADA, items=[CLIP, FILM]).playing()
    party.now += 60_000
    lead, state, _ = party.tick(lead_ms=140)
    assert (lead["lead_ms"], state["lead_ms"], state["t0"]) == (140, 140, party.now + 140)
    assert party.tick(1, lead_ms=140) == []


def test_a_beacon_tells_all_each_five_beats_and_is_forgotten() -> None:
    party = Watched(ADA, BOB).playing()
    party.tick(beat=1)
    [beacon] = party.tick(1, beat=5)
    assert (beacon["type"], beacon["seq"], beacon["position_ms"]) == ("beacon", 1, 0)
    assert (beacon["members"], beacon["title"], beacon["visibility"]) == (2, "Night", "public")
    assert party.events[-1]["type"] == "state"


def test_a_clock_that_was_set_back_holds_nobody_up() -> None:
    party = Watched(ADA).playing()
    party.now -= 3_600_000
    [event] = party.tick()
    assert (event["cause"]["word"], event["position_ms"], event["t0"]) == ("clock", 0, party.now + 200)


def test_a_party_that_was_left_alone_goes_on_by_the_clock() -> None:
    party = Watched(ADA).playing()
    party.now += 300_000
    assert party.replayed() == party.state
    assert party.position_ms == 300_800
