"""A satellite's room: its tracker reports where it is, everybody looks on, nothing is stored."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rooms.kind import By, Event
from rooms.refusals import permission_denied

_REPLACES = {"unavailable": "position"}  # who comes later must not see a position that no longer holds


@dataclass(frozen=True, slots=True)
class Report:
    """What the tracker worked out: a position or a ground track, each with its `type`."""

    data: dict[str, Any]


class SatelliteKind:
    """The rules of `sat:{norad}`: only the hub's own tracker speaks; the last of each type is kept."""

    durable = False
    replay_events_max = 0
    replay_subjects: Sequence[str] = ()
    needs_opening = False
    keeps_last = True
    needs_token = False

    def may_read(self, by: By) -> bool:
        """The sky is open to everybody."""
        return True

    def begin(self) -> None:
        """Return the state of a satellite: there is none to keep."""

    def parse(self, data: object) -> Report:
        """Refuse whatever a client sends."""
        raise permission_denied("a satellite's channel can only be listened to")

    def unknown_subjects(self, state: None, command: Report) -> Sequence[str]:
        """A report stands by itself."""
        return ()

    def decide(self, state: None, command: Report, by: By, now_ms: int) -> list[Event]:
        """Return the report as a volatile event."""
        if not by.system:
            raise permission_denied("only the tracker reports")
        type_ = command.data["type"]
        return [Event(command.data, durable=False, retain=_REPLACES.get(type_, type_))]

    def evolve(self, state: None, data: dict[str, Any]) -> None:
        """Nothing a satellite does is remembered."""
