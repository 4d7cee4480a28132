"""Whatever happens to messages, log and subscribers: state before + events = state fetched afresh."""

import json
import random
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import pytest
import trio
import trio.testing
from hypothesis import given, settings
from hypothesis import strategies as st

from hub import audience, topic
from hub.attachments import Attachments, Wish, check_whole
from hub.clock import HubClock
from hub.connections import Connections
from hub.expulsions import Expulsions
from hub.services import SessionCounters
from hub.wire.codec import JSON
from hub.wire.codes import Rejected
from rooms.channels import kind_of
from rooms.kind import By
from rooms.ports import Publication
from rooms.presence import Presence
from store.errors import DatabaseError
from store.event_log import Position
from tests.hub.delayed_log import DelayedLog
from tests.hub.fanout_bench import CHANNEL, Bench, NotingOutlet, open_bench

LISTENERS = 4
MOSTLY = {"write": 5, "deliver": 4, "run": 3, "attach": 3, "detach": 2, "double": 1, "settle": 1}
SELDOM = {"hold": 2, "release": 1, "drop": 1, "fail": 1, "restart": 1}
ACTIONS = [action for action, weight in (MOSTLY | SELDOM).items() for _ in range(weight)]
STEPS = st.lists(st.tuples(st.sampled_from(ACTIONS), st.integers(0, 15)), min_size=40, max_size=80)


@dataclass
class Client:
    """Keeps a state as an SDK's user does: loaded where recovery failed, else moved on by what is told."""

    name: str
    bench: Bench
    attachments: Attachments = field(init=False)
    position: Position | None = None
    state: list[int] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    busy: bool = False

    def join(self, services: Any) -> None:
        session = SimpleNamespace(
            by=By(self.name),
            info={},
            client=self.name,
            codec=JSON,
            outlet=NotingOutlet(self.offer),
            push=self._pushed,
        )
        self.attachments = Attachments(session, services)

    def offer(self, frame: bytes) -> None:
        """Take a frame of publications."""
        self._expect(len(self.attachments) == 1, "told something without being subscribed")
        payload = frame[2:] if frame[1] < 126 else frame[4:]
        for line in payload.split(b"\n"):
            self._apply(json.loads(line)["push"]["pub"])

    async def attach(self, hesitation: int) -> None:
        """Subscribe, recovering if there is a state to go on from; `hesitation` as in a connect with subs."""
        self.busy = True
        try:
            result = await self._enter(hesitation)
        except (Rejected, DatabaseError):
            return
        finally:
            self.busy = False
        told = Position(result["epoch"], result.get("offset", 0))
        if not result.get("recovered"):
            self._expect("publications" not in result, "a part of what was missed")
            self._load(told)
        self._expect(told == self.position, "a recovery does not begin where the client stood")
        for publication in json.loads(JSON.encode(result)).get("publications", ()):
            self._apply(publication)

    async def _enter(self, hesitation: int) -> dict[str, Any]:
        prepared = await self.attachments.prepare(CHANNEL, Wish(self.position))
        for _ in range(hesitation):
            await trio.lowlevel.checkpoint()
        try:
            check_whole(prepared.topic)
        except Rejected:
            self.attachments.abandon(prepared)
            raise
        return self.attachments.enter(prepared)

    def detach(self) -> None:
        """Unsubscribe."""
        self.attachments.detach(CHANNEL)

    def _pushed(self, body: dict[str, Any]) -> None:
        self._expect(body["unsubscribe"]["code"] == 2500, "unsubscribed for no reason")
        self._expect(len(self.attachments) == 0, "told to leave and still there")

    def _load(self, position: Position) -> None:
        self.position = position
        self.state = self._afresh()

    def _apply(self, publication: dict[str, Any]) -> None:
        assert self.position is not None
        in_order = publication["offset"] == self.position.offset + 1
        self._expect(in_order, f"{publication['offset']} after {self.position.offset}")
        self.position = Position(self.position.epoch, publication["offset"])
        self.state.append(publication["data"]["n"])

    def _afresh(self) -> list[int]:
        assert self.position is not None
        return self.bench.log.history[self.position.epoch][: self.position.offset]

    def _expect(self, holds: bool, fault: str) -> None:
        """Note a fault; raised here, in the middle of a fan-out, it would be taken for the fan-out's own."""
        if not holds:
            self.faults.append(fault)

    def check(self, top: Position) -> None:
        """Compare the state with the one fetched afresh."""
        assert self.faults == []
        assert self.position == top
        assert self.state == self._afresh()


