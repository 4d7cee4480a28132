"""The event log kept in memory: first-class for tests, and for what may be forgotten with the process."""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field

import trio

from store.event_log import (
    ABOUT_EVENTS_MAX,
    Conflict,
    Draft,
    LogStatistics,
    Page,
    Position,
    Recorded,
    SubjectTaken,
    TooManyEvents,
    Unstorable,
    check_drafts,
)


def new_epoch() -> str:
    """Return a name for a channel's life that no other life has."""
    return secrets.token_hex(8)


@dataclass(slots=True)
class _Channel:
    epoch: str
    events: list[Recorded] = field(default_factory=list)
    created: dict[str, int] = field(default_factory=dict)

    @property
    def top(self) -> Position:
        return Position(self.epoch, len(self.events))


class MemoryEventLog:
    """An `EventLog` in memory: durable as long as the object lives."""

    def __init__(self) -> None:
        self._epoch = new_epoch()
        self._channels: dict[str, _Channel] = {}
        self._appends = 0
        self._events = 0
        self._refused = 0

    async def append(self, channel: str, after: Position, drafts: Sequence[Draft]) -> Position:
        """Append the drafts behind `after` and return the new top; see the port."""
        check_drafts(drafts)
        await trio.lowlevel.checkpoint()
        try:
            return self._append(channel, after, drafts)
        except (Conflict, SubjectTaken, Unstorable):
            self._refused += 1
            raise

    def _append(self, channel: str, after: Position, drafts: Sequence[Draft]) -> Position:
        kept = self._look(channel)
        if after != kept.top:
            raise Conflict(channel, kept.top)
        for draft in drafts:
            _check_storable(channel, draft)
        taken = {
            d.subject: kept.created[d.subject] for d in drafts if d.creates and d.subject in kept.created
        }
        if taken:
            raise SubjectTaken(channel, taken)
        self._channels[channel] = kept
        for offset, draft in enumerate(drafts, start=after.offset + 1):
            kept.events.append(Recorded(offset, draft.data, draft.subject))
            if draft.creates and draft.subject is not None:
                kept.created[draft.subject] = offset
        self._appends += 1
        self._events += len(drafts)
        return kept.top

    async def position(self, channel: str) -> Position:
        """Return the channel's top."""
        await trio.lowlevel.checkpoint()
        return self._look(channel).top

    async def read(self, channel: str, after: int, limit: int) -> Page:
        """Read at most `limit` events behind offset `after`, oldest first."""
        await trio.lowlevel.checkpoint()
        kept = self._look(channel)
        first = max(after, 0)
        return Page(kept.top, kept.events[first : first + max(limit, 0)])

    async def read_back(self, channel: str, before: int | None, limit: int) -> Page:
        """Read at most `limit` events before offset `before` (None = from the top), newest first."""
        await trio.lowlevel.checkpoint()
        kept = self._look(channel)
        end = len(kept.events) if before is None else min(max(before - 1, 0), len(kept.events))
        return Page(kept.top, kept.events[max(end - max(limit, 0), 0) : end][::-1])

    async def about(self, channel: str, subjects: Sequence[str]) -> list[Recorded]:
        """Return all events on these subjects, by offset."""
        await trio.lowlevel.checkpoint()
        wanted = frozenset(subjects)
        found = [event for event in self._look(channel).events if event.subject in wanted]
        if len(found) > ABOUT_EVENTS_MAX:
            raise TooManyEvents(channel, f"more than {ABOUT_EVENTS_MAX} events; ask for fewer subjects")
        return found

    async def restart(self, channel: str) -> Position:
        """Begin the channel anew, empty, under a new epoch."""
        await trio.lowlevel.checkpoint()
        self._channels[channel] = _Channel(new_epoch())
        return self._channels[channel].top

    def statistics(self) -> LogStatistics:
        """Return counts since this log was made; an append in memory is a batch of its own."""
        return LogStatistics(
            batches=self._appends,
            appends=self._appends,
            events=self._events,
            refused=self._refused,
            batch_appends_max=min(self._appends, 1),
            commit_s_last=0.0,
            commit_s_total=0.0,
            waiting=0,
            waiting_max=0,
            healthy=True,
            trouble=None,
        )

    def _look(self, channel: str) -> _Channel:
        return self._channels.get(channel) or _Channel(self._epoch)


def _check_storable(channel: str, draft: Draft) -> None:
    try:
        json.loads(draft.data, parse_constant=_refuse_constant)
        draft.data.encode()
        if draft.subject is not None and "\0" in draft.subject:
            raise ValueError("a subject may not hold NUL")
        (draft.subject or "").encode()
    except (ValueError, RecursionError) as error:
        raise Unstorable(channel, f"cannot be stored: {error}") from error


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")
