"""The logs: one JSON line an event, whoever says it, with the correlation id of the request."""

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from hub.logs import set_up_logs


@pytest.fixture(autouse=True)
def _put_back() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()
    root.handlers = handlers
    root.setLevel(level)


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_events_of_ours_and_of_libraries_are_one_json_line_each(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs("info", "json")
    structlog.contextvars.bind_contextvars(correlation_id="trace-1")
    structlog.get_logger("hub.test").info("posted", text="two\nlines")
    logging.getLogger("library").warning("careful: %s", 7)
    ours, theirs = lines(capsys)
    assert ours.pop("timestamp")
    assert ours == {
        "event": "posted",
        "text": "two\nlines",
        "level": "info",
        "logger": "hub.test",
        "correlation_id": "trace-1",
    }
    assert (theirs["event"], theirs["level"], theirs["logger"]) == ("careful: 7", "warning", "library")


def test_a_crash_carries_its_traceback_in_the_line(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs("info", "json")
    try:
        raise ZeroDivisionError("by zero")
    except ZeroDivisionError as error:
        structlog.get_logger("hub.test").error("crashed", name="thread:lobby", exc_info=error)
    [line] = lines(capsys)
    assert line["name"] == "thread:lobby"
    assert "ZeroDivisionError: by zero" in str(line["exception"])


def test_what_is_below_the_level_or_only_noise_is_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs("info", "json")
    structlog.get_logger("hub.test").debug("detail")
    logging.getLogger("httpx").info("request")
    logging.getLogger("trio-websocket").info("frame")
    assert lines(capsys) == []
    set_up_logs("debug", "json")
    structlog.get_logger("hub.test").debug("detail")
    assert [line["event"] for line in lines(capsys)] == ["detail"]


def test_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs("info", "console")
    structlog.get_logger("hub.test").info("posted", room="thread:lobby")
    shown = capsys.readouterr().err
    assert "posted" in shown
    assert "thread:lobby" in shown
    assert not shown.startswith("{")
