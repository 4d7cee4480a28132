"""Who is in a watch party: how people come and go, and who may not."""

from dataclasses import replace
from typing import Any

from immutables import Map

from rooms.kind import By
from rooms.kinds.watch import roles
from rooms.kinds.watch.change import Change
from rooms.kinds.watch.commands import Admit, Ban, Check, Enter, Kick, Leave, Tick
from rooms.kinds.watch.position import stopped
from rooms.kinds.watch.snapshot import in_order
from rooms.kinds.watch.state import (
    BANS_MAX,
    LEADERS,
    PRESENT_MAX,
    ROLES_MAX,
    Member,
    Party,
    member_json,
    member_of,
)
from rooms.kinds.watch.waiting import CLOCK_STEP_MS, clock_stops
from rooms.refusals import (
    banned_here,
    invite_needed,
    limit_exceeded,
    not_found,
    party_ended,
    party_full,
    permission_denied,
)

KICKED_FOR_MS = 300_000
KICKED_MAX = 500
PLACES_FOR_LEADERS = 20  # beyond the others: no crowd keeps the owner and the hosts out
SILENT_MS = 10_000


def decide_enter(party: Party, command: Enter, by: By, now_ms: int) -> list[Change]:
    """Come in; who comes while it plays is late, and holds nobody up."""
    if by.user in party.members:
        return []
    check_may_enter(party, by.user, now_ms)
    member = Member(by.user, by.display_name, by.guest, since=now_ms, late=party.running)
    return [Change("enter", {"member": member_json(party, member)})]


def decide_leave(party: Party, command: Leave, by: By, now_ms: int) -> list[Change]:
    """Go."""
    return [_left(by.user, "left")] if by.user in party.members else []


def decide_check(party: Party, command: Check, by: By, now_ms: int) -> list[Change]:
    """Raise Refused for somebody who may not come in now; a party that is over is open to be looked at."""
    if command.user in party.members:
        return []
    if party.ended:
        check_not_put_out(party, command.user, now_ms)
        _check_admitted(party, command.user)
    else:
        check_may_enter(party, command.user, now_ms)
    return []


def decide_admit(party: Party, command: Admit, by: By, now_ms: int) -> list[Change]:
    """Let somebody come in under a role at least as good as theirs."""
    _check_welcome(party, command.user, now_ms)
    had = party.roles.get(command.user)
    if had is not None and roles.RANKS[had] >= roles.RANKS[command.role]:
        return []
    if had is None and len(party.roles) >= ROLES_MAX:
        raise limit_exceeded(f"this party remembers the roles of {ROLES_MAX:,} people at most")
    who = {"id": command.user, "display_name": command.display_name}
    return [Change("admit", {"member": who, "role": command.role, "via": command.via})]


def decide_kick(party: Party, command: Kick, by: By, now_ms: int) -> list[Change]:
    """Send somebody out for a while."""
    if command.user not in party.members:
        raise not_found("this member")
    _check_outranked(party, command.user, by)
    return [_left(command.user, "kicked")]


def decide_ban(party: Party, command: Ban, by: By, now_ms: int) -> list[Change]:
    """Send somebody out for good, present or not; or let them come again."""
    if (command.user in party.banned) == command.banned:
        return []
    _check_outranked(party, command.user, by)
    if command.banned and len(party.banned) >= BANS_MAX:
        raise limit_exceeded(f"{BANS_MAX} are banned, which is the most: let one of them come again first")
    change = Change("ban", {"member": command.user, "banned": command.banned})
    return [change, _left(command.user, "banned")] if command.user in party.members else [change]


def silent(party: Party, command: Tick, now_ms: int) -> list[Change]:
    """Let go of those of whom nothing was heard, once everybody had time to be heard."""
    if command.watched_ms < SILENT_MS:
        return []
    return [
        _left(member.id, "silent")
        for member in in_order(party)
        if member.id not in command.heard and has_been_there(member, now_ms)
    ]


def has_been_there(member: Member, now_ms: int) -> bool:
    """Return whether somebody had time to be heard; who came "later" came before a clock was set back."""
    return not now_ms - SILENT_MS < member.since <= now_ms + CLOCK_STEP_MS


def emptied(before: Party, party: Party, now_ms: int) -> list[Change]:
    """Pause when the last member has left."""
    return stopped(party, now_ms, "left") if party.running and not party.members else []


def check_may_enter(party: Party, user: str, now_ms: int) -> None:
    """Raise Refused for somebody who may not come in now."""
    _check_welcome(party, user, now_ms)
    _check_admitted(party, user)
    leads = party.roles.get(user) in LEADERS
    if len(party.members) >= PRESENT_MAX + (PLACES_FOR_LEADERS if leads else 0):
        raise party_full()


def check_not_put_out(party: Party, user: str, now_ms: int) -> None:
    """Raise Refused for somebody who was banned, or sent out a moment ago."""
    if user in party.banned:
        raise banned_here("you are banned from this party")
    if now_ms < party.kicked.get(user, 0) <= now_ms + KICKED_FOR_MS + CLOCK_STEP_MS:
        raise banned_here("you were sent out of this party: come again in a few minutes")


def evolve_enter(party: Party, data: dict[str, Any]) -> Party:
    """Return the party with one more member."""
    member = member_of(data["member"])
    return replace(party, members=party.members.set(member.id, member))


def evolve_leave(party: Party, data: dict[str, Any]) -> Party:
    """Return the party without a member."""
    user, at_ms = data["member"], data["at"]
    if data["reason"] == "kicked":
        party = replace(party, kicked=_kicked(party, at_ms).set(user, at_ms + KICKED_FOR_MS))
    if user not in party.members:
        return party
    party = clock_stops(party, user, at_ms)
    return replace(party, members=party.members.delete(user))


def evolve_admit(party: Party, data: dict[str, Any]) -> Party:
    """Return the party that lets somebody in under a role."""
    return replace(party, roles=party.roles.set(data["member"]["id"], data["role"]))


def evolve_ban(party: Party, data: dict[str, Any]) -> Party:
    """Return the party from which somebody is banned, or no more."""
    who = {data["member"]}
    return replace(party, banned=party.banned | who if data["banned"] else party.banned - who)


def _left(user: str, reason: str) -> Change:
    return Change("leave", {"member": user, "reason": reason})


def _check_welcome(party: Party, user: str, now_ms: int) -> None:
    if party.ended:
        raise party_ended()
    check_not_put_out(party, user, now_ms)


def _check_admitted(party: Party, user: str) -> None:
    if party.visibility == "invite" and user not in party.roles:
        raise invite_needed()


def _check_outranked(party: Party, user: str, by: By) -> None:
    if not roles.outranks(party, by, user):
        raise permission_denied("only who stands above somebody may send them out")


def _kicked(party: Party, at_ms: int) -> Map[str, int]:
    """Return who may not come again yet, with room for one more: the first are forgotten."""
    kicked = party.kicked
    waiting = sorted((until, user) for user, until in kicked.items() if until > at_ms)[1 - KICKED_MAX :]
    for user in set(kicked) - {user for _, user in waiting}:
        kicked = kicked.delete(user)
    return kicked
