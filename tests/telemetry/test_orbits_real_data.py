"""Orbits against data that others measured or published: NASA's trajectory of the ISS, CelesTrak's groups."""

import gzip
import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from telemetry.element_sets import ElementSet, parse_element_sets, read_element_sets
from telemetry.formats.omm import parse_epoch
from telemetry.orbits import Ephemeris, OrbitError
from telemetry.sky import geodetic, open_sky

DATA = Path(__file__).parents[2] / ".." / "shared" / "data"
pytestmark = pytest.mark.skipif(
    not DATA.is_dir(), reason="../shared/data is not here: real data is not tried"
)
HOUR_MS = 3_600_000


def text_of(name: str) -> str:
    raw = (DATA / name).read_bytes()
    return (gzip.decompress(raw) if name.endswith(".gz") else raw).decode()


def ms_of(epoch: str) -> int:
    return round(parse_epoch(epoch).timestamp() * 1000)


class Trajectory:
    """Hold NASA's states of the ISS: times (ms UTC), positions (km) and velocities (km/s), each (3, n)."""

    def __init__(self, text: str) -> None:
        states = list(ElementTree.fromstring(text).iter("stateVector"))
        self.times_ms = np.array([ms_of(state.findtext("EPOCH")) for state in states])
        self.km = self._columns(states, ("X", "Y", "Z"))
        self.km_s = self._columns(states, ("X_DOT", "Y_DOT", "Z_DOT"))
        self.nodes = re.findall(r"EPOCH = (\S+) \$ ORBIT = \d+ \$ LAN\(DEG\) = (\S+)<", text)

    def _columns(self, states: list[ElementTree.Element], names: tuple[str, ...]) -> np.ndarray:
        return np.array([[float(state.findtext(name)) for state in states] for name in names])

    def at(self, ms: int) -> np.ndarray:
        """Interpolate the position by the polynomial through the eight states around `ms`."""
        first = int(np.clip(np.searchsorted(self.times_ms, ms) - 4, 0, len(self.times_ms) - 8))
        t = (self.times_ms[first : first + 8] - ms) / 1000
        weights = [np.prod([t[j] / (t[j] - t[i]) for j in range(8) if j != i]) for i in range(8)]
        return (self.km[:, first : first + 8] @ np.array(weights)).reshape(3, 1)


@pytest.fixture(scope="module")
def trajectory() -> Trajectory:
    return Trajectory(text_of("oem/ISS.OEM_J2K_EPH.2022.xml.gz"))


def iss_sets() -> list[ElementSet]:
    return parse_element_sets(text_of("tle/iss_oem2022_span.tle")) if DATA.is_dir() else []


def misses_km(element_set: ElementSet, trajectory: Trajectory, hours: float) -> np.ndarray:
    """Give radial, along-track and cross-track misses (3, n) of NASA's states within `hours` of the epoch."""
    near = np.abs(trajectory.times_ms - element_set.epoch_ms) <= hours * HOUR_MS
    position, velocity = trajectory.km[:, near], trajectory.km_s[:, near]
    missed = flown_km(element_set, trajectory.times_ms[near]) - position
    radial, cross = unit(position), unit(np.cross(position, velocity, axis=0))
    along = np.cross(cross, radial, axis=0)
    return np.array([(missed * axis).sum(axis=0) for axis in (radial, along, cross)])


def flown_km(element_set: ElementSet, times_ms: np.ndarray) -> np.ndarray:
    """Give the positions (3, n) of an element set in the inertial frame that NASA uses."""
    teme_km, _ = Ephemeris(element_set)._teme(times_ms)
    return open_sky().inertial(teme_km, times_ms)


def unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.linalg.norm(vectors, axis=0)


@pytest.mark.parametrize("element_set", iss_sets(), ids=lambda each: f"{each.epoch:%m-%d-%H}h")
def test_the_station_is_where_nasa_flew_it(element_set: ElementSet, trajectory: Trajectory) -> None:
    """Along the track NASA's forecast, made before the first of these sets, is itself some km off."""
    two_days, six_hours = (misses_km(element_set, trajectory, hours) for hours in (48, 6))
    radial, along, cross = np.abs(two_days).max(axis=1)
    assert two_days.shape[1] > 1000
    assert radial < 0.5
    assert cross < 1.2
    assert along < 12.5
    assert rms(two_days[0]) < 0.25
    assert rms(two_days[2]) < 0.6
    assert np.linalg.norm(six_hours, axis=0).max() < 6


