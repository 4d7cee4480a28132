"""What a watch party will watch: people bring items, order them and vote for them."""

from dataclasses import replace
from typing import Any

from rooms.kind import By
from rooms.kinds.watch import roles
from rooms.kinds.watch.change import Change
from rooms.kinds.watch.commands import Duration, Move, Remove, Vote
from rooms.kinds.watch.state import Item, Party, queue_json
from rooms.refusals import limit_exceeded, not_found, permission_denied

VOTES_MAX = 3  # a person
VOTERS_MAX = 500  # an item, those who have left among them


def best(party: Party) -> Item:
    """Return the item with the most votes, of equal ones the first; the queue must not be empty."""
    return max(party.queue, key=lambda item: len(party.votes.get(item.id, ())))


def queue_change(queue: tuple[Item, ...]) -> Change:
    """Return the change to another queue."""
    return Change("queue", {"items": queue_json(queue)})


def decide_remove(party: Party, command: Remove, by: By, now_ms: int) -> list[Change]:
    """Take an item out: an own one, or anybody's who may choose what is played."""
    item = _own_or_media(party, command.item, by)
    return [queue_change(tuple(each for each in party.queue if each is not item))]


def decide_move(party: Party, command: Move, by: By, now_ms: int) -> list[Change]:
    """Put an item at another place."""
    item = _own_or_media(party, command.item, by)
    rest = [each for each in party.queue if each is not item]
    rest.insert(command.place, item)
    return [] if tuple(rest) == party.queue else [queue_change(tuple(rest))]


def decide_vote(party: Party, command: Vote, by: By, now_ms: int) -> list[Change]:
    """Vote for an item, or take the vote back."""
    voters = party.votes.get(queued(party, command.item).id, frozenset())
    if (by.user in voters) == command.vote:
        return []
    if command.vote and sum(by.user in each for each in party.votes.values()) >= VOTES_MAX:
        raise limit_exceeded(f"you have {VOTES_MAX} votes: take one back first")
    if command.vote and len(voters) >= VOTERS_MAX:
        raise limit_exceeded(f"{VOTERS_MAX} people voted for this item, which is the most")
    return [Change("vote", {"item": command.item, "vote": command.vote})]


def decide_duration(party: Party, command: Duration, by: By, now_ms: int) -> list[Change]:
    """Learn how long an item is; the first who knows it says it."""
    if not any(roles.has_grant(party, by, word) for word in ("play", "media")):
        raise permission_denied("only who may play or choose items says how long one is")
    known = [*party.queue, *([party.timeline.item] if party.timeline.item else [])]
    item = next((each for each in known if each.id == command.item), None)
    if item is None:
        raise not_found(f"the item {command.item!r}")
    if item.duration_ms is not None:
        return []
    return [Change("duration", {"item": command.item, "duration_ms": command.duration_ms})]


def evolve_queue(party: Party, data: dict[str, Any]) -> Party:
    """Return the party with another queue; votes for what left it are gone."""
    queue = tuple(Item(**each) for each in data["items"])
    votes = party.votes
    for item in set(votes) - {each.id for each in queue}:
        votes = votes.delete(item)
    return replace(party, queue=queue, votes=votes)


def evolve_vote(party: Party, data: dict[str, Any]) -> Party:
    """Return the party after somebody voted."""
    voters = party.votes.get(data["item"], frozenset())
    who = {data["user"]["id"]}
    voters = voters | who if data["vote"] else voters - who
    votes = party.votes.set(data["item"], voters) if voters else party.votes.delete(data["item"])
    return replace(party, votes=votes)


def evolve_duration(party: Party, data: dict[str, Any]) -> Party:
    """Return the party that knows how long an item is."""

    def known(item: Item) -> Item:
        return replace(item, duration_ms=data["duration_ms"]) if item.id == data["item"] else item

    item = party.timeline.item
    timeline = party.timeline if item is None else replace(party.timeline, item=known(item))
    return replace(party, timeline=timeline, queue=tuple(known(each) for each in party.queue))


def queued(party: Party, wanted: str) -> Item:
    """Return an item of the queue; raise Refused."""
    for item in party.queue:
        if item.id == wanted:
            return item
    raise not_found(f"the item {wanted!r}")


def _own_or_media(party: Party, wanted: str, by: By) -> Item:
    item = queued(party, wanted)
    roles.check_grant(party, by, "queue" if item.by == by.user else "media")
    return item
