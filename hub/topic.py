"""One channel's fan-out on this node: where its subscribers stand, and when publications reach them."""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import structlog
import trio

from hub.audience import Audience, Subscription
from hub.wire.codec import Encoded
from rooms.ports import Publication
from store.errors import DatabaseError
from store.event_log import EventLog, Page, Position

TAIL_PUBLICATIONS_MAX = 512  # recovered from memory: some 20 s of a busy chat, 0.2 MB
PENDING_PUBLICATIONS_MAX = 10_000  # beyond it the log is read again instead, and volatile ones are dropped
COMPANY_MAX = 10  # subscribers for whom a task of its own would cost more than telling them at once
COALESCING_PAUSE_S_MAX = 0.005
CROWD_MEMORY_S = 0.05  # how long several at once are taken as a sign of more to come
BLOB_BYTES_MAX = 256 * 1024  # a frame of one fan-out: a quarter of an outlet and of what SDKs take
REPAIR_EVENTS_MAX = 1_000
REPAIR_TRIES = 5
REPAIR_PAUSE_S = 0.2

__all__ = ["Subscription", "Topic", "TopicCounters"]

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class TopicCounters:
    """What all topics of a process have done; shared by them."""

    publications: int = 0
    fanouts: int = 0
    deliveries: int = 0
    fanout_s_total: float = 0.0
    fanout_s_last: float = 0.0
    dropped_volatile: int = 0
    repairs: int = 0
    lost: int = 0


