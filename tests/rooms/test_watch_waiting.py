"""For whom a watch party waits: its policies, the budgets, and that nobody can freeze it."""

from random import Random
from typing import Any

import pytest

from rooms.kind import By
from rooms.kinds.watch.budget import MEMBER_BUDGET, PAIRS_MAX, Budget
from rooms.kinds.watch.state import PRESENT_MAX
from rooms.kinds.watch.waiting import SPENDERS_MAX, WAITED_FOR_SHOWN_MAX
from tests.rooms.watch_bench import ADA, BOB, CAT, GUS, HUB, Watched, types

PEOPLE = (ADA, BOB, CAT, GUS)


def watching(policy: str, *present: By) -> Watched:
    return Watched(*(present or PEOPLE), policy=policy).playing()


def stall(party: Watched, by: By) -> list[dict[str, Any]]:
    return party.give(by, "buffering", stalled=True)


def back(party: Watched, by: By) -> list[dict[str, Any]]:
    return party.give(by, "buffering", stalled=False)


def test_a_party_that_waits_for_nobody_plays_on_and_notes_nothing() -> None:
    party = watching("none")
    assert stall(party, BOB) == []
    assert back(party, BOB) == []
    assert party.status == "playing"


def test_all_wait_for_one_until_they_are_back() -> None:
    party = watching("all")
    buffering, wait = stall(party, BOB)
    assert (buffering["type"], buffering["stalled"]) == ("buffering", True)
    assert (wait["status"], wait["waiting_for"], wait["until"]) == ("waiting", ["bob"], party.now + 8_000)
    assert (wait["position_ms"], wait["t0"], wait["cause"]["word"]) == (800, party.now, "wait")
    assert stall(party, BOB) == []
    party.now += 3_000
    assert party.position_ms == 800
    _, resume = back(party, BOB)
    assert (resume["status"], resume["position_ms"], resume["t0"]) == ("playing", 800, party.now + 200)
    assert (resume["waiting_for"], resume["until"], resume["cause"]["word"]) == ([], None, "resume")


def test_how_long_it_took_is_passed_on() -> None:
    party = watching("all")
    assert party.give(BOB, "buffering", stalled=True, duration_ms=450)[0]["duration_ms"] == 450
    assert "duration_ms" not in back(party, BOB)[0]


def test_a_quorum_waits_for_half_and_resumes_with_less() -> None:
    party = watching("quorum")
    assert types(stall(party, BOB)) == ["buffering"]
    party.now += 1_000
    _, wait = stall(party, CAT)
    assert (wait["waiting_for"], wait["until"]) == (["bob", "cat"], party.now + 7_000)
    assert types(back(party, CAT)) == ["buffering", "state"]
    assert party.status == "playing"


def test_one_who_watches_alone_is_waited_for() -> None:
    for policy in ("quorum", "all"):
        party = watching(policy, ADA)
        stall(party, ADA)
        assert party.status == "waiting"


def test_a_stall_holds_for_eight_seconds_at_most() -> None:
    party = watching("all")
    stall(party, BOB)
    assert party.pass_s(7) == []
    [resume] = party.pass_s(1)
    assert (resume["cause"]["word"], resume["status"]) == ("resume", "playing")
    assert party.pass_s(60) == [], "the same stall holds nobody once more"
    party.give(ADA, "seek", position_ms=5)
    assert party.status == "playing"


def test_who_joins_those_that_are_waited_for_is_named() -> None:
    party = watching("all")
    stall(party, BOB)
    party.now += 2_000
    _, wait = stall(party, CAT)
    assert (wait["waiting_for"], wait["until"]) == (["bob", "cat"], party.now + 8_000)
    party.now += 6_000
    [wait] = party.tick()
    assert (wait["waiting_for"], wait["until"]) == (["cat"], party.now + 2_000)
    _, resume = back(party, CAT)
    assert resume["status"] == "playing"


