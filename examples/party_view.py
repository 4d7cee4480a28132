"""A party as its events tell it: a snapshot, and what has changed since, in the order of `n`."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from examples.party_timeline import Timeline

Event = Mapping[str, Any]
SETTINGS = ("title", "visibility", "grants", "policy", "locked")


class Gap(Exception):
    """An event is missing: the party has to be read from the history again."""


class PartyView:
    """Who is there, what is queued and where the timeline is; empty until a snapshot was taken."""

    def __init__(self) -> None:
        self.n = 0
        self.settings: dict[str, Any] = {}
        self.owner = ""
        self.members: dict[str, dict[str, Any]] = {}
        self.banned: set[str] = set()
        self.queue: list[Event] = []
        self.votes: dict[str, set[str]] = {}
        self.timeline = Timeline()

    @property
    def known(self) -> bool:
        """Whether a snapshot was taken."""
        return self.n > 0

    def take(self, event: Event) -> bool:
        """Take an event over; return whether it is news. Raise Gap when one before it is missing."""
        n = event.get("n")
        if n is None or n <= self.n:
            return False
        if event["type"] == "party":
            self._take_snapshot(event["party"])
        elif n != self.n + 1:
            raise Gap(f"event {n} came after event {self.n}")
        elif (change := CHANGES.get(event["type"])) is not None:
            change(self, event)
        self.n = n
        return True

    def role_of(self, user: str) -> str:
        """Return the role of somebody who is present."""
        role: str = self.members[user]["role"]
        return role

    def _take_snapshot(self, party: Event) -> None:
        self.settings = {name: party[name] for name in SETTINGS}
        self.owner = party["owner"]
        self.members = {each["id"]: dict(each) for each in party["members"]}
        self.banned = set(party["banned"])
        self.votes = {item: set(voters) for item, voters in party["votes"].items()}
        self.set_queue(party["queue"])
        self.timeline.take(party["timeline"])

    def set_queue(self, items: Sequence[Event]) -> None:
        """Take over another queue; votes for what is no longer in it are void."""
        self.queue = list(items)
        there = {item["id"] for item in items}
        self.votes = {item: voters for item, voters in self.votes.items() if item in there}


def _lead(view: PartyView, event: Event) -> None:
    view.timeline.amend(lead_ms=event["lead_ms"])


def _duration(view: PartyView, event: Event) -> None:
    def known(item: Event) -> Event:
        return {**item, "duration_ms": event["duration_ms"]} if item["id"] == event["item"] else item

    view.queue = [known(item) for item in view.queue]
    if view.timeline.state is not None and view.timeline.state["item"] is not None:
        view.timeline.amend(item=known(view.timeline.state["item"]))


def _vote(view: PartyView, event: Event) -> None:
    voters = view.votes.setdefault(event["item"], set())
    (voters.add if event["vote"] else voters.discard)(event["user"]["id"])
    if not voters:
        del view.votes[event["item"]]


def _enter(view: PartyView, event: Event) -> None:
    view.members[event["member"]["id"]] = dict(event["member"])


def _leave(view: PartyView, event: Event) -> None:
    view.members.pop(event["member"], None)


def _role(view: PartyView, event: Event) -> None:
    if event["role"] == "owner":
        view.owner = event["member"]
    if event["member"] in view.members:
        view.members[event["member"]]["role"] = event["role"]


def _admit(view: PartyView, event: Event) -> None:
    if event["member"]["id"] in view.members:
        view.members[event["member"]["id"]]["role"] = event["role"]


def _ban(view: PartyView, event: Event) -> None:
    (view.banned.add if event["banned"] else view.banned.discard)(event["member"])


def _settings(view: PartyView, event: Event) -> None:
    view.settings = {name: event[name] for name in SETTINGS}


_WELL = {"stalled": False, "late": False}


def _ready(view: PartyView, event: Event) -> None:
    view.members[event["user"]["id"]]["ready"] = event["ready"]


def _buffering(view: PartyView, event: Event) -> None:
    stalled = event["stalled"]
    view.members[event["user"]["id"]].update({"stalled": stalled} if stalled else _WELL)


CHANGES: dict[str, Callable[[PartyView, Event], object]] = {
    "state": lambda view, event: view.timeline.take(event),
    "lead": _lead,
    "duration": _duration,
    "queue": lambda view, event: view.set_queue(event["items"]),
    "vote": _vote,
    "enter": _enter,
    "leave": _leave,
    "role": _role,
    "admit": _admit,
    "ban": _ban,
    "settings": _settings,
    "ready": _ready,
    "buffering": _buffering,
}
"""What each type of event changes; others that are counted change nothing that is shown here."""
