"""Where a watch party is at any moment: in whole ms, so that everybody who computes it agrees."""

from dataclasses import replace
from typing import Any

from rooms.kinds.watch.change import Change, timeline_change
from rooms.kinds.watch.state import Item, Party, Timeline

POSITION_MS_MAX = 7 * 24 * 3_600_000


def position_at(timeline: Timeline, now_ms: int) -> int:
    """Return the position in the item at a moment of the hub's clock."""
    if timeline.status != "playing":
        return clamped(timeline.item, timeline.position_ms)
    gone_ms = max(0, now_ms - timeline.t0) * round(timeline.rate * 100) // 100
    return clamped(timeline.item, timeline.position_ms + gone_ms)


def clamped(item: Item | None, position_ms: int) -> int:
    """Return a position that is within the item, as far as its duration is known."""
    end = None if item is None else item.duration_ms
    return min(position_ms, POSITION_MS_MAX if end is None else end)


def at_end(timeline: Timeline, now_ms: int) -> bool:
    """Return whether the item has been played to its end."""
    return timeline.item is not None and position_at(timeline, now_ms) == timeline.item.duration_ms


def moved(timeline: Timeline, **changes: Any) -> Timeline:
    """Return the next timeline."""
    if changes.get("status", timeline.status) != "waiting":
        changes |= {"waiting_for": (), "until": None}
    return replace(timeline, seq=timeline.seq + 1, **changes)


def playing_soon(timeline: Timeline, now_ms: int, **changes: Any) -> Timeline:
    """Return the timeline that plays once its members can have heard of it."""
    return moved(timeline, status="playing", t0=now_ms + timeline.lead_ms, **changes)


def stopped(party: Party, now_ms: int, cause: str, status: str = "paused") -> list[Change]:
    """Stop at once, all on the same frame."""
    position_ms = position_at(party.timeline, now_ms)
    timeline = moved(party.timeline, status=status, position_ms=position_ms, t0=now_ms)
    return [timeline_change(timeline, cause)]
