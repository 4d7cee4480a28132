"""Orbits by their own laws: what has to hold for any element set, with nothing to compare with."""

import threading
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from skyfield import api

from telemetry import sky
from telemetry.element_sets import ElementSet, bundled_element_sets
from telemetry.orbits import (
    EARTH_RADIUS_KM,
    Ephemeris,
    OrbitError,
    footprint_radius_km,
    sub_solar_points,
    warm_up,
)

BUNDLED = {each.norad: each for each in bundled_element_sets()}
ISS, GOES19, CHANDRA = BUNDLED[25544], BUNDLED[60133], BUNDLED[25867]
DAY_MS = 86_400_000


@pytest.mark.parametrize("element_set", BUNDLED.values(), ids=lambda each: each.name)
def test_every_bundled_satellite_can_be_followed_for_a_hundred_days(element_set: ElementSet) -> None:
    states = Ephemeris(element_set).states(element_set.epoch_ms + DAY_MS * np.arange(100))
    assert (np.abs(states.latitude_deg) <= element_set.inclination_deg + 2).all()
    assert (np.abs(states.longitude_deg) <= 180).all()
    assert (states.altitude_km > 300).all()


def test_the_station_flies_as_high_and_as_fast_as_it_is_known_to() -> None:
    states = Ephemeris(ISS).states(ISS.epoch_ms + 60_000 * np.arange(93))
    assert states.altitude_km.min() > 405
    assert states.altitude_km.max() < 445
    assert states.velocity_km_s == pytest.approx(7.66, abs=0.02)
    assert states.latitude_deg.max() == pytest.approx(51.8, abs=0.1)
    assert states.latitude_deg.min() == pytest.approx(-51.8, abs=0.1)


def test_a_geostationary_satellite_stays_where_it_is() -> None:
    states = Ephemeris(GOES19).states(GOES19.epoch_ms + 600_000 * np.arange(144))
    assert np.ptp(states.longitude_deg) < 0.1
    assert states.longitude_deg.mean() == pytest.approx(-75.2, abs=0.1)  # GOES East
    assert np.abs(states.latitude_deg).max() < 0.1
    assert states.altitude_km == pytest.approx(35_786, abs=30)


def test_an_eccentric_orbit_is_slow_where_it_is_high() -> None:
    states = Ephemeris(CHANDRA).states(CHANDRA.epoch_ms + 600_000 * np.arange(round(CHANDRA.period_s / 600)))
    assert np.argmax(states.altitude_km) == np.argmin(states.velocity_km_s)
    assert states.altitude_km.max() > 130_000


def test_the_sun_rises_and_sets_once_an_orbit() -> None:
    step_ms = 30_000
    count = 10 * round(ISS.period_s * 1000 / step_ms)
    sunlit = Ephemeris(ISS).states(ISS.epoch_ms + step_ms * np.arange(count)).sunlit
    changes = sum(before != after for before, after in pairwise(sunlit.tolist()))
    assert 19 <= changes <= 21
    assert 0.58 < sunlit.mean() < 0.68  # of 92.9 minutes 31 to 36 in the shadow


def test_the_shadow_is_on_the_side_away_from_the_sun() -> None:
    times = ISS.epoch_ms + 30_000 * np.arange(400)
    states = Ephemeris(ISS).states(times)
    sun = np.radians(sub_solar_points(times))
    place = np.radians([states.latitude_deg, states.longitude_deg])
    toward = np.sin(sun[0]) * np.sin(place[0])
    toward += np.cos(sun[0]) * np.cos(place[0]) * np.cos(sun[1] - place[1])
    edge = -np.sqrt(1 - (EARTH_RADIUS_KM / (EARTH_RADIUS_KM + states.altitude_km)) ** 2)
    clear = np.abs(toward - edge) > 0.01  # the Earth is no sphere
    assert (states.sunlit == (toward > edge))[clear].all()
    assert clear.mean() > 0.95


def test_many_times_at_once_are_the_same_as_one_by_one() -> None:
    ephemeris = Ephemeris(ISS)
    times = ISS.epoch_ms + 97_531 * np.arange(50)
    together = ephemeris.states(times)
    for index, time in enumerate(times.tolist()):
        alone = ephemeris.states([time])
        for field in ("latitude_deg", "longitude_deg", "altitude_km", "velocity_km_s"):
            assert getattr(alone, field)[0] == pytest.approx(getattr(together, field)[index], abs=1e-9)
        assert alone.sunlit[0] == together.sunlit[index]


@pytest.mark.parametrize("element_set", BUNDLED.values(), ids=lambda each: each.name)
def test_the_short_way_to_the_ground_is_as_good_as_the_long_one(element_set: ElementSet) -> None:
    times = element_set.epoch_ms + 7_777_777 * np.arange(40)
    states = Ephemeris(element_set).states(times)
    satellite = api.EarthSatellite.from_satrec(Ephemeris(element_set)._satrec, sky.open_sky().timescale)
    position = satellite.at(sky.open_sky().times(times))
    point = api.wgs84.geographic_position_of(position)
    metre_deg = 1e-5
    assert states.latitude_deg == pytest.approx(point.latitude.degrees, abs=metre_deg)
    assert states.longitude_deg == pytest.approx(point.longitude.degrees, abs=metre_deg)
    assert states.altitude_km == pytest.approx(point.elevation.km, abs=0.001)
    assert states.velocity_km_s == pytest.approx(np.linalg.norm(position.velocity.km_per_s, axis=0))
    assert (states.sunlit == position.is_sunlit(sky.open_sky().planets)).all()


