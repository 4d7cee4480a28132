"""The one way to reach an actor: tell it something, or ask it and wait for the answer."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

import trio

from actors.envelope import Envelope, Failed, Outcome, Reply, log_reply_error
from actors.errors import ActorCrashed, ActorStopped, AskTimeout, MailboxClosed, MailboxFull
from actors.mailbox import Mailbox

__all__ = ["ActorCrashed", "ActorStopped", "AskTimeout", "Ref"]

M = TypeVar("M")


class _Answer:
    """The slot an ask waits at."""

    __slots__ = ("arrived", "outcome")

    def __init__(self) -> None:
        self.arrived = trio.Event()
        self.outcome: Outcome | None = None

    def settle(self, outcome: Outcome) -> None:
        self.outcome = outcome
        self.arrived.set()


class Ref(Generic[M]):
    """Reach the actor of this name; cheap to make, keep and throw away, it starts nothing by itself."""

    __slots__ = ("_mailbox_of", "_on_reply_error", "name")

    def __init__(
        self,
        name: str,
        mailbox_of: Callable[[str], Mailbox[Envelope[M]]],
        on_reply_error: Callable[[Exception], None] = log_reply_error,
    ) -> None:
        self.name = name
        self._mailbox_of = mailbox_of
        self._on_reply_error = on_reply_error

    def __repr__(self) -> str:
        """Show whom it reaches."""
        return f"<Ref {self.name!r}>"

    async def tell(self, message: M, reply: Reply | None = None) -> None:
        """Put `message` in the actor's mailbox; `reply`, if given, is called exactly once with its outcome.

        Waits only at a full mailbox that lets senders wait; cancelled there, nothing was told and `reply` is
        not called. Raises MailboxFull, ActorStopped or TooManyActors, and `reply` is not called then either.
        """
        await self._post(Envelope(message, reply, self._on_reply_error))

    def tell_nowait(self, message: M, reply: Reply | None = None) -> None:
        """Tell as `tell` does, but raise MailboxFull where that would wait; the way to tell oneself."""
        envelope = Envelope(message, reply, self._on_reply_error)
        mailbox = self._mailbox_of(self.name)
        try:
            dropped = mailbox.put_nowait(envelope)
        except MailboxClosed:
            raise self._stopped() from None
        if dropped is not None:
            dropped.fail(_dropped(mailbox.capacity))

    async def ask(self, message: M, timeout_s: float) -> Any:
        """Tell `message` and return the actor's answer, waiting at most `timeout_s` seconds in all.

        A message still in the mailbox when the time is up, or when the asker is cancelled, is never handled.
        Raises AskTimeout, ActorCrashed, ActorStopped, MailboxFull, TooManyActors, NotAnswered, or the very
        exception that the actor failed it with.
        """
        answer = _Answer()
        envelope = Envelope(message, answer.settle, self._on_reply_error)
        try:
            with trio.move_on_after(timeout_s):
                await self._post(envelope)
                await answer.arrived.wait()
        finally:
            if not envelope.answered:
                envelope.fail(AskTimeout(self.name, timeout_s))
        return _value_of(answer.outcome)

    async def _post(self, envelope: Envelope[M]) -> None:
        mailbox = self._mailbox_of(self.name)
        try:
            dropped = await mailbox.put(envelope)
        except MailboxClosed:
            raise self._stopped() from None
        if dropped is not None:
            dropped.fail(_dropped(mailbox.capacity))

    def _stopped(self) -> ActorStopped:
        return ActorStopped(self.name, "it has stopped; try again, or start it afresh")


def _dropped(capacity: int) -> MailboxFull:
    return MailboxFull(capacity, "the oldest was dropped")


def _value_of(outcome: Outcome | None) -> Any:
    if isinstance(outcome, Failed):
        raise outcome.error
    return outcome.value if outcome is not None else None
