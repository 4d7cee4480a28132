"""The one actor class that runs every kind of room: decide, append, evolve, answer, publish."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

import orjson

from actors import Envelope
from rooms.kind import By, Event, Kind, Refused
from rooms.ports import Publication, Publisher
from store.errors import Conflict, DatabaseError, LogError, SubjectTaken, TooManyEvents
from store.event_log import Draft, EventLog, Page, Position, Recorded

DECISIONS_PER_TURN_MAX = 50  # how often a turn is decided again because another writer was faster
READ_EVENTS_MAX = 1_000
_NOWHERE = Position("", 0)  # every epoch has a name


class Request(NamedTuple):
    """A command to a room and who gives it; it is answered with None once its events are durable."""

    command: Any
    by: By


class RoomCrashed(Exception):
    """The room's own rules broke on this request: a fault of ours, and trying again later may help."""


_Beyond: TypeAlias = dict[str, TooManyEvents]
"""Subjects about which more has happened than a room can look at, each with the log's refusal."""


@dataclass(slots=True)
class _Turn:
    """What the requests of one turn come to on a working state."""

    state: Any
    now_ms: int
    events: list[Event] = field(default_factory=list)
    data: list[bytes] = field(default_factory=list)
    """The JSON of each event."""
    verdicts: list[Exception | None] = field(default_factory=list)
    crash: Exception | None = None

    def drafts(self) -> list[Draft]:
        """Return what the log is to keep."""
        return [
            Draft(data.decode(), event.subject, event.creates)
            for event, data in zip(self.events, self.data, strict=True)
            if event.durable
        ]


