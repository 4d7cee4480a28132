"""Keep actors and services running: restart what crashes, give up what keeps crashing, spare siblings."""

import logging
import math
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeVar

import trio

from actors.actor import Actor
from actors.envelope import Envelope, log_reply_error
from actors.errors import ActorStopped, AlreadyRunning
from actors.idle import IdleClock
from actors.life import Life
from actors.mailbox import Mailbox
from actors.policy import CrashHistory, RestartPolicy
from actors.ref import Ref
from actors.statistics import GivenUp, SupervisorStatistics, TurnCounter

__all__ = ["Crash", "RestartPolicy", "Supervisor", "open_supervisor"]

M = TypeVar("M")

GRACE_S = 3.0  # less than the 5 s within which a process that was asked to end has to
TURN_LIMIT = 256  # messages; bounds how long a turn keeps its senders waiting
GIVEN_UP_MAX = (
    1_000  # names; the oldest is forgotten, so that names of a client's choice cannot fill the memory
)


@dataclass(frozen=True, slots=True)
class Crash:
    """One crash of `name` after `restarts` that still count; `gives_up` when it is beyond the budget."""

    name: str
    error: Exception
    restarts: int
    gives_up: bool


def log_crash(crash: Crash) -> None:
    """Log a crash with its traceback."""
    what_follows = "given up" if crash.gives_up else "restarts"
    logging.getLogger(__name__).error("%s crashed: %s", crash.name, what_follows, exc_info=crash.error)


class _Child:
    """One supervised name while it runs, pauses before a restart, or stops."""

    __slots__ = ("ended", "history", "mailbox", "name", "on_end", "pausing", "run", "scope", "stopping")

    def __init__(
        self,
        name: str,
        run: Callable[[], Awaitable[None]],
        policy: RestartPolicy,
        mailbox: Mailbox[Any] | None = None,
        on_end: Callable[[], None] | None = None,
    ) -> None:
        self.name = name
        self.run = run
        self.mailbox = mailbox
        self.on_end = on_end
        self.history = CrashHistory(policy)
        self.scope = trio.CancelScope()
        self.ended = trio.Event()
        self.pausing = self.stopping = False

    def begin_stop(self) -> None:
        """Let an actor that is well handle what waits; end anything else at once."""
        self.stopping = True
        if self.mailbox is not None and not self.pausing:
            self.mailbox.close()
        else:
            self.scope.cancel()

    async def pause(self, pause_s: float) -> None:
        self.pausing = True
        try:
            await trio.sleep(pause_s)
        finally:
            self.pausing = False


