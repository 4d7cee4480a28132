"""A board's room: the hub tells which of its threads have changed, everybody looks on, nothing is stored."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rooms.kind import By, Event
from rooms.refusals import permission_denied


@dataclass(frozen=True, slots=True)
class News:
    """A thread as the board's list shows it now."""

    thread: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """A thread that has left the list."""

    id: str


class BoardKind:
    """The rules of `board:{slug}`: only the hub itself speaks."""

    durable = False
    replay_events_max = 0
    replay_subjects: Sequence[str] = ()
    needs_opening = False
    keeps_last = False
    needs_token = False

    def may_read(self, by: By) -> bool:
        """Boards are open to everybody."""
        return True

    def begin(self) -> None:
        """Return the state of a board's room: there is none to keep."""

    def parse(self, data: object) -> News | Withdrawn:
        """Refuse whatever a client sends."""
        raise permission_denied("a board's channel can only be listened to")

    def unknown_subjects(self, state: None, command: News | Withdrawn) -> Sequence[str]:
        """News stand by themselves."""
        return ()

    def decide(self, state: None, command: News | Withdrawn, by: By, now_ms: int) -> list[Event]:
        """Return the news as a volatile event."""
        if not by.system:
            raise permission_denied("only the hub tells what is new on a board")
        if isinstance(command, Withdrawn):
            return [Event({"type": "withdrawn", "id": command.id}, durable=False)]
        return [Event({"type": "thread", "thread": command.thread}, durable=False)]

    def evolve(self, state: None, data: dict[str, Any]) -> None:
        """Nothing is remembered."""