class Room:
    """A room of any kind on its channel.

    Nothing is published or answered before it is durable. The state is a cache of the log: when another
    writer was faster, or a subject was already created, the room reads what it missed and decides again.
    """

    def __init__(
        self, channel: str, kind: Kind, log: EventLog, publisher: Publisher, now_ms: Callable[[], int]
    ) -> None:
        self._channel = channel
        self._kind = kind
        self._log = log
        self._publisher = publisher
        self._now_ms = now_ms
        self._state: Any = kind.begin()
        self._position = _NOWHERE

    async def start(self) -> None:
        """Begin without a look at the log: should it be away, requests fail and the room does not."""

    async def turn(self, batch: Sequence[Envelope[Request]]) -> None:
        """Carry out all requests that waited, with one append for them all.

        Only where the first of them push a subject out of memory that a later one needs, the rest follows in
        an append of its own.
        """
        crash = None
        while batch:
            try:
                turn = await self._decide_and_append(batch)
            except (DatabaseError, LogError) as error:
                for envelope in batch:
                    envelope.fail(error)
                break
            self._answer(batch, turn)
            self._publish(turn)
            batch = batch[len(turn.verdicts) :]
            crash = crash or turn.crash
        if crash is not None:
            raise crash

    async def stop(self) -> None:
        """Leave; all there is to keep is in the log."""

    def may_sleep(self) -> bool:
        """A room without messages has nothing to stay awake for."""
        return True

    async def _decide_and_append(self, batch: Sequence[Envelope[Request]]) -> _Turn:
        requests = [envelope.message for envelope in batch]
        if self._kind.durable and self._position == _NOWHERE:
            await self._bring_back()
        beyond: _Beyond = {}
        for _ in range(DECISIONS_PER_TURN_MAX):
            if unknown := self._unknown_subjects(requests) - beyond.keys():
                beyond |= await self._recall(unknown)
            turn = self._decide(requests, beyond)
            try:
                await self._append(turn)
            except Conflict as conflict:
                await self._catch_up(conflict)
            except SubjectTaken as taken:
                beyond |= await self._recall(taken.taken)
            else:
                return turn
        raise LogError(self._channel, "too many write here at once; try again")

    async def _bring_back(self) -> None:
        """Bring the state back from the end of the log, all of it or nothing."""
        page = await self._log.read_back(self._channel, None, self._kind.replay_events_max)
        before = await self._from_before(page)
        self._state = self._kind.begin()
        self._evolve([*before, *reversed(page.events)])
        self._position = page.top

    async def _from_before(self, page: Page) -> list[Recorded]:
        """Return the events from before the page that no room of this kind may forget."""
        subjects = self._kind.replay_subjects
        if not subjects or not page.events or page.events[-1].offset == 1:
            return []
        events = await self._log.about(self._channel, subjects)
        return [event for event in events if event.offset < page.events[-1].offset]

    def _unknown_subjects(self, requests: Iterable[Request]) -> set[str]:
        unknown = self._kind.unknown_subjects
        return {subject for request in requests for subject in unknown(self._state, request.command)}

    async def _recall(self, subjects: Iterable[str]) -> _Beyond:
        """Bring subjects back from the log; return those about which too much has happened, with the error.

        When they are too much together each is asked for by itself, so that one spares the others.
        """
        wanted = sorted(subjects)
        try:
            self._evolve(await self._log.about(self._channel, wanted))
        except TooManyEvents as error:
            if len(wanted) == 1:
                return {wanted[0]: error}
            beyond: _Beyond = {}
            for subject in wanted:
                beyond |= await self._recall([subject])
            return beyond
        return {}

    async def _catch_up(self, conflict: Conflict) -> None:
        """Read what others wrote; or this room itself, when it was not told that an append had succeeded."""
        if conflict.top.epoch != self._position.epoch or conflict.top.offset < self._position.offset:
            await self._bring_back()
            return
        while self._position.offset < conflict.top.offset:
            page = await self._log.read(self._channel, self._position.offset, READ_EVENTS_MAX)
            if page.top.epoch != self._position.epoch or not page.events:
                await self._bring_back()
                return
            self._evolve(page.events)
            self._position = Position(self._position.epoch, page.events[-1].offset)
            self._tell_again(page.events)

    def _tell_again(self, recorded: Iterable[Recorded]) -> None:
        """Publish what may never have been published: who has heard it drops it by its offset."""
        epoch = self._position.epoch
        self._publisher.publish(
            self._channel,
            [Publication(event.data.encode(), event.offset, epoch=epoch) for event in recorded],
        )

    def _evolve(self, recorded: Iterable[Recorded]) -> None:
        for event in recorded:
            self._state = self._kind.evolve(self._state, orjson.loads(event.data))

    def _decide(self, requests: Iterable[Request], beyond: _Beyond) -> _Turn:
        turn = _Turn(self._state, self._now_ms())
        for request in requests:
            if turn.events and self._forgotten(turn.state, request, beyond):
                break
            turn.verdicts.append(self._carry_out(turn, request, beyond))
        return turn

    def _forgotten(self, state: Any, request: Request, beyond: _Beyond) -> bool:
        """Return whether the events of this turn have pushed out of memory what a request is about."""
        unknown = self._kind.unknown_subjects(state, request.command)
        return bool(unknown) and any(each not in beyond for each in unknown)

    def _carry_out(self, turn: _Turn, request: Request, beyond: _Beyond) -> Exception | None:
        """Carry out one request, or return why not: then, even after a crash, `turn` is as it was."""
        state = turn.state
        try:
            events = self._decided(turn, request, beyond)
            data = [orjson.dumps(event.data) for event in events]
            for event in events:
                if event.durable:
                    state = self._kind.evolve(state, event.data)
        except (Refused, TooManyEvents) as refused:
            return refused
        except Exception as error:  # a bug in a kind: the turn goes on, then the room starts afresh
            turn.crash = turn.crash or error
            return RoomCrashed(f"the rules of {self._channel} broke on this command")
        turn.state = state
        turn.events += events
        turn.data += data
        return None

    def _decided(self, turn: _Turn, request: Request, beyond: _Beyond) -> list[Event]:
        """Return the events of a request.

        Raises Refused, and TooManyEvents for a subject in `beyond`, of which the room does not know the past.
        """
        command = request.command
        if not beyond:
            return self._kind.decide(turn.state, command, request.by, turn.now_ms)
        _check_known(self._kind.unknown_subjects(turn.state, command), beyond)
        events = self._kind.decide(turn.state, command, request.by, turn.now_ms)
        _check_known([event.subject for event in events if event.creates], beyond)
        return events

    async def _append(self, turn: _Turn) -> None:
        if drafts := turn.drafts():
            self._position = await self._log.append(self._channel, self._position, drafts)
        self._state = turn.state

    def _answer(self, batch: Sequence[Envelope[Request]], turn: _Turn) -> None:
        for envelope, verdict in zip(batch, turn.verdicts, strict=False):  # the rest comes later
            if verdict is None:
                envelope.answer(None)
            else:
                envelope.fail(verdict)

    def _publish(self, turn: _Turn) -> None:
        if not turn.events:
            return
        epoch = self._position.epoch
        offset = self._position.offset - sum(event.durable for event in turn.events)
        publications = []
        for event, data in zip(turn.events, turn.data, strict=True):
            offset += event.durable
            publications.append(Publication(data, offset if event.durable else 0, event.retain, epoch))
        self._publisher.publish(self._channel, publications)


def _check_known(subjects: Iterable[str | None], beyond: _Beyond) -> None:
    for subject in subjects:
        if subject is not None and subject in beyond:
            raise beyond[subject]
