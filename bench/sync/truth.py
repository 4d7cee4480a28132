"""What was shown when, by the machine's own clock, and how far apart the members were.

All times here are ms of the machine's monotonic clock, positions are ms of media.
"""

import itertools
import math
import statistics
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from bench.sync.clips import FPS

GAP_MAX_MS = 150.0
"""Frames further apart than this belong to a picture that stood still, not to one that moved slowly."""
STEP_MS = 50.0
_STILL_MS = 200.0


@dataclass(frozen=True)
class Happening:
    """An event of a player, or a mark of the bench."""

    at_ms: float
    word: str
    position_ms: float
    rate: float


@dataclass
class Track:
    """What one member showed; `shown_ms` ascends."""

    name: str
    shown_ms: list[float] = field(default_factory=list)
    position_ms: list[float] = field(default_factory=list)
    happenings: list[Happening] = field(default_factory=list)
    pictures: list[tuple[float, float]] = field(default_factory=list)
    """Number by the media position, and number read from the picture."""

    def take(self, log: dict[str, Any], origin_ms: float) -> None:
        """Add what a page has logged; origin_ms is when its clock began."""
        for expected, media_s, presented, *_ in log["frames"]:
            at_ms = origin_ms + max(expected, presented)
            if self.shown_ms and at_ms <= self.shown_ms[-1]:
                continue
            self.shown_ms.append(at_ms)
            self.position_ms.append(media_s * 1000)
        for at, word, media_s, rate in log["events"]:
            self.happenings.append(Happening(origin_ms + at, word, media_s * 1000, rate))
        for _, media_s, number in log["pictures"]:
            self.pictures.append((media_s * FPS, math.nan if number is None else number))

    def at(self, at_ms: float) -> float | None:
        """Return the media position at a time, None before the first frame.

        Between two frames of a moving picture the position is in between; a still one stays where it was.
        """
        after = bisect_right(self.shown_ms, at_ms)
        if after == 0:
            return None
        began, shown = self.shown_ms[after - 1], self.position_ms[after - 1]
        if after == len(self.shown_ms):
            return shown
        ended, then = self.shown_ms[after], self.position_ms[after]
        if ended - began > GAP_MAX_MS or not 0 <= then - shown <= 2 * (ended - began) + GAP_MAX_MS:
            return shown
        return shown + (then - shown) * (at_ms - began) / (ended - began)

    def moves_at(self, at_ms: float) -> bool:
        """Return whether frames came just before and just after a time."""
        after = bisect_right(self.shown_ms, at_ms)
        return (
            0 < after < len(self.shown_ms) and self.shown_ms[after] - self.shown_ms[after - 1] <= GAP_MAX_MS
        )

    def first_moved_ms(self, since_ms: float) -> float | None:
        """Return when the first frame after a time came that is followed by others without a gap."""
        first = bisect_left(self.shown_ms, since_ms)
        for index in range(first, len(self.shown_ms) - 3):
            if self.shown_ms[index + 3] - self.shown_ms[index] < _STILL_MS:
                return self.shown_ms[index]
        return None

    def count(self, word: str, begin_ms: float, end_ms: float) -> int:
        """Return how often something happened in a span."""
        return sum(each.word == word and begin_ms <= each.at_ms < end_ms for each in self.happenings)

    def rates(self, begin_ms: float, end_ms: float) -> list[float]:
        """Return the rates that the player had in a span, the one it began with included."""
        changes = [each for each in self.happenings if each.word == "ratechange" and each.at_ms < end_ms]
        before = [each.rate for each in changes if each.at_ms < begin_ms]
        return [before[-1] if before else 1.0, *(each.rate for each in changes if each.at_ms >= begin_ms)]

    def misread(self) -> int:
        """Return how many pictures showed another number than their media position says, by over a frame."""
        return sum(not abs(number - read) <= 1.0 for number, read in self.pictures)


def instants(begin_ms: float, end_ms: float) -> Iterator[float]:
    """Return the moments at which members are compared."""
    return (begin_ms + step * STEP_MS for step in range(int((end_ms - begin_ms) / STEP_MS)))


def pairwise_errors(tracks: Sequence[Track], begin_ms: float, end_ms: float) -> list[float]:
    """Return how far apart each two members were at each instant of a span."""
    errors: list[float] = []
    for at_ms in instants(begin_ms, end_ms):
        shown = [position for track in tracks if (position := track.at(at_ms)) is not None]
        errors += (abs(one - other) for one, other in itertools.combinations(shown, 2))
    return errors


def spread(tracks: Sequence[Track], at_ms: float) -> float:
    """Return how far the members are apart at a time at most; infinite while one shows nothing."""
    shown = [track.at(at_ms) for track in tracks]
    known = [position for position in shown if position is not None]
    return max(known) - min(known) if len(known) == len(shown) else math.inf


def together_after_ms(
    tracks: Sequence[Track], since_ms: float, until_ms: float, limit_ms: float
) -> float | None:
    """Return how long after a time all members moved within limit_ms and stayed so for a second.

    A member is allowed to leave the limit in one instant of twenty of that second.
    """
    held: list[bool] = []
    for step, at_ms in enumerate(instants(since_ms, until_ms)):
        in_limit = spread(tracks, at_ms) <= limit_ms
        held.append(in_limit and all(track.moves_at(at_ms) for track in tracks))
        window = held[-int(1000 / STEP_MS) :]
        if len(window) == int(1000 / STEP_MS) and window[0] and sum(window) >= len(window) - 1:
            return (step - len(window) + 1) * STEP_MS
    return None


def offsets(tracks: Sequence[Track], begin_ms: float, end_ms: float) -> dict[str, list[tuple[float, float]]]:
    """Return each member's (time since begin, position ahead of the members' median), for a plot."""
    lines: dict[str, list[tuple[float, float]]] = {track.name: [] for track in tracks}
    for at_ms in instants(begin_ms, end_ms):
        shown = {track.name: position for track in tracks if (position := track.at(at_ms)) is not None}
        if len(shown) < 2:
            continue
        middle = statistics.median(shown.values())
        for name, position in shown.items():
            lines[name].append((at_ms - begin_ms, position - middle))
    return lines


def percentile(values: Sequence[float], percent: float) -> float:
    """Return a percentile of values; infinite when there are none."""
    ordered = sorted(values)
    return ordered[math.ceil(len(ordered) * percent / 100) - 1] if ordered else math.inf
