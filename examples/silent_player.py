"""A player without picture and sound: a media clock at its own pace, led to where the party is.

A television would put its own player here: something that tells its position, seeks, and plays a little
faster or slower. How it is led stays the same.
"""

from collections.abc import Callable
from dataclasses import dataclass

from examples.party_timeline import Moment

ENGAGE_MS = 20.0  # from here on it is led back,
RELEASE_MS = 8.0  # until it is this near
GENTLE_MS = 100.0  # below, no ear hears the difference of pace
SEEK_MS = 600.0
_GENTLE = 0.03
_FIRM = 0.08
_PAUSED_MS_MAX = 1.0  # a player that stands can stand at the right place
_CATCH_UP_MS = 1_000.0  # over which an error is made up for


@dataclass(frozen=True, slots=True)
class Steering:
    """What to do about an error: seek, or play at `pace` times the party's rate while it is `engaged`."""

    pace: float = 1.0
    seek: bool = False
    engaged: bool = False


def steer(error_ms: float, engaged: bool) -> Steering:
    """Return what to do about being so far ahead of the party (negative: behind)."""
    size = abs(error_ms)
    if size > SEEK_MS:
        return Steering(seek=True)
    if size < (RELEASE_MS if engaged else ENGAGE_MS):
        return Steering()
    limit = _GENTLE if size < GENTLE_MS else _FIRM
    return Steering(1.0 - max(-limit, min(limit, error_ms / _CATCH_UP_MS)), engaged=True)


class SilentPlayer:
    """Plays nothing, faster than it believes by `drift_ppm` millionths."""

    def __init__(self, now_ms: Callable[[], float], drift_ppm: float = 0.0) -> None:
        self._now_ms = now_ms
        self._own_pace = 1.0 + drift_ppm * 1e-6
        self._from_ms, self._position_ms, self._rate = now_ms(), 0.0, 0.0
        self._engaged = False
        self.seeks = 0

    @property
    def position_ms(self) -> float:
        """Where it is now."""
        return self._position_ms + self._rate * self._own_pace * (self._now_ms() - self._from_ms)

    @property
    def rate(self) -> float:
        """How fast it plays, 0 while it stands."""
        return self._rate

    def follow(self, moment: Moment) -> float:
        """Do what brings it to where the party is at this moment; return how far it was ahead, in ms."""
        error_ms = self.position_ms - moment.position_ms
        if not moment.rate:
            self._stand_at(moment.position_ms)
            return error_ms
        steering = steer(error_ms, self._engaged)
        self._engaged = steering.engaged
        if steering.seek:
            self._seek(moment.position_ms)
        self._play(moment.rate * steering.pace)
        return error_ms

    def _stand_at(self, position_ms: float) -> None:
        self._play(0.0)
        self._engaged = False
        if abs(self._position_ms - position_ms) > _PAUSED_MS_MAX:
            self._seek(position_ms)

    def _seek(self, position_ms: float) -> None:
        self._from_ms, self._position_ms = self._now_ms(), position_ms
        self.seeks += 1

    def _play(self, rate: float) -> None:
        if rate != self._rate:
            self._position_ms, self._from_ms = self.position_ms, self._now_ms()
            self._rate = rate
