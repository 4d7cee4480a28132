"""A room without a hub: a small kind with every trick, and a publisher that keeps what it is told."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from actors import Answered, Envelope, Failed, Outcome
from rooms.kind import By, Event, Kind, Refused
from rooms.ports import Publication
from rooms.room import Request, Room
from store.event_log import EventLog

CHANNEL = "ledger:one"
ADA = By("ada", "Ada")


@dataclass(frozen=True)
class Ledger:
    """The last names written down, and how often each was changed."""

    names: tuple[tuple[str, int], ...] = ()

    def __getitem__(self, name: str) -> int | None:
        return dict(self.names).get(name)

    def with_(self, name: str, changes: int, remembered: int) -> "Ledger":
        kept = tuple(each for each in self.names if each[0] != name)
        return Ledger((*kept, (name, changes))[-remembered:])


class LedgerKind:
    """`+name` writes a name down once, `*name` changes it, `?` is volatile, `!` breaks, `-` is refused."""

    durable = True
    replay_events_max = 1_000
    replay_subjects: Sequence[str] = ()
    needs_opening = False
    keeps_last = False
    needs_token = False

    def __init__(self, remembered: int = 1_000) -> None:
        self.remembered = remembered

    def may_read(self, by: By) -> bool:
        return True

    def begin(self) -> Ledger:
        return Ledger()

    def parse(self, data: object) -> object:
        return data

    def unknown_subjects(self, state: Ledger, command: str) -> Sequence[str]:
        return [command[1:]] if command[0] == "*" and state[command[1:]] is None else []

    def decide(self, state: Ledger, command: str, by: By, now_ms: int) -> list[Event]:
        name, data = command[1:], {"what": command, "by": by.user, "at": now_ms}
        match command[0]:
            case "+" if state[name] is None:
                return [Event(data, subject=name, creates=True)]
            case "+":
                return []
            case "*" if state[name] is None:
                raise Refused(404, "no such name")
            case "*":
                return [Event({**data, "change": (state[name] or 0) + 1}, subject=name)]
            case "?":
                return [Event(data, durable=False, retain=name or None)]
            case "2":
                return [Event(data), Event(data, durable=False), Event(data)]
            case "-":
                raise Refused(400, "no")
        raise ZeroDivisionError(command)

    def evolve(self, state: Ledger, data: dict[str, Any]) -> Ledger:
        name = data["what"][1:]
        if data["what"][0] == "+":
            return state.with_(name, state[name] or 0, self.remembered)
        if data["what"][0] == "*" and state[name] is not None:
            return state.with_(name, data["change"], self.remembered)
        return state


class VolatileKind(LedgerKind):
    """The same without a log."""

    durable = False


@dataclass
class Told:
    """What a publisher was told: (offset, what) of each publication, and the publications whole."""

    publications: list[Publication] = field(default_factory=list)

    def publish(self, channel: str, publications: Sequence[Publication]) -> None:
        assert channel == CHANNEL
        self.publications += publications

    @property
    def events(self) -> list[tuple[int, str]]:
        return [(each.offset, json.loads(each.data)["what"]) for each in self.publications]


def open_room(
    log: EventLog, publisher: Any, kind: Kind | None = None, channel: str = CHANNEL, now_ms: int = 7
) -> Room:
    return Room(channel, kind or LedgerKind(), log, publisher, lambda: now_ms)


async def turn(room: Room, *commands: str, by: By = ADA) -> list[object]:
    """Take a turn and return for each command None or the error it was failed with."""
    outcomes: list[Outcome] = []
    batch = [Envelope(Request(command, by), outcomes.append) for command in commands]
    try:
        await room.turn(batch)
    finally:
        assert len(outcomes) == len(commands), "everybody is answered, once"
    return [outcome.error if isinstance(outcome, Failed) else _value(outcome) for outcome in outcomes]


def _value(outcome: Answered) -> object:
    return outcome.value


def codes(results: Sequence[object]) -> list[int | None]:
    """Return the codes of refusals, None for what was answered."""
    return [each.code if isinstance(each, Refused) else None for each in results]
