"""The servers' side of other ways to keep players in step, as small rooms over a relay.

Each was written from the published rules of the project it is named after. `said` takes a member's message
and returns what is to be sent: pairs of a member, or None for all, and a message.
"""

import math
from dataclasses import dataclass
from typing import Any, Protocol

Message = dict[str, Any]
Post = tuple[str | None, Message]


class Room(Protocol):
    """Where members' messages meet; times are the relay's clock in ms."""

    def said(self, member: str, message: Message, now_ms: float) -> list[Post]:
        """Take a message, return what is to be sent."""

    def tick(self, now_ms: float) -> list[Post]:
        """Return what is to be sent each second."""


@dataclass
class _Motion:
    """A position that moves while it plays."""

    position_ms: float = 0.0
    playing: bool = False
    since_ms: float = 0.0

    def at(self, now_ms: float) -> float:
        return self.position_ms + (max(0.0, now_ms - self.since_ms) if self.playing else 0.0)

    def change(self, word: str, position_ms: float | None, now_ms: float) -> None:
        self.position_ms = self.at(now_ms) if position_ms is None else position_ms
        self.since_ms = now_ms
        if word != "seek":
            self.playing = word == "play"


class JellyfinGroup:
    """Commands are dated ahead by twice the slowest ping, 500 ms at least; all wait for who is not ready."""

    _LEAD_MIN_MS = 500.0
    _OFF_MAX_MS = 500.0

    def __init__(self) -> None:
        self._motion = _Motion()
        self._pings: dict[str, float] = {}
        self._known: set[str] = set()
        self._waited_for: set[str] = set()
        self._resume = False

    def said(self, member: str, message: Message, now_ms: float) -> list[Post]:
        """Take ping, ready, play, pause or seek."""
        word = message["type"]
        if word == "ping":
            self._pings[member] = message["ms"]
            return []
        if word == "ready":
            return self._ready(member, message, now_ms)
        return {"play": self._play, "pause": self._pause, "seek": self._seek}[word](message, now_ms)

    def tick(self, now_ms: float) -> list[Post]:
        """Send nothing."""
        return []

    def _play(self, _: Message, now_ms: float) -> list[Post]:
        return self._unpause(now_ms)

    def _unpause(self, now_ms: float) -> list[Post]:
        when = now_ms + max(2 * max(self._pings.values(), default=0.0), self._LEAD_MIN_MS)
        self._motion = _Motion(self._motion.at(now_ms), playing=True, since_ms=when)
        return [(None, self._command("unpause"))]

    def _pause(self, _: Message, now_ms: float) -> list[Post]:
        self._motion.change("pause", None, now_ms)
        return [(None, self._command("pause"))]

    def _seek(self, message: Message, now_ms: float) -> list[Post]:
        self._resume = self._motion.playing
        self._motion = _Motion(message["position_ms"], playing=False, since_ms=now_ms)
        self._waited_for = set(self._known)
        return [(None, self._command("seek"))]

    def _ready(self, member: str, message: Message, now_ms: float) -> list[Post]:
        if member not in self._known:
            return self._arrived(member, now_ms)
        if member not in self._waited_for:
            return []
        if abs(self._motion.position_ms - message["position_ms"]) > self._OFF_MAX_MS:
            return [(member, self._command("seek"))]
        self._waited_for.discard(member)
        if self._waited_for or not self._resume:
            return []
        return self._unpause(now_ms)

    def _arrived(self, member: str, now_ms: float) -> list[Post]:
        """Let a newcomer stop the party until it is where the others are."""
        self._known.add(member)
        self._waited_for.add(member)
        stopped: list[Post] = []
        self._resume = self._motion.playing or (self._resume and len(self._waited_for) > 1)
        if self._motion.playing:
            self._motion.change("pause", None, now_ms)
            stopped = [(each, self._command("pause")) for each in self._known - {member}]
        return [*stopped, (member, self._command("seek"))]

    def _command(self, word: str) -> Message:
        return {"type": word, "position_ms": self._motion.position_ms, "when": self._motion.since_ms}


@dataclass
class _Watcher:
    position_s: float
    heard_ms: float
    stamp: float
    rtt_s: float = 0.0
    told_ms: float | None = None


