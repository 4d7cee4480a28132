"""A thread's rules about messages: given what happened, when somebody commands, then this comes about."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rooms.kind import By, Refused
from rooms.kinds.thread.kind import ThreadKind
from rooms.kinds.thread.messages import EMOJI_PER_MESSAGE_MAX
from rooms.kinds.thread.state import REMEMBERED_MESSAGES

KIND = ThreadKind(always_open=True)
ADA = By("ada", "Ada")
BOB = By("bob", "Bob")
MODERATOR = By("mo", "Mo", moderator=True)
NOW = 1_700_000_000_000


def happened(*commands: tuple[By, dict[str, Any]]) -> Any:
    """Return the state after commands that all succeed."""
    state = KIND.begin()
    for by, data in commands:
        for event in KIND.decide(state, KIND.parse(data), by, NOW):
            state = KIND.evolve(state, event.data)
    return state


def when(state: Any, by: By, data: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the data of the events that a command brings about."""
    return [event.data for event in KIND.decide(state, KIND.parse(data), by, NOW)]


def refusal(state: Any, by: By, data: object) -> Refused:
    """Return how a command is refused."""
    with pytest.raises(Refused) as refused:
        KIND.decide(state, KIND.parse(data), by, NOW)
    return refused.value


def post(id: str = "1", text: str = "Hello") -> dict[str, Any]:  # noqa: A002 - the field's name on the wire
    return {"type": "post", "id": id, "text": text}


def test_a_post_carries_who_when_and_the_text_as_written() -> None:
    assert when(happened(), ADA, post(text=" <b>Olá</b> \U0001f6f0 ")) == [
        {
            "type": "post",
            "id": "1",
            "text": " <b>Olá</b> \U0001f6f0 ",
            "user": {"id": "ada", "display_name": "Ada"},
            "at": NOW,
        }
    ]


def test_a_repeated_post_is_harmless() -> None:
    assert when(happened((ADA, post())), ADA, post()) == []


def test_an_id_of_somebody_else_is_refused() -> None:
    assert refusal(happened((ADA, post())), BOB, post()).code == 409


def test_only_the_author_edits() -> None:
    state = happened((ADA, post()))
    edit = {"type": "edit", "id": "1", "text": "Hello!"}
    assert when(state, ADA, edit)[0]["text"] == "Hello!"
    assert refusal(state, BOB, edit).code == 103
    assert refusal(state, MODERATOR, edit).code == 103


def test_an_edit_to_the_same_text_is_harmless() -> None:
    assert when(happened((ADA, post())), ADA, {"type": "edit", "id": "1", "text": "Hello"}) == []


def test_author_and_moderator_delete_and_nobody_changes_what_is_gone() -> None:
    state = happened((ADA, post()))
    delete = {"type": "delete", "id": "1"}
    assert refusal(state, BOB, delete).code == 103
    assert [data["type"] for data in when(state, MODERATOR, delete)] == ["delete"]
    state = happened((ADA, post()), (ADA, delete))
    assert when(state, ADA, delete) == []
    assert refusal(state, ADA, {"type": "edit", "id": "1", "text": "x"}).code == 410
    assert refusal(state, BOB, {"type": "react", "id": "1", "emoji": "👍"}).code == 410
    assert when(state, ADA, post()) == []


def test_a_reaction_counts_once_and_goes_away_once() -> None:
    react, unreact = (
        {"type": "react", "id": "1", "emoji": "🚀"},
        {"type": "unreact", "id": "1", "emoji": "🚀"},
    )
    state = happened((ADA, post()), (BOB, react))
    assert when(state, BOB, react) == []
    assert len(when(state, ADA, react)) == 1
    assert len(when(state, BOB, unreact)) == 1
    assert when(state, ADA, unreact) == []


def test_emoji_of_a_message_are_bounded() -> None:
    reactions = [
        (ADA, {"type": "react", "id": "1", "emoji": chr(0x1F600 + n)}) for n in range(EMOJI_PER_MESSAGE_MAX)
    ]
    state = happened((ADA, post()), *reactions)
    assert refusal(state, BOB, {"type": "react", "id": "1", "emoji": "🚀"}).code == 413
    assert len(when(state, BOB, reactions[0][1])) == 1


def test_a_quote_names_a_message_that_can_be_seen() -> None:
    state = happened((ADA, post()))
    quoting = {**post("2"), "quote": "1"}
    assert when(state, BOB, quoting)[0]["quote"] == "1"
    assert "quote" not in when(state, BOB, {**post("2"), "quote": None})[0]
    assert refusal(state, BOB, {**quoting, "quote": "never"}).code == 404
    for gone in ({"type": "delete", "id": "1"}, {"type": "hide", "id": "1", "reason": "spam"}):
        assert refusal(happened((ADA, post()), (MODERATOR, gone)), BOB, quoting).code == 410


