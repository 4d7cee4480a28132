"""An envelope is settled once, and its reply callback can hurt nobody."""

import logging

import pytest

from actors import Answered, Envelope, Failed, Outcome


def test_the_first_outcome_wins() -> None:
    outcomes: list[Outcome] = []
    envelope = Envelope("hello", outcomes.append)
    assert not envelope.answered
    envelope.answer(1)
    envelope.answer(2)
    envelope.fail(ValueError("late"))
    assert envelope.answered
    assert outcomes == [Answered(1)]


def test_a_failure_wins_when_it_is_first() -> None:
    outcomes: list[Outcome] = []
    error = ValueError("no")
    envelope = Envelope("hello", outcomes.append)
    envelope.fail(error)
    envelope.answer(1)
    assert outcomes == [Failed(error)]


def test_it_is_settled_without_a_reply_too() -> None:
    envelope = Envelope("hello")
    assert repr(envelope) == "<Envelope 'hello' open>"
    envelope.answer()
    assert repr(envelope) == "<Envelope 'hello' answered>"


def test_what_a_reply_raises_is_handed_on() -> None:
    error, faults = ValueError("mine"), []

    def reply(outcome: Outcome) -> None:
        raise error

    envelope = Envelope("hello", reply, faults.append)
    envelope.answer(1)
    assert envelope.answered
    assert faults == [error]


def test_what_a_reply_raises_is_logged_when_nobody_listens(caplog: pytest.LogCaptureFixture) -> None:
    def reply(outcome: Outcome) -> None:
        raise ValueError("mine")

    with caplog.at_level(logging.ERROR):
        Envelope("hello", reply).answer(1)
    assert "a reply callback raised" in caplog.text
    assert "ValueError: mine" in caplog.text


def test_it_has_no_room_for_anything_else() -> None:
    with pytest.raises(AttributeError):
        Envelope("hello").other = 1  # type: ignore[attr-defined]
