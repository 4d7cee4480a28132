"""The fan-out of this node: its topics, opened with their first subscriber and closed after their last."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import trio

from hub.topic import TAIL_PUBLICATIONS_MAX, Topic, TopicCounters
from hub.wire.codec import Encoded
from rooms.kind import Kind
from rooms.ports import Publication
from store.event_log import EventLog, Page, Position

NOWHERE = Position("", 0)


class Demand(Protocol):
    """Wants to know which channels are listened to, so as to work only then."""

    def begin(self, channel: str) -> None:
        """Somebody listens now; must not block."""

    def end(self, channel: str) -> None:
        """Nobody listens any more; must not block."""


@dataclass(slots=True)
class _Opening:
    """A topic whose position is being read, and what was published meanwhile."""

    done: trio.Event
    publications: list[Publication]


@dataclass(frozen=True, slots=True)
class FanoutStatistics:
    """What the fan-out has done since the start; `fanout_s_*` in seconds."""

    topics: int
    subscriptions: int
    counters: TopicCounters


class Fanout:
    """Hands publications to local subscribers; implements the rooms' Publisher."""

    def __init__(self, log: EventLog, nursery: trio.Nursery, demand: Demand) -> None:
        self._log = log
        self._nursery = nursery
        self._demand = demand
        self._topics: dict[str, Topic] = {}
        self._opening: dict[str, _Opening] = {}
        self._counters = TopicCounters()

    def publish(self, channel: str, publications: Sequence[Publication]) -> None:
        """Tell the local subscribers of a channel."""
        opening = self._opening.get(channel)
        if opening is not None:  # there may be a topic, too, that is broken and about to be replaced
            opening.publications.extend(publications)
        elif (topic := self._topics.get(channel)) is not None:
            topic.ingest(publications)

    def topic(self, channel: str) -> Topic | None:
        """Return the channel's topic if somebody listens."""
        return self._topics.get(channel)

    async def open(self, channel: str, kind: Kind) -> Topic:
        """Return the channel's topic, beginning it when there is none; each open needs its `release`.

        Raises DatabaseError when the log cannot be read.
        """
        while (topic := self._topics.get(channel)) is None or topic.broken:
            opening = self._opening.get(channel)
            if opening is None:
                await self._begin(channel, kind)
            else:
                await opening.done.wait()
        topic.holders += 1
        return topic

    def release(self, topic: Topic) -> None:
        """Give back what `open` gave; the last one ends the topic."""
        topic.holders -= 1
        if topic.holders == 0:
            topic.close()
            if self._topics.get(topic.channel) is topic:
                del self._topics[topic.channel]
                self._demand.end(topic.channel)

    def statistics(self) -> FanoutStatistics:
        """Return how many listen, and the counters."""
        subscriptions = sum(len(topic.subscriptions) for topic in self._topics.values())
        return FanoutStatistics(len(self._topics), subscriptions, replace(self._counters))

    async def _begin(self, channel: str, kind: Kind) -> None:
        opening = self._opening[channel] = _Opening(trio.Event(), [])
        try:
            page = await self._end_of_log(channel, kind)
            topic = Topic(channel, page.top, self._log, self._nursery, self._counters)
            topic.remember(
                Encoded.of(Publication(event.data.encode(), event.offset)) for event in reversed(page.events)
            )
            replaced = self._topics.get(channel)
            self._topics[channel] = topic
            topic.ingest(opening.publications)
        finally:
            del self._opening[channel]
            opening.done.set()
        if replaced is None:
            self._demand.begin(channel)

    async def _end_of_log(self, channel: str, kind: Kind) -> Page:
        if not kind.durable:
            return Page(NOWHERE, [])
        return await self._log.read_back(channel, None, TAIL_PUBLICATIONS_MAX)
