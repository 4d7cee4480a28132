"""Actors under observation: they do jobs and note what happens; a broken promise becomes a fault."""

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import trio

from actors import Envelope, Failed, Outcome


@dataclass
class Job:
    """One message: what it does, the step it was told in, and what became of it."""

    id: int
    name: str
    kind: str  # "work", "slow", "crash", "refuse"
    step: int
    begun: int = 0
    done: int = 0
    outcomes: list[Outcome] = field(default_factory=list)
    raised: BaseException | None = None  # by tell or ask to its caller
    answer: object = None  # of an ask
    ended: bool = False  # tell or ask has returned or raised

    def error(self) -> Exception | None:
        return next((outcome.error for outcome in self.outcomes if isinstance(outcome, Failed)), None)


class JobRefused(Exception):
    """What an actor fails a job of kind "refuse" with."""


class World:
    def __init__(self) -> None:
        self.faults: list[str] = []
        self.alive: Counter[str] = Counter()
        self.last_step: Counter[str] = Counter()
        self.starts_to_fail: Counter[str] = Counter()
        self.stops_to_fail: Counter[str] = Counter()
        self.crashed_starts = self.crashed_turns = self.crashed_stops = 0
        self.sleepless: set[str] = set()
        self.start_s = self.stop_s = 0.0

    def actor(self, name: str) -> "WatchedActor":
        return WatchedActor(self, name)


class WatchedActor:
    def __init__(self, world: World, name: str) -> None:
        self.world = world
        self.name = name

    async def start(self) -> None:
        self.world.alive[self.name] += 1
        if self.world.alive[self.name] > 1:
            self.world.faults.append(f"two live actors for {self.name}")
        async with self._dying_of_errors():
            await trio.sleep(self.world.start_s)
            if self._falls_due(self.world.starts_to_fail):
                self.world.crashed_starts += 1
                raise RuntimeError("start failed")

    async def turn(self, batch: Sequence[Envelope[Job]]) -> None:
        async with self._dying_of_errors():
            for envelope in batch:
                await self._do(envelope)

    async def stop(self) -> None:
        async with self._dying_of_errors():
            await trio.sleep(self.world.stop_s)
            if self._falls_due(self.world.stops_to_fail):
                self.world.crashed_stops += 1
                raise RuntimeError("stop failed")
        self.world.alive[self.name] -= 1

    def may_sleep(self) -> bool:
        return self.name not in self.world.sleepless

    async def _do(self, envelope: Envelope[Job]) -> None:
        job = envelope.message
        self._note_begin(job)
        if job.kind == "slow":
            await trio.sleep(3)
        if job.kind == "crash":
            self.world.crashed_turns += 1
            raise RuntimeError("turn failed")
        job.done += 1
        if job.kind == "refuse":
            envelope.fail(JobRefused(job.id))
        else:
            envelope.answer(job.id)

    def _note_begin(self, job: Job) -> None:
        job.begun += 1
        if job.begun > 1:
            self.world.faults.append(f"handled twice: {job}")
        if job.step < self.world.last_step[self.name]:
            self.world.faults.append(f"out of order: {job}")
        if self.world.alive[self.name] != 1:
            self.world.faults.append(f"handled by one that is not alive: {job}")
        self.world.last_step[self.name] = job.step

    def _falls_due(self, planned: Counter[str]) -> bool:
        planned[self.name] -= 1
        return planned[self.name] >= 0

    @asynccontextmanager
    async def _dying_of_errors(self) -> AsyncIterator[None]:
        try:
            yield
        except BaseException:
            self.world.alive[self.name] -= 1
            raise