def rms(values: np.ndarray) -> float:
    return float(np.sqrt((values**2).mean()))


def test_over_the_earth_where_nasa_says_it_crossed_the_equator(trajectory: Trajectory) -> None:
    assert len(trajectory.nodes) == 2
    for epoch, longitude in trajectory.nodes:
        ms = ms_of(epoch)
        place = geodetic(open_sky().gcrs_to_earth_fixed(trajectory.at(ms), np.array([ms])))
        assert place[0] == pytest.approx(0, abs=0.0005)
        assert place[1] == pytest.approx(float(longitude), abs=0.0005)


def test_one_group_in_three_formats_is_the_same_group() -> None:
    from_json, from_csv, from_tle = (
        parse_element_sets(text_of(f"omm/skyfield_stations.{kind}")) for kind in ("json", "csv", "tle")
    )
    assert len(from_json) > 10
    assert from_csv == from_json
    rounded = {each.norad: each for each in from_tle}
    for full in from_json:
        lines = rounded[full.norad]
        assert abs(lines.epoch - full.epoch).total_seconds() < 0.001
        assert lines.bstar == pytest.approx(full.bstar, rel=1e-4)
        assert lines.mean_motion_dot == pytest.approx(full.mean_motion_dot, abs=1e-8)
        unrounded = {"epoch": full.epoch, "bstar": full.bstar, "mean_motion_dot": full.mean_motion_dot}
        assert replace(lines, mean_motion_ddot=full.mean_motion_ddot, **unrounded) == full


@pytest.mark.parametrize("kind", ["json", "csv", "xml"])
def test_the_samples_of_omm_are_vanguard(kind: str) -> None:
    (vanguard,) = parse_element_sets(text_of(f"omm/sample_omm.{kind}"))
    assert (vanguard.norad, vanguard.name, vanguard.object_id) == (5, "VANGUARD 1", "1958-002B")


def test_a_tle_and_an_omm_of_the_same_set_fly_together() -> None:
    records = parse_element_sets(text_of("omm/celestrak_gp_2026.json"))
    lines = {each.norad: each for each in parse_element_sets(text_of("tle/celestrak_pair_2026-10-02.tle"))}
    assert sorted(lines) == [25544, 100534]
    for norad, from_lines in lines.items():
        record = max((each for each in records if each.norad == norad), key=lambda each: each.epoch)
        times = record.epoch_ms + 60_000 * np.arange(100)
        flown = [flown_km(each, times) for each in (record, from_lines)]
        assert np.linalg.norm(flown[0] - flown[1], axis=0).max() < 0.05


def test_catalogue_numbers_of_six_digits_fly() -> None:
    records = {each.norad: each for each in parse_element_sets(text_of("omm/celestrak_gp_2026.json"))}
    for norad in (100_000, 100_534):
        states = Ephemeris(records[norad]).states([records[norad].epoch_ms])
        assert 200 < states.altitude_km[0] < 600


GROUPS = {
    "stations_2026-05-30.tle": 25,
    "weather_2026-05-30.tle": 74,
    "starlink_2026-05-30.tle.gz": 10_395,
    "iss_series_2026-05.tle": 21,
}


@pytest.mark.parametrize(("name", "count"), GROUPS.items())
def test_groups_as_served(name: str, count: int) -> None:
    element_sets = parse_element_sets(text_of(f"tle/{name}"))
    assert len(element_sets) == count
    assert all(each.name == each.name.strip() for each in element_sets)


def test_the_whole_catalogue_is_read_and_each_object_flies_or_is_refused_in_words() -> None:
    reading = read_element_sets(text_of("tle/satellitejs_catalog_tle.txt.gz"))
    assert reading.faults == []
    assert len(reading.element_sets) == 25_975
    refused = [why for each in reading.element_sets[::50] if (why := why_refused(each))]
    assert all("cannot be followed to" in why for why in refused)
    assert 0 < len(refused) < 50


def why_refused(element_set: ElementSet) -> str:
    times = [element_set.epoch_ms, element_set.epoch_ms + 90 * 24 * HOUR_MS]
    try:
        states = Ephemeris(element_set).states(times)
    except OrbitError as error:
        return str(error)
    figures = [states.latitude_deg, states.longitude_deg, states.altitude_km, states.footprint_radius_km]
    assert np.isfinite(figures).all()
    return ""
