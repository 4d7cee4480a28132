"""What judges the logs of parties: it agrees with the room, and finds each thing that is wrong."""

import copy
import random
from typing import Any

import pytest

from bench.parties.choices import draw_command, new_film
from bench.parties.record import Operation, Record
from examples.party_view import PartyView
from rooms.kind import By, Refused
from rooms.kinds import KINDS

PEOPLE = [By(name, name.title(), guest=name == "guest") for name in ("owner", "friend", "guest")]
SYSTEM = By("owner", "Owner", system=True)
EPOCH = "0a1b2c3d"
Log = list[dict[str, Any]]


class Party:
    """A room without a hub: what happens in it, and what was asked of it."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.kind, self.record, self.view = KINDS["watch"], Record(), PartyView()
        self.log: Log = []
        self.state, self.now_ms = self.kind.begin(), 1_000_000
        opening = {"type": "open", "epoch": EPOCH, "title": "Night", "visibility": "public"}
        self.tell({**opening, "items": [new_film(self.rng)], "policy": "all"}, SYSTEM)
        for who in PEOPLE:
            self.tell({"type": "enter"}, who)

    def tell(self, command: dict[str, Any], by: By) -> None:
        self.now_ms += self.rng.randrange(2_000)
        for event in self.kind.decide(self.state, self.kind.parse(command), by, self.now_ms):
            if event.durable:
                self.state = self.kind.evolve(self.state, event.data)
                self.log.append(event.data)
                self.view.take(event.data)

    def ask(self, command: dict[str, Any], by: By, name: str) -> None:
        """Ask for something as a client does, and note what was asked and answered."""
        asked = {**command, "op": name, "id": name, "seen": self.view.timeline.seen}
        operation = self.record.begin(Operation(name, asked, by.user, len(self.log)))
        try:
            self.tell(asked, by)
        except Refused as refused:
            operation.refusals.append(str(refused))
        else:
            operation.acked_at = len(self.log)

    def live(self, commands: int) -> None:
        for number in range(commands):
            drawn = draw_command(self.rng, self.view, [each.user for each in PEOPLE])
            if drawn is not None and drawn[1]["type"] not in ("ask", "kick", "ban"):
                by = next(each for each in PEOPLE if each.user == drawn[0])
                self.ask(drawn[1], by, f"op-{number}")

    def judged(self, log: Log) -> list[str]:
        record = copy.deepcopy(self.record)
        for offset, event in enumerate(log, 1):
            record.read(offset, event)
        record.judge(list(record.operations.values()))
        return record.faults


@pytest.mark.parametrize("seed", range(20))
def test_nothing_is_wrong_with_what_the_room_itself_tells(seed: int) -> None:
    party = Party(seed)
    party.live(200)
    assert party.judged(party.log) == []
    assert sum(each.acked_at is not None for each in party.record.operations.values()) > 50


@pytest.fixture
def party() -> Party:
    """A party with a seek that was agreed to, its last event."""
    made = Party(1)
    made.live(20)
    made.ask({"type": "seek", "position_ms": 1_234}, PEOPLE[0], "last")
    assert made.log[-1]["op"] == "last"
    assert made.judged(made.log) == []
    return made


def test_an_acked_operation_that_is_missing_is_lost(party: Party) -> None:
    (fault,) = party.judged(party.log[:-1])
    assert fault.startswith("acked, and not in the log: seek op last of owner, acked at")


def test_an_operation_that_stands_there_twice_is_found(party: Party) -> None:
    last = party.log[-1]
    again = {**last, "n": last["n"] + 1, "seq": last["seq"] + 1}
    assert [fault.partition(":")[0] for fault in party.judged([*party.log, again])] == ["2 times in the log"]


def test_a_refused_operation_may_not_have_happened(party: Party) -> None:
    operation = party.record.operations["last"]
    operation.acked_at, operation.refusals = None, ["412 stale"]
    assert [fault.partition(":")[0] for fault in party.judged(party.log)] == ["refused, and yet in the log"]
    operation.unanswered = 1
    assert party.judged(party.log) == []


def test_a_gap_in_the_numbers_of_events_or_timelines_is_found(party: Party) -> None:
    last = party.log[-1]
    assert any("follows event" in fault for fault in _faults_of_reading(party, {**last, "n": last["n"] + 1}))
    assert any("follows" in fault for fault in _faults_of_reading(party, {**last, "seq": last["seq"] + 1}))


def test_a_pause_that_moves_the_position_is_found(party: Party) -> None:
    last = party.log[-1]
    cause = {**last["cause"], "word": "pause"}
    (fault,) = _faults_of_reading(party, {**last, "position_ms": last["position_ms"] + 5_000, "cause": cause})
    assert fault.startswith("the position jumps by")


def test_a_snapshot_that_tells_something_else_is_found(party: Party) -> None:
    told = copy.deepcopy(party.log[0])
    told["n"] = party.log[-1]["n"] + 1
    (fault,) = party.judged([*party.log, told])
    assert fault.startswith("a snapshot is not what the events before it make")


def _faults_of_reading(party: Party, last: dict[str, Any]) -> list[str]:
    record = Record()
    for offset, event in enumerate([*party.log[:-1], last], 1):
        record.read(offset, event)
    return record.faults
