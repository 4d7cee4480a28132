"""One element set: the mean orbit of one object at one epoch, as SGP4 wants it."""

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

NORAD_MAX = 999_999_999  # nine digits: the widest catalogue number that OMM messages carry


class ElementSetError(ValueError):
    """An element set, or a text of them, that cannot be used; the message says which part and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ElementSet:
    """Hold the mean elements (TEME, SGP4 theory) of one object at `epoch`.

    Angles are degrees, mean motion revolutions a day (its derivatives a day² and day³, already divided
    by 2 and 6 as TLE and OMM publish them), `bstar` per Earth radius.

    Raises ElementSetError when a value is outside what an orbit can have.
    """

    name: str
    object_id: str
    norad: int
    epoch: datetime
    mean_motion_rev_day: float
    eccentricity: float
    inclination_deg: float
    raan_deg: float
    arg_perigee_deg: float
    mean_anomaly_deg: float
    bstar: float = 0.0
    mean_motion_dot: float = 0.0
    mean_motion_ddot: float = 0.0
    rev_at_epoch: int = 0
    element_set_no: int = 999
    classification: str = "U"

    def __post_init__(self) -> None:
        check_range("NORAD_CAT_ID", self.norad, 1, NORAD_MAX)
        if self.epoch.utcoffset() != timedelta(0):
            raise ElementSetError(f"EPOCH {self.epoch} has to be in UTC")
        if not 0 < self.mean_motion_rev_day < 20:
            raise ElementSetError(f"MEAN_MOTION {self.mean_motion_rev_day} is not between 0 and 20 a day")
        if not 0 <= self.eccentricity < 1:
            raise ElementSetError(f"ECCENTRICITY {self.eccentricity} is not in 0..1")
        check_range("INCLINATION", self.inclination_deg, 0, 180)
        for name in ("raan_deg", "arg_perigee_deg", "mean_anomaly_deg"):
            check_range(name, getattr(self, name), -360, 360)
        for name in ("bstar", "mean_motion_dot", "mean_motion_ddot"):
            check_range(name, getattr(self, name), -1e6, 1e6)

    @property
    def epoch_ms(self) -> int:
        """Give the epoch in ms UTC since 1970, rounded to the nearest."""
        return round((self.epoch - _UNIX_EPOCH) / timedelta(milliseconds=1))

    @property
    def period_s(self) -> float:
        """Give the time of one revolution in seconds, from the mean motion."""
        return 86_400 / self.mean_motion_rev_day


def check_range(what: str, value: float, low: float, high: float) -> None:
    """Raise ElementSetError unless `value` is finite and within `low`..`high`."""
    if not (math.isfinite(value) and low <= value <= high):
        raise ElementSetError(f"{what} {value} is not in {low}..{high}")


_UNIX_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
