"""Who may do what in a watch party: one table of commands, and what is granted to each role."""

from rooms.kind import By
from rooms.kinds.watch.change import Change
from rooms.kinds.watch.commands import (
    Add,
    Ask,
    Ban,
    Buffering,
    Chat,
    Command,
    Delete,
    Duration,
    End,
    Enter,
    HandOver,
    Invite,
    Kick,
    Leave,
    Lock,
    Move,
    Next,
    Pause,
    Play,
    Policy,
    Promote,
    Rate,
    React,
    Ready,
    Remove,
    Seek,
    Settings,
    Vote,
)
from rooms.kinds.watch.state import GUEST, HOST, LEADERS, MEMBER, OWNER, Party
from rooms.refusals import party_locked, permission_denied

GRANTS = ("play", "seek", "rate", "media", "queue", "chat", "invite", "kick")
RANKS = {GUEST: 0, MEMBER: 1, HOST: 2, OWNER: 3}

_LOCKABLE = frozenset({"play", "seek", "rate", "media", "queue"})
_FROM_AFAR = frozenset(
    {Add, Remove, Move, Duration, Delete, Policy, Lock, Settings, Kick, Ban, Promote, HandOver, Invite, End}
)
_FOR_MODERATORS = frozenset({Kick, Ban, Delete, End})
_ALWAYS = frozenset({Enter, Leave})

NEEDED: dict[type[Command], str | None] = {
    Play: "play",
    Pause: "play",
    Seek: "seek",
    Rate: "rate",
    Next: "media",
    Add: "queue",
    Remove: None,
    Move: None,
    Vote: "queue",
    Duration: None,
    Ready: None,
    Buffering: None,
    Chat: "chat",
    Delete: None,
    React: "chat",
    Ask: None,
    Invite: "invite",
    Kick: "kick",
    Ban: "kick",
    Policy: HOST,
    Lock: HOST,
    Promote: HOST,
    Settings: OWNER,
    HandOver: OWNER,
    End: OWNER,
}
"""What each command needs: a grant, or a role at least. None: any member, or it depends (see its rule)."""


def role_of(party: Party, by: By) -> str:
    """Return the role of who gives a command."""
    return party.role_of(by.user, guest=by.guest)


def check_may(party: Party, command: Command, by: By) -> None:
    """Raise Refused for who may not do this, or is not here."""
    kind = type(command)
    if kind in _ALWAYS or (by.moderator and kind in _FOR_MODERATORS):
        return
    role = role_of(party, by)
    if by.user not in party.members and not (role in LEADERS and kind in _FROM_AFAR):
        raise permission_denied("enter the party first")
    needed = NEEDED[kind]
    if needed in RANKS:
        _check_rank(role, needed)
    elif needed is not None:
        check_grant(party, by, needed)


def check_grant(party: Party, by: By, grant: str) -> None:
    """Raise Refused for who lacks a grant, or has it while only the leaders' count."""
    role = role_of(party, by)
    if role in LEADERS:
        return
    if grant not in party.grants[role]:
        raise permission_denied(f"your role here, {role}, may not do this: ask the owner or a host")
    if party.locked and grant in _LOCKABLE:
        raise party_locked()


def has_grant(party: Party, by: By, grant: str) -> bool:
    """Return whether somebody has a grant at all."""
    role = role_of(party, by)
    return role in LEADERS or grant in party.grants[role]


def outranks(party: Party, by: By, user: str) -> bool:
    """Return whether somebody stands above another; moderators of the hub stand above all."""
    member = party.members.get(user)
    role = party.role_of(user, guest=member is not None and member.guest)
    return by.moderator or RANKS[role_of(party, by)] > RANKS[role]


def role_change(user: str, role: str, cause: str) -> Change:
    """Return the change of somebody's role."""
    return Change("role", {"member": user, "role": role, "cause": cause})


def _check_rank(role: str, needed: str) -> None:
    if RANKS[role] < RANKS[needed]:
        who = "the owner" if needed == OWNER else "the owner and hosts"
        raise permission_denied(f"only {who} may do this")