def test_the_same_orbit_backward_in_time() -> None:
    times = ISS.epoch_ms + 1000 * np.arange(60)
    forward, backward = Ephemeris(ISS).states(times), Ephemeris(ISS).states(times[::-1])
    assert backward.longitude_deg[::-1] == pytest.approx(forward.longitude_deg, abs=1e-12)


@pytest.mark.parametrize("altitude_km", [0.0, 420.0, 35_786.0])
def test_the_footprint_ends_where_the_satellite_stands_on_the_horizon(altitude_km: float) -> None:
    radius = float(footprint_radius_km(np.array([altitude_km]))[0])
    arc = radius / EARTH_RADIUS_KM
    assert (EARTH_RADIUS_KM + altitude_km) * np.cos(arc) == pytest.approx(EARTH_RADIUS_KM)


def test_footprints_of_a_station_and_of_a_geostationary_satellite() -> None:
    assert footprint_radius_km(np.array([420.0, 35_786.0, -3.0])) == pytest.approx(
        [2252.4, 9041.0, 0.0], abs=0.1
    )


def test_a_track_crosses_the_dateline_by_a_full_turn_and_nowhere_else() -> None:
    track = Ephemeris(ISS).ground_track(ISS.epoch_ms)
    steps = np.diff(track.longitude_deg)
    assert len(track.latitude_deg) == 241
    assert (np.abs(track.longitude_deg) <= 180).all()
    assert sorted(set((np.abs(steps) > 180).nonzero()[0])) == list((steps < -300).nonzero()[0])
    assert 1 <= (steps < -300).sum() <= 2
    assert ((steps % 360) < 8).all()


def test_a_track_goes_through_the_satellite_and_spans_an_orbit_each_way() -> None:
    at_ms = ISS.epoch_ms + 12_345_000
    ephemeris = Ephemeris(ISS)
    track, state = ephemeris.ground_track(at_ms), ephemeris.states([at_ms])
    assert track.from_ms + 120 * track.step_ms == at_ms
    assert track.latitude_deg[120] == pytest.approx(state.latitude_deg[0])
    assert track.longitude_deg[120] == pytest.approx(state.longitude_deg[0])
    assert 240 * track.step_ms == pytest.approx(2 * ISS.period_s * 1000, rel=1e-3)


def test_the_sun_stands_where_the_almanac_says() -> None:
    march_equinox, june_solstice = (
        1_774_017_960_000,
        1_782_030_240_000,
    )  # 2026-03-20 14:46, 2026-06-21 08:24 UTC
    latitude, longitude = sub_solar_points([march_equinox, june_solstice])
    assert latitude == pytest.approx([0.0, 23.436], abs=0.003)
    assert longitude == pytest.approx([-39.6, 54.5], abs=0.3)  # the equation of time: -7.4 and -1.8 minutes


def test_leap_seconds_are_taken_by_the_date() -> None:
    before, after = 1_483_228_799_000, 1_483_228_800_000  # the last second but one of 2016, and 2017
    times = sky.open_sky().times(np.array([before, after]))
    assert np.diff(times.tai * 86_400) == pytest.approx([2.0], abs=1e-4)


def test_a_decayed_object_is_an_error_that_says_what_and_when() -> None:
    decayed = Ephemeris(replace(ISS, bstar=0.01))
    times = ISS.epoch_ms + DAY_MS * np.arange(200)
    with pytest.raises(
        OrbitError, match=r"ISS \(ZARYA\) \(25544\) cannot be followed to 2026-1\d-\d\d .* decayed"
    ):
        decayed.states(times)
    with pytest.raises(OrbitError, match="2027-04-18 22:46 UTC from its elements of 2026-10-02"):
        decayed.ground_track(int(times[-1]))
    assert decayed.states(times[:5]).altitude_km[4] < 420


def test_elements_of_no_orbit_are_an_error() -> None:
    with pytest.raises(OrbitError, match="has no usable elements"):
        Ephemeris(replace(ISS, eccentricity=0.9999999))


def test_any_catalogue_number_can_be_followed() -> None:
    times = ISS.epoch_ms + 1000 * np.arange(3)
    expected = Ephemeris(ISS).states(times).latitude_deg
    for norad in (1, 339_999, 340_000, 999_999_999):
        ephemeris = Ephemeris(replace(ISS, norad=norad))
        assert ephemeris.element_set.norad == norad
        assert (ephemeris.states(times).latitude_deg == expected).all()


def test_the_sky_is_opened_once_however_many_threads_come() -> None:
    opened = []
    threads = [threading.Thread(target=lambda: opened.append(sky.open_sky())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    warm_up()
    assert len(opened) == 8
    assert all(each is sky.open_sky() for each in opened)
