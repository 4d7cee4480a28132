"""Who is in a watch party: people come, go, are sent out, are admitted, and are succeeded."""

from dataclasses import replace
from typing import Any

import pytest

from rooms.kind import By
from rooms.kinds.watch.people import KICKED_FOR_MS, KICKED_MAX, PLACES_FOR_LEADERS
from rooms.kinds.watch.state import BANS_MAX, PRESENT_MAX, ROLES_MAX
from rooms.refusals import INVITE_NEEDED, PARTY_FULL, PERMISSION_DENIED
from tests.rooms.watch_bench import ADA, BOB, CAT, GUS, HUB, MODERATOR, Watched, types

SYSTEM_ADA = replace(ADA, system=True)


def admit(party: Watched, by: By, role: str) -> list[dict[str, Any]]:
    fields = {"user": by.user, "display_name": by.display_name, "role": role, "via": "invite-1"}
    return party.give(HUB, "admit", **fields)


def role(party: Watched, by: By) -> str:
    return party.state.role_of(by.user, guest=by.guest)


def test_who_enters_is_a_member_or_a_guest() -> None:
    party = Watched(ADA)
    [event] = party.give(BOB, "enter")
    assert (event["type"], event["n"], event["user"]["id"]) == ("enter", 3, "bob")
    assert event["member"] == {
        "id": "bob",
        "display_name": "Bob",
        "guest": False,
        "since": party.now,
        "ready": False,
        "late": False,
        "stalled": False,
        "stalled_at": None,
        "holds_until": None,
        "role": "member",
    }
    assert party.give(GUS, "enter")[0]["member"]["role"] == "guest"
    assert party.give(BOB, "enter") == []


def test_who_comes_while_it_plays_is_late() -> None:
    party = Watched(ADA).playing()
    assert party.give(BOB, "enter")[0]["member"]["late"]
    party.give(ADA, "pause")
    assert not party.give(CAT, "enter")[0]["member"]["late"]


def test_who_goes_is_gone_and_going_twice_is_harmless() -> None:
    party = Watched(ADA, BOB)
    [event] = party.give(BOB, "leave")
    assert (event["type"], event["member"], event["reason"]) == ("leave", "bob", "left")
    assert party.give(BOB, "leave") == []
    assert party.refusal(BOB, "vote", item="clip", vote=True).message == "enter the party first"


def test_the_last_to_leave_pauses_the_party_and_it_goes_on_from_there() -> None:
    party = Watched(ADA).playing()
    _left, state = party.give(ADA, "leave")
    assert (state["status"], state["position_ms"], state["cause"]["word"]) == ("paused", 800, "left")
    party.now += 3_600_000
    party.give(ADA, "enter")
    party.give(ADA, "play")
    assert party.state.timeline.position_ms == 800


def test_those_of_whom_nothing_is_heard_are_let_go() -> None:
    party = Watched(ADA, BOB).playing()
    party.now += 10_000
    party.give(CAT, "enter")
    assert party.tick(1, heard={"ada"}, watched_ms=9_999) == []
    [event] = party.tick(heard={"ada"}, watched_ms=10_000)
    assert (event["member"], event["reason"]) == ("bob", "silent")
    assert set(party.state.members) == {"ada", "cat"}
    assert party.give(BOB, "enter")[0]["member"]["late"]


def test_a_party_of_the_silent_pauses() -> None:
    party = Watched(ADA, BOB).playing()
    told = party.tick(10, heard=set())
    assert types(told) == ["leave", "leave", "state"]
    assert (party.status, told[-1]["cause"]["word"]) == ("paused", "left")


def test_a_full_party_takes_nobody_more() -> None:
    party = Watched()
    for number in range(PRESENT_MAX):
        party.give(By(f"user-{number}"), "enter")
    assert party.refusal(BOB, "enter").code == 442
    assert party.refusal(HUB, "check", user="bob").code == 442
    party.give(By("user-7"), "leave")
    assert types(party.give(BOB, "enter")) == ["enter"]


def test_by_invitation_come_the_owner_and_who_was_admitted() -> None:
    party = Watched(ADA, visibility="invite")
    assert party.refusal(BOB, "enter").code == party.refusal(HUB, "check", user="bob").code == 441
    [event] = admit(party, BOB, "member")
    assert event["member"] == {"id": "bob", "display_name": "Bob"}
    assert (event["type"], event["role"], event["via"]) == ("admit", "member", "invite-1")
    assert party.give(HUB, "check", user="bob") == []
    assert types(party.give(BOB, "enter")) == ["enter"]


