"""What comes of one command in a watch party, as the numbered and signed events that subscribers get."""

from collections.abc import Callable, Iterable
from typing import Any

from rooms.kind import By, Event
from rooms.kinds.watch.change import Change
from rooms.kinds.watch.operations import operation_subject
from rooms.kinds.watch.snapshot import snapshot
from rooms.kinds.watch.state import Party

SNAPSHOT_EVERY = 100  # durable events: so the last 256 of a log always hold a whole picture
SNAPSHOT_EVERY_IN_A_CROWD = 200  # of 500 it takes 100 kB, which each of them is sent
CROWD = 50
UNNUMBERED = ("chat", "delete", "react")  # they leave the party as it was


class Story:
    """The events of a command, and the party as it is after them.

    The first event carries the operation id and creates its subject, which the log accepts once for ever.
    """

    def __init__(
        self, party: Party, evolve: Callable[[Party, dict[str, Any]], Party], by: By, now_ms: int
    ) -> None:
        self.party = party
        self.events: list[Event] = []
        self._evolve = evolve
        self._by = by
        self._now_ms = now_ms

    def tell(self, changes: Iterable[Change], op: str | None = None) -> None:
        """Add changes that last, and a snapshot whenever one is due."""
        for change in changes:
            self._tell(change, None if self.events else op)
            if self.party.since_snapshot >= _snapshot_every(self.party) - 1:
                self._tell(snapshot(self.party), None)

    def mention(self, change: Change) -> None:
        """Add something that is told and forgotten."""
        self.events.append(Event(self._signed(change, {}), durable=False))

    def _tell(self, change: Change, op: str | None) -> None:
        data = self._signed(change, {} if change.type in UNNUMBERED else {"n": self.party.n + 1})
        if change.type == "state":
            data["cause"] = {"word": data["cause"], "op": op, "user": self._by.user}
        subject, creates = change.subject, change.creates
        if op is not None:
            data["op"] = op
            subject, creates = operation_subject(op), True
        self.events.append(Event(data, subject, creates))
        self.party = self._evolve(self.party, data)

    def _signed(self, change: Change, numbered: dict[str, int]) -> dict[str, Any]:
        said = {"type": change.type, **numbered, **change.fields}
        return said | {"user": self._by.as_json(), "at": self._now_ms}


def _snapshot_every(party: Party) -> int:
    return SNAPSHOT_EVERY if len(party.members) <= CROWD else SNAPSHOT_EVERY_IN_A_CROWD