class KeepingLog(DelayedLog):
    """Remembers what was in the lives of the channel that are over."""

    def __init__(self) -> None:
        super().__init__()
        self.history: dict[str, list[int]] = {}

    def note(self, epoch: str, publications: list[Publication]) -> None:
        self.history.setdefault(epoch, []).extend(json.loads(each.data)["n"] for each in publications)


class World:
    """A channel, its bus, and the clients that listen."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.log = bench.log
        self.bus: list[list[Publication]] = []
        self.last: list[Publication] = []
        self.last_was_told = True
        presence = Presence()
        services = SimpleNamespace(
            kind_of=kind_of,
            fanout=bench.fanout,
            log=bench.log,
            presence=presence,
            expulsions=Expulsions(Connections(1, 1), presence, HubClock().now_ms),
            counters=SessionCounters(),
        )
        self.clients = [Client(f"client {n}", bench) for n in range(LISTENERS)]
        for client in self.clients:
            client.join(services)

    async def write(self, count: int) -> None:
        """Write as a room does: what is durable goes on the bus."""
        publications = await self.bench.write(1 + count % 5)
        self.log.note(publications[0].epoch, publications)
        self.bus.append(publications)
        self.last, self.last_was_told = publications, False

    async def deliver(self, which: int, *, keep: bool = False) -> None:
        """Bring a message over the bus, not always the oldest."""
        if self.bus:
            number = which % len(self.bus)
            publications = self.bus[number] if keep else self.bus.pop(number)
            self.last_was_told |= publications is self.last
            self.bench.tell(*publications)

    async def double(self, which: int) -> None:
        """Bring a message that will come again."""
        await self.deliver(which, keep=True)

    async def drop(self, which: int) -> None:
        """Lose a message."""
        if self.bus:
            self.bus.pop(which % len(self.bus))

    async def attach(self, which: int) -> None:
        """Have a client subscribe if it does not."""
        client = self.clients[which % LISTENERS]
        if not client.busy and not len(client.attachments):
            client.busy = True
            self.bench.nursery.start_soon(client.attach, 10 * (which // LISTENERS))

    async def detach(self, which: int) -> None:
        """Have a client unsubscribe."""
        self.clients[which % LISTENERS].detach()

    async def hold(self, _: int) -> None:
        """Let the log's answers wait."""
        self.log.hold()

    async def release(self, _: int) -> None:
        """Let the log answer."""
        self.log.release()

    async def fail(self, times: int) -> None:
        """Let reads of the log fail."""
        self.log.failures = times % 8

    async def restart(self, _: int) -> None:
        """Begin the channel anew, which nobody is told."""
        self.last, self.last_was_told = [], False
        self.log.history.setdefault((await self.log.restart(CHANNEL)).epoch, [])

    async def run(self, ticks: int) -> None:
        """Let the others go on for a little."""
        for _ in range(ticks):
            await trio.lowlevel.checkpoint()

    async def settle(self, _: int = 0) -> None:
        """Let the others go on until all has come to rest."""
        await trio.sleep(20)

    async def come_to_an_end(self) -> None:
        """Mend the log and let everybody come back; each then knows all that there is."""
        self.log.release()
        self.log.failures = 0
        await self.settle()
        if not self.last_was_told:
            await self.write(1)
            await self.deliver(-1)
            await self.settle()
        for number in range(LISTENERS):
            await self.attach(number)
        await self.settle()


async def play(steps: list[tuple[str, int]]) -> None:
    async with open_bench(KeepingLog()) as bench:
        world = World(bench)
        bench.log.history[(await bench.log.position(CHANNEL)).epoch] = []
        for action, argument in steps:
            await getattr(world, action)(argument)
        await world.come_to_an_end()
        top = await bench.log.position(CHANNEL)
        for client in world.clients:
            client.check(top)
            client.detach()
        assert bench.fanout.statistics().topics == 0


@pytest.mark.parametrize("company_max", [0, LISTENERS // 2, LISTENERS])  # told by a task, by either, at once
@given(steps=STEPS, order=st.integers(0, 1 << 32))
@settings(max_examples=100, deadline=None)
def test_every_subscriber_hears_every_offset_once_and_in_order(
    company_max: int, steps: list[tuple[str, int]], order: int
) -> None:
    trio._core._run._r = random.Random(order)  # the order in which tasks that can go on do so
    with (
        patch.object(audience, "SENDS_BETWEEN_CHECKPOINTS", 1),
        patch.object(topic, "COMPANY_MAX", company_max),
    ):
        trio.run(play, steps, clock=trio.testing.MockClock(autojump_threshold=0))
