"""Structured logs: one line an event, JSON for machines or coloured for people."""

import json
import logging
import sys
from collections.abc import Callable
from typing import Any

import orjson
import structlog


class _Lines:
    """Writes the events of one logger; the standard library's way would take four times as long."""

    __slots__ = ("_write", "name")

    def __init__(self, name: str, write: Callable[[str], object]) -> None:
        self.name = name
        self._write = write

    def msg(self, line: str) -> None:
        self._write(line + "\n")

    debug = info = warning = warn = error = critical = exception = fatal = log = failure = msg


def set_up_logs(level: str, log_format: str) -> None:
    """Let structlog and the standard library's loggers write to stderr, from `level` up."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    write = sys.stderr.write
    structlog.configure(
        processors=[*shared, *_rendering(log_format)],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=lambda name="", *_: _Lines(name, write),
        cache_logger_on_first_use=True,
    )
    _set_up_standard_logs(level, shared, _rendering(log_format))


def _set_up_standard_logs(level: str, shared: list[Any], rendering: list[Any]) -> None:
    handler = logging.StreamHandler(sys.stderr)
    remove = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=[remove, *rendering])
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for noisy in ("httpx", "httpcore", "hypercorn", "trio-websocket"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def _rendering(log_format: str) -> list[Any]:
    if log_format == "json":
        return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(_as_json)]
    return [structlog.dev.ConsoleRenderer()]


def _as_json(event: Any, default: Callable[[Any], Any]) -> str:
    try:
        return orjson.dumps(event, default=default).decode()
    except TypeError:  # a lone surrogate, or a number beyond 64 bits
        return json.dumps(event, default=default)
