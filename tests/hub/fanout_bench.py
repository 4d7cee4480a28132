"""A fan-out without sockets: subscribers that note what they are offered, and events written to its log."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import trio

from hub.fanout import Fanout
from hub.outlet import Outlet
from hub.topic import Subscription, Topic
from hub.wire.codec import JSON, Codec
from rooms.kinds import KINDS
from rooms.ports import Publication
from store.event_log import Draft, EventLog
from store.memory_log import MemoryEventLog

CHANNEL = "thread:lobby"


class NotingOutlet(Outlet):
    """An outlet without a socket, as if its client never read: what is offered is noted."""

    def __init__(self, note: Callable[[bytes], None]) -> None:
        self._clear = False
        self._enqueue = note


@dataclass
class Listener:
    """One subscriber: what was pushed to it, and how often it was told to start over."""

    heard: list[Any] = field(default_factory=list)
    lost: int = 0
    codec: Codec = JSON
    join_leave: bool = False
    frames: int = 0

    def __post_init__(self) -> None:
        self.outlet = NotingOutlet(self.offer)

    def subscription(self) -> Subscription:
        """Return a fresh place for this listener."""
        return Subscription(
            self.outlet,
            self.codec,
            wants_joins=self.join_leave,
            on_lost=self._on_lost,
        )

    def offer(self, frame: bytes) -> None:
        """Note the pushes in one frame."""
        self.frames += 1
        payload = frame[2:] if frame[1] < 126 else frame[4:] if frame[1] == 126 else frame[10:]
        self.heard += [json.loads(line)["push"] for line in payload.split(b"\n")]

    @property
    def offsets(self) -> list[int]:
        """Return the offsets of all publications heard, 0 for volatile ones."""
        return [push["pub"].get("offset", 0) for push in self.heard if "pub" in push]

    def _on_lost(self, channel: str) -> None:
        self.lost += 1


class Demanded:
    """Notes which channels are wanted."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, str]] = []

    def begin(self, channel: str) -> None:
        self.calls.append(("begin", channel))

    def end(self, channel: str) -> None:
        self.calls.append(("end", channel))


@dataclass
class Bench:
    """A fan-out over a log, and who listens."""

    log: EventLog
    fanout: Fanout
    demand: Demanded
    nursery: trio.Nursery

    async def write(self, count: int = 1, channel: str = CHANNEL) -> list[Publication]:
        """Append events behind the top and return them as publications, told to nobody yet."""
        top = await self.log.position(channel)
        drafts = [Draft(json.dumps({"n": top.offset + n})) for n in range(1, count + 1)]
        await self.log.append(channel, top, drafts)
        return [
            Publication(draft.data.encode(), top.offset + n, epoch=top.epoch)
            for n, draft in enumerate(drafts, start=1)
        ]

    async def open(self, channel: str = CHANNEL) -> Topic:
        """Open the channel's topic."""
        return await self.fanout.open(channel, KINDS[channel.partition(":")[0]])

    def tell(self, *publications: Publication, channel: str = CHANNEL) -> None:
        """Bring publications over the bus."""
        self.fanout.publish(channel, publications)


async def settled() -> None:
    """Let every task go on until all wait for something; needs the virtual clock."""
    await trio.testing.wait_all_tasks_blocked()
    await trio.sleep(0.1)
    await trio.testing.wait_all_tasks_blocked()


@asynccontextmanager
async def open_bench(log: EventLog | None = None) -> AsyncIterator[Bench]:
    """Run a fan-out over `log`."""
    async with trio.open_nursery() as nursery:
        event_log = log if log is not None else MemoryEventLog()
        demand = Demanded()
        yield Bench(event_log, Fanout(event_log, nursery, demand), demand, nursery)
        nursery.cancel_scope.cancel()