class SyncplayRoom:
    """The slowest member's position is the room's; it is told each second."""

    def __init__(self) -> None:
        self._watchers: dict[str, _Watcher] = {}
        self._paused = True
        self._paused_at_s = 0.0

    def said(self, member: str, message: Message, now_ms: float) -> list[Post]:
        """Take hello or state."""
        before = self._watchers.get(member)
        watcher = _Watcher(message["position_s"], now_ms, message["stamp"])
        if before and before.told_ms is not None:
            watcher.rtt_s = (now_ms - before.told_ms) / 1000
        self._watchers[member] = watcher
        if not message.get("changed"):
            return [(member, self._state(member, now_ms))] if before is None else []
        self._paused, self._paused_at_s = message["paused"], message["position_s"]
        for each in self._watchers.values():
            each.position_s, each.heard_ms = message["position_s"], now_ms
        seek = bool(message["seeked"])
        return [(each, self._state(each, now_ms, seek=seek, by=member)) for each in self._watchers]

    def tick(self, now_ms: float) -> list[Post]:
        """Tell everybody where the room is."""
        return [(member, self._state(member, now_ms)) for member in self._watchers]

    def _state(self, member: str, now_ms: float, *, seek: bool = False, by: str | None = None) -> Message:
        watcher = self._watchers[member]
        watcher.told_ms = now_ms
        return {
            "type": "state",
            "position_s": self._position_s(now_ms),
            "paused": self._paused,
            "seek": seek,
            "own": by == member,
            "stamp": watcher.stamp + (now_ms - watcher.heard_ms),
            "rtt_s": watcher.rtt_s,
        }

    def _position_s(self, now_ms: float) -> float:
        if self._paused:
            return self._paused_at_s
        return min(each.position_s + (now_ms - each.heard_ms) / 1000 for each in self._watchers.values())


class OpenTogetherTubeRoom:
    """The server's position is told at each change, without a time."""

    def __init__(self) -> None:
        self._motion = _Motion()

    def said(self, member: str, message: Message, now_ms: float) -> list[Post]:
        """Take hello, play, pause or seek."""
        if message["type"] != "hello":
            self._motion.change(message["type"], message.get("position_ms"), now_ms)
        told = {"type": "sync", "position_ms": self._motion.at(now_ms), "playing": self._motion.playing}
        return [(member if message["type"] == "hello" else None, told)]

    def tick(self, now_ms: float) -> list[Post]:
        """Send nothing."""
        return []


class MotionRoom:
    """A position, a velocity and the time when both held, told at each change."""

    def __init__(self) -> None:
        self._motion = _Motion()

    def said(self, member: str, message: Message, now_ms: float) -> list[Post]:
        """Take hello, play, pause or seek."""
        if message["type"] != "hello":
            self._motion.change(message["type"], message.get("position_ms"), now_ms)
        told = {
            "type": "motion",
            "position_s": self._motion.position_ms / 1000,
            "velocity": 1 if self._motion.playing else 0,
            "at": self._motion.since_ms,
        }
        return [(member if message["type"] == "hello" else None, told)]

    def tick(self, now_ms: float) -> list[Post]:
        """Send nothing."""
        return []


class TimelineRoom:
    """States of a party as the hub's room tells them, for measuring our player apart from the hub."""

    _LEAD_MS = (120.0, 400.0)
    _ALLOWANCE_MS = 60.0
    _BEACON_TICKS = 5

    def __init__(self) -> None:
        self._motion = _Motion()
        self._seq = 1
        self._ticks = 0
        self._delays: dict[str, float] = {}

    def said(self, member: str, message: Message, now_ms: float) -> list[Post]:
        """Take hello, delay, play, pause or seek."""
        word = message["type"]
        if word == "hello":
            return [(member, self._state())]
        if word == "delay":
            self._delays[member] = message["ms"]
            return []
        effect_ms = now_ms if word == "pause" else now_ms + self._lead_ms()
        self._motion.change(word, message.get("position_ms"), effect_ms)
        self._seq += 1
        return [(None, self._state())]

    def tick(self, now_ms: float) -> list[Post]:
        """Tell the state again now and then."""
        self._ticks += 1
        return [(None, self._state())] if self._ticks % self._BEACON_TICKS == 0 else []

    def _lead_ms(self) -> float:
        ordered = sorted(self._delays.values()) or [140.0]
        slow = ordered[math.ceil(len(ordered) * 0.9) - 1]
        return min(max(slow + self._ALLOWANCE_MS, self._LEAD_MS[0]), self._LEAD_MS[1])

    def _state(self) -> Message:
        return {
            "type": "state",
            "epoch": "bench",
            "seq": self._seq,
            "status": "playing" if self._motion.playing else "paused",
            "position_ms": round(self._motion.position_ms),
            "rate": 1,
            "t0": round(self._motion.since_ms),
        }
