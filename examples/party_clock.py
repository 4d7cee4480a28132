"""The hub's clock as a client sees it: four timestamps an exchange, a line through the best of them.

Each exchange shows how far the hub's clock is ahead, wrong by half of what the ways there and back differ. So
only exchanges about as quick as the quickest count, and a line through them (Theil's: medians, which a few
bad ones do not move) gives offset and drift. What is shown follows the line without jumps.
"""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

KEPT_MS = 120_000.0
SAMPLES_MAX = 120
BURST = 10
BURST_PAUSE_S = 0.06
PLAYING_PAUSE_S = 2.0
IDLE_PAUSE_S = 10.0
STEP_MS_MIN = 50.0
SLEW_MS_A_MS = 5.0 / 1000.0
_SPREAD = 0.15  # exchanges this much slower than the quickest still count,
_SPREAD_MS_MIN = 2.0  # or slower by this
_SAMPLES_TO_MOVE = 4  # after another hub answered: its first answers may be slow ones
_DRIFT_SPAN_MS_MIN = 20_000.0  # before it, offsets tell nothing of the drift
_PAIR_MS_MIN = 5_000.0
_DRIFT_MAX = 500e-6  # no clock is worse


@dataclass(frozen=True, slots=True)
class Sample:
    """One exchange: asked at t0, received t1, answered t2 (both the hub's), back at t3; ms."""

    t0: float
    t1: float
    t2: float
    t3: float

    @property
    def rtt_ms(self) -> float:
        """How long it was on its way, there and back."""
        return (self.t3 - self.t0) - (self.t2 - self.t1)

    @property
    def at_ms(self) -> float:
        """When it was, by the client's clock."""
        return (self.t0 + self.t3) / 2

    @property
    def offset_ms(self) -> float:
        """How far the hub's clock is ahead, if both ways took equally long."""
        return ((self.t1 - self.t0) + (self.t2 - self.t3)) / 2


@dataclass(frozen=True, slots=True)
class Line:
    """How far the hub's clock is ahead at any time of the client's."""

    at_ms: float
    offset_ms: float
    drift: float

    def offset_at(self, now_ms: float) -> float:
        """Return how far the hub's clock is ahead at this time."""
        return self.offset_ms + self.drift * (now_ms - self.at_ms)


def best_of(samples: Sequence[Sample]) -> list[Sample]:
    """Return the samples that are about as quick as the quickest."""
    floor = min(each.rtt_ms for each in samples)
    limit = floor + max(_SPREAD_MS_MIN, _SPREAD * floor)
    return [each for each in samples if each.rtt_ms <= limit]


def line_through(samples: Sequence[Sample]) -> Line:
    """Return the line through these samples, level while they say nothing of the drift."""
    drift = _drift_of(samples)
    at_ms = samples[-1].at_ms
    return Line(at_ms, median(each.offset_ms - drift * (each.at_ms - at_ms) for each in samples), drift)


def _drift_of(samples: Sequence[Sample]) -> float:
    if samples[-1].at_ms - samples[0].at_ms < _DRIFT_SPAN_MS_MIN:
        return 0.0
    half = len(samples) // 2  # each with the one half of them later: as good as all pairs, and far fewer
    slopes = [
        (later.offset_ms - earlier.offset_ms) / (later.at_ms - earlier.at_ms)
        for earlier, later in zip(samples, samples[-half:], strict=False)
        if later.at_ms - earlier.at_ms >= _PAIR_MS_MIN
    ]
    return min(_DRIFT_MAX, max(-_DRIFT_MAX, median(slopes))) if slopes else 0.0


class PartyClock:
    """Tells the hub's time by a clock of one's own that only ever runs forward (ms)."""

    def __init__(self, now_ms: Callable[[], float]) -> None:
        self.now_ms = now_ms
        self._samples: deque[Sample] = deque(maxlen=SAMPLES_MAX)
        self._node = ""
        self._line: Line | None = None
        self._still_off_ms = 0.0  # what is shown was off the line by so much,
        self._since_ms = 0.0  # at this time
        self._burst_left = BURST
        self._settled = False

    @property
    def synced(self) -> bool:
        """Whether the hub's time is known at all."""
        return self._line is not None

    @property
    def delay_ms(self) -> float:
        """How long a message takes one way, at best; 0 while nothing is known."""
        return min((each.rtt_ms for each in self._samples), default=0.0) / 2

    @property
    def error_bound_ms(self) -> float:
        """By how much the time may be wrong: as if one of the two ways took no time at all."""
        return self.delay_ms + abs(self._off_at(self.now_ms()))

    def hub_now(self) -> float:
        """Return the hub's time now; only to be asked when `synced`."""
        if self._line is None:
            raise RuntimeError("the hub has not been asked for its time yet")
        now = self.now_ms()
        return now + self._line.offset_at(now) + self._off_at(now)

    def take(self, sample: Sample, node: str) -> None:
        """Learn from an exchange with this process of the hub; those with another one count no more."""
        if self._contradicts(sample):
            self._line, self._settled = None, False
        if self._line is None or node != self._node:
            self._node = node
            self._samples.clear()
            self.wake()
        self._samples.append(sample)
        while sample.at_ms - self._samples[0].at_ms > KEPT_MS:
            self._samples.popleft()
        if self._line is None or len(self._samples) >= _SAMPLES_TO_MOVE:
            self._move_to(line_through(best_of(self._samples)))
        self._burst_left = max(0, self._burst_left - 1)
        self._settled = self._settled or not self._burst_left

    def _contradicts(self, sample: Sample) -> bool:
        """Whether no clock that runs on gives both this and what is known: ours stood still, asleep."""
        if self._line is None:
            return False
        off_ms = abs(sample.offset_ms - self._line.offset_at(sample.at_ms))
        return off_ms > sample.rtt_ms / 2 + self.delay_ms + STEP_MS_MIN

    def wake(self) -> None:
        """Ask in quick succession again: the connection is new, or the machine has slept."""
        self._burst_left = BURST

    def next_pause_s(self, playing: bool) -> float:
        """Return how long to wait before the next exchange."""
        if self._burst_left:
            return BURST_PAUSE_S
        return PLAYING_PAUSE_S if playing else IDLE_PAUSE_S

    def _move_to(self, line: Line) -> None:
        """Follow another line: at once from afar and during the first burst, else little by little."""
        now = self.now_ms()
        shown = self._line.offset_at(now) + self._off_at(now) if self._line else line.offset_at(now)
        off = shown - line.offset_at(now)
        self._still_off_ms = off if self._settled and abs(off) <= STEP_MS_MIN else 0.0
        self._since_ms, self._line = now, line

    def _off_at(self, now_ms: float) -> float:
        left = max(0.0, abs(self._still_off_ms) - SLEW_MS_A_MS * (now_ms - self._since_ms))
        return left if self._still_off_ms > 0 else -left
