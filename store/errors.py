"""What can go wrong with what lasts, and whether trying again later can help."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from store.event_log import Position


class DatabaseError(Exception):
    """The database did not do what was asked; `temporary` says whether the same request may succeed later."""

    temporary: ClassVar[bool] = False


class DatabaseBusy(DatabaseError):
    """Every connection stayed in use for as long as a caller may wait."""

    temporary = True


class DatabaseUnavailable(DatabaseError):
    """PostgreSQL cannot be reached, or went away; what was under way may or may not have happened."""

    temporary = True


class DatabaseRefused(DatabaseError):
    """PostgreSQL answers, but not us: a wrong name, password or database; somebody has to mend it."""


class LogError(Exception):
    """An append that the event log refused; nothing of it was stored."""

    def __init__(self, channel: str, message: str) -> None:
        super().__init__(f"{channel}: {message}")
        self.channel = channel


class Conflict(LogError):
    """The channel's top is not where the writer believed: read on from there and decide again."""

    def __init__(self, channel: str, top: "Position") -> None:
        super().__init__(
            channel, f"the top is {top.offset} of epoch {top.epoch}; read up to it and append again"
        )
        self.top = top


class SubjectTaken(LogError):
    """A draft would create a subject that exists: `taken` maps each such subject to its offset."""

    def __init__(self, channel: str, taken: Mapping[str, int]) -> None:
        super().__init__(channel, f"already created: {', '.join(sorted(taken))}; treat the draft as a repeat")
        self.taken = dict(taken)


class Unstorable(LogError):
    """A draft that cannot be kept to the letter: no JSON, or text that is no Unicode."""


class TooManyEvents(LogError):
    """More events concern the subjects asked for than one answer may hold: ask for fewer subjects."""


class EmbeddedPostgresError(DatabaseError):
    """The hub's own PostgreSQL cannot be run here; the message says what to do."""