class Supervisor:
    """Run actors and services by name; made by `open_supervisor`."""

    def __init__(
        self,
        nursery: trio.Nursery,
        policy: RestartPolicy,
        on_crash: Callable[[Crash], None],
        on_reply_error: Callable[[Exception], None],
    ) -> None:
        self.policy = policy
        self.on_reply_error = on_reply_error
        self._nursery = nursery
        self._idle = IdleClock()
        self._on_crash = on_crash
        self._children: dict[str, _Child] = {}
        self._given_up: dict[str, GivenUp] = {}
        self._crashes = self._restarts = 0
        self._closed = False

    def start(
        self,
        name: str,
        factory: Callable[[], Actor[M]],
        mailbox: Mailbox[Envelope[M]],
        *,
        turn_limit: int = TURN_LIMIT,
        idle_s: float = math.inf,
        turns: TurnCounter | None = None,
        on_end: Callable[[], None] | None = None,
    ) -> Ref[M]:
        """Start an actor over `mailbox`, which is closed when it ends, and return the ref to it.

        With `idle_s` it ends when it could be put to sleep. `turns` counts its turns; `on_end` is called when
        its mailbox is closed and all in it answered. Raises AlreadyRunning, ActorStopped when the supervisor
        is closed.
        """
        if mailbox.closed:
            raise ValueError(f"the mailbox for {name!r} is closed: start it with a new one")
        counter = turns if turns is not None else TurnCounter()
        life = Life(
            name, factory, mailbox, turn_limit=turn_limit, idle_s=idle_s, idle=self._idle, turns=counter
        )
        self._begin(_Child(name, life.run, self.policy, mailbox, on_end))
        return Ref(name, lambda _: mailbox, self.on_reply_error)

    def start_service(self, name: str, run: Callable[[], Awaitable[None]]) -> None:
        """Run a long-running function, again after each crash; when it returns it has ended.

        Raises AlreadyRunning, ActorStopped when the supervisor is closed.
        """
        self._begin(_Child(name, run, self.policy))

    async def stop(self, *names: str, grace_s: float = GRACE_S) -> None:
        """Stop all of `names` that run and wait until they have ended.

        An actor first handles what waits in its mailbox and stops, if it can within `grace_s` seconds; what
        is left then is answered with ActorStopped. A service is cancelled at once.
        """
        await _stop([self._children[name] for name in names if name in self._children], grace_s)

    def forgive(self, name: str) -> None:
        """Strike `name` from those given up."""
        self._given_up.pop(name, None)

    def well(self) -> bool:
        """Tell whether nothing stands given up."""
        return not self._given_up

    def runs(self, name: str) -> bool:
        """Tell whether `name` runs or is about to be restarted."""
        return name in self._children

    def gave_up(self, name: str) -> GivenUp | None:
        """Return when and why `name` was given up, None if it was not."""
        return self._given_up.get(name)

    def statistics(self) -> SupervisorStatistics:
        """Return what runs now and what crashed since the beginning."""
        pausing = sum(child.pausing for child in self._children.values())
        return SupervisorStatistics(
            running=len(self._children) - pausing,
            pausing=pausing,
            crashes=self._crashes,
            restarts=self._restarts,
            given_up=MappingProxyType(dict(self._given_up)),
        )

    def _begin(self, child: _Child) -> None:
        if self._closed:
            raise ActorStopped(child.name, "its supervisor is closed")
        if child.name in self._children:
            raise AlreadyRunning(child.name)
        self._children[child.name] = child
        self.forgive(child.name)
        self._nursery.start_soon(self._supervise, child, name=f"actors: {child.name}")

    def _open(self) -> None:
        self._nursery.start_soon(self._idle.run, name="actors: who is idle")

    def _close(self) -> None:
        self._closed = True
        self._nursery.cancel_scope.cancel()

    async def _supervise(self, child: _Child) -> None:
        try:
            with child.scope:
                while (pause_s := await self._run_once(child)) is not None:
                    await child.pause(pause_s)
                    self._restarts += 1
        finally:
            self._end(child)

    async def _run_once(self, child: _Child) -> float | None:
        """Run it until it ends; return the seconds to pause before the next run, None if there is none."""
        try:
            await child.run()
        except Exception as error:
            return self._crashed(child, error)
        except BaseExceptionGroup as group:  # a crash and a cancellation at once: the former must not be lost
            errors, rest = group.split(Exception)
            if errors is not None:
                child.stopping = True
                self._crashed(child, errors)
            raise rest or group from None
        return None

    def _crashed(self, child: _Child, error: Exception) -> float | None:
        self._crashes += 1
        now_s = trio.current_time()
        verdict = child.history.judge(now_s)
        gives_up = verdict.pause_s is None and not child.stopping
        if gives_up:
            self._give_up(child.name, GivenUp(now_s, error))
        self._report(Crash(child.name, error, verdict.restarts, gives_up))
        return None if child.stopping else verdict.pause_s

    def _report(self, crash: Crash) -> None:
        try:
            self._on_crash(crash)
        except Exception:  # whoever listens must not bring down what runs beside the crashed one
            log_crash(crash)
            logging.getLogger(__name__).exception("on_crash raised for the crash of %s", crash.name)

    def _give_up(self, name: str, given_up: GivenUp) -> None:
        self._given_up[name] = given_up
        if len(self._given_up) > GIVEN_UP_MAX:
            del self._given_up[next(iter(self._given_up))]

    def _end(self, child: _Child) -> None:
        del self._children[child.name]
        if child.mailbox is not None:
            self._answer_waiting(child.name, child.mailbox)
        child.ended.set()
        if child.on_end is not None:
            child.on_end()

    def _answer_waiting(self, name: str, mailbox: Mailbox[Envelope[Any]]) -> None:
        mailbox.close()
        reason = "it crashed too often and was given up" if name in self._given_up else "it was stopped"
        for envelope in mailbox.drain():
            envelope.fail(ActorStopped(name, reason))


async def _stop(children: Iterable[_Child], grace_s: float) -> None:
    children = list(children)
    for child in children:
        child.begin_stop()
    try:
        with trio.move_on_after(grace_s):
            for child in children:
                await child.ended.wait()
    finally:
        for child in children:
            child.scope.cancel()
    for child in children:
        await child.ended.wait()


@asynccontextmanager
async def open_supervisor(
    policy: RestartPolicy = RestartPolicy(),  # noqa: B008
    on_crash: Callable[[Crash], None] = log_crash,
    on_reply_error: Callable[[Exception], None] = log_reply_error,
) -> AsyncIterator[Supervisor]:
    """Open a supervisor; leaving the block cancels all in it and answers who waits with ActorStopped.

    Close registries before, for a gentle end. `on_crash` is called once for each crash, `on_reply_error` with
    what a reply callback raised; both synchronously, so they must not block.
    """
    async with trio.open_nursery() as nursery:
        supervisor = Supervisor(nursery, policy, on_crash, on_reply_error)
        supervisor._open()  # noqa: SLF001
        try:
            yield supervisor
        finally:
            supervisor._close()  # noqa: SLF001
