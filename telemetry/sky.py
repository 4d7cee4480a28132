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

AU_KM = 149_597_870.700  # IAU 2012 resolution B2
DAY_MS = 86_400_000
WGS84_RADIUS_KM = 6378.137
WGS84_FLATTENING = 1 / 298.257223563
_loading = Lock()


@dataclass(frozen=True, slots=True)
class Sky:
    """Know the turning of the Earth and the place of the Sun; there is one a process, see `open_sky`.

    Vectors have the shape (3, n), times are n integer ms UTC since 1970. TEME is the frame of SGP4 (true
    equator, mean equinox of date), GCRS the inertial one, ITRS the one that turns with the Earth.
    """

    timescale: Any
    planets: Any
    itrs: Any
    teme: Any
    sidereal_angle: Any
    geocentric: Any

    def times(self, times_ms: Times) -> Any:
        """Give skyfield's times of `times_ms`."""
        # The whole days go into the date, because leap seconds are looked up by the date alone.
        days, past_midnight_ms = np.divmod(times_ms, DAY_MS)
        return self.timescale.utc(1970, 1, 1 + days, 0, 0, past_midnight_ms / 1000)

    def earth_fixed(self, teme_km: Reals, times_ms: Times) -> Reals:
        """Turn TEME vectors into ITRS by the sidereal time of 1982 (AIAA 2006-6753, appendix C).

        Nutation cancels on this way, and takes nine tenths of the time on any other. Polar motion
        (10 m) is left out.
        """
        times = self.times(times_ms)
        angle, _ = self.sidereal_angle(times.whole, times.ut1_fraction)
        x, y, z = teme_km
        cos, sin = np.cos(angle), np.sin(angle)
        return np.array([cos * x + sin * y, cos * y - sin * x, z])

    def inertial(self, teme_km: Reals, times_ms: Times) -> Reals:
        """Turn TEME vectors into GCRS, with one precession and nutation for all times of a day (5 m)."""
        days, day_of = np.unique(times_ms // DAY_MS, return_inverse=True)
        to_teme = self.teme.rotation_at(self.times(days * DAY_MS + DAY_MS // 2))
        turned: Reals = np.einsum("jin,jn->in", to_teme[:, :, day_of], teme_km)
        return turned

    def sunlit(self, gcrs_km: Reals, times_ms: Times) -> Bools:
        """Tell which places see the centre of the Sun past the Earth's limb (no half-shadow)."""
        position = self.geocentric(gcrs_km / AU_KM, t=self.times(times_ms))
        return np.asarray(position.is_sunlit(self.planets), np.bool_)

    def sub_solar(self, times_ms: Times) -> tuple[Reals, Reals]:
        """Give latitude and longitude (degrees) of where the Sun stands overhead."""
        times = self.times(times_ms)
        sun = self.planets["earth"].at(times).observe(self.planets["sun"]).apparent()
        latitude, longitude, _ = geodetic(self.gcrs_to_earth_fixed(sun.position.km, times_ms))
        return latitude, longitude

    def gcrs_to_earth_fixed(self, gcrs_km: Reals, times_ms: Times) -> Reals:
        """Turn GCRS vectors into ITRS, with full precession and nutation."""
        turned: Reals = np.einsum("ijn,jn->in", self.itrs.rotation_at(self.times(times_ms)), gcrs_km)
        return turned


def geodetic(itrs_km: Reals) -> tuple[Reals, Reals, Reals]:
    """Give latitude, longitude (degrees, -180..180) and height (km) over the WGS84 ellipsoid.

    Three rounds of the Astronomical Almanac's iteration (section K) are good to a millimetre.
    """
    x, y, z = itrs_km
    across = np.hypot(x, y)
    squeeze = WGS84_FLATTENING * (2 - WGS84_FLATTENING)
    latitude = np.arctan2(z, across)
    for _ in range(3):
        sine = np.sin(latitude)
        normal_km = WGS84_RADIUS_KM / np.sqrt(1 - squeeze * sine**2)
        along = z + normal_km * squeeze * sine
        latitude = np.arctan2(along, across)
    height = np.hypot(along, across) - normal_km
    return np.degrees(latitude), np.degrees(np.arctan2(y, x)), height


def open_sky() -> Sky:
    """Give the one Sky of this process; the first call takes up to 0.5 s, so make it in a worker thread."""
    with _loading:
        return _load()


@cache
def _load() -> Sky:
    from skyfield import api, framelib, positionlib, sgp4lib

    # Not by skyfield_data's own function: it warns of another file, expired, that is not used here.
    planets = api.load_file(str(files("skyfield_data") / "data" / "de421.bsp"))
    atexit.register(planets.close)
    timescale = api.load.timescale(builtin=True)
    return Sky(
        timescale=timescale,
        planets=planets,
        itrs=framelib.itrs,
        teme=sgp4lib.TEME,
        sidereal_angle=sgp4lib.theta_GMST1982,
        geocentric=positionlib.Geocentric,
    )