def test_an_invitation_raises_a_role_and_never_lowers_it() -> None:
    party = Watched(ADA, GUS)
    admit(party, GUS, "member")
    assert role(party, GUS) == "member"
    assert admit(party, GUS, "guest") == admit(party, GUS, "member") == admit(party, ADA, "host") == []
    admit(party, GUS, "host")
    assert (role(party, GUS), role(party, ADA)) == ("host", "owner")


def test_remembered_roles_are_bounded() -> None:
    party = Watched(ADA, BOB)
    for number in range(ROLES_MAX - 1):
        admit(party, By(f"user-{number}"), "guest")
    fields = {"user": "one-more", "display_name": "", "role": "guest", "via": ""}
    assert party.refusal(HUB, "admit", **fields).code == 413
    assert party.refusal(ADA, "promote", user="bob", role="host").code == 413
    assert types(admit(party, By("user-7"), "host")) == ["admit"]


def test_only_the_hub_admits_checks_and_opens() -> None:
    party = Watched(ADA)
    admission = {"user": "bob", "display_name": "Bob", "role": "host", "via": "x"}
    assert party.refusal(ADA, "admit", **admission).code == 103
    assert party.refusal(ADA, "check", user="bob").code == 103
    assert party.refusal(ADA, "open", epoch="00000000", title="T", visibility="public").code == 103


def test_who_is_kicked_comes_again_after_five_minutes() -> None:
    party = Watched(ADA, BOB)
    [event] = party.give(ADA, "kick", user="bob")
    assert (event["type"], event["member"], event["reason"]) == ("leave", "bob", "kicked")
    assert party.refusal(BOB, "enter").code == party.refusal(HUB, "check", user="bob").code == 440
    admission = {"user": "bob", "display_name": "Bob", "role": "host", "via": "x"}
    assert party.refusal(HUB, "admit", **admission).code == 440
    assert party.refusal(ADA, "kick", user="bob").code == 404
    party.now += KICKED_FOR_MS
    assert types(party.give(BOB, "enter")) == ["enter"]


def test_who_was_kicked_is_remembered_for_as_long_as_it_counts() -> None:
    party = Watched(ADA)
    for number in range(KICKED_MAX + 1):
        party.now += 1
        party.give(By(f"user-{number}"), "enter")
        party.give(ADA, "kick", user=f"user-{number}")
    assert len(party.state.kicked) == KICKED_MAX
    assert "user-0" not in party.state.kicked
    party.now += KICKED_FOR_MS
    party.give(BOB, "enter")
    party.give(ADA, "kick", user="bob")
    assert set(party.state.kicked) == {"bob"}


def test_a_ban_holds_until_it_is_lifted_whether_present_or_not() -> None:
    party = Watched(ADA, BOB)
    assert types(party.give(ADA, "ban", user="bob", banned=True)) == ["ban", "leave"]
    [event] = party.give(ADA, "ban", user="cat", banned=True)
    assert (event["type"], event["member"], event["banned"]) == ("ban", "cat", True)
    assert party.give(ADA, "ban", user="cat", banned=True) == []
    party.now += 10 * KICKED_FOR_MS
    for by in (BOB, CAT):
        assert party.refusal(by, "enter").code == party.refusal(HUB, "check", user=by.user).code == 440
    party.give(ADA, "ban", user="bob", banned=False)
    assert types(party.give(BOB, "enter")) == ["enter"]


def test_a_host_who_was_put_out_orders_nothing_from_afar() -> None:
    party = Watched(ADA, BOB)
    admit(party, BOB, "host")
    party.give(ADA, "kick", user="bob")
    assert party.refusal(BOB, "lock", locked=True).code == 440
    party.now += KICKED_FOR_MS
    assert types(party.give(BOB, "lock", locked=True)) == ["settings"]
    party.give(ADA, "ban", user="bob", banned=True)
    assert party.refusal(BOB, "ban", user="bob", banned=False).code == 440
    assert party.refusal(BOB, "kick", user="ada").code == 440
    assert party.give(BOB, "leave") == []


def test_bans_are_bounded() -> None:
    party = Watched(ADA)
    for number in range(BANS_MAX):
        party.give(ADA, "ban", user=f"user-{number}", banned=True)
    assert party.refusal(ADA, "ban", user="one-more", banned=True).code == 413
    party.give(ADA, "ban", user="user-0", banned=False)
    assert types(party.give(ADA, "ban", user="one-more", banned=True)) == ["ban"]


