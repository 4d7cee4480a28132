"""Play, pause, seek and rate: commands about the timeline, good only for the one that was seen."""

from typing import Any

import orjson

from rooms.kind import By
from rooms.kinds.watch.change import Change, timeline_change
from rooms.kinds.watch.commands import Pause, Play, Rate, Seek, Seen
from rooms.kinds.watch.items import following, take
from rooms.kinds.watch.position import at_end, clamped, moved, playing_soon, position_at, stopped
from rooms.kinds.watch.state import Party
from rooms.refusals import not_found, stale


def check_seen(party: Party, seen: Seen) -> None:
    """Raise Refused, with the present timeline, for a command that is meant for another one."""
    timeline = party.timeline
    if (seen.epoch, seen.seq) == (timeline.epoch, timeline.seq):
        return
    present: dict[str, Any] = {
        name: getattr(timeline, name) for name in ("epoch", "seq", "status", "position_ms", "rate", "t0")
    }
    present["item"] = timeline.item and timeline.item.id
    raise stale(f"the party is at {orjson.dumps(present).decode()}")


def decide_play(party: Party, command: Play, by: By, now_ms: int) -> list[Change]:
    """Let it run: what is next where nothing is or it was at its end, or that again."""
    timeline = party.timeline
    if timeline.status == "playing":
        return []
    over = at_end(timeline, now_ms)
    if timeline.item is None or (over and party.queue):
        return take(party, following(party), now_ms, "play")
    start_ms = 0 if over else position_at(timeline, now_ms)
    return [timeline_change(playing_soon(timeline, now_ms, position_ms=start_ms), "play")]


def decide_pause(party: Party, command: Pause, by: By, now_ms: int) -> list[Change]:
    """Stop at once."""
    return stopped(party, now_ms, "pause") if party.running else []


def decide_seek(party: Party, command: Seek, by: By, now_ms: int) -> list[Change]:
    """Go on from another position; a party that waits goes on waiting, there."""
    timeline = party.timeline
    if timeline.item is None:
        raise not_found("there is nothing to play: add something to watch; the item")
    position_ms = clamped(timeline.item, command.position_ms)
    if timeline.status == "playing":
        return [timeline_change(playing_soon(timeline, now_ms, position_ms=position_ms), "seek")]
    if position_ms == timeline.position_ms:
        return []
    return [timeline_change(moved(timeline, position_ms=position_ms), "seek")]


def decide_rate(party: Party, command: Rate, by: By, now_ms: int) -> list[Change]:
    """Play faster or slower, from where it will be once all can have heard of it."""
    timeline = party.timeline
    if command.rate == timeline.rate:
        return []
    if timeline.status != "playing":
        return [timeline_change(moved(timeline, rate=command.rate), "rate")]
    position_ms = position_at(timeline, now_ms + timeline.lead_ms)
    changed = playing_soon(timeline, now_ms, position_ms=position_ms, rate=command.rate)
    return [timeline_change(changed, "rate")]
