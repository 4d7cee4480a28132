"""A thread's rules about itself: who opens, locks and names it, who may write in it, and how fast."""

from typing import Any

import pytest

from rooms.kind import By, Refused
from rooms.kinds.thread.kind import ThreadKind
from rooms.kinds.thread.settings import CHANGES_MAX, MODERATORS_CHANGES_MAX, THREAD
from rooms.kinds.thread.state import SPEAKERS_MAX

KIND = ThreadKind()
NOW = 1_700_000_000_000
HUB = By("ada", "Ada", system=True)
ADA = By("ada", "Ada")
BOB = By("bob", "Bob")
MODERATOR = By("mo", "Mo", moderator=True)
GUEST = By("guest-1", "Gus", guest=True)
OPENING = {"type": "open", "title": "Dragon", "board": "iss", "tags": ["crew"], "id": "1", "text": "When?"}

Step = tuple[By, dict[str, Any]]


def happened(*steps: Step, begun: Any = None, at: int = NOW) -> Any:
    """Return the state after commands that all succeed, at one time."""
    state = begun if begun is not None else KIND.begin()
    for by, data in steps:
        for event in KIND.decide(state, KIND.parse(data), by, at):
            state = KIND.evolve(state, event.data)
    return state


def opened(*steps: Step, **more: Any) -> Any:
    """Return the state of a thread that ada has opened, and in which these steps followed."""
    return happened((HUB, OPENING | more), *steps)


def when(state: Any, by: By, data: dict[str, Any], at: int = NOW) -> list[dict[str, Any]]:
    """Return the data of the events that a command brings about."""
    return [event.data for event in KIND.decide(state, KIND.parse(data), by, at)]


def refusal(state: Any, by: By, data: dict[str, Any], at: int = NOW) -> Refused:
    """Return how a command is refused."""
    with pytest.raises(Refused) as refused:
        KIND.decide(state, KIND.parse(data), by, at)
    return refused.value


def post(message_id: object = "2") -> dict[str, Any]:
    return {"type": "post", "id": str(message_id), "text": "Hello"}


def test_a_thread_begins_with_its_first_message_in_one() -> None:
    first, second = KIND.decide(KIND.begin(), KIND.parse(OPENING), HUB, NOW)
    user = {"id": "ada", "display_name": "Ada"}
    assert first.data == {
        "type": "open",
        "title": "Dragon",
        "board": "iss",
        "tags": ["crew"],
        "guests": False,
        "user": user,
        "at": NOW,
    }
    assert (first.subject, first.creates) == (THREAD, True)
    assert second.data == {"type": "post", "id": "1", "text": "When?", "user": user, "at": NOW}
    assert when(opened(), HUB, OPENING) == []


def test_only_the_hub_opens_and_not_for_the_muted() -> None:
    assert refusal(KIND.begin(), MODERATOR, OPENING).code == 103
    assert refusal(KIND.begin(), By("ada", system=True, muted_until_ms=NOW + 1), OPENING).code == 403


def test_nothing_is_done_in_a_thread_that_was_never_opened() -> None:
    for command in (post(), {"type": "typing"}, {"type": "lock"}, {"type": "delete", "id": "1"}):
        assert refusal(KIND.begin(), MODERATOR, command).code == 404


def test_guests_write_only_where_they_may() -> None:
    assert refusal(opened(), GUEST, post()).code == 103
    assert refusal(opened(), GUEST, {"type": "typing"}).code == 103
    assert len(when(opened(guests=True), GUEST, post())) == 1
    assert len(when(opened(), BOB, post())) == 1


