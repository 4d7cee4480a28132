"""A watch party without a hub: gives commands as time goes on, and keeps what comes of them."""

from dataclasses import replace
from typing import Any

import orjson
import pytest

from rooms.kind import By, Event, Refused
from rooms.kinds.watch.commands import Operation, Tick
from rooms.kinds.watch.kind import WatchKind
from rooms.kinds.watch.parsing import parse
from rooms.kinds.watch.position import position_at
from rooms.kinds.watch.state import Party

NOW = 1_700_000_000_000
EPOCH = "0a1b2c3d"
ADA = By("ada", "Ada")
BOB = By("bob", "Bob")
CAT = By("cat", "Cat")
GUS = By("guest-1", "Gus", guest=True)
MODERATOR = By("mo", "Mo", moderator=True)
HUB = By("", system=True)
STEERING = ("play", "pause", "seek", "rate", "next")
WITHOUT_OP = ("enter", "leave", "chat", "delete", "ask", "react", "open", "admit", "check")
FILM = {"id": "film", "title": "A film", "url": "/film.m3u8", "kind": "hls", "duration_ms": 600_000}
CLIP = {"id": "clip", "title": "A clip", "url": "https://films.example/clip.mp4", "duration_ms": 60_000}


class Watched:
    """A party that Ada owns, in its lobby, with a film and a clip; events go through JSON like in a log."""

    def __init__(self, *present: By, **opening: Any) -> None:
        self.kind = WatchKind()
        self.state: Party = self.kind.begin()
        self.now = NOW
        self.events: list[dict[str, Any]] = []
        self._operations = 0
        usual = {
            "id": "party1",
            "epoch": EPOCH,
            "title": "Night",
            "visibility": "public",
            "items": [FILM, CLIP],
        }
        self.give(replace(ADA, system=True), "open", **usual | opening)
        for by in present:
            self.give(by, "enter")

    @property
    def seen(self) -> dict[str, Any]:
        return {"epoch": self.state.timeline.epoch, "seq": self.state.timeline.seq}

    @property
    def status(self) -> str:
        return self.state.timeline.status

    @property
    def position_ms(self) -> int:
        return position_at(self.state.timeline, self.now)

    def decide(self, by: By, word: str, /, **fields: Any) -> list[Event]:
        """Return what a command would bring about; what it needs and is not given is made up."""
        data = {"type": word, **fields}
        if word not in WITHOUT_OP and "op" not in data:
            self._operations += 1
            data["op"] = f"op-{self._operations}"
        if word in STEERING:
            data.setdefault("seen", self.seen)
        return self.kind.decide(self.state, parse(data), by, self.now)

    def give(self, by: By, word: str, /, **fields: Any) -> list[dict[str, Any]]:
        """Carry out a command; return the data of its events."""
        return self._take(self.decide(by, word, **fields))

    def refusal(self, by: By, word: str, /, **fields: Any) -> Refused:
        """Return how a command is refused."""
        with pytest.raises(Refused) as refused:
            self.decide(by, word, **fields)
        return refused.value

    def tick(
        self, seconds: float = 0, *, heard: set[str] | None = None, watched_ms: int = 60_000,
        lead_ms: int | None = None, beat: int = 1,
    ) -> list[dict[str, Any]]:  # fmt: skip
        """Let time pass; everybody is heard unless it is said who."""
        self.now += int(seconds * 1000)
        everybody = frozenset(self.state.members)
        tick = Tick(everybody if heard is None else frozenset(heard), watched_ms, lead_ms, beat)
        return self._take(self.kind.decide(self.state, tick, HUB, self.now))

    def pass_s(self, seconds: int) -> list[dict[str, Any]]:
        """Let seconds pass with a tick each; return all that comes of it."""
        return [data for _ in range(seconds) for data in self.tick(1)]

    def playing(self) -> "Watched":
        """Let it play, with everything that was planned in effect."""
        self.give(ADA, "play")
        self.now += 1_000
        return self

    def repeated(self, by: By, command: Operation) -> list[Event]:
        return self.kind.decide(self.state, command, by, self.now)

    def _take(self, events: list[Event]) -> list[dict[str, Any]]:
        told = []
        for event in events:
            data = orjson.loads(orjson.dumps(event.data))
            told.append(data)
            if event.durable:
                self.state = self.kind.evolve(self.state, data)
                self.events.append(data)
        return told

    def replayed(self) -> Party:
        """Return the state as a room has it that wakes now."""
        state = self.kind.begin()
        for data in self.events[-self.kind.replay_events_max :]:
            state = self.kind.evolve(state, data)
        return state


def types(told: list[dict[str, Any]]) -> list[str]:
    """Return the types of events."""
    return [data["type"] for data in told]