@pytest.mark.parametrize("word", ["kick", "ban"])
def test_nobody_sends_out_who_stands_beside_or_above(word: str) -> None:
    party = Watched(ADA, BOB, CAT, GUS, grants={"member": ["kick"]})
    fields = {"banned": True} if word == "ban" else {}
    admit(party, BOB, "host")
    for by, user in ((BOB, "ada"), (BOB, "bob"), (CAT, "bob"), (CAT, "cat"), (ADA, "ada"), (GUS, "cat")):
        assert party.refusal(by, word, user=user, **fields).code == 103
    assert party.decide(CAT, word, user=GUS.user, **fields)
    assert party.decide(BOB, word, user="cat", **fields)
    assert party.decide(ADA, word, user="bob", **fields)


def test_a_moderator_of_the_hub_keeps_order_without_coming_in() -> None:
    party = Watched(ADA, BOB)
    party.give(BOB, "chat", id="1", text="Buy this")
    assert types(party.give(MODERATOR, "delete", id="1")) == ["delete"]
    assert types(party.give(MODERATOR, "kick", user="bob")) == ["leave"]
    assert types(party.give(MODERATOR, "ban", user="bob", banned=True)) == ["ban"]
    assert party.refusal(MODERATOR, "lock", locked=True).code == 103
    party.give(MODERATOR, "enter")
    assert party.refusal(MODERATOR, "play").code == 103
    assert types(party.give(MODERATOR, "end")) == ["state"]


def test_a_silent_host_is_succeeded_and_the_timeline_runs_on() -> None:
    party = Watched(ADA, GUS).playing()
    party.give(BOB, "enter")
    party.now += 1
    party.give(CAT, "enter")
    before = party.state.timeline
    left, role_event = party.tick(10, heard={"bob", "cat", GUS.user})
    assert (left["member"], left["reason"]) == ("ada", "silent")
    assert {key: role_event[key] for key in ("type", "member", "role", "cause")} == {
        "type": "role", "member": "bob", "role": "host", "cause": "succession",
    }  # fmt: skip
    assert party.state.timeline == before
    assert types(party.give(BOB, "pause")) == ["state"]


def test_guests_succeed_only_when_nobody_else_is_there() -> None:
    party = Watched(GUS)
    party.now += 1
    party.give(ADA, "enter")
    told = party.give(ADA, "leave")
    assert [data.get("member") for data in told] == ["ada", GUS.user]


def test_while_a_host_is_there_nobody_succeeds() -> None:
    party = Watched(ADA, BOB, CAT)
    party.give(ADA, "promote", user="cat", role="host")
    assert types(party.give(ADA, "leave")) == ["leave"]
    told = party.give(CAT, "leave")
    assert [data.get("role") for data in told] == [None, "host"]


def test_who_stood_in_steps_back_when_the_owner_is_there_again() -> None:
    party = Watched(ADA, BOB)
    party.give(ADA, "leave")
    assert role(party, BOB) == "host"
    _enter, back = party.give(ADA, "enter")
    assert (back["member"], back["role"], back["cause"]) == ("bob", "member", "return")
    assert dict(party.state.roles) == {"ada": "owner"}


def test_who_stood_in_and_left_is_succeeded_too() -> None:
    party = Watched(ADA, BOB, CAT)
    party.give(ADA, "leave")
    told = party.give(BOB, "leave")
    assert [(data["type"], data["member"], data.get("cause")) for data in told] == [
        ("leave", "bob", None),
        ("role", "bob", "return"),
        ("role", "cat", "succession"),
    ]
    party.give(CAT, "leave")
    assert (dict(party.state.roles), party.state.acting) == ({"ada": "owner"}, None)


def test_who_stood_in_and_was_made_a_host_stays_one() -> None:
    party = Watched(ADA, BOB, CAT)
    admit(party, BOB, "guest")
    party.give(ADA, "leave")
    party.give(ADA, "promote", user="cat", role="host")
    assert role(party, BOB) == "guest", "another host was there, so the one who stood in stepped back"
    party.give(CAT, "leave")
    party.give(ADA, "promote", user="bob", role="host")
    party.give(ADA, "enter")
    assert role(party, BOB) == "host"


def test_ownership_is_handed_to_a_member_with_an_account() -> None:
    party = Watched(ADA, BOB, GUS)
    assert party.refusal(ADA, "hand_over", user="cat").code == 404
    assert party.refusal(ADA, "hand_over", user=GUS.user).code == 400
    assert party.give(ADA, "hand_over", user="ada") == []
    told = party.give(ADA, "hand_over", user="bob")
    assert [(data["member"], data["role"], data["cause"]) for data in told] == [
        ("bob", "owner", "hand_over"),
        ("ada", "host", "hand_over"),
    ]
    assert (party.state.owner, role(party, ADA)) == ("bob", "host")
    assert party.refusal(ADA, "end").code == 103
    assert types(party.give(BOB, "end")) == ["state"]


