"""Talk in a watch party: said once, with the media time, and taken back by those who may."""

from dataclasses import replace
from typing import Any

import pytest

from rooms.kind import By
from rooms.kinds.watch.parsing import parse
from rooms.refusals import ID_TAKEN
from rooms.word_filter import texts_of
from tests.rooms.watch_bench import ADA, BOB, CLIP, EPOCH, FILM, GUS, MODERATOR, Watched, types


def test_what_is_said_carries_where_the_film_was() -> None:
    party = Watched(ADA, BOB).playing()
    [event] = party.give(BOB, "chat", id="m1", text=" <b>Olá</b> ")
    assert event == {
        "type": "chat",
        "id": "m1",
        "text": " <b>Olá</b> ",
        "media_ms": 800,
        "item": "film",
        "user": {"id": "bob", "display_name": "Bob"},
        "at": party.now,
    }
    [event] = party.give(BOB, "react", emoji="👍")
    assert (event["emoji"], event["media_ms"], event["item"]) == ("👍", 800, "film")


def test_before_the_first_film_there_is_no_item() -> None:
    [event] = Watched(ADA, items=[]).give(ADA, "chat", id="m1", text="Hi")
    assert (event["media_ms"], event["item"]) == (0, None)


def test_a_message_is_said_once_under_its_id() -> None:
    party = Watched(ADA, BOB)
    party.give(BOB, "chat", id="m1", text="Hi")
    assert party.give(BOB, "chat", id="m1", text="Hi") == []
    assert party.refusal(ADA, "chat", id="m1", text="Hi").code == 409


def test_author_hosts_and_moderators_delete() -> None:
    party = Watched(ADA, BOB, GUS)
    for number, by in enumerate((BOB, ADA, MODERATOR)):
        party.give(BOB, "chat", id=str(number), text="Hi")
        assert party.refusal(GUS, "delete", id=str(number)).code == 103
        assert types(party.give(by, "delete", id=str(number))) == ["delete"]
        assert party.give(BOB, "delete", id=str(number)) == []
    assert party.refusal(BOB, "delete", id="never").code == 404


def test_what_people_write_is_seen_by_the_word_filter() -> None:
    def read(word: str, /, **fields: Any) -> list[str]:
        return texts_of(parse({"type": word, "op": "1", **fields}))

    assert read("chat", id="1", text="Hi") == ["Hi"]
    assert read("react", emoji="👍") == ["👍"]
    assert read("ask", word="please pause") == ["please pause"]
    assert read("add", item=FILM) == ["A film"]
    assert read("settings", title="Night") == ["Night"]
    opening = {"epoch": EPOCH, "title": "Night", "visibility": "public", "items": [FILM, CLIP]}
    assert read("open", **opening) == ["Night", "A film\nA clip"]


def test_who_is_muted_watches_and_says_nothing() -> None:
    party = Watched(ADA, BOB)
    quiet = replace(BOB, muted_until_ms=party.now + 1_000)
    for word, fields in (
        ("chat", {"id": "1", "text": "Hi"}),
        ("react", {"emoji": "👍"}),
        ("ask", {"word": "please"}),
        ("add", {"item": {"url": "/x.mp4", "title": "Rude"}}),
    ):
        assert party.refusal(quiet, word, **fields).code == 403
    assert types(party.give(quiet, "ready", ready=True)) == ["ready"]
    party.now += 1_000
    assert types(party.give(quiet, "chat", id="1", text="Hi")) == ["chat"]


def test_asking_is_told_and_forgotten() -> None:
    party = Watched(ADA, BOB)
    [event] = party.decide(BOB, "ask", word="please pause")
    assert (event.durable, event.data["word"], event.data["user"]["id"]) == (False, "please pause", "bob")


@pytest.mark.parametrize(
    ("word", "fields", "field"),
    [
        ("chat", {"id": "1"}, "text"),
        ("chat", {"id": "1", "text": " \n"}, "text"),
        ("chat", {"id": "1", "text": "x" * 4_001}, "text"),
        ("chat", {"id": "", "text": "x"}, "id"),
        ("react", {"emoji": "x" * 33}, "emoji"),
        ("ask", {"word": "x" * 201}, "word"),
        ("delete", {"id": 7}, "id"),
    ],
)
def test_rubbish_is_refused_by_the_name_of_its_field(word: str, fields: dict[str, Any], field: str) -> None:
    refused = Watched(ADA).refusal(ADA, word, **fields)
    assert refused.code == 400
    assert refused.message.startswith(field)


def test_who_is_not_in_a_party_says_nothing_in_it() -> None:
    refused = Watched(ADA).refusal(BOB, "chat", id="1", text="Hi")
    assert (refused.code, refused.message) == (103, "enter the party first")
    assert "/api/auth/guest" in Watched(ADA).refusal(By(""), "chat", id="1", text="Hi").message


def test_a_reaction_under_an_operation_is_shown_once() -> None:
    party = Watched(ADA, BOB)
    [react] = party.give(ADA, "react", emoji="👍", op="one")
    assert (react["op"], react["emoji"]) == ("one", "👍")
    assert party.give(ADA, "react", emoji="👍", op="one") == []
    assert party.refusal(BOB, "react", emoji="👍", op="one").code == ID_TAKEN
    assert types(party.give(ADA, "react", emoji="👍")) == ["react"]
    assert types(party.give(ADA, "react", emoji="👍")) == ["react"]
    assert party.refusal(ADA, "react", emoji="👍", op=7).message.startswith("op must be")
