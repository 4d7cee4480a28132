"""The heavy half of the orbits (skyfield, time scales, the Sun of de421), loaded once, when first needed."""

import atexit
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

Times = NDArray[np.int64]
Reals = NDArray[np.float64]
Bools = NDArray[np.bool_]

_AU_KM = 149_597_870.700  # IAU 2012 resolution B2
_MS_PER_DAY = 86_400_000
_loading = Lock()


@dataclass(frozen=True, slots=True)
class Sky:
    """Place things over the turning Earth and beside the Sun; there is one a process, see `open_sky`."""

    skyfield: Any
    positionlib: Any
    timescale: Any
    planets: Any

    def times(self, times_ms: Times) -> Any:
        """Give skyfield's times of `times_ms` (ms UTC since 1970, one dimension)."""
        # The whole days go into the date, because leap seconds are looked up by the date alone.
        days, past_midnight_ms = np.divmod(np.asarray(times_ms, np.int64), _MS_PER_DAY)
        return self.timescale.utc(1970, 1, 1 + days, 0, 0, past_midnight_ms / 1000)

    def satellite(self, satrec: Any) -> Any:
        """Give skyfield's satellite of an sgp4 `satrec`: its `.at(times)` is geocentric (GCRS)."""
        return self.skyfield.EarthSatellite.from_satrec(satrec, self.timescale)

    def geocentric(self, gcrs_km: Reals, times_ms: Times) -> Any:
        """Give the geocentric position of inertial vectors `gcrs_km` of shape (3, n) at n times."""
        return self.positionlib.Geocentric(np.asarray(gcrs_km) / _AU_KM, t=self.times(times_ms))

    def over_the_earth(self, position: Any) -> tuple[Reals, Reals, Reals]:
        """Give geodetic latitude and longitude (degrees) and height (km) over the WGS84 ellipsoid."""
        point = self.skyfield.wgs84.geographic_position_of(position)
        return point.latitude.degrees, point.longitude.degrees, point.elevation.km

    def sunlit(self, position: Any) -> Bools:
        """Tell whether a geocentric position sees the Sun past the Earth's limb (no half-shadow)."""
        return np.asarray(position.is_sunlit(self.planets), np.bool_)

    def sub_solar(self, times_ms: Times) -> tuple[Reals, Reals]:
        """Give latitude and longitude (degrees) of where the Sun stands overhead."""
        sun = self.planets["earth"].at(self.times(times_ms)).observe(self.planets["sun"]).apparent()
        latitude, longitude, _ = self.over_the_earth(self.geocentric(sun.position.km, times_ms))
        return latitude, longitude


def open_sky() -> Sky:
    """Give the one Sky of this process; the first call takes up to 0.5 s, so make it in a worker thread."""
    with _loading:
        return _load()


@cache
def _load() -> Sky:
    from skyfield import api, positionlib

    # Not by skyfield_data's own function: it warns of another file, expired, that is not used here.
    planets = api.load_file(str(files("skyfield_data") / "data" / "de421.bsp"))
    atexit.register(planets.close)
    return Sky(api, positionlib, api.load.timescale(builtin=True), planets)