def test_somebody_holds_for_twenty_seconds_in_five_minutes() -> None:
    party = watching("all")
    waited = []
    for _ in range(8):
        began = party.now
        stall(party, BOB)
        while party.status == "waiting":
            party.tick(1)
        waited.append(party.now - began)
        back(party, BOB)
        party.pass_s(2)
    assert waited == [8_000, 8_000, 4_000, 0, 0, 0, 0, 0]
    party.now += MEMBER_BUDGET.window_ms
    stall(party, BOB)
    assert party.status == "waiting"


def test_flickering_uses_a_budget_up() -> None:
    party = watching("all")
    for _ in range(50):
        stall(party, BOB)
        back(party, BOB)
    stall(party, BOB)
    assert party.status == "playing"
    assert sum(took for _, took in party.state.spent["bob"]) == 20_000


def test_leaving_and_coming_again_makes_no_budget_whole() -> None:
    party = watching("all", ADA, BOB)
    for _ in range(2):
        stall(party, BOB)
        party.pass_s(8)
        party.give(BOB, "leave")
        party.give(BOB, "enter")
        back(party, BOB)
    stall(party, BOB)
    assert party.state.members["bob"].holds_until == party.now + 4_000


def test_taking_turns_does_not_freeze_it_either() -> None:
    crowd = tuple(By(f"user-{number}") for number in range(40))
    party = watching("all", ADA, *crowd)
    waited = 0
    for second in range(300):
        by = crowd[second // 7 % len(crowd)]
        if second % 7 == 0:
            stall(party, by)
        elif second % 7 == 6:
            stall(party, crowd[(second + 1) // 7 % len(crowd)])
            back(party, by)
        waited += party.status == "waiting"
        party.tick(1)
    assert 55 <= waited <= 60


def test_a_single_wait_of_the_party_is_bounded() -> None:
    party = watching("all")
    began = party.now
    for by in (BOB, CAT, GUS):
        stall(party, by)
        party.pass_s(7)
    assert party.status == "playing"
    waits = [data for data in party.events if data["type"] == "state" and data["status"] == "waiting"]
    assert max(data["until"] for data in waits) == began + 20_000


def test_who_comes_late_holds_nobody_until_they_have_played() -> None:
    party = watching("all", ADA)
    party.give(BOB, "enter")
    assert stall(party, BOB) == []
    assert party.status == "playing"
    assert types(back(party, BOB)) == ["buffering"]
    assert not party.state.members["bob"].late
    stall(party, BOB)
    assert party.status == "waiting"


def test_late_ones_do_not_count_in_a_quorum() -> None:
    party = watching("quorum", ADA, BOB)
    for by in (CAT, GUS):
        party.give(by, "enter")
    stall(party, BOB)
    assert party.status == "waiting"


def test_who_leaves_is_waited_for_no_more() -> None:
    for go in (
        lambda party: party.give(BOB, "leave"),
        lambda party: party.give(ADA, "kick", user="bob"),
        lambda party: party.tick(20, heard={"ada", "cat", GUS.user}),
    ):
        party = watching("all")
        stall(party, BOB)
        assert types(go(party)) == ["leave", "state"]
        assert party.status == "playing"


def test_pause_and_seek_while_it_waits() -> None:
    party = watching("all")
    stall(party, BOB)
    began = party.now
    party.now += 1_000
    [seek] = party.give(ADA, "seek", position_ms=90_000)
    assert (seek["status"], seek["position_ms"], seek["t0"]) == ("waiting", 90_000, began)
    assert (seek["waiting_for"], seek["until"]) == (["bob"], began + 8_000)
    [pause] = party.give(ADA, "pause")
    assert (pause["status"], pause["position_ms"], pause["waiting_for"]) == ("paused", 90_000, [])
    assert types(back(party, BOB)) == ["buffering"]


def test_while_it_is_paused_nobodys_budget_is_used_up() -> None:
    party = watching("all")
    stall(party, BOB)
    party.now += 3_000
    party.give(ADA, "pause")
    assert party.state.spent["bob"] == ((party.now - 3_000, 3_000),)
    party.now += 60_000
    play, wait = party.give(ADA, "play")
    assert (play["status"], wait["waiting_for"], wait["until"]) == ("playing", ["bob"], party.now + 8_000)


def test_play_goes_on_without_those_it_waits_for() -> None:
    party = watching("all")
    stall(party, BOB)
    [play] = party.give(ADA, "play")
    assert (play["status"], play["cause"]["word"]) == ("playing", "play")
    assert party.pass_s(30) == []


def test_a_fresh_film_is_begun_when_all_have_loaded_it() -> None:
    party = watching("all", ADA, BOB)
    party.give(CAT, "enter")
    state, queue, wait = party.give(ADA, "next")
    assert (state["status"], wait["waiting_for"], queue["items"]) == ("playing", ["ada", "bob"], [])
    back(party, ADA)
    _, resume = back(party, BOB)
    assert (resume["status"], resume["position_ms"], resume["item"]["id"]) == ("playing", 0, "clip")


def test_who_cannot_load_a_fresh_film_is_left_behind() -> None:
    party = watching("quorum")
    party.give(ADA, "next")
    back(party, ADA)
    back(party, BOB)
    assert party.status == "waiting"
    back(party, CAT)
    assert party.status == "playing"
    assert party.state.members[GUS.user].stalled


def test_another_policy_counts_at_once() -> None:
    party = watching("all")
    stall(party, BOB)
    assert types(party.give(ADA, "policy", policy="quorum")) == ["settings", "state"]
    assert party.status == "playing"
    party = watching("all")
    stall(party, BOB)
    settings, resume = party.give(ADA, "policy", policy="none")
    assert (settings["policy"], resume["status"]) == ("none", "playing")
    assert party.give(ADA, "policy", policy="none") == []
    party.give(ADA, "policy", policy="all")
    assert party.status == "playing", "a wait that ended does not begin again"


def test_a_clock_that_was_set_back_makes_no_wait_longer() -> None:
    party = watching("all")
    stall(party, BOB)
    party.now -= 3_600_000
    assert types(party.tick()) == ["state"]
    assert party.status == "playing"


@pytest.mark.parametrize(
    ("spent", "left"),
    [
        ((), 8_000),
        (((1, 15_000),), 5_000),
        (((1, 19_600),), 400),
        (((1, 19_601),), 0),
        (((1, 12_000), (2, 12_000)), 0),
        (((-300_000, 20_000),), 8_000),
        (((-299_999, 20_000),), 0),
    ],
)
def test_a_budget_is_what_is_left_of_a_while(spent: Any, left: int) -> None:
    assert MEMBER_BUDGET.left(spent, 0) == left


def test_what_was_spent_is_remembered_in_few_words_and_never_too_little() -> None:
    budget, spent = Budget(1_000, 100_000, 1_000_000), ()
    for began in range(0, 50_000, 1_000):
        spent = budget.charged(spent, began, began + 1_000)
    assert len(spent) == PAIRS_MAX
    assert sum(took for _, took in spent) == 50_000
    assert budget.charged(spent, 2_000_000, 2_000_001) == ((2_000_000, 400),)


def test_the_budgets_that_are_remembered_are_bounded() -> None:
    party = Watched(ADA, policy="all").playing()
    for number in range(SPENDERS_MAX + 50):
        by = By(f"user-{number}")
        party.give(by, "enter")
        back(party, by)
        stall(party, by)
        party.now += 400
        party.give(by, "leave")
    assert len(party.state.spent) <= SPENDERS_MAX
    assert f"user-{SPENDERS_MAX + 49}" in party.state.spent
    assert HUB.user not in party.state.spent


@pytest.mark.parametrize("policy", ["quorum", "all"])
def test_a_crowd_that_comes_back_one_by_one_is_told_of_in_few_words(policy: str) -> None:
    crowd = [By(f"user-{number:03}") for number in range(PRESENT_MAX - 1)]
    party = Watched(ADA, *crowd, policy=policy).playing()
    party.give(ADA, "next")
    assert party.status == "waiting"
    told = []
    for by in Random(1).sample(crowd, len(crowd)):
        party.now += 5
        told += [data for data in back(party, by) if data["type"] == "state"]
        assert all(party.state.members[user].stalled for user in party.state.timeline.waiting_for)
    assert all(len(data["waiting_for"]) <= WAITED_FOR_SHOWN_MAX for data in told)
    assert len(told) < 150
    back(party, ADA)
    assert party.status == "playing"
