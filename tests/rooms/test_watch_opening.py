"""How a watch party is opened, set and ended, and that every command is read with care."""

from dataclasses import replace
from typing import Any

import pytest

from rooms.channels import kind_of
from rooms.kind import By, Refused
from rooms.kinds import KINDS
from rooms.kinds.watch.commands import Tick
from rooms.kinds.watch.kind import WatchKind
from rooms.kinds.watch.parsing import parse
from tests.rooms.watch_bench import ADA, BOB, CLIP, EPOCH, FILM, HUB, NOW, STEERING, Watched, types

SYSTEM_ADA, SYSTEM_BOB = replace(ADA, system=True), replace(BOB, system=True)
OPENING = {"epoch": EPOCH, "title": "Night", "visibility": "public"}
SEEN = {"epoch": EPOCH, "seq": 0}


def test_watch_names_this_kind() -> None:
    kind = kind_of("watch:abcDEF123456")
    assert isinstance(kind, WatchKind)
    assert (kind.durable, kind.needs_opening, kind.needs_token) == (True, True, True)
    assert not any(other.needs_token for word, other in KINDS.items() if word != "watch")


def test_the_first_event_is_the_whole_party() -> None:
    kind = WatchKind()
    [event] = kind.decide(
        kind.begin(), parse({"type": "open", "id": "p", "items": [FILM, CLIP], **OPENING}), SYSTEM_ADA, NOW
    )
    assert (event.subject, event.creates, event.durable) == ("party", True, True)
    film, clip = ({"video": None, "by": "ada", **item} for item in (FILM, {**CLIP, "kind": "mp4"}))
    assert event.data == {
        "type": "party",
        "n": 1,
        "party": {
            "id": "p",
            "title": "Night",
            "visibility": "public",
            "owner": "ada",
            "policy": "none",
            "locked": False,
            "grants": {"member": ["chat", "queue"], "guest": ["chat"]},
            "members": [],
            "roles": {"ada": "owner"},
            "acting": None,
            "banned": [],
            "kicked": {},
            "queue": [clip],
            "votes": {},
            "timeline": {
                "epoch": EPOCH,
                "seq": 0,
                "status": "lobby",
                "item": film,
                "position_ms": 0,
                "rate": 1.0,
                "t0": NOW,
                "waiting_for": [],
                "until": None,
                "starts_at": None,
                "lead_ms": 200,
            },
            "spent": {},
            "waited": (),
        },
        "user": {"id": "ada", "display_name": "Ada"},
        "at": NOW,
    }


def test_a_party_is_opened_once() -> None:
    party = Watched()
    assert party.give(SYSTEM_ADA, "open", **{**OPENING, "title": "Another"}) == []
    assert party.refusal(SYSTEM_BOB, "open", **OPENING).code == 409


def test_what_is_set_later_is_set_at_the_opening_as_well() -> None:
    party = Watched(policy="quorum", starts_at=NOW + 9, grants={"guest": ["queue"]}, visibility="unlisted")
    assert (party.state.policy, party.state.timeline.starts_at) == ("quorum", NOW + 9)
    assert party.state.visibility == "unlisted"
    assert party.state.grants["guest"] == {"queue"}
    assert party.state.grants["member"] == {"queue", "chat"}


@pytest.mark.parametrize("word", ["enter", "leave", "play", "chat", "end", "admit", "check"])
def test_what_nobody_opened_is_not_there(word: str) -> None:
    kind = WatchKind()
    fields = {"op": "1", "seen": SEEN, "id": "1", "text": "Hi", "user": "ada", "role": "host"}
    with pytest.raises(Refused) as refused:
        kind.decide(kind.begin(), parse({"type": word, **fields}), SYSTEM_ADA, NOW)
    assert (refused.value.code, refused.value.message) == (404, "this watch party is not there")


def test_who_only_reads_is_told_how_to_take_part() -> None:
    assert "/api/auth/guest" in Watched().refusal(By(""), "enter").message