def test_the_muted_read_and_take_back_what_they_said() -> None:
    muted = By("bob", "Bob", muted_until_ms=NOW + 60_000)
    state = opened((BOB, post()))
    for command in (post("3"), {"type": "react", "id": "1", "emoji": "x"}, {"type": "typing"}):
        refused = refusal(state, muted, command)
        assert refused.code == 403
        assert "2023-11-14 22:14 UTC" in refused.message
    assert len(when(state, muted, {"type": "delete", "id": "2"})) == 1
    assert len(when(state, muted, post("3"), at=NOW + 60_000)) == 1
    assert "for good" in refusal(state, By("bob", muted_until_ms=1 << 60), post("3")).message


def test_a_locked_thread_is_for_moderators() -> None:
    state = opened((BOB, post()), (MODERATOR, {"type": "lock", "reason": "heated"}))
    for command in (
        post("3"),
        {"type": "edit", "id": "2", "text": "x"},
        {"type": "react", "id": "1", "emoji": "x"},
        {"type": "typing"},
    ):
        assert refusal(state, BOB, command).code == 423
    assert refusal(state, ADA, {"type": "title", "title": "x"}).code == 423
    assert len(when(state, MODERATOR, post("3"))) == 1
    assert len(when(state, BOB, {"type": "delete", "id": "2"})) == 1
    assert len(when(state, ADA, {"type": "solve", "post": "2"})) == 1
    assert len(when(happened((MODERATOR, {"type": "unlock"}), begun=state), BOB, post("3"))) == 1


@pytest.mark.parametrize(("word", "back"), [("lock", "unlock"), ("pin", "unpin"), ("withdraw", "restore")])
def test_switches_are_for_moderators_and_a_repeat_changes_nothing(word: str, back: str) -> None:
    state = opened()
    for by in (ADA, BOB, GUEST):
        assert refusal(state, by, {"type": word}).code == 103
    assert when(state, MODERATOR, {"type": back}) == []
    [event] = when(state, MODERATOR, {"type": word, "reason": "why"})
    assert event == {"type": word, "reason": "why", "user": MODERATOR.as_json(), "at": NOW}
    state = happened((MODERATOR, {"type": word}), begun=state)
    assert when(state, MODERATOR, {"type": word}) == []
    assert [each["type"] for each in when(state, MODERATOR, {"type": back})] == [back]


def test_a_withdrawn_thread_is_gone_for_all_but_moderators() -> None:
    state = opened((MODERATOR, {"type": "withdraw"}))
    assert refusal(state, ADA, post()).code == 410
    assert refusal(state, ADA, {"type": "title", "title": "x"}).code == 410
    assert len(when(state, MODERATOR, post())) == 1


def test_its_author_and_moderators_name_and_solve_it() -> None:
    state = opened((BOB, post()))
    for command in ({"type": "title", "title": "x"}, {"type": "solve", "post": "2"}, {"type": "unsolve"}):
        assert refusal(state, BOB, command).code == 103
    [named] = when(state, ADA, {"type": "title", "title": "Dragon 2", "tags": ["a", "b", "a"]})
    assert (named["title"], named["tags"]) == ("Dragon 2", ["a", "b"])
    assert when(state, ADA, {"type": "title", "title": "Dragon", "tags": ["crew"]}) == []
    [solved] = when(state, MODERATOR, {"type": "solve", "post": "2"})
    assert solved["post"] == "2"
    assert refusal(state, ADA, {"type": "solve", "post": "never"}).code == 404
    assert when(state, ADA, {"type": "unsolve"}) == []
    state = happened((ADA, {"type": "solve", "post": "2"}), begun=state)
    assert when(state, ADA, {"type": "solve", "post": "2"}) == []
    assert [each["type"] for each in when(state, ADA, {"type": "unsolve"})] == ["unsolve"]


