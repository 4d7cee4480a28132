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
class Curve:
    """Media positions over time, from readings a few frames apart; `at_ms` ascends."""

    at_ms: list[float] = field(default_factory=list)
    position_ms: list[float] = field(default_factory=list)

    def add(self, at_ms: float, position_ms: float) -> None:
        """Take a reading; one for no later a time, as a frame for the same refresh, replaces the last."""
        if self.at_ms and at_ms <= self.at_ms[-1]:
            self.position_ms[-1] = position_ms
            return
        self.at_ms.append(at_ms)
        self.position_ms.append(position_ms)

    def at(self, at_ms: float) -> float | None:
        """Return the position at a time, None before the first reading.

        Between two readings of what moves the position is in between; what stands still stays where it was.
        """
        after = bisect_right(self.at_ms, at_ms)
        if after == 0:
            return None
        began, shown = self.at_ms[after - 1], self.position_ms[after - 1]
        if after == len(self.at_ms):
            return shown
        ended, then = self.at_ms[after], self.position_ms[after]
        if ended - began > GAP_MAX_MS or not 0 <= then - shown <= 2 * (ended - began) + GAP_MAX_MS:
            return shown
        return shown + (then - shown) * (at_ms - began) / (ended - began)

    def gap_ms(self, at_ms: float) -> float:
        """Return the time between the readings before and after a time; infinite where one is missing."""
        after = bisect_right(self.at_ms, at_ms)
        known = 0 < after < len(self.at_ms)
        return self.at_ms[after] - self.at_ms[after - 1] if known else math.inf

    def moves_at(self, at_ms: float) -> bool:
        """Return whether there was a reading just before and just after a time."""
        return self.gap_ms(at_ms) <= GAP_MAX_MS

    def gaps(self, begin_ms: float, end_ms: float, longer_ms: float) -> int:
        """Return how many readings of a span came later than this after the one before."""
        first, last = bisect_left(self.at_ms, begin_ms), bisect_left(self.at_ms, end_ms)
        pairs = itertools.pairwise(self.at_ms[first:last])
        return sum(after - before > longer_ms for before, after in pairs)


@dataclass
class Track:
    """What one member showed (`picture`), and where its player said that it is (`clock`), finer than
    a frame; both by the machine's clock, as the browser itself tells them.
    """

    name: str
    picture: Curve = field(default_factory=Curve)
    clock: Curve = field(default_factory=Curve)
    happenings: list[Happening] = field(default_factory=list)
    numbers: list[tuple[float, float]] = field(default_factory=list)
    """Frame number by the media position, and frame number read from the picture."""

    def take(self, log: dict[str, Any], origin_ms: float) -> None:
        """Add what a page has logged; origin_ms is when its clock began."""
        for expected, media_s, presented, now, current_s in log["frames"]:
            self.picture.add(origin_ms + max(expected, presented), media_s * 1000)
            self.clock.add(origin_ms + now, current_s * 1000)
        for at, word, media_s, rate in log["events"]:
            self.happenings.append(Happening(origin_ms + at, word, media_s * 1000, rate))
        for _, media_s, number in log["pictures"]:
            self.numbers.append((media_s * FPS, math.nan if number is None else number))

    def first_moved_ms(self, since_ms: float) -> float | None:
        """Return when the first frame after a time came that is followed by others without a gap."""
        times = self.picture.at_ms
        for index in range(bisect_left(times, since_ms), len(times) - 3):
            if times[index + 3] - times[index] < _STILL_MS:
                return times[index]
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
        """Return how many pictures were over two frames from the number that their media position says."""
        return sum(not abs(number - read) <= 2.0 for number, read in self.numbers)


def instants(begin_ms: float, end_ms: float) -> Iterator[float]:
    """Return the moments at which members are compared."""
    return (begin_ms + step * STEP_MS for step in range(int((end_ms - begin_ms) / STEP_MS)))


def pairwise_errors(
    curves: Sequence[Curve], begin_ms: float, end_ms: float, gap_max_ms: float = math.inf
) -> list[float]:
    """Return how far apart each two members were at each instant of a span.

    Left out is who had no two readings within gap_max_ms around that instant.
    """
    errors: list[float] = []
    for at_ms in instants(begin_ms, end_ms):
        known = [curve.at(at_ms) for curve in curves if curve.gap_ms(at_ms) <= gap_max_ms]
        shown = [position for position in known if position is not None]
        errors += (abs(one - other) for one, other in itertools.combinations(shown, 2))
    return errors


def spread(curves: Sequence[Curve], at_ms: float) -> float:
    """Return how far the members are apart at a time at most; infinite while one shows nothing."""
    shown = [curve.at(at_ms) for curve in curves]
    known = [position for position in shown if position is not None]
    return max(known) - min(known) if len(known) == len(shown) else math.inf


def together_after_ms(
    curves: Sequence[Curve], since_ms: float, until_ms: float, limit_ms: float
) -> float | None:
    """Return how long after a time all members moved within limit_ms and stayed so for a second.

    A member is allowed to leave the limit in one instant of twenty of that second.
    """
    held: list[bool] = []
    for step, at_ms in enumerate(instants(since_ms, until_ms)):
        in_limit = spread(curves, at_ms) <= limit_ms
        held.append(in_limit and all(curve.moves_at(at_ms) for curve in curves))
        window = held[-int(1000 / STEP_MS) :]
        if len(window) == int(1000 / STEP_MS) and window[0] and sum(window) >= len(window) - 1:
            return (step - len(window) + 1) * STEP_MS
    return None


def offsets(tracks: Sequence[Track], begin_ms: float, end_ms: float) -> dict[str, list[tuple[float, float]]]:
    """Return each member's (time since begin, position ahead of the members' median), for a plot."""
    lines: dict[str, list[tuple[float, float]]] = {track.name: [] for track in tracks}
    for at_ms in instants(begin_ms, end_ms):
        shown = {
            track.name: position for track in tracks if (position := track.picture.at(at_ms)) is not None
        }
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
