"""For whom a watch party waits, and how long still: each has a budget, and so has the party.

Who is stalled while it runs has a clock. It stops when they are back, when the party is paused, and when
the party goes on without them: then it begins no more for the same stall. So nobody, and no crowd of people
who take turns, can hold a party for more than the budgets allow.
"""

from dataclasses import replace
from typing import Any

from immutables import Map

from rooms.kind import By
from rooms.kinds.watch.budget import MEMBER_BUDGET, PARTY_BUDGET, Spent
from rooms.kinds.watch.change import Change, timeline_change
from rooms.kinds.watch.commands import Buffering, Ready
from rooms.kinds.watch.position import moved, playing_soon, position_at
from rooms.kinds.watch.state import PRESENT_MAX, Member, Party, Timeline, timeline_of

SPENDERS_MAX = PRESENT_MAX  # whose budgets are remembered, beyond them of who stalled last
WAITED_FOR_SHOWN_MAX = 20  # names: in a crowd each who comes back would else be told with all the others
UNTIL_STEP_MS = 500  # an end that moves by less is no news
CLOCK_STEP_MS = 10_000  # what clocks of hubs may differ: a stall further ahead is none


def decide_ready(party: Party, command: Ready, by: By, now_ms: int) -> list[Change]:
    """Say whether one is ready."""
    unchanged = party.members[by.user].ready == command.ready
    return [] if unchanged else [Change("ready", {"ready": command.ready})]


def decide_buffering(party: Party, command: Buffering, by: By, now_ms: int) -> list[Change]:
    """Note a stall where it can hold the party, and that somebody is back or has come along."""
    member = party.members[by.user]
    if command.stalled and (party.policy == "none" or member.late or member.stalled):
        return []
    if not command.stalled and not (member.late or member.stalled):
        return []
    more = {} if command.duration_ms is None else {"duration_ms": command.duration_ms}
    return [Change("buffering", {"stalled": command.stalled, **more})]


def waits_and_resumes(before: Party, party: Party, now_ms: int) -> list[Change]:
    """Return how the timeline changes because members stalled, came back, left, or ran out of budget."""
    timeline = party.timeline
    if not party.running:
        return []
    names, until = _waited_for(party, now_ms)
    if not names:
        resumed = timeline.status == "waiting"
        return [timeline_change(playing_soon(timeline, now_ms), "resume")] if resumed else []
    if timeline.status == "playing":
        position_ms = position_at(timeline, now_ms)
        timeline = moved(timeline, status="waiting", position_ms=position_ms, t0=now_ms)
        return [timeline_change(replace(timeline, waiting_for=names, until=until), "wait")]
    if names == timeline.waiting_for and abs(until - (timeline.until or 0)) < UNTIL_STEP_MS:
        return []
    return [timeline_change(moved(timeline, waiting_for=names, until=until), "wait")]


def _waited_for(party: Party, now_ms: int) -> tuple[tuple[str, ...], int]:
    """Return who holds the party now, the first of them in order, and until when at most."""
    if party.policy == "none":
        return (), 0
    counting = [each for each in party.members.values() if not each.late]
    ends = {each.id: end for each in counting if (end := _holds_until(each, now_ms)) > now_ms}
    needed = max(1, (len(counting) + 1) // 2) if party.policy == "quorum" else 1
    if len(ends) < needed:
        return (), 0
    until = sorted(ends.values())[len(ends) - needed]
    waits = party.timeline.status == "waiting"
    began_ms = party.timeline.t0 if waits else now_ms
    until = min(until, began_ms + PARTY_BUDGET.left(party.waited, began_ms))
    return (tuple(sorted(ends)[:WAITED_FOR_SHOWN_MAX]), until) if until > now_ms else ((), 0)


def _holds_until(member: Member, now_ms: int) -> int:
    if member.stalled_at is None or member.holds_until is None or member.stalled_at > now_ms + CLOCK_STEP_MS:
        return 0
    return member.holds_until


def evolve_ready(party: Party, data: dict[str, Any]) -> Party:
    """Return the party in which somebody is ready, or not."""
    member = party.members[data["user"]["id"]]
    return _with(party, replace(member, ready=data["ready"]))


def evolve_buffering(party: Party, data: dict[str, Any]) -> Party:
    """Return the party in which somebody is stalled, or back."""
    member = party.members[data["user"]["id"]]
    if data["stalled"]:
        party = _with(party, replace(member, stalled=True))
        return _clock_begins(party, member.id, data["at"]) if party.running else party
    party = clock_stops(party, member.id, data["at"])
    return _with(party, replace(party.members[member.id], stalled=False, late=False))


def evolve_state(party: Party, data: dict[str, Any]) -> Party:
    """Return the party at another place of its timeline."""
    before, after, at_ms = party.timeline, timeline_of(data), data["at"]
    fresh = after.item is not None and (before.item is None or before.item.id != after.item.id)
    if before.status == "waiting" != after.status:
        party = replace(party, waited=PARTY_BUDGET.charged(party.waited, before.t0, at_ms))
    ran = party.running
    party = replace(party, timeline=after)
    if fresh or (ran and _stops_clocks(before, after)):
        party = _clocks_stop(party, at_ms)
    if fresh and party.policy != "none":
        party = _all_load(party)
    return _clocks_begin(party, at_ms) if party.running and (fresh or not ran) else party


def clock_stops(party: Party, user: str, at_ms: int) -> Party:
    """Charge somebody for a stall, if its clock runs."""
    member = party.members[user]
    if member.stalled_at is None or member.holds_until is None:
        return party
    party = _with(party, replace(member, stalled_at=None, holds_until=None))
    if member.holds_until <= member.stalled_at:
        return party
    ended_ms = min(at_ms, member.holds_until)
    spent = MEMBER_BUDGET.charged(party.spent.get(user, ()), member.stalled_at, ended_ms)
    return replace(party, spent=_bounded(party.spent.set(user, spent), at_ms))


def _stops_clocks(before: Timeline, after: Timeline) -> bool:
    return after.status not in ("playing", "waiting") or (before.status, after.status) == (
        "waiting",
        "playing",
    )


def _clocks_stop(party: Party, at_ms: int) -> Party:
    for member in _stalled(party):
        party = clock_stops(party, member.id, at_ms)
    return party


def _clocks_begin(party: Party, at_ms: int) -> Party:
    for member in _stalled(party):
        party = _clock_begins(party, member.id, at_ms)
    return party


def _clock_begins(party: Party, user: str, at_ms: int) -> Party:
    left_ms = MEMBER_BUDGET.left(party.spent.get(user, ()), at_ms)
    member = replace(party.members[user], stalled_at=at_ms, holds_until=at_ms + left_ms)
    return _with(party, member)


def _all_load(party: Party) -> Party:
    members = party.members
    for member in party.members.values():
        if not member.late:
            members = members.set(member.id, replace(member, stalled=True))
    return replace(party, members=members)


def _stalled(party: Party) -> list[Member]:
    return [member for member in party.members.values() if member.stalled]


def _with(party: Party, member: Member) -> Party:
    return replace(party, members=party.members.set(member.id, member))


def _bounded(spent: Map[str, Spent], at_ms: int) -> Map[str, Spent]:
    """Return the budgets without those that are whole again, as soon as they are many."""
    if len(spent) <= SPENDERS_MAX:
        return spent
    last = sorted((pairs[-1][0], user) for user, pairs in spent.items())[-SPENDERS_MAX:]
    return Map({user: spent[user] for began, user in last if began > at_ms - MEMBER_BUDGET.window_ms})
