"""A message on its way to an actor, with the slot for its answer."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeAlias, TypeVar

M = TypeVar("M")


@dataclass(frozen=True, slots=True)
class Answered:
    """The actor answered with `value`."""

    value: Any


@dataclass(frozen=True, slots=True)
class Failed:
    """There is no answer, because of `error`."""

    error: Exception


Outcome: TypeAlias = Answered | Failed
_DONE = Answered(None)  # what most are answered
Reply: TypeAlias = Callable[[Outcome], None]


def log_reply_error(error: Exception) -> None:
    """Log what a reply callback raised."""
    logging.getLogger(__name__).error("a reply callback raised; the actor goes on", exc_info=error)


class Envelope(Generic[M]):
    """Carry `message` and settle it once: the first answer or failure wins, later ones do nothing.

    `reply` is called synchronously in the task that settles the message, almost always the actor's, so it
    must not block. What it raises is its owner's fault: that goes to `on_reply_error` and never reaches the
    actor.
    """

    __slots__ = ("_on_reply_error", "answered", "message", "reply")

    def __init__(
        self,
        message: M,
        reply: Reply | None = None,
        on_reply_error: Callable[[Exception], None] = log_reply_error,
    ) -> None:
        self.message = message
        self.reply = reply
        self.answered = False
        self._on_reply_error = on_reply_error

    def __repr__(self) -> str:
        """Show the message and whether it is settled."""
        return f"<Envelope {self.message!r} {'answered' if self.answered else 'open'}>"

    def answer(self, value: Any = None) -> None:
        """Answer with `value`."""
        if not self.answered:
            self._settle(_DONE if value is None else Answered(value))

    def fail(self, error: Exception) -> None:
        """Let the one who asked get `error`."""
        if not self.answered:
            self._settle(Failed(error))

    def _settle(self, outcome: Outcome) -> None:
        self.answered = True
        if self.reply is None:
            return
        try:
            self.reply(outcome)
        except Exception as error:
            self._on_reply_error(error)
