"""Where a satellite is, was and will be: SGP4 over arrays of times, seen from the WGS84 Earth."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sgp4.api import SGP4_ERRORS, WGS72, Satrec

from telemetry.element_sets import ElementSet
from telemetry.sky import DAY_MS, Bools, Reals, Times, geodetic, open_sky

__all__ = [
    "EARTH_RADIUS_KM",
    "Ephemeris",
    "GroundTrack",
    "OrbitError",
    "SubPoints",
    "footprint_radius_km",
    "sub_solar_points",
    "warm_up",
]

EARTH_RADIUS_KM = 6371.0088  # the mean radius of GRS80, as the IUGG gives it
TRACK_STEPS_PER_ORBIT = 120  # 3 degrees of arc: a straight line between two points is close enough on a map

# sgp4 refuses numbers above 339999 and does not use the number to propagate: it always gets this one.
_SGP4_STAND_IN = 0
_JULIAN_DAY_OF_1970 = 2_440_587.5
_SGP4_EPOCH = datetime(1949, 12, 31, tzinfo=UTC)


class OrbitError(ValueError):
    """An orbit that cannot be followed to the time asked for, mostly because the object has decayed."""


@dataclass(frozen=True, slots=True)
class SubPoints:
    """Hold n states of a satellite, each field an array of n: where it is overhead, how high and how fast.

    Speed is inertial; longitudes are -180..180; the footprint is measured along the ground from
    the sub-point to where the satellite stands on the horizon.
    """

    times_ms: Times
    latitude_deg: Reals
    longitude_deg: Reals
    altitude_km: Reals
    velocity_km_s: Reals
    sunlit: Bools
    footprint_radius_km: Reals


@dataclass(frozen=True, slots=True)
class GroundTrack:
    """Hold the line of sub-points from `from_ms` on, one each `step_ms`."""

    from_ms: int
    step_ms: int
    latitude_deg: Reals
    longitude_deg: Reals


class Ephemeris:
    """Follow one element set through time.

    Its methods are pure but take milliseconds, and the first one in a process loads skyfield: call them
    in a worker thread, one at a time for each Ephemeris (sgp4 keeps its working values in the record).
    """

    def __init__(self, element_set: ElementSet) -> None:
        self.element_set = element_set
        self.period_s = element_set.period_s
        self._satrec = _satrec(element_set)

    def states(self, times_ms: ArrayLike) -> SubPoints:
        """Give the states at `times_ms` (integer ms UTC since 1970, one dimension).

        Raises OrbitError, naming the first time, where SGP4 cannot follow the orbit.
        """
        times = np.asarray(times_ms, np.int64)
        sky = open_sky()
        position, velocity = self._teme(times)
        latitude, longitude, altitude = geodetic(sky.earth_fixed(position, times))
        return SubPoints(
            times_ms=times,
            latitude_deg=latitude,
            longitude_deg=longitude,
            altitude_km=altitude,
            velocity_km_s=np.linalg.norm(velocity, axis=0),
            sunlit=sky.sunlit(sky.inertial(position, times), times),
            footprint_radius_km=footprint_radius_km(altitude),
        )

    def ground_track(self, around_ms: int) -> GroundTrack:
        """Give the ground track of the orbit before `around_ms` and of the one after.

        Raises OrbitError as `states` does.
        """
        step_ms = round(self.period_s * 1000 / TRACK_STEPS_PER_ORBIT)
        offsets = np.arange(-TRACK_STEPS_PER_ORBIT, TRACK_STEPS_PER_ORBIT + 1, dtype=np.int64)
        times = around_ms + step_ms * offsets
        position, _ = self._teme(times)
        latitude, longitude, _ = geodetic(open_sky().earth_fixed(position, times))
        return GroundTrack(int(times[0]), step_ms, latitude, longitude)

    def _teme(self, times_ms: Times) -> tuple[Reals, Reals]:
        """Give positions (km) and velocities (km/s), each (3, n), in SGP4's own frame."""
        days, past_midnight_ms = np.divmod(times_ms, DAY_MS)
        errors, position, velocity = self._satrec.sgp4_array(
            days + _JULIAN_DAY_OF_1970, past_midnight_ms / DAY_MS
        )
        self._check_followed(times_ms, errors, position)
        return position.T, velocity.T

    def _check_followed(self, times_ms: Times, errors: NDArray[np.uint8], position: Reals) -> None:
        """Let no state through that SGP4 marked or that is not a number."""
        lost = (errors != 0) | ~np.isfinite(position).all(axis=1)
        if lost.any():
            first = int(np.argmax(lost))
            raise OrbitError(self._lost(int(times_ms[first]), SGP4_ERRORS.get(int(errors[first]))))

    def _lost(self, at_ms: int, reason: str | None) -> str:
        of = self.element_set
        at = datetime.fromtimestamp(at_ms / 1000, UTC)
        return (
            f"{of.name} ({of.norad}) cannot be followed to {at:%Y-%m-%d %H:%M} UTC from its elements "
            f"of {of.epoch:%Y-%m-%d}; most likely it has decayed ({reason or 'no finite position'})"
        )


def footprint_radius_km(altitude_km: Reals) -> Reals:
    """Give the ground distance from the sub-point to the horizon: R·acos(R / (R + h)), R the mean radius."""
    height = np.maximum(altitude_km, 0.0)
    return EARTH_RADIUS_KM * np.arccos(EARTH_RADIUS_KM / (EARTH_RADIUS_KM + height))


def sub_solar_points(times_ms: ArrayLike) -> tuple[Reals, Reals]:
    """Give latitude and longitude (degrees) under the Sun; night is more than 90 degrees of arc away."""
    return open_sky().sub_solar(np.asarray(times_ms, np.int64))


def warm_up() -> None:
    """Load skyfield and the Sun's ephemeris now (up to 0.5 s; call it in a worker thread)."""
    sub_solar_points([0])


def _satrec(element_set: ElementSet) -> Any:
    satrec = Satrec()
    degrees, minutes_per_day = np.pi / 180, 1440.0
    per_minute = 2 * np.pi / minutes_per_day
    satrec.sgp4init(
        WGS72,
        "i",
        _SGP4_STAND_IN,
        (element_set.epoch - _SGP4_EPOCH).total_seconds() / 86_400,
        element_set.bstar,
        element_set.mean_motion_dot * per_minute / minutes_per_day,
        element_set.mean_motion_ddot * per_minute / minutes_per_day**2,
        element_set.eccentricity,
        element_set.arg_perigee_deg * degrees,
        element_set.inclination_deg * degrees,
        element_set.mean_anomaly_deg * degrees,
        element_set.mean_motion_rev_day * per_minute,
        element_set.raan_deg * degrees,
    )
    _check_started(satrec, element_set)
    return satrec


def _check_started(satrec: Any, element_set: ElementSet) -> None:
    if satrec.error:
        reason = SGP4_ERRORS.get(satrec.error, f"SGP4 error {satrec.error}")
        raise OrbitError(f"{element_set.name} ({element_set.norad}) has no usable elements: {reason}")
