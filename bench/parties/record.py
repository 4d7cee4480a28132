"""What was asked of a party and what its log says: what was acked stands there once, no number missing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from examples.party_timeline import moment_of
from examples.party_view import Event, Gap, PartyView

_SLACK = 20  # events that may be told between a decision and its answer
_STEADY = {"pause": 2.0, "wait": 2.0, "resume": 2.0, "left": 2.0, "rate": 2.0}
"""By how many ms the position may differ where the timeline only changes its pace; rounding alone makes 1."""


@dataclass
class Operation:
    """A command under its operation id (or message id), from its first sending on."""

    id: str
    command: dict[str, Any]
    user: str
    sent_at: int
    """Offset of the last event that its sender had seen."""
    acked_at: int | None = None
    refusals: list[str] = field(default_factory=list)
    unanswered: int = 0
    closed: bool = False
    """Whether all is known that ever will be."""

    def __str__(self) -> str:
        """Tell it in a fault."""
        told = f"acked at {self.acked_at}" if self.acked_at is not None else "not acked"
        return (
            f"{self.command['type']} op {self.id} of {self.user}, {told}, refused {self.refusals},"
            f" {self.unanswered}× unanswered, after offset {self.sent_at}: {self.command}"
        )


@dataclass
class Record:
    """A party's operations, its log as far as it was read, and what is wrong with them."""

    operations: dict[str, Operation] = field(default_factory=dict)
    log: list[Event] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    view: PartyView = field(default_factory=PartyView)
    successions: int = 0
    lost: int = 0
    doubled: int = 0
    _times: dict[str, int] = field(default_factory=dict)

    def begin(self, operation: Operation) -> Operation:
        """Note an operation before it is sent."""
        self.operations[operation.id] = operation
        return operation

    def read(self, offset: int, event: Event) -> None:
        """Take over the next event of the log."""
        if offset != len(self.log) + 1:
            self.faults.append(f"offset {offset} follows offset {len(self.log)}")
        self.log.append(event)
        if (name := _operation_of(event)) is not None:
            self._times[name] = self._times.get(name, 0) + 1
        self.successions += event.get("cause") == "succession"
        self._check_numbers(event)
        self._fold(event)

    def closed(self) -> list[Operation]:
        """Return the operations that can be judged once the log was read on from now."""
        return [each for each in self.operations.values() if each.closed]

    def judge(self, operations: Sequence[Operation]) -> None:
        """Compare operations with the log, then forget them."""
        for operation in operations:
            times = self._times.get(operation.id, 0)
            if times > 1:
                self.doubled += 1
                self.faults.append(f"{times} times in the log: {operation}")
            elif times and operation.acked_at is None and not operation.unanswered:
                self.faults.append(f"refused, and yet in the log: {operation}")
            elif not times and operation.acked_at is not None and not self._changed_nothing(operation):
                self.lost += 1
                self.faults.append(f"acked, and not in the log: {operation}")
        for name in self._times.keys() - self.operations.keys():
            self.faults.append(f"in the log, and sent by nobody: {name}")
        for operation in operations:
            del self.operations[operation.id]
            self._times.pop(operation.id, None)

    def _check_numbers(self, event: Event) -> None:
        if "n" in event and event["n"] != self.view.n + 1:
            self.faults.append(f"event {event['n']} follows event {self.view.n}")
        before = self.view.timeline.state
        if event["type"] != "state" or before is None:
            return
        if (event["epoch"], event["seq"]) != (before["epoch"], before["seq"] + 1):
            self.faults.append(f"timeline {event['seq']} follows {before['seq']}: {event}")
        allowed_ms = _STEADY.get(event["cause"]["word"])
        at_ms = max(event["t0"], event["at"])
        gap_ms = abs(moment_of(before, at_ms).position_ms - moment_of(event, at_ms).position_ms)
        if allowed_ms is not None and gap_ms > allowed_ms:
            self.faults.append(f"the position jumps by {gap_ms:.0f} ms without a seek: {before} → {event}")

    def _fold(self, event: Event) -> None:
        if event["type"] == "party" and self.view.known:
            fresh = PartyView()
            fresh.take(event)
            self.view.n += 1
            if (told := digest(fresh)) != (folded := digest(self.view)):
                self.faults.append(f"a snapshot is not what the events before it make: {told} ≠ {folded}")
            return
        try:
            self.view.take(event)
        except Gap:  # told already
            self.view.n = event["n"]

    def _changed_nothing(self, operation: Operation) -> bool:
        """Whether, at some moment between its sending and its answer, the command asked for what was so."""
        asked_for_what_is = _ALREADY.get(operation.command["type"])
        assert operation.acked_at is not None
        if asked_for_what_is is None:
            return False
        view = self._view_at(operation.sent_at)
        for event in self.log[operation.sent_at : operation.acked_at + _SLACK]:
            if asked_for_what_is(view, operation):
                return True
            view.take(event)
        return asked_for_what_is(view, operation)

    def _view_at(self, offset: int) -> PartyView:
        start = max(place for place, event in enumerate(self.log[:offset]) if event["type"] == "party")
        view = PartyView()
        for event in self.log[start:offset]:
            view.take(event)
        return view