def test_settings_are_told_whole_and_only_when_they_change() -> None:
    party = Watched(ADA)
    [event] = party.give(ADA, "settings", title="Matinée", visibility="invite")
    assert {
        key: event[key] for key in ("title", "visibility", "grants", "policy", "locked", "starts_at")
    } == {
        "title": "Matinée",
        "visibility": "invite",
        "grants": {"member": ["chat", "queue"], "guest": ["chat"]},
        "policy": "none",
        "locked": False,
        "starts_at": None,
    }
    assert party.give(ADA, "settings", title="Matinée") == party.give(ADA, "settings") == []
    [event] = party.give(ADA, "lock", locked=True)
    assert (event["type"], event["locked"], event["title"]) == ("settings", True, "Matinée")


def test_the_start_is_moved_while_it_has_not_begun() -> None:
    party = Watched(ADA, starts_at=NOW + 60_000)
    settings, state = party.give(ADA, "settings", starts_at=NOW + 90_000)
    assert (settings["starts_at"], state["starts_at"], state["seq"]) == (NOW + 90_000, NOW + 90_000, 1)
    _, state = party.give(ADA, "settings", starts_at=None)
    assert (state["starts_at"], state["cause"]["word"]) == (None, "settings")
    assert party.pass_s(120) == []
    party.give(ADA, "play")
    assert party.refusal(ADA, "settings", starts_at=NOW).code == 410


def test_the_end_is_for_good() -> None:
    party = Watched(ADA, BOB).playing()
    [event] = party.give(ADA, "end", op="the-end")
    assert (event["status"], event["position_ms"], event["cause"]["word"]) == ("ended", 800, "end")
    assert party.give(ADA, "end", op="the-end") == []
    for by, word, fields in (
        (ADA, "play", {}),
        (BOB, "chat", {"id": "1", "text": "Bye"}),
        (By("cat"), "enter", {}),
        (ADA, "end", {}),
        (ADA, "add", {"item": FILM}),
    ):
        assert party.refusal(by, word, **fields).code == 443
    admission = {"user": "cat", "display_name": "Cat", "role": "host", "via": "x"}
    assert party.refusal(HUB, "admit", **admission).code == 443
    assert types(party.give(BOB, "leave")) == ["leave"]
    assert party.pass_s(20) == []
    assert types(party.tick(beat=5)) == ["beacon"]


def test_an_ended_party_is_open_to_be_looked_at() -> None:
    party = Watched(ADA, visibility="invite")
    party.give(ADA, "ban", user="bob", banned=True)
    party.give(HUB, "admit", user="cat", display_name="Cat", role="guest", via="x")
    party.give(ADA, "end")
    assert party.give(HUB, "check", user="cat") == []
    assert party.refusal(HUB, "check", user="bob").code == 440
    assert party.refusal(HUB, "check", user="dan").code == 441


def test_a_tick_is_never_read_from_what_a_client_sends() -> None:
    party = Watched(ADA)
    assert party.refusal(ADA, "tick", heard=[], watched_ms=60_000).code == 400
    with pytest.raises(Refused) as refused:
        party.kind.decide(party.state, Tick(frozenset(), 60_000, None, 5), ADA, NOW)
    assert refused.value.code == 103