def test_the_owner_orders_things_from_afar_and_hosts_do_and_others_do_not() -> None:
    party = Watched(BOB)
    admit(party, CAT, "host")
    assert party.give(ADA, "add", item={"url": "/x.mp4"})
    assert party.give(ADA, "invite", id="i1", role="host")
    assert party.give(CAT, "lock", locked=True)
    assert party.refusal(ADA, "play").message == "enter the party first"
    assert party.refusal(GUS, "add", item={"url": "/x.mp4"}).message == "enter the party first"


def test_is_ready_is_said_once() -> None:
    party = Watched(ADA, BOB)
    [event] = party.give(BOB, "ready", ready=True)
    assert (event["type"], event["ready"], event["user"]["id"]) == ("ready", True, "bob")
    assert party.give(BOB, "ready", ready=True) == []
    assert party.state.members["bob"].ready


def test_no_crowd_keeps_the_owner_and_the_hosts_out() -> None:
    party = Watched()
    for number in range(PRESENT_MAX):
        party.give(By(f"guest-{number}", guest=True), "enter")
    assert party.refusal(BOB, "enter").code == PARTY_FULL
    party.give(HUB, "admit", user="bob", display_name="Bob", role="host", via="x")
    for leader in (ADA, BOB):
        assert party.give(HUB, "check", user=leader.user) == []
        assert types(party.give(leader, "enter"))[0] == "enter"
    assert party.refusal(CAT, "enter").code == PARTY_FULL


def test_not_even_leaders_come_without_end() -> None:
    party = Watched()
    for number in range(PRESENT_MAX + PLACES_FOR_LEADERS):
        user = f"host-{number:03}"
        party.give(HUB, "admit", user=user, display_name=user, role="host", via="x")
        party.give(By(user), "enter")
    assert party.refusal(ADA, "enter").code == PARTY_FULL


def test_of_those_who_all_vanished_somebody_leads_who_came_back() -> None:
    party = Watched(ADA, BOB, CAT, visibility="unlisted").playing()
    party.now += 20_000
    party.tick(heard=set())
    assert not party.state.members
    party.give(GUS, "enter")
    party.now += 1_000
    party.give(CAT, "enter")
    assert party.pass_s(9) == []
    [role] = party.pass_s(1)
    assert (role["member"], role["role"], role["cause"]) == ("cat", "host", "succession")
    party.give(CAT, "play")
    assert party.give(ADA, "enter")[1]["cause"] == "return"
    assert party.refusal(CAT, "pause").code == PERMISSION_DENIED


def test_a_party_that_was_left_is_no_prize_for_strangers() -> None:
    party = Watched(ADA, BOB).playing()
    party.give(HUB, "admit", user="cat", display_name="Cat", role="member", via="x")
    for by in (ADA, BOB):
        party.give(by, "leave")
    party.give(BOB, "enter")
    assert party.pass_s(30) == []
    party.give(CAT, "enter")
    assert [role["member"] for role in party.pass_s(10)] == ["cat"]


def test_in_the_lobby_all_wait_for_who_leads() -> None:
    party = Watched(BOB, visibility="unlisted")
    assert party.pass_s(30) == []


def test_a_clock_that_was_set_back_keeps_neither_the_silent_in_nor_the_kicked_out() -> None:
    party = Watched(ADA, BOB, CAT)
    party.give(ADA, "kick", user="cat")
    party.now -= 3_600_000
    told = party.tick(1, heard={"ada"})
    assert [(data["member"], data["reason"]) for data in told] == [("bob", "silent")]
    assert types(party.give(CAT, "enter")) == ["enter"]


def test_who_is_there_when_a_party_is_closed_may_come_again() -> None:
    party = Watched(ADA, BOB, GUS)
    party.give(CAT, "enter")
    party.give(CAT, "leave")
    settings, *admitted = party.give(ADA, "settings", visibility="invite")
    assert settings["visibility"] == "invite"
    assert [(data["member"]["id"], data["role"]) for data in admitted] == [
        ("bob", "member"),
        ("guest-1", "guest"),
    ]
    for by in (BOB, GUS):
        party.give(by, "leave")
        assert types(party.give(by, "enter")) == ["enter"]
    assert party.refusal(CAT, "enter").code == INVITE_NEEDED
    assert types(party.give(ADA, "settings", visibility="invite", title="Closed")) == ["settings"]


def test_of_a_crowd_as_many_stay_welcome_as_are_remembered() -> None:
    party = Watched(ADA, BOB, CAT)
    for number in range(ROLES_MAX - 2):
        user = f"user-{number}"
        party.give(HUB, "admit", user=user, display_name=user, role="guest", via="x")
    assert types(party.give(ADA, "settings", visibility="invite")) == ["settings", "admit"]
    assert len(party.state.roles) == ROLES_MAX