_TIMELINE = (
    *("epoch", "seq", "status", "item", "position_ms", "rate", "t0"),
    *("waiting_for", "until", "starts_at", "lead_ms"),
)


def digest(view: PartyView) -> dict[str, Any]:
    """Return all that the members of a party must agree about."""
    state = view.timeline.state or {}
    return {
        **{name: state.get(name) for name in _TIMELINE},
        "n": view.n,
        "members": {each: view.role_of(each) for each in sorted(view.members)},
        "queue": view.queue,
        "votes": {item: sorted(voters) for item, voters in view.votes.items()},
        "settings": view.settings,
        "owner": view.owner,
        "banned": sorted(view.banned),
    }


def _operation_of(event: Event) -> str | None:
    if event["type"] == "chat":
        return str(event["id"])
    name = event.get("op")
    return None if name is None else str(name)


def _status(view: PartyView) -> str:
    return str((view.timeline.state or {})["status"])


def _stands_there(view: PartyView, operation: Operation) -> bool:
    state = view.timeline.state or {}
    end_ms = (state["item"] or {}).get("duration_ms") or operation.command["position_ms"]
    wanted_ms = min(operation.command["position_ms"], end_ms)
    return bool(state["status"] != "playing" and state["position_ms"] == wanted_ms)


def _has_place(view: PartyView, operation: Operation) -> bool:
    ids = [item["id"] for item in view.queue]
    item, place = operation.command["item"], operation.command["place"]
    return item in ids and min(place, len(ids) - 1) == ids.index(item)


def _has_role(view: PartyView, operation: Operation) -> bool:
    user = operation.command["user"]
    return user not in view.members or view.role_of(user) == operation.command["role"]


def _is_ready(view: PartyView, operation: Operation) -> bool:
    me = view.members.get(operation.user)
    return me is not None and me["ready"] == operation.command["ready"]


_ALREADY: dict[str, Callable[[PartyView, Operation], bool]] = {
    "play": lambda view, op: _status(view) == "playing",
    "pause": lambda view, op: _status(view) not in ("playing", "waiting"),
    "seek": _stands_there,
    "rate": lambda view, op: (view.timeline.state or {})["rate"] == op.command["rate"],
    "move": _has_place,
    "vote": lambda view, op: (op.user in view.votes.get(op.command["item"], ())) == op.command["vote"],
    "ready": _is_ready,
    "buffering": lambda view, op: True,  # a stall that holds nobody is not told
    "policy": lambda view, op: view.settings["policy"] == op.command["policy"],
    "lock": lambda view, op: view.settings["locked"] == op.command["locked"],
    "settings": lambda view, op: view.settings["title"] == op.command["title"],
    "promote": _has_role,
    "hand_over": lambda view, op: view.owner == op.command["user"],
    "ban": lambda view, op: (op.command["user"] in view.banned) == op.command["banned"],
}
"""When a command that is agreed to changes nothing, so that the log need not know of it."""