class Topic:
    """A channel as its local subscribers see it.

    Invariant: every live subscriber has been offered exactly the durable publications up to `top`. So the
    check for gaps is made once a channel, not once a subscriber: a publication is taken only if its offset
    is the next; a smaller one is a duplicate; a larger one means loss, and the gap is read from the log. Who
    attaches gets everything up to `top` in the reply, and what comes after it with the others.
    """

    def __init__(
        self,
        channel: str,
        position: Position,
        log: EventLog,
        nursery: trio.Nursery,
        counters: TopicCounters,
    ) -> None:
        self.channel = channel
        self.epoch = position.epoch
        self.top = position.offset
        self.retained: dict[str, Encoded] = {}
        self.tail: deque[Encoded] = deque(maxlen=TAIL_PUBLICATIONS_MAX)
        self.changed = trio.Event()
        self.broken = False
        self.holders = 0
        self._expected = position.offset + 1
        self._gap = False
        self._pending: list[Encoded] = []
        self._running = False
        self._rest: trio.Event | None = None
        self._closed = False
        self._crowd = 0
        self._gathered = trio.Event()
        self._pause_s = 0.0
        self._crowded_until = 0.0
        self._audience = Audience(channel)
        self._log = log
        self._nursery = nursery
        self._counters = counters

    @property
    def subscriptions(self) -> Mapping[Subscription, None]:
        """Who listens."""
        return self._audience.subscriptions

    def ingest(self, publications: Sequence[Publication]) -> None:
        """Take publications off the bus, late, doubled or with gaps, and fan them out soon."""
        for publication in publications:
            self._take(publication)
        self.wake()

    def wake(self) -> None:
        """See that a fan-out is under way if there is anything to tell."""
        if (self._pending or self._gap) and not self._running:
            company = len(self.subscriptions) <= COMPANY_MAX
            if company:
                self._tell_company()
            if self._gap or not company:
                self._begin()
        elif len(self._pending) >= self._crowd:
            self._gathered.set()

    def close(self) -> None:
        """Let the task end that fans out: nobody listens any more."""
        self._closed = True
        if self._rest is not None:
            self._rest.set()

    def suspect(self, offset: int) -> None:
        """Say that the log is known to reach `offset`, of which nothing may have been heard."""
        if offset >= self._expected:
            self._gap = True
            self.wake()

    def add(self, subscription: Subscription) -> None:
        """Let a subscriber that stands at `top` hear what follows."""
        self._audience.add(subscription)

    def remove(self, subscription: Subscription) -> None:
        """Let a subscriber hear nothing more, at once, whatever fan-out is under way."""
        self._audience.remove(subscription)

    def since(self, offset: int) -> list[Encoded] | None:
        """Return what came after `offset` up to `top` if memory still has all of it, else None."""
        missing = self.top - offset
        if missing < 0 or missing > len(self.tail):
            return None
        return list(self.tail)[len(self.tail) - missing :]

    def remember(self, publications: Iterable[Encoded]) -> None:
        """Fill the tail of a topic that has just begun with the end of the log, up to `top`."""
        self.tail.extend(publications)

    def announce(self, body: dict[str, object]) -> None:
        """Push who came or went to those who asked for it, unless the room is too large for that."""
        self._audience.announce(body)

    def _take(self, publication: Publication) -> None:
        if publication.offset == 0:
            self._take_volatile(publication)
        elif publication.epoch != self.epoch:
            self._gap = True  # from the life before, or the channel was begun anew: the log knows
        elif publication.offset == self._expected:
            self._append(Encoded.of(publication))
        elif publication.offset > self._expected:
            self._gap = True

    def _take_volatile(self, publication: Publication) -> None:
        encoded = Encoded.of(publication)
        if publication.retain is not None:
            self.retained[publication.retain] = encoded
            changed, self.changed = self.changed, trio.Event()
            changed.set()
        if len(self._pending) < PENDING_PUBLICATIONS_MAX:
            self._pending.append(encoded)
        else:
            self._counters.dropped_volatile += 1

    def _append(self, encoded: Encoded) -> None:
        if len(self._pending) >= PENDING_PUBLICATIONS_MAX:
            self._gap = True
            return
        self._pending.append(encoded)
        self._expected += 1

    def _tell_company(self) -> None:
        """Tell the few who listen at once: a room's turn hands over all that it brought together anyway."""
        try:
            while batch := self._take_batch():
                started = trio.current_time()
                self._audience.tell_now(batch)
                self._count(batch, trio.current_time() - started)
        except Exception as error:  # a fault in one channel's fan-out is not to end the others'
            self._fail(error)

    def _begin(self) -> None:
        self._running = True
        if self._rest is None:
            self._nursery.start_soon(self._fan_out_on_demand)
        else:
            self._rest.set()

    async def _fan_out_on_demand(self) -> None:
        """Fan out, and rest between: among a crowd, where a task for each publication would show."""
        try:
            await self._run()
            while self._tells_a_crowd():
                self._rest = trio.Event()
                await self._rest.wait()
                self._rest = None
                await self._run()
        finally:
            self._running = False
            self._rest = None

    def _tells_a_crowd(self) -> bool:
        return len(self.subscriptions) > COMPANY_MAX and not self._closed

    async def _run(self) -> None:
        """Fan out until nothing is left.

        A channel that was idle, or had one publication at a time, sends at once. What arrives meanwhile is
        joined to one blob: after a fan-out the readers get two scheduler ticks, and if something waits by
        then, or the last fan-out carried several a moment ago, the next one gathers first.
        """
        try:
            if trio.current_time() < self._crowded_until:
                await self._gather()
            while self._pending or self._gap:
                await self._fan_out()
                await trio.lowlevel.checkpoint()
                await trio.lowlevel.checkpoint()
                if self._gap and not self._pending:
                    await self._repair()
                elif self._pending:
                    await self._gather()
        except Exception as error:  # a fault in one channel's fan-out is not to end the others'
            self._fail(error)
        finally:
            self._running = False

    def _fail(self, error: Exception) -> None:
        log.error("fanout_failed", channel=self.channel, exc_info=error)
        self._lose_everybody()

    async def _gather(self) -> None:
        """Wait for as many as came last time, but hardly longer than the last fan-out took."""
        self._gathered = trio.Event()
        if len(self._pending) < self._crowd:
            with trio.move_on_after(self._pause_s):
                await self._gathered.wait()

    async def _fan_out(self) -> None:
        batch = self._take_batch()
        if not batch:
            return
        started = trio.current_time()
        await self._audience.tell(batch)
        ended = trio.current_time()
        self._crowd = len(batch)
        self._pause_s = min(ended - started, COALESCING_PAUSE_S_MAX)
        if len(batch) > 1:
            self._crowded_until = ended + CROWD_MEMORY_S
        self._count(batch, ended - started)

    def _take_batch(self) -> list[Encoded]:
        """Move what is pending, up to a blob's size, to what everybody has been offered."""
        size = count = 0
        for encoded in self._pending:
            if count and size + encoded.size > BLOB_BYTES_MAX:
                break
            size += encoded.size
            count += 1
        batch, self._pending = self._pending[:count], self._pending[count:]
        for encoded in batch:
            if encoded.offset:
                self.tail.append(encoded)
                self.top = encoded.offset
        return batch

    def _count(self, batch: list[Encoded], took_s: float) -> None:
        counters = self._counters
        counters.publications += len(batch)
        counters.fanouts += 1
        counters.deliveries += len(batch) * len(self.subscriptions)
        counters.fanout_s_total += took_s
        counters.fanout_s_last = took_s

    async def _repair(self) -> None:
        """Read from the log what the bus did not bring; subscribers start over when that cannot be had."""
        self._counters.repairs += 1
        page = await self._what_follows()
        if page is None or page.top.epoch != self.epoch:
            self._lose_everybody()
            return
        for event in page.events:
            if event.offset == self._expected:
                self._append(Encoded.of(Publication(event.data.encode(), event.offset)))
        self._gap = self._gap or len(page.events) == REPAIR_EVENTS_MAX

    async def _what_follows(self) -> Page | None:
        """Read the log from the first offset that is missing; None when it cannot be read."""
        for _ in range(REPAIR_TRIES):
            self._gap = False  # before the look: it may miss what is heard of while it lasts
            try:
                return await self._log.read(self.channel, self._expected - 1, REPAIR_EVENTS_MAX)
            except DatabaseError:
                await trio.sleep(REPAIR_PAUSE_S)
        return None

    def _lose_everybody(self) -> None:
        self._gap = False
        self.broken = True
        self._counters.lost += len(self.subscriptions)
        for subscription in list(self.subscriptions):
            self.remove(subscription)
            subscription.on_lost(self.channel)