@pytest.mark.parametrize(
    ("data", "field"),
    [
        (None, "data"),
        ([], "data"),
        ({}, "type"),
        ({"type": "stop"}, "type"),
        ({"type": ["play"]}, "type"),
        ({"type": "play", "seen": SEEN}, "op"),
        ({"type": "play", "op": "", "seen": SEEN}, "op"),
        ({"type": "play", "op": "x" * 65, "seen": SEEN}, "op"),
        ({"type": "play", "op": "a\nb", "seen": SEEN}, "op"),
        ({"type": "play", "op": "1"}, "seen"),
        ({"type": "play", "op": "1", "seen": [EPOCH, 0]}, "seen"),
        ({"type": "play", "op": "1", "seen": {"epoch": "x", "seq": 0}}, "epoch"),
        ({"type": "play", "op": "1", "seen": {"epoch": EPOCH, "seq": -1}}, "seq"),
        ({"type": "play", "op": "1", "seen": {"epoch": EPOCH, "seq": True}}, "seq"),
        ({"type": "seek", "op": "1", "seen": SEEN, "position_ms": -1}, "position_ms"),
        ({"type": "seek", "op": "1", "seen": SEEN, "position_ms": 1.5}, "position_ms"),
        ({"type": "seek", "op": "1", "seen": SEEN, "position_ms": 1 << 60}, "position_ms"),
        ({"type": "rate", "op": "1", "seen": SEEN, "rate": 0.2}, "rate"),
        ({"type": "rate", "op": "1", "seen": SEEN, "rate": 2.01}, "rate"),
        ({"type": "rate", "op": "1", "seen": SEEN, "rate": float("nan")}, "rate"),
        ({"type": "rate", "op": "1", "seen": SEEN, "rate": "1"}, "rate"),
        ({"type": "rate", "op": "1", "seen": SEEN, "rate": True}, "rate"),
        ({"type": "next", "op": "1", "seen": SEEN, "item": 7}, "item"),
        ({"type": "move", "op": "1", "item": "a", "place": 50}, "place"),
        ({"type": "vote", "op": "1", "item": "a"}, "vote"),
        ({"type": "duration", "op": "1", "item": "a", "duration_ms": 0}, "duration_ms"),
        ({"type": "ready", "op": "1"}, "ready"),
        ({"type": "ready", "op": "1", "ready": 1}, "ready"),
        ({"type": "buffering", "op": "1", "stalled": True, "duration_ms": -1}, "duration_ms"),
        ({"type": "policy", "op": "1", "policy": "some"}, "policy"),
        ({"type": "lock", "op": "1"}, "locked"),
        ({"type": "kick", "op": "1"}, "user"),
        ({"type": "ban", "op": "1", "user": "bob"}, "banned"),
        ({"type": "promote", "op": "1", "user": "bob", "role": "owner"}, "role"),
        ({"type": "invite", "op": "1", "id": "i", "role": []}, "role"),
        ({"type": "settings", "op": "1", "title": ""}, "title"),
        ({"type": "settings", "op": "1", "title": "x" * 121}, "title"),
        ({"type": "settings", "op": "1", "visibility": "secret"}, "visibility"),
        ({"type": "settings", "op": "1", "grants": ["chat"]}, "grants"),
        ({"type": "settings", "op": "1", "grants": {"host": ["chat"]}}, "grants"),
        ({"type": "settings", "op": "1", "grants": {"guest": ["fly"]}}, "grants"),
        ({"type": "settings", "op": "1", "grants": {"guest": [["chat"]]}}, "grants"),
        ({"type": "settings", "op": "1", "starts_at": "soon"}, "starts_at"),
        ({"type": "open", **OPENING, "epoch": "12345"}, "epoch"),
        ({"type": "open", **OPENING, "items": {}}, "items"),
        ({"type": "open", **OPENING, "items": [FILM] * 51}, "items"),
        ({"type": "admit", "user": "bob", "role": "king"}, "role"),
    ],
)
def test_rubbish_is_refused_by_the_name_of_its_field(data: Any, field: str) -> None:
    with pytest.raises(Refused) as refused:
        parse(data)
    assert refused.value.code == 400
    assert refused.value.message.startswith(field)


def test_the_smallest_and_the_largest_are_taken() -> None:
    for word in STEERING:
        fields = {"position_ms": 0, "rate": 0.25, "op": "x" * 64, "seen": {"epoch": EPOCH, "seq": 0}}
        assert parse({"type": word, **fields})
    assert parse({"type": "rate", "op": "1", "seen": SEEN, "rate": 2})
    assert parse({"type": "chat", "id": "1", "text": "x" * 4_000})


def test_items_of_one_opening_are_different() -> None:
    with pytest.raises(Refused) as refused:
        parse({"type": "open", **OPENING, "items": [CLIP, CLIP]})
    assert refused.value.message == "items must be items with different ids"
