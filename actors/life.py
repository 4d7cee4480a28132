"""One actor's life over its mailbox: start, turns, stop, and again when messages came while it stopped."""

import math
from collections.abc import Callable
from typing import Generic, TypeVar

import trio

from actors.actor import Actor
from actors.envelope import Envelope
from actors.errors import ActorCrashed, ActorStopped, MailboxClosed, NotAnswered
from actors.idle import IdleClock
from actors.mailbox import Mailbox
from actors.statistics import TurnCounter

M = TypeVar("M")


class Life(Generic[M]):
    """Run the actors that `factory` makes, one after the other, over one mailbox.

    A turn takes at most `turn_limit` messages. After `idle_s` > 0 seconds with an empty mailbox the actor is
    put to sleep if it may; `idle` calls when it is time to look.
    """

    def __init__(
        self,
        name: str,
        factory: Callable[[], Actor[M]],
        mailbox: Mailbox[Envelope[M]],
        *,
        turn_limit: int,
        idle_s: float = math.inf,
        idle: IdleClock,
        turns: TurnCounter,
    ) -> None:
        if idle_s <= 0:
            raise ValueError(f"an actor sleeps after more than 0 s without a message, not {idle_s:g}")
        self._name = name
        self._factory = factory
        self._mailbox = mailbox
        self._turn_limit = turn_limit
        self._idle_s = idle_s
        self._idle = idle
        self._turns = turns
        self._idle_since_s = math.inf
        self._runs = self._watched = False

    async def run(self) -> None:
        """Live until asleep, or until the mailbox is closed; either way it is empty then. A crash comes out.

        Between the look that finds the mailbox empty and the return there is no checkpoint: a caller that
        forgets the mailbox at once forgets no message.
        """
        self._runs = True
        try:
            wanted = True
            while wanted:
                actor = self._factory()
                await actor.start()
                await self._take_turns(actor)
                await actor.stop()
                wanted = len(self._mailbox) > 0
        finally:
            self._runs = False

    async def _take_turns(self, actor: Actor[M]) -> None:
        self._idle_since_s = trio.current_time()
        self._be_watched()
        while True:
            try:
                batch = await self._mailbox.take(self._turn_limit)
            except MailboxClosed:
                return
            if batch:
                await self._turn(actor, batch)
            elif actor.may_sleep() and not self._mailbox:
                return

    def _be_watched(self) -> None:
        if not self._watched and self._idle_s < math.inf:
            self._watched = True
            self._idle.watch(self._look, self._idle_since_s + self._idle_s)

    def _look(self, now_s: float) -> float | None:
        """Nudge the mailbox when it has been empty for long; return when to look again."""
        if not self._runs:
            self._watched = False
            return None
        idle_until_s = self._idle_since_s + self._idle_s
        if now_s < idle_until_s:
            return idle_until_s
        self._mailbox.nudge()
        return now_s + self._idle_s

    async def _turn(self, actor: Actor[M], taken: list[Envelope[M]]) -> None:
        began_s = self._idle_since_s = trio.current_time()
        batch = [envelope for envelope in taken if not envelope.answered]  # not what an asker gave up
        if not batch:
            return
        try:
            await actor.turn(batch)
        except BaseException as error:
            self._fail_batch(batch, error)
            raise
        finally:
            self._idle_since_s = trio.current_time()
            self._turns.count(len(batch), self._idle_since_s - began_s)
        for envelope in batch:
            if envelope.reply is not None and not envelope.answered:
                envelope.fail(NotAnswered(self._name))

    def _fail_batch(self, batch: list[Envelope[M]], error: BaseException) -> None:
        crashed = isinstance(error, Exception) or (
            isinstance(error, BaseExceptionGroup) and error.subgroup(Exception) is not None
        )
        for envelope in batch:
            if not envelope.answered:
                envelope.fail(
                    ActorCrashed(self._name, error)
                    if crashed
                    else ActorStopped(self._name, "it was stopped in the middle of its turn")
                )
