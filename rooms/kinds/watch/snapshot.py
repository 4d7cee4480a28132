"""A watch party as one event: whoever reads the log backwards as far as the last one knows it all."""

from typing import Any

from immutables import Map

from rooms.kinds.watch.change import Change
from rooms.kinds.watch.state import (
    Acting,
    Grants,
    Item,
    Member,
    Party,
    item_json,
    member_json,
    member_of,
    timeline_json,
    timeline_of,
)

_PLAIN = ("id", "title", "visibility", "owner", "policy", "locked")


def snapshot(party: Party) -> Change:
    """Return the whole picture as a change that changes nothing."""
    return Change("party", {"party": party_json(party)})


def party_json(party: Party) -> dict[str, Any]:
    """Return the party as clients get it."""
    acting = party.acting
    return {
        **{name: getattr(party, name) for name in _PLAIN},
        "grants": grants_json(party.grants),
        "members": [member_json(party, member) for member in in_order(party)],
        "roles": dict(party.roles),
        "acting": None if acting is None else {"user": acting.user, "before": acting.before},
        "banned": sorted(party.banned),
        "kicked": dict(party.kicked),
        "queue": [item_json(item) for item in party.queue],
        "votes": {item: sorted(voters) for item, voters in party.votes.items()},
        "timeline": timeline_json(party.timeline),
        "spent": dict(party.spent),
        "waited": party.waited,
    }


def restored(before: Party, data: dict[str, Any]) -> Party:
    """Return the party of a snapshot, with what `before` remembers of the log's past."""
    party = data["party"]
    acting = party["acting"]
    return Party(
        n=data["n"],
        **{name: party[name] for name in _PLAIN},
        grants=grants_of(party["grants"]),
        members=Map({each["id"]: member_of(each) for each in party["members"]}),
        roles=Map(party["roles"]),
        acting=None if acting is None else Acting(acting["user"], acting["before"]),
        banned=frozenset(party["banned"]),
        kicked=Map(party["kicked"]),
        queue=tuple(Item(**each) for each in party["queue"]),
        votes=Map({item: frozenset(voters) for item, voters in party["votes"].items()}),
        timeline=timeline_of(party["timeline"]),
        spent=Map({user: _pairs(spent) for user, spent in party["spent"].items()}),
        waited=_pairs(party["waited"]),
        operations=before.operations,
        messages=before.messages,
    )


def in_order(party: Party) -> list[Member]:
    """Return who is present, who came first before the others."""
    return sorted(party.members.values(), key=lambda member: (member.since, member.id))


def grants_json(grants: Grants) -> dict[str, list[str]]:
    """Return grants as clients get them."""
    return {role: sorted(words) for role, words in grants.items()}


def grants_of(data: dict[str, list[str]]) -> Grants:
    """Return the grants that an event tells of."""
    return Map({role: frozenset(words) for role, words in data.items()})


def _pairs(spent: list[list[int]]) -> tuple[tuple[int, int], ...]:
    return tuple((began, took) for began, took in spent)