def test_what_is_hidden_is_left_alone_until_it_is_shown_again() -> None:
    hide, unhide = ({"type": word, "id": "1", "reason": "spam"} for word in ("hide", "unhide"))
    state = happened((ADA, post()))
    assert refusal(state, ADA, hide).code == 103
    [hidden] = when(state, MODERATOR, hide)
    assert (hidden["type"], hidden["id"], hidden["reason"]) == ("hide", "1", "spam")
    state = happened((ADA, post()), (MODERATOR, hide))
    assert when(state, MODERATOR, hide) == []
    assert refusal(state, ADA, {"type": "edit", "id": "1", "text": "x"}).code == 410
    assert refusal(state, BOB, {"type": "react", "id": "1", "emoji": "🚀"}).code == 410
    assert len(when(state, ADA, {"type": "delete", "id": "1"})) == 1
    state = happened((ADA, post()), (MODERATOR, hide), (MODERATOR, unhide))
    assert len(when(state, ADA, {"type": "edit", "id": "1", "text": "x"})) == 1
    assert refusal(happened(), MODERATOR, hide).code == 404


def test_typing_is_told_and_forgotten() -> None:
    [event] = KIND.decide(happened(), KIND.parse({"type": "typing"}), ADA, NOW)
    assert event.data == {"type": "typing", "user": {"id": "ada", "display_name": "Ada"}, "at": NOW}
    assert not event.durable


def test_who_only_reads_is_told_how_to_take_part() -> None:
    refused = refusal(happened(), By(""), post())
    assert refused.code == 103
    assert "/api/auth/guest" in refused.message


@pytest.mark.parametrize(
    ("data", "field"),
    [
        (None, "data"),
        ([], "data"),
        ({}, "type"),
        ({"type": "shout"}, "type"),
        ({"type": ["post"]}, "type"),
        ({"type": "post", "id": "1"}, "text"),
        ({"type": "post", "id": "1", "text": ""}, "text"),
        ({"type": "post", "id": "1", "text": " \n "}, "text"),
        ({"type": "post", "id": "1", "text": "x" * 4001}, "text"),
        ({"type": "post", "id": "1", "text": "a\u0000b"}, "text"),
        ({"type": "post", "id": "", "text": "x"}, "id"),
        ({"type": "post", "id": "2", "text": "x", "quote": 1}, "quote"),
        ({"type": "hide", "id": "1", "reason": "x" * 501}, "reason"),
        ({"type": "post", "id": "x" * 65, "text": "x"}, "id"),
        ({"type": "post", "id": "a\u0000b", "text": "x"}, "id"),
        ({"type": "post", "id": 7, "text": "x"}, "id"),
        ({"type": "react", "id": "1", "emoji": "x" * 17}, "emoji"),
    ],
)
def test_rubbish_is_refused_by_the_name_of_its_field(data: object, field: str) -> None:
    refused = refusal(happened((ADA, post())), ADA, data)
    assert refused.code == 400
    assert refused.message.startswith(field)


def test_the_longest_text_is_taken() -> None:
    assert len(when(happened(), ADA, post(text="🛰" * 4000))) == 1


def test_what_is_remembered_is_bounded_and_the_rest_is_asked_for() -> None:
    posts = [(ADA, post(id=str(n))) for n in range(2 * REMEMBERED_MESSAGES + 1)]
    state = happened(*posts)
    assert len(state.messages) == REMEMBERED_MESSAGES + 1
    assert KIND.unknown_subjects(state, KIND.parse({"type": "delete", "id": "0"})) == ("0",)
    remembered = {"type": "delete", "id": str(REMEMBERED_MESSAGES)}
    assert KIND.unknown_subjects(state, KIND.parse(remembered)) == ()
    recalled = KIND.evolve(state, {**post(id="0"), "user": ADA.as_json(), "at": NOW})
    assert [data["type"] for data in when(recalled, ADA, {"type": "delete", "id": "0"})] == ["delete"]
    assert KIND.unknown_subjects(state, KIND.parse({**post("new"), "quote": "0"})) == ("0",)
    assert KIND.unknown_subjects(state, KIND.parse(post("new"))) == ()


@given(
    st.lists(
        st.tuples(
            st.sampled_from([ADA, BOB, MODERATOR]),
            st.sampled_from(["post", "edit", "delete", "react", "unreact"]),
            st.sampled_from(["1", "2", "3"]),
            st.sampled_from(["a", "b"]),
        ),
        max_size=40,
    )
)
def test_a_replay_gives_the_same_state_and_a_repeat_changes_nothing(
    commands: list[tuple[By, str, str, str]],
) -> None:
    state, events = KIND.begin(), []
    for by, type_, id_, text in commands:
        command = KIND.parse({"type": type_, "id": id_, "text": text, "emoji": text})
        try:
            decided = KIND.decide(state, command, by, NOW)
        except Refused:
            continue
        for event in decided:
            events.append(event.data)
            state = KIND.evolve(state, event.data)
        try:
            again = KIND.decide(state, command, by, NOW)
        except Refused:
            again = []
        assert again == []
    replayed = KIND.begin()
    for data in events:
        replayed = KIND.evolve(replayed, data)
    assert replayed == state
