"""Who leads a watch party: roles are given, ownership is handed over, and who is gone is succeeded."""

from dataclasses import replace
from typing import Any

from rooms.kind import By
from rooms.kinds.watch.change import Change
from rooms.kinds.watch.commands import HandOver, Promote
from rooms.kinds.watch.people import has_been_there
from rooms.kinds.watch.roles import RANKS, outranks, role_change, role_of
from rooms.kinds.watch.snapshot import in_order
from rooms.kinds.watch.state import HOST, LEADERS, OWNER, ROLES_MAX, Acting, Member, Party
from rooms.refusals import invalid, limit_exceeded, not_found, permission_denied

SUCCESSION, RETURN = "succession", "return"


def decide_promote(party: Party, command: Promote, by: By, now_ms: int) -> list[Change]:
    """Give somebody another role, below the own one."""
    member = party.members.get(command.user)
    if member is None and command.user not in party.roles:
        raise not_found("this member")
    acts = party.acting is not None and party.acting.user == command.user
    role = party.role_of(command.user, guest=member is not None and member.guest)
    if role == command.role and not acts:
        return []
    if not outranks(party, by, command.user) or RANKS[command.role] >= RANKS[role_of(party, by)]:
        raise permission_denied("you give roles below your own, to who stands below you")
    if command.user not in party.roles and len(party.roles) >= ROLES_MAX:
        raise limit_exceeded(f"this party remembers the roles of {ROLES_MAX:,} people at most")
    return [role_change(command.user, command.role, "promote")]


def decide_hand_over(party: Party, command: HandOver, by: By, now_ms: int) -> list[Change]:
    """Make a member the owner, and who was it a host."""
    member = party.members.get(command.user)
    if member is None:
        raise not_found("this member")
    if member.guest:
        raise invalid("user", "somebody with an account: a guest cannot own a party")
    if command.user == party.owner:
        return []
    told = [role_change(command.user, OWNER, "hand_over")]
    return [*told, role_change(party.owner, HOST, "hand_over")]


def returned(before: Party, party: Party, now_ms: int) -> list[Change]:
    """Take the lead back from who had it only because nobody else was there."""
    acting = party.acting
    if acting is None or (before.members is party.members and before.roles is party.roles):
        return []
    others = any(member.id != acting.user for member in _leaders(party))
    if acting.user in party.members and not others:
        return []
    member = party.members.get(acting.user)
    usual = replace(party, roles=party.roles.delete(acting.user))
    role = acting.before or usual.role_of(acting.user, guest=member is not None and member.guest)
    return [role_change(acting.user, role, RETURN)]


def succeeded(before: Party, party: Party, now_ms: int) -> list[Change]:
    """Give the lead to who has been there longest, guests last, when the last who had it has left."""
    if before.members is party.members or party.ended or not party.members:
        return []
    if _leaders(party) or not _leaders(before):
        return []
    heir = min(in_order(party), key=lambda member: member.guest)
    return [role_change(heir.id, HOST, SUCCESSION)]


def led_again(party: Party, now_ms: int) -> list[Change]:
    """Give the lead to somebody where all have vanished at once, and none of those who led has come back.

    To the public a party that its owner left is no prize: there only who was given a role takes the lead.
    """
    if party.ended or party.timeline.status == "lobby" or _leaders(party):
        return []
    known = [each for each in in_order(party) if party.visibility != "public" or each.id in party.roles]
    heir = min(known, key=lambda member: member.guest, default=None)
    if heir is None or not has_been_there(heir, now_ms):
        return []
    return [role_change(heir.id, HOST, SUCCESSION)]


def evolve_role(party: Party, data: dict[str, Any]) -> Party:
    """Return the party in which somebody has another role."""
    user, role, cause, acting = data["member"], data["role"], data["cause"], party.acting
    roles = party.roles.set(user, role)
    if cause == SUCCESSION:
        return replace(party, roles=roles, acting=Acting(user, party.roles.get(user)))
    if acting is not None and acting.user == user:
        if cause == RETURN and acting.before is None:
            roles = roles.delete(user)
        party = replace(party, acting=None)
    return replace(party, roles=roles, owner=user if role == OWNER else party.owner)


def _leaders(party: Party) -> list[Member]:
    return [member for member in party.members.values() if party.roles.get(member.id) in LEADERS]
