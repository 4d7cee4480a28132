"""An actor for tests that does what each message says and notes what happens to it."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeAlias

import trio

from actors import Envelope

Deed: TypeAlias = Callable[[Envelope[Any]], Awaitable[None]]


class Stage:
    """What the actors of one test share: a journal, and hooks that a test may replace."""

    def __init__(self) -> None:
        self.journal: list[str] = []
        self.batches: list[int] = []
        self.on_start: Callable[[], Awaitable[None]] = trio.lowlevel.checkpoint
        self.on_stop: Callable[[], Awaitable[None]] = trio.lowlevel.checkpoint
        self.sleepy = True

    def actor(self, name: str = "") -> "DoingActor":
        return DoingActor(self, name)


class DoingActor:
    def __init__(self, stage: Stage, name: str) -> None:
        self.stage = stage
        self.name = name

    async def start(self) -> None:
        self._note("start")
        await self.stage.on_start()

    async def turn(self, batch: Sequence[Envelope[Deed]]) -> None:
        self.stage.batches.append(len(batch))
        for envelope in batch:
            await envelope.message(envelope)

    async def stop(self) -> None:
        self._note("stop")
        await self.stage.on_stop()
        self._note("stopped")

    def may_sleep(self) -> bool:
        return self.stage.sleepy

    def _note(self, what: str) -> None:
        self.stage.journal.append(f"{what} {self.name}".strip())


def say(value: Any) -> Deed:
    async def do(envelope: Envelope[Any]) -> None:
        envelope.answer(value)

    return do


def note(journal: list[Any], what: Any) -> Deed:
    async def do(envelope: Envelope[Any]) -> None:
        journal.append(what)
        envelope.answer(what)

    return do


def refuse(error: Exception) -> Deed:
    async def do(envelope: Envelope[Any]) -> None:
        envelope.fail(error)

    return do


def crash(error: Exception) -> Deed:
    async def do(envelope: Envelope[Any]) -> None:
        raise error

    return do


def hold(event: trio.Event) -> Deed:
    async def do(envelope: Envelope[Any]) -> None:
        await event.wait()
        envelope.answer("held")

    return do


def work(seconds: float) -> Deed:
    async def do(envelope: Envelope[Any]) -> None:
        await trio.sleep(seconds)
        envelope.answer("worked")

    return do


async def forget(envelope: Envelope[Any]) -> None:
    """Do nothing, not even answer."""


async def endless(envelope: Envelope[Any]) -> None:
    await trio.sleep_forever()
