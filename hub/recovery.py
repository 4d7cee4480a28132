"""Joining and rejoining a channel: one function that leaves no gap and no double."""

from dataclasses import dataclass

import trio

from hub.topic import Topic
from hub.wire import codes
from hub.wire.codec import Encoded
from rooms.kind import Kind
from rooms.ports import Publication
from store.event_log import EventLog, Position

RECOVERED_PUBLICATIONS_MAX = 1_000
RECOVERED_BYTES_MAX = 768 * 1024  # the Python SDK takes messages of 1 MiB, and so does an outlet
FIRST_VALUE_WAIT_S = 2.0


@dataclass(frozen=True, slots=True)
class Attachment:
    """What a subscribe reply says: publications up to the topic's top, at the moment of the answer."""

    publications: list[Encoded]
    recovered: bool


def check_opened(kind: Kind, top: int) -> None:
    """Raise Rejected for a room that nobody has opened: its log has nothing yet."""
    if kind.needs_opening and top == 0:
        raise codes.Rejected(codes.UNKNOWN_CHANNEL)


async def missed(topic: Topic, log: EventLog, since: Position) -> Attachment:
    """Return all that came after `since` up to the topic's top, or that it cannot be recovered: never a part.

    There is no checkpoint between the last look at `topic.top` and the return, so a caller that subscribes
    without awaiting in between has neither gap nor double. Raises DatabaseError.
    """
    if since.epoch not in ("", topic.epoch):
        return Attachment([], recovered=False)
    collected: list[Encoded] = []
    offset = since.offset
    while (rest := topic.since(offset)) is None:
        page = await log.read(topic.channel, offset, RECOVERED_PUBLICATIONS_MAX + 1)
        topic.suspect(page.top.offset)
        if topic.broken or page.top.epoch != topic.epoch or page.top.offset < offset:
            return Attachment([], recovered=False)
        if not page.events:
            await (
                trio.lowlevel.checkpoint()
            )  # the client knows more than this node was told: it is catching up
            continue
        collected += [Encoded.of(Publication(event.data.encode(), event.offset)) for event in page.events]
        offset = collected[-1].offset
        if _too_much(collected):
            return Attachment([], recovered=False)
    collected = [each for each in collected if each.offset <= topic.top] + rest
    if _too_much(collected):
        return Attachment([], recovered=False)
    return Attachment(collected, recovered=True)


async def last_values(topic: Topic) -> Attachment:
    """Return the retained publications of a volatile channel, waiting a little for the first one."""
    with trio.move_on_after(FIRST_VALUE_WAIT_S):
        while not topic.retained:
            await topic.changed.wait()
    return Attachment(list(topic.retained.values()), recovered=True)


def _too_much(publications: list[Encoded]) -> bool:
    return (
        len(publications) > RECOVERED_PUBLICATIONS_MAX
        or sum(each.size for each in publications) > RECOVERED_BYTES_MAX
    )
