"""The queue of a watch party: people bring films, order them, vote for them."""

from typing import Any

import pytest

from rooms.kind import By
from rooms.kinds.watch.queue import VOTERS_MAX
from rooms.kinds.watch.state import QUEUE_MAX
from rooms.refusals import LIMIT
from tests.rooms.watch_bench import ADA, BOB, CAT, FILM, GUS, Watched, types

THIRD = {"id": "third", "title": "Third", "url": "/third.mp4"}


def queue_of(party: Watched) -> list[str]:
    return [item.id for item in party.state.queue]


def test_who_adds_is_named_and_the_id_is_that_of_the_operation() -> None:
    party = Watched(ADA, BOB)
    [event] = party.give(BOB, "add", op="mine", item={"url": "/films/Night%20Train.mp4"})
    assert event["items"][-1] == {
        "id": "mine",
        "title": "Night Train.mp4",
        "url": "/films/Night%20Train.mp4",
        "kind": "mp4",
        "duration_ms": None,
        "video": None,
        "by": "bob",
    }
    assert party.refusal(ADA, "add", item={**THIRD, "id": "mine"}).code == 409


def test_a_repeated_add_adds_once_even_after_it_was_watched() -> None:
    party = Watched(ADA).playing()
    party.give(ADA, "add", op="mine", item=THIRD)
    party.give(ADA, "next", item="third")
    party.give(ADA, "next")
    assert party.give(ADA, "add", op="mine", item=THIRD) == []


def test_what_is_added_where_nothing_is_stands_on_the_screen() -> None:
    party = Watched(ADA, items=[])
    [event] = party.give(ADA, "add", item=FILM)
    assert (event["type"], event["status"], event["item"]["id"]) == ("state", "lobby", "film")
    assert event["cause"]["word"] == "add"


def test_who_may_choose_films_plays_one_at_once() -> None:
    party = Watched(ADA, BOB).playing()
    assert party.refusal(BOB, "add", item=THIRD, now=True).code == 103
    [event] = party.give(ADA, "add", item=THIRD, now=True)
    assert (event["status"], event["item"]["id"], queue_of(party)) == ("playing", "third", ["clip"])


def test_the_queue_is_bounded() -> None:
    party = Watched(ADA, items=[FILM])
    for number in range(QUEUE_MAX):
        party.give(ADA, "add", item={"url": f"/{number}.mp4"})
    refused = party.refusal(ADA, "add", item=THIRD)
    assert refused.code == 413
    assert "watch or remove one first" in refused.message
    assert types(party.give(ADA, "add", item=THIRD, now=True)) == ["state"]


def test_own_items_are_removed_and_moved_and_others_by_who_may_choose() -> None:
    party = Watched(ADA, BOB, CAT)
    party.give(BOB, "add", item=THIRD)
    for word, fields in (("remove", {}), ("move", {"place": 0})):
        assert party.refusal(CAT, word, item="third", **fields).code == 103
        assert party.refusal(BOB, word, item="clip", **fields).code == 103
    party.give(BOB, "move", item="third", place=0)
    assert queue_of(party) == ["third", "clip"]
    assert party.give(BOB, "move", item="third", place=0) == []
    party.give(ADA, "move", item="third", place=49)
    assert queue_of(party) == ["clip", "third"]
    party.give(BOB, "remove", item="third")
    assert queue_of(party) == ["clip"]
    assert party.refusal(BOB, "remove", item="third").code == 404
    assert party.refusal(BOB, "move", item="third", place=0).code == 404


def test_votes_choose_what_comes_next_and_ties_go_by_order() -> None:
    party = Watched(ADA, BOB, CAT)
    party.give(ADA, "add", item=THIRD)
    party.give(ADA, "add", item={**THIRD, "id": "fourth"})
    [event] = party.give(BOB, "vote", item="fourth", vote=True)
    assert (event["type"], event["item"], event["vote"], event["user"]["id"]) == (
        "vote",
        "fourth",
        True,
        "bob",
    )
    party.give(CAT, "vote", item="third", vote=True)
    party.playing()
    party.give(ADA, "next")
    assert party.state.timeline.item.id == "third"
    party.give(ADA, "next")
    assert party.state.timeline.item.id == "fourth"
    assert dict(party.state.votes) == {}