def test_slow_mode_says_how_long_to_wait() -> None:
    state = happened((MODERATOR, {"type": "slow", "seconds": 30}), begun=opened())
    state = happened((BOB, post()), begun=state, at=NOW)
    refused = refusal(state, BOB, post("3"), at=NOW + 18_001)
    assert (refused.code, refused.temporary, refused.wait_s) == (429, True, 12)
    assert "wait 12 s" in refused.message
    assert when(state, BOB, post()) == []
    assert len(when(state, ADA, post("3"))) == 1
    assert len(when(state, BOB, post("3"), at=NOW + 30_000)) == 1
    assert len(when(state, BOB, {"type": "edit", "id": "2", "text": "x"})) == 1
    assert len(when(happened((MODERATOR, post("4")), begun=state), MODERATOR, post("5"))) == 1
    assert len(when(happened((MODERATOR, {"type": "slow", "seconds": 0}), begun=state), BOB, post("3"))) == 1


def test_slow_mode_forgets_nobody_too_early_and_everybody_in_the_end() -> None:
    state = happened((MODERATOR, {"type": "slow", "seconds": 10}), begun=opened())
    for second in range(35):
        state = happened((By(f"u{second}"), post(f"s{second}")), begun=state, at=NOW + 1000 * second)
        for earlier in range(max(0, second - 8), second + 1):
            refused = refusal(state, By(f"u{earlier}"), post("new"), at=NOW + 1000 * second + 999)
            assert refused.wait_s == 10 - (second - earlier)
    assert len(state.speakers.young) + len(state.speakers.old) <= 20


def test_in_a_crowd_the_speakers_are_bounded() -> None:
    state = happened((MODERATOR, {"type": "slow", "seconds": 3600}), begun=opened())
    for number in range(2 * SPEAKERS_MAX + 2):
        data = {
            "type": "post",
            "id": f"c{number}",
            "text": "x",
            "user": {"id": f"u{number}"},
            "at": NOW + number,
        }
        state = KIND.evolve(state, data)
    assert len(state.speakers.young) + len(state.speakers.old) <= 2 * SPEAKERS_MAX
    assert refusal(state, By(f"u{number}"), post(), at=NOW + number).code == 429


def test_how_often_a_thread_is_changed_is_bounded() -> None:
    state = opened()
    words = [{"type": "title", "title": str(number % 2)} for number in range(CHANGES_MAX - 1)]
    state = happened(*((ADA, word) for word in words), begun=state)
    assert refusal(state, ADA, {"type": "title", "title": "x"}).code == 413
    turns = [{"type": "lock"}, {"type": "unlock"}] * (MODERATORS_CHANGES_MAX // 2)
    state = happened(
        *((MODERATOR, turn) for turn in turns[: MODERATORS_CHANGES_MAX - CHANGES_MAX]), begun=state
    )
    assert refusal(state, MODERATOR, {"type": "lock"}).code == 413


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"type": "slow"}, "seconds"),
        ({"type": "slow", "seconds": True}, "seconds"),
        ({"type": "slow", "seconds": 3601}, "seconds"),
        ({"type": "slow", "seconds": 1 << 70}, "seconds"),
        ({"type": "solve"}, "post"),
        ({"type": "solve", "post": "a\nb"}, "post"),
        ({"type": "title", "title": "a\nb"}, "title"),
        ({"type": "title", "title": "  "}, "title"),
        ({"type": "title", "title": "x", "tags": "x"}, "tags"),
        ({"type": "title", "title": "x", "tags": list("abcdef")}, "tags"),
        ({"type": "title", "title": "x", "tags": ["A"]}, "tags"),
        ({"type": "title", "title": "x", "tags": [1]}, "tags"),
        ({"type": "lock", "reason": 1}, "reason"),
        (OPENING | {"guests": 1}, "guests"),
        (OPENING | {"board": ""}, "board"),
    ],
)
def test_rubbish_is_refused_by_the_name_of_its_field(data: dict[str, Any], field: str) -> None:
    refused = refusal(opened(), MODERATOR, data)
    assert refused.code == 400
    assert refused.message.startswith(field)


def test_events_of_a_later_program_change_nothing() -> None:
    state = opened()
    assert KIND.evolve(state, {"type": "fireworks", "at": NOW}) == state
