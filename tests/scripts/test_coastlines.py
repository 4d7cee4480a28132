"""Coastlines for the page: arcs joined to rings, rings cut at the 180th meridian, degrees in whole units."""

from itertools import pairwise
from typing import Any

import pytest

from scripts.coastlines import UNIT_DEG, coastlines

Points = list[tuple[int, int]]
SQUARE = [(10, 10), (20, 10), (20, 20), (10, 20), (10, 10)]


def _topology(*arcs: list[tuple[int, int]], polygons: list[list[list[int]]] | None = None) -> dict[str, Any]:
    """Make a TopoJSON in whole degrees, each arc delta-coded, one polygon an arc unless said otherwise."""
    deltas = [[arc[0], *((x - u, y - v) for (u, v), (x, y) in pairwise(arc))] for arc in arcs]
    shapes = polygons or [[[index]] for index in range(len(arcs))]
    return {
        "transform": {"scale": [1, 1], "translate": [0, 0]},
        "objects": {
            "land": {"type": "GeometryCollection", "geometries": [{"type": "MultiPolygon", "arcs": shapes}]}
        },
        "arcs": deltas,
    }


def _rings(topology: dict[str, Any]) -> list[Points]:
    """Return the rings drawn, as pairs of whole degrees."""
    drawn = coastlines(topology)
    per_degree = round(1 / drawn["unit_deg"])
    assert all(number % per_degree == 0 for ring in drawn["rings"] for number in ring)
    degrees = [[number // per_degree for number in ring] for ring in drawn["rings"]]
    return [list(zip(ring[::2], ring[1::2], strict=True)) for ring in degrees]


def test_a_ring_away_from_the_edge_stays_as_it_is_without_its_closing_point() -> None:
    assert _rings(_topology(SQUARE)) == [SQUARE[:-1]]


def test_arcs_are_joined_and_a_negative_index_turns_one_round() -> None:
    there, back = [(0, 0), (10, 0), (10, 10)], [(0, 0), (0, 10), (10, 10)]
    rings = _rings(_topology(there, back, polygons=[[[0, ~1]]]))
    assert rings == [[(0, 0), (10, 0), (10, 10), (0, 10)]]


def test_scale_and_translation_are_applied() -> None:
    topology = _topology(SQUARE)
    topology["transform"] = {"scale": [2, 1], "translate": [-30, 5]}
    assert _rings(topology) == [[(-10, 15), (10, 15), (10, 25), (-10, 25)]]


def test_a_ring_over_the_180th_meridian_is_cut_in_two() -> None:
    over_the_edge = [(170, 0), (-170, 0), (-170, 10), (170, 10), (170, 0)]
    west, east = sorted(_rings(_topology(over_the_edge)))
    assert sorted(west) == [(-180, 0), (-180, 10), (-170, 0), (-170, 10)]
    assert sorted(east) == [(170, 0), (170, 10), (180, 0), (180, 10)]


def test_a_slanted_coast_is_cut_where_it_crosses_the_meridian() -> None:
    over_the_edge = [(170, 0), (-170, 20), (170, 20), (170, 0)]
    rings = _rings(_topology(over_the_edge))
    assert sum(point in ((180, 10), (-180, 10)) for ring in rings for point in ring) == 2


def test_a_continent_around_the_pole_is_closed_along_the_pole() -> None:
    around = [(-180, -60), (-90, -70), (0, -60), (90, -70), (180, -60)]
    (ring,) = _rings(_topology(around))
    assert {(-180, -90), (180, -90)} <= set(ring)
    assert {point for point in around if abs(point[0]) < 180} <= set(ring)


def test_nothing_lies_beyond_the_map_and_no_ring_jumps_across_it() -> None:
    zigzag = [(150, 0), (-150, 10), (150, 20), (-150, 30), (-160, 40), (140, 40), (150, 0)]
    rings = _rings(_topology(zigzag, SQUARE))
    assert len(rings) >= 3
    for ring in rings:
        longitudes = [longitude for longitude, _ in ring]
        assert min(longitudes) >= -180
        assert max(longitudes) <= 180
        assert max(longitudes) - min(longitudes) < 180


def test_points_closer_than_a_unit_fall_together() -> None:
    topology = _topology([(0, 0), (1, 0), (1000, 0), (1000, 1000), (0, 1000), (0, 0)])
    topology["transform"]["scale"] = [UNIT_DEG / 4, UNIT_DEG / 4]
    assert coastlines(topology)["rings"] == [[0, 0, 250, 0, 250, 250, 0, 250]]


def test_an_island_smaller_than_a_unit_is_left_out() -> None:
    topology = _topology([(0, 0), (1, 0), (1, 1), (0, 0)], [(0, 0), (1000, 0), (1000, 1000), (0, 0)])
    topology["transform"]["scale"] = [UNIT_DEG / 4, UNIT_DEG / 4]
    assert coastlines(topology)["rings"] == [[0, 0, 250, 0, 250, 250]]


def test_a_missing_layer_is_named_and_so_are_those_that_are_there() -> None:
    with pytest.raises(ValueError, match=r"'sea'.*\['land'\]"):
        coastlines(_topology(SQUARE), layer="sea")


def test_a_layer_that_encloses_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="encloses"):
        coastlines(_topology([(0, 0), (10, 0), (0, 0)]))
