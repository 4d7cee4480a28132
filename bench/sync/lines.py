"""What a line between a member and the hub does to the bytes that go over it."""

import math
import random
from dataclasses import dataclass


@dataclass(frozen=True)
class Way:
    """One direction of a line: each piece arrives after delay_ms, give or take up to jitter_ms.

    With bytes_per_s, a piece takes its time to be sent, and the next one waits for that.
    """

    delay_ms: float
    jitter_ms: float = 0.0
    bytes_per_s: float | None = None


@dataclass(frozen=True)
class Freeze:
    """For for_s in every every_s nothing arrives, in either direction."""

    every_s: float
    for_s: float


@dataclass(frozen=True)
class Line:
    """Both directions of a line, and when it freezes."""

    up: Way
    down: Way
    freeze: Freeze | None = None

    @property
    def asymmetry_ms(self) -> float:
        """How much longer one direction takes: no clock can be told better than to half of it."""
        return abs(self.up.delay_ms - self.down.delay_ms)


class Schedule:
    """Says when each piece arrives, one direction of one connection; order is kept, as TCP keeps it.

    The same seed gives the same jitter. Freezes begin at the same moments in both directions when `began_s`
    and `seed` of their line are the same: their phase comes from the line's seed.
    """

    def __init__(self, way: Way, freeze: Freeze | None, seed: str, phase_seed: str, began_s: float) -> None:
        self._way, self._freeze = way, freeze
        self._random = random.Random(seed)
        self._sent_s = self._arrived_s = -math.inf
        phase = random.Random(phase_seed).random()
        self._began_s = began_s + (phase - 1.0) * freeze.every_s if freeze else began_s

    def arrival_s(self, now_s: float, size: int) -> float:
        """Return when a piece of `size` bytes arrives that is sent now."""
        self._sent_s = max(now_s, self._sent_s) + self._seconds_to_send(size)
        jitter_ms = self._random.uniform(-self._way.jitter_ms, self._way.jitter_ms)
        due_s = self._sent_s + max(0.0, self._way.delay_ms + jitter_ms) / 1000
        self._arrived_s = self._thawed(max(due_s, self._arrived_s))
        return self._arrived_s

    def _seconds_to_send(self, size: int) -> float:
        return size / self._way.bytes_per_s if self._way.bytes_per_s else 0.0

    def _thawed(self, due_s: float) -> float:
        if self._freeze is None:
            return due_s
        into_s = (due_s - self._began_s) % self._freeze.every_s
        return due_s + self._freeze.for_s - into_s if into_s < self._freeze.for_s else due_s
