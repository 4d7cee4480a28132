"""What a decision says comes about in a watch party; `story.py` makes events of it."""

from typing import Any, NamedTuple

from rooms.kinds.watch.state import Timeline, timeline_json


class Change(NamedTuple):
    """Something that comes about in a party: an event without its number, its author and its time."""

    type: str
    fields: dict[str, Any]
    subject: str | None = None
    creates: bool = False


def timeline_change(timeline: Timeline, cause: str) -> Change:
    """Return the change to another timeline, and the word for why."""
    return Change("state", {**timeline_json(timeline), "cause": cause})
