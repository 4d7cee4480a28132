"""One party from its first play to its last pause, and what there is to say of it."""

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass, field

from bench.cost import cpu_seconds, cpu_seconds_of_children, machine_busy_seconds
from bench.sync.clips import FPS
from bench.sync.members import Member, wait
from bench.sync.truth import Track, pairwise_errors, percentile, together_after_ms

_PAUSE_S = 2.5
_PLAY_S, _REST_S = 2.2, 1.2
_LATE_FRAME_MS = 42.0  # at 60 frames a second two were left out
_LOADED = "() => { const video = document.querySelector('video'); return video && video.readyState >= 3; }"


@dataclass(frozen=True)
class Phases:
    """How long the parts of a party last, where its seeks go, and how often it plays again in the end."""

    steady_s: float
    settle_s: float = 6.0
    seeks_ms: tuple[int, ...] = (90_000, 40_000)
    plays: int = 6


@dataclass
class Outcome:
    """What was measured of a party; times in ms, None where it never came to that."""

    tracks: list[Track] = field(default_factory=list)
    began_ms: float = 0.0
    steady: tuple[float, float] = (0.0, 0.0)
    errors: list[float] = field(default_factory=list)
    """How far apart the pictures of two members were."""
    whole_errors: list[float] = field(default_factory=list)
    """Those of them when neither had left out a frame, as machines do that are too busy to show them all."""
    clock_errors: list[float] = field(default_factory=list)
    """How far apart two members' players were by their own word: finer than a frame, and what is heard."""
    late_frames: int = 0
    steady_seeks: int = 0
    rates: tuple[float, float] = (1.0, 1.0)
    together_ms: dict[str, float | None] = field(default_factory=dict)
    felt_ms: list[float] = field(default_factory=list)
    """How long after each play the slowest member's picture moved; infinite where one never did."""
    paused_apart_ms: float = 0.0
    """How far apart the pictures were in a pause, by the numbers in them."""
    misread: int = 0
    pictures: int = 0
    others_busy: float = 0.0
    """The share of one core that other programs took in steady play: frames come late when it is large."""
    told: dict[str, object] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    @property
    def p95_ms(self) -> float:
        """The p95 of pairwise errors in steady play."""
        return percentile(self.errors, 95)


def hold_party(members: Sequence[Member], phases: Phases, together_ms: float) -> Outcome:
    """Let all but the last come, play, let the last come, play on, seek, pause, play; return the outcome.

    The second member gives the commands: its line is one of the profile. Members are together when no two
    pictures are further apart than together_ms.
    """
    return _Party(members, phases, together_ms).hold()


class _Party:
    def __init__(self, members: Sequence[Member], phases: Phases, together_ms: float) -> None:
        self._members, self._phases, self._together_ms = members, phases, together_ms
        self._host = members[1]
        self._outcome = Outcome()
        self._spans: dict[str, tuple[float, float]] = {}
        self._plays_ms: list[float] = []

    def hold(self) -> Outcome:
        for member in self._members[:-1]:
            member.begin("member.join()")
        for member in self._members[:-1]:
            member.page.wait_for_function(_LOADED)
        wait(self._members, 3.0)
        self._command("play", "play")
        self._join_last()
        self._play_steadily()
        for number, position_ms in enumerate(self._phases.seeks_ms, start=1):
            self._command(f"seek {number}", "seek", position_ms)
        self._pause()
        self._command("play again", "play")
        self._play_now_and_then()
        return self._finished()

    def _command(self, name: str, word: str, position_ms: int | None = None) -> None:
        given = "" if position_ms is None else f", {position_ms}"
        self._host.begin(f"member.command('{word}'{given})")
        wait(self._members, self._phases.settle_s)
        self._note_span(name, self._host.marked_ms(f"command {word}"))

    def _join_last(self) -> None:
        last = self._members[-1]
        last.begin("member.join()")
        wait(self._members, self._phases.settle_s)
        self._note_span("join", last.marked_ms("join"))

    def _note_span(self, name: str, begin_ms: float) -> None:
        self._spans[name] = (begin_ms, begin_ms + self._phases.settle_s * 1000)

    def _play_steadily(self) -> None:
        self._host.call("truth.mark('steady')")
        began, busy = self._host.marked_ms("steady"), _others_busy_s()
        wait(self._members, self._phases.steady_s)
        self._host.call("truth.mark('steady over')")
        over = self._host.marked_ms("steady over")
        self._outcome.steady = (began, over)
        self._outcome.others_busy = max(0.0, _others_busy_s() - busy) / (over - began) * 1000

    def _pause(self) -> None:
        self._host.begin("member.command('pause')")
        wait(self._members, _PAUSE_S)
        numbers = [member.call("truth.number()") for member in self._members]
        unread = any(number is None or math.isnan(number) for number in numbers)
        self._outcome.paused_apart_ms = math.inf if unread else (max(numbers) - min(numbers)) / FPS * 1000

    def _play_now_and_then(self) -> None:
        for _ in range(self._phases.plays):
            self._host.begin("member.command('pause')")
            wait(self._members, _REST_S)
            self._host.begin("member.command('play')")
            wait(self._members, _PLAY_S)
            self._plays_ms.append(self._host.marked_ms("command play"))

    def _finished(self) -> Outcome:
        outcome = self._outcome
        outcome.told = {member.name: member.call("member.figures()") for member in self._members}
        outcome.tracks = [member.collect() for member in self._members]
        outcome.problems = [problem for member in self._members for problem in member.problems]
        outcome.began_ms = self._spans["play"][0]
        self._judge_steady()
        for name, (begin, end) in self._spans.items():
            pictures = [track.picture for track in outcome.tracks[: self._there(name)]]
            outcome.together_ms[name] = together_after_ms(pictures, begin, end, self._together_ms)
        outcome.felt_ms = [_felt_ms(outcome.tracks, began_ms) for began_ms in self._plays_ms]
        outcome.misread = sum(track.misread() for track in outcome.tracks)
        outcome.pictures = sum(len(track.numbers) for track in outcome.tracks)
        return outcome

    def _there(self, name: str) -> int:
        return len(self._members) - 1 if name == "play" else len(self._members)

    def _judge_steady(self) -> None:
        outcome, (begin, end) = self._outcome, self._outcome.steady
        pictures = [track.picture for track in outcome.tracks]
        outcome.errors = pairwise_errors(pictures, begin, end)
        outcome.whole_errors = pairwise_errors(pictures, begin, end, _LATE_FRAME_MS)
        outcome.clock_errors = pairwise_errors([track.clock for track in outcome.tracks], begin, end)
        outcome.late_frames = sum(track.picture.gaps(begin, end, _LATE_FRAME_MS) for track in outcome.tracks)
        outcome.steady_seeks = sum(track.count("seeking", begin, end) for track in outcome.tracks)
        rates = [rate for track in outcome.tracks for rate in track.rates(begin, end)]
        outcome.rates = (min(rates), max(rates))


def _felt_ms(tracks: Sequence[Track], since_ms: float) -> float:
    moved = [track.first_moved_ms(since_ms) for track in tracks]
    return max(math.inf if at_ms is None else at_ms - since_ms for at_ms in moved)


def _others_busy_s() -> float:
    """Return the CPU seconds that were used by what is neither this program nor below it."""
    own = os.getpid()
    return machine_busy_seconds() - cpu_seconds(own) - cpu_seconds_of_children(own)