def test_a_person_has_three_votes() -> None:
    party = Watched(ADA, BOB)
    for name in "abcd":
        party.give(ADA, "add", item={"id": name, "url": "/x.mp4"})
    for name in "abc":
        party.give(BOB, "vote", item=name, vote=True)
    assert party.give(BOB, "vote", item="a", vote=True) == []
    assert party.refusal(BOB, "vote", item="d", vote=True).code == 413
    party.give(BOB, "vote", item="a", vote=False)
    assert party.give(BOB, "vote", item="a", vote=False) == []
    assert types(party.give(BOB, "vote", item="d", vote=True)) == ["vote"]
    assert party.refusal(BOB, "vote", item="film", vote=True).code == 404


def test_votes_of_what_was_removed_come_back() -> None:
    party = Watched(ADA, BOB)
    for name in "abcd":
        party.give(ADA, "add", item={"id": name, "url": "/x.mp4"})
    for name in "abc":
        party.give(BOB, "vote", item=name, vote=True)
    party.give(ADA, "remove", item="b")
    assert types(party.give(BOB, "vote", item="d", vote=True)) == ["vote"]


def test_the_length_of_a_film_is_learned_once() -> None:
    party = Watched(ADA, BOB, items=[{"id": "a", "url": "/a.mp4"}, {"id": "b", "url": "/b.mp4"}])
    assert party.refusal(BOB, "duration", item="a", duration_ms=5_000).code == 103
    [event] = party.give(ADA, "duration", item="a", duration_ms=5_000)
    assert (event["type"], event["item"], event["duration_ms"]) == ("duration", "a", 5_000)
    assert party.give(ADA, "duration", item="a", duration_ms=9_000) == []
    party.give(ADA, "duration", item="b", duration_ms=7_000)
    assert [item.duration_ms for item in (party.state.timeline.item, *party.state.queue)] == [5_000, 7_000]
    assert party.refusal(ADA, "duration", item="c", duration_ms=5_000).code == 404


def test_who_is_granted_choosing_or_playing_says_a_length() -> None:
    for grant in ("play", "media"):
        party = Watched(ADA, GUS, grants={"guest": [grant]}, items=[{"id": "a", "url": "/a.mp4"}])
        assert types(party.give(GUS, "duration", item="a", duration_ms=5_000)) == ["duration"]


@pytest.mark.parametrize(
    ("item", "field"),
    [
        (None, "item"),
        ("film", "item"),
        ({}, "url"),
        ({"url": "ftp://x/y.mp4"}, "url"),
        ({"url": "/film"}, "kind"),
        ({"url": "/film.mp4", "title": "x" * 121}, "title"),
        ({"url": "/film.mp4", "title": "a\nb"}, "title"),
        ({"url": "/film.mp4", "duration_ms": 0}, "duration_ms"),
        ({"url": "/film.mp4", "duration_ms": 1.5}, "duration_ms"),
        ({"url": "/film.mp4", "id": ""}, "id"),
        ({"url": "/film.mp4", "video": 7}, "video"),
    ],
)
def test_rubbish_is_refused_by_the_name_of_its_field(item: Any, field: str) -> None:
    refused = Watched(ADA).refusal(ADA, "add", item=item)
    assert refused.code == 400
    assert refused.message.startswith(field)


def test_the_votes_for_an_item_are_bounded_whoever_leaves() -> None:
    party = Watched(ADA)
    for number in range(VOTERS_MAX):
        by = By(f"user-{number}")
        party.give(by, "enter")
        party.give(by, "vote", item="clip", vote=True)
        party.give(by, "leave")
    assert party.refusal(ADA, "vote", item="clip", vote=True).code == LIMIT
    party.give(by, "enter")
    party.give(by, "vote", item="clip", vote=False)
    party.give(ADA, "vote", item="clip", vote=True)


def test_a_length_that_is_shorter_than_where_it_stands_ends_it_there() -> None:
    party = Watched(ADA, items=[{"id": "unknown", "url": "/film.mp4"}])
    party.give(ADA, "seek", position_ms=258_632)
    party.give(ADA, "duration", item="unknown", duration_ms=62_503)
    assert party.position_ms == 62_503
    [state] = party.give(ADA, "play")
    assert state["position_ms"] == 0
