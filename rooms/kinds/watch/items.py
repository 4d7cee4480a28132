"""Which film is played after which: by command, by the countdown of the lobby, and at the end of one."""

from dataclasses import replace

from rooms.kind import By
from rooms.kinds.watch import roles
from rooms.kinds.watch.change import Change, timeline_change
from rooms.kinds.watch.commands import Add, Next
from rooms.kinds.watch.position import at_end, moved, playing_soon, stopped
from rooms.kinds.watch.queue import best, queue_change, queued
from rooms.kinds.watch.state import QUEUE_MAX, Item, Party, Timeline
from rooms.refusals import id_taken, limit_exceeded, not_found

LONG_PAST_MS = 10_000  # a countdown that ended before that ended unseen: then it begins now
CLOCK_STEP_MS = 10_000  # nothing is planned further ahead: then the hub's clock was set back


def decide_add(party: Party, command: Add, by: By, now_ms: int) -> list[Change]:
    """Bring an item: to the end of the queue, or to the screen where nothing is or when it shall be `now`."""
    item, timeline = replace(command.item, by=by.user), party.timeline
    if any(each.id == item.id for each in (*party.queue, timeline.item) if each):
        raise id_taken(item.id)
    if command.now:
        roles.check_grant(party, by, "media")
        return take(party, item, now_ms, "next")
    if timeline.item is None:
        return [timeline_change(moved(timeline, item=item, position_ms=0), "add")]
    if len(party.queue) >= QUEUE_MAX:
        raise limit_exceeded(f"the queue holds {QUEUE_MAX} items: watch or remove one first")
    return [queue_change((*party.queue, item))]


def decide_next(party: Party, command: Next, by: By, now_ms: int) -> list[Change]:
    """Take an item of the queue: the one that is named, else the one with the most votes."""
    return take(party, queued(party, command.item) if command.item else following(party), now_ms, "next")


def following(party: Party) -> Item:
    """Return what comes next; raise Refused."""
    if not party.queue:
        raise not_found("there is nothing in the queue: add something to watch; the next item")
    return best(party)


def take(party: Party, item: Item, now_ms: int, cause: str) -> list[Change]:
    """Play an item, which leaves the queue; in the lobby it is chosen, and waits for the start."""
    if party.timeline.status == "lobby" and cause == "next":
        return _shown(party, moved(party.timeline, item=item, position_ms=0), cause)
    return _shown(party, playing_soon(party.timeline, now_ms, item=item, position_ms=0), cause)


def passed(party: Party, now_ms: int) -> list[Change]:
    """Return what the clock alone brings about: the end of the countdown, or of an item."""
    timeline = party.timeline
    if timeline.status == "lobby" and party.members and (timeline.item or party.queue):
        return _counted_down(party, now_ms)
    if timeline.status == "playing" and timeline.t0 > now_ms + CLOCK_STEP_MS:
        return [timeline_change(playing_soon(timeline, now_ms), "clock")]
    if timeline.status == "playing" and at_end(timeline, now_ms):
        return take(party, best(party), now_ms, "next") if party.queue else stopped(party, now_ms, "ended")
    return []


def _counted_down(party: Party, now_ms: int) -> list[Change]:
    timeline, starts_at = party.timeline, party.timeline.starts_at
    if starts_at is None or now_ms < starts_at - 2 * timeline.lead_ms:
        return []
    t0 = starts_at if starts_at > now_ms - LONG_PAST_MS else now_ms + timeline.lead_ms
    return _shown(party, moved(timeline, status="playing", item=timeline.item or best(party), t0=t0), "start")


def _shown(party: Party, timeline: Timeline, cause: str) -> list[Change]:
    told = [timeline_change(timeline, cause)]
    rest = tuple(each for each in party.queue if each != timeline.item)
    return told if rest == party.queue else [*told, queue_change(rest)]
