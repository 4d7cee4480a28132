"""Exactly one live actor a name: started by its first message, put to sleep when idle, woken by the next."""

from collections.abc import Callable
from functools import partial
from typing import Generic, TypeVar

import trio

from actors.actor import Actor
from actors.envelope import Envelope
from actors.errors import ActorStopped, TooManyActors
from actors.mailbox import Mailbox, WhenFull
from actors.ref import Ref
from actors.statistics import RegistryStatistics, TurnCounter
from actors.supervisor import GRACE_S, TURN_LIMIT, Supervisor

__all__ = ["Registry", "TooManyActors"]

M = TypeVar("M")

SECONDS = 1.0
MINUTES = 60 * SECONDS


class Registry(Generic[M]):
    """Hold the actors that `factory(name)` makes, under one supervisor.

    Invariant: a name is in the table exactly while its supervised child runs, and both change in one step
    without a checkpoint. So all callers of a name find the same mailbox, and none is left with one that
    nobody reads.
    """

    def __init__(
        self,
        supervisor: Supervisor,
        factory: Callable[[str], Actor[M]],
        mailbox_capacity: int = 1_024,
        when_full: WhenFull = WhenFull.WAIT,
        turn_limit: int = TURN_LIMIT,
        idle_s: float = 1 * MINUTES,
        actors_max: int = 10_000,
    ) -> None:
        self._supervisor = supervisor
        self._factory = factory
        self._mailbox_capacity = mailbox_capacity
        self._when_full = when_full
        self._turn_limit = turn_limit
        self._idle_s = idle_s
        self._actors_max = actors_max
        self._mailboxes: dict[str, Mailbox[Envelope[M]]] = {}
        self._refs: dict[str, Ref[M]] = {}
        self._turns = TurnCounter()
        self._started = self._slept = self._awake_max = self._refused = self._dropped = 0
        self._closed = False

    def ref(self, name: str) -> Ref[M]:
        """Return the ref to `name`; nothing starts before something is told or asked."""
        ref = self._refs.get(name)
        return ref if ref is not None else Ref(name, self._mailbox_of, self._supervisor.on_reply_error)

    def is_awake(self, name: str) -> bool:
        """Tell whether the actor of this name has been started and does not sleep."""
        return name in self._mailboxes

    async def close(self, grace_s: float = GRACE_S) -> None:
        """Stop all actors and start no more; when it returns every message is answered.

        An actor that is well still handles what waits in its mailbox, if it can within `grace_s` seconds; the
        rest is answered with ActorStopped.
        """
        self._closed = True
        await self._supervisor.stop(*self._mailboxes, grace_s=grace_s)

    def statistics(self) -> RegistryStatistics:
        """Return what is awake and waits now, and counts since the beginning."""
        mailboxes = self._mailboxes.values()
        return RegistryStatistics(
            awake=len(mailboxes),
            awake_max=self._awake_max,
            actors_max=self._actors_max,
            started=self._started,
            slept=self._slept,
            waiting=sum(map(len, mailboxes)),
            waiting_most=max(map(len, mailboxes), default=0),
            refused=self._refused + sum(mailbox.refused for mailbox in mailboxes),
            dropped=self._dropped + sum(mailbox.dropped for mailbox in mailboxes),
            turns=self._turns.statistics(),
        )

    def _mailbox_of(self, name: str) -> Mailbox[Envelope[M]]:
        mailbox = self._mailboxes.get(name)
        return mailbox if mailbox is not None else self._start(name)

    def _start(self, name: str) -> Mailbox[Envelope[M]]:
        self._check_may_start(name)
        mailbox: Mailbox[Envelope[M]] = Mailbox(self._mailbox_capacity, self._when_full)
        self._supervisor.start(
            name,
            partial(self._factory, name),
            mailbox,
            turn_limit=self._turn_limit,
            idle_s=self._idle_s,
            turns=self._turns,
            on_end=partial(self._ended, name),
        )
        self._mailboxes[name] = mailbox
        self._refs[name] = self.ref(name)  # kept while it is awake: it is asked for again and again
        self._started += 1
        self._awake_max = max(self._awake_max, len(self._mailboxes))
        return mailbox

    def _check_may_start(self, name: str) -> None:
        if self._closed:
            raise ActorStopped(name, "its registry is closed")
        given_up = self._supervisor.gave_up(name)
        if given_up is not None:
            self._check_cooled_down(name, given_up.at_s)
        if len(self._mailboxes) >= self._actors_max:
            raise TooManyActors(name, self._actors_max)

    def _check_cooled_down(self, name: str, given_up_s: float) -> None:
        remaining_s = given_up_s + self._supervisor.policy.cool_down_s - trio.current_time()
        if remaining_s > 0:
            raise ActorStopped(
                name, f"it crashed too often and was given up; try again in {remaining_s:.1f} s"
            )

    def _ended(self, name: str) -> None:
        mailbox = self._mailboxes.pop(name)
        del self._refs[name]
        self._refused += mailbox.refused
        self._dropped += mailbox.dropped
        if not self._closed and self._supervisor.gave_up(name) is None:
            self._slept += 1
