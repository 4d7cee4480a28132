"""How a watch party is opened, set, and ended."""

from dataclasses import replace
from typing import Any

from immutables import Map

from rooms.kind import By
from rooms.kinds.watch.change import Change, timeline_change
from rooms.kinds.watch.commands import End, Invite, Lock, Open, Policy, Settings
from rooms.kinds.watch.position import moved, stopped
from rooms.kinds.watch.roles import RANKS, role_of
from rooms.kinds.watch.snapshot import grants_json, grants_of, in_order, snapshot
from rooms.kinds.watch.state import LEADERS, OWNER, ROLES_MAX, Party, Timeline
from rooms.refusals import gone, id_taken, permission_denied

CLOSING = "settings"  # by which who is there is admitted when the party becomes one by invitation
OPENING = "party"  # the subject of a log's first event: a party is opened once


def decide_open(party: Party, command: Open, by: By, now_ms: int) -> list[Change]:
    """Begin the party, in its lobby with the first item chosen; once more by its owner changes nothing."""
    if party.n:
        if party.owner != by.user:
            raise id_taken(command.id or OPENING)
        return []
    items = tuple(replace(item, by=by.user) for item in command.items)
    timeline = Timeline(
        command.epoch, item=items[0] if items else None, t0=now_ms, starts_at=command.starts_at
    )
    opened = Party(
        id=command.id,
        title=command.title,
        visibility=command.visibility,
        owner=by.user,
        policy=command.policy,
        grants=command.grants,
        roles=Map({by.user: OWNER}),
        queue=items[1:],
        timeline=timeline,
    )
    return [snapshot(opened)._replace(subject=OPENING, creates=True)]


def decide_policy(party: Party, command: Policy, by: By, now_ms: int) -> list[Change]:
    """Set for how many the party waits."""
    return _settings(party, replace(party, policy=command.policy))


def decide_lock(party: Party, command: Lock, by: By, now_ms: int) -> list[Change]:
    """Keep playback and queue to those who lead, or give them back."""
    return _settings(party, replace(party, locked=command.locked))


def decide_settings(party: Party, command: Settings, by: By, now_ms: int) -> list[Change]:
    """Set what is given."""
    starts_at = party.timeline.starts_at if command.starts_at is None else command.starts_at or None
    told = _settings(
        party,
        replace(
            party,
            title=command.title or party.title,
            visibility=command.visibility or party.visibility,
            grants=party.grants if command.grants is None else command.grants,
            timeline=replace(party.timeline, starts_at=starts_at),
        ),
    )
    if command.visibility == "invite" != party.visibility:
        told += _who_is_here_stays_welcome(party)
    if starts_at == party.timeline.starts_at:
        return told
    if party.timeline.status != "lobby":
        raise gone("the start of this party is past: it has begun")
    return [*told, timeline_change(moved(party.timeline, starts_at=starts_at), "settings")]


def decide_invite(party: Party, command: Invite, by: By, now_ms: int) -> list[Change]:
    """Note an invitation, which lets people in under no better role than the own one."""
    role = role_of(party, by)
    if RANKS[command.role] > RANKS[role] or (command.role in LEADERS and role != OWNER):
        raise permission_denied("you invite people under your own role at most; only the owner invites hosts")
    return [Change("invite", {"id": command.id, "role": command.role})]


def decide_end(party: Party, command: End, by: By, now_ms: int) -> list[Change]:
    """End it for good, where it is."""
    return stopped(party, now_ms, "end", "ended")


def evolve_settings(party: Party, data: dict[str, Any]) -> Party:
    """Return the party as it is set now."""
    return replace(
        party,
        title=data["title"],
        visibility=data["visibility"],
        grants=grants_of(data["grants"]),
        policy=data["policy"],
        locked=data["locked"],
    )


def evolve_lead(party: Party, data: dict[str, Any]) -> Party:
    """Return the party whose commands take effect after another while."""
    return replace(party, timeline=replace(party.timeline, lead_ms=data["lead_ms"]))


def _who_is_here_stays_welcome(party: Party) -> list[Change]:
    """Return the admission of those who came uninvited: once the party is closed they may come again."""
    strangers = [each for each in in_order(party) if each.id not in party.roles]
    return [
        Change(
            "admit",
            {
                "member": {"id": each.id, "display_name": each.display_name},
                "role": party.role_of_member(each),
                "via": CLOSING,
            },
        )
        for each in strangers[: max(0, ROLES_MAX - len(party.roles))]
    ]


def _settings(party: Party, wished: Party) -> list[Change]:
    return [] if wished == party else [Change("settings", _json(wished))]


def _json(party: Party) -> dict[str, Any]:
    return {
        "title": party.title,
        "visibility": party.visibility,
        "grants": grants_json(party.grants),
        "policy": party.policy,
        "locked": party.locked,
        "starts_at": party.timeline.starts_at,
    }
