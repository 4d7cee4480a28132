"""The event log's port: ordered channels of events that last, appended by whoever saw the top."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from store.errors import Conflict, LogError, SubjectTaken, TooManyEvents, Unstorable

__all__ = [
    "ABOUT_EVENTS_MAX",
    "Conflict",
    "Draft",
    "EventLog",
    "LogError",
    "LogStatistics",
    "Page",
    "Position",
    "Recorded",
    "SubjectTaken",
    "TooManyEvents",
    "Unstorable",
    "check_drafts",
]

ABOUT_EVENTS_MAX = 20_000  # some 10 MB of ordinary posts and reactions; a bound for memory, not a page size


class Position(NamedTuple):
    """A place in a channel: the offset of the last event seen (0 = none) within the life called `epoch`.

    Offsets grow by exactly 1 an event. The epoch changes when the log was lost or the channel begun anew: an
    offset means nothing in another epoch.
    """

    epoch: str
    offset: int


class Draft(NamedTuple):
    """An event to be: `data` is JSON text, to the letter; `creates` claims its subject, once an epoch."""

    data: str
    subject: str | None = None
    creates: bool = False


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event that lasts."""

    offset: int
    data: str
    subject: str | None


@dataclass(frozen=True, slots=True)
class Page:
    """Events read in one look, and the channel's top at that very moment."""

    top: Position
    events: list[Recorded]


@dataclass(frozen=True, slots=True)
class LogStatistics:
    """How the log does: `appends` and `events` were committed, `commit_s_*` is what batches took."""

    batches: int
    appends: int
    events: int
    refused: int
    batch_appends_max: int
    commit_s_last: float
    commit_s_total: float
    waiting: int
    waiting_max: int
    healthy: bool
    trouble: str | None


class EventLog(Protocol):
    """Channels of events: each is totally ordered, without gaps, and written only by who has seen its top.

    Guarantees: an append is all or nothing; it is answered only when it is durable; a caller that is
    cancelled leaves a whole append or none. Any number of writers, in any number of processes, may append to
    one channel. When the database is away, every method may raise `DatabaseUnavailable` or `DatabaseBusy`; an
    append that ends so may have been stored, so read the channel before repeating it, or create a subject,
    which cannot happen twice.
    """

    async def append(self, channel: str, after: Position, drafts: Sequence[Draft]) -> Position:
        """Append the drafts behind `after` and return the new top.

        Raises Conflict when `after` is not the top, SubjectTaken when it is and a draft creates a subject
        that the channel's epoch has, Unstorable when a draft cannot be kept to the letter, ValueError when
        there are no drafts, or when they create a subject twice or create None.
        """
        ...

    async def position(self, channel: str) -> Position:
        """Return the channel's top; a channel that has no events yet has the top (epoch, 0)."""
        ...

    async def read(self, channel: str, after: int, limit: int) -> Page:
        """Read at most `limit` events behind offset `after`, oldest first."""
        ...

    async def read_back(self, channel: str, before: int | None, limit: int) -> Page:
        """Read at most `limit` events before offset `before` (None = from the top), newest first."""
        ...

    async def about(self, channel: str, subjects: Sequence[str]) -> list[Recorded]:
        """Return all events on these subjects, by offset; raise TooManyEvents beyond ABOUT_EVENTS_MAX."""
        ...

    async def restart(self, channel: str) -> Position:
        """Begin the channel anew, empty, under a new epoch, and return that position; old events are kept."""
        ...

    def statistics(self) -> LogStatistics:
        """Return counts since the start of the process."""
        ...


def check_drafts(drafts: Sequence[Draft]) -> None:
    """Raise ValueError for drafts that no log takes: none at all, or subjects created twice or nameless."""
    if not drafts:
        raise ValueError("an append needs at least one draft")
    created = [draft.subject for draft in drafts if draft.creates]
    if None in created:
        raise ValueError("a draft that creates needs a subject")
    if len(set(created)) != len(created):
        raise ValueError("one append creates a subject twice")
