"""Turns a TopoJSON of the land into plain rings of longitudes and latitudes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

Point = tuple[float, float]
Ring = list[Point]

UNIT_DEG = 0.01
"""A hundredth of a degree is 1.1 km: a fifth of a pixel on a map 7,000 pixels wide."""

RING_POINTS_MIN = 3
"""Fewer points enclose nothing."""


def coastlines(topology: dict[str, Any], layer: str = "land") -> dict[str, Any]:
    """Decode one layer of a TopoJSON topology for a page to draw.

    Returns `{"unit_deg": u, "rings": [[lon, lat, lon, lat, …], …]}` with integers in units of `u` degrees; a
    ring closes by itself, and a hole is a ring inside another (fill by the even-odd rule). Raises ValueError
    when the topology has no such layer or none of it can be drawn.
    """
    if layer not in topology.get("objects", {}):
        raise ValueError(f"the topology has no layer {layer!r}; it has {sorted(topology.get('objects', {}))}")
    arcs = [_decoded(arc, topology["transform"]) for arc in topology["arcs"]]
    rings = [_quantised(_joined(ring, arcs)) for ring in _rings(topology["objects"][layer])]
    drawable = [ring for ring in rings if len(ring) >= 2 * RING_POINTS_MIN]
    if not drawable:
        raise ValueError(f"layer {layer!r} holds no ring that encloses anything")
    return {"unit_deg": UNIT_DEG, "rings": drawable}


def _decoded(arc: Sequence[Sequence[int]], transform: dict[str, Sequence[float]]) -> Ring:
    """Undo the delta coding and the quantisation of an arc (TopoJSON format specification, section 2.1.3)."""
    (scale_x, scale_y), (shift_x, shift_y) = transform["scale"], transform["translate"]
    x = y = 0
    points = []
    for step_x, step_y in arc:
        x, y = x + step_x, y + step_y
        points.append((x * scale_x + shift_x, y * scale_y + shift_y))
    return points


def _rings(geometry: dict[str, Any]) -> Iterator[list[int]]:
    """Yield the arc indexes of every ring of a geometry, whatever it is nested in."""
    if geometry["type"] == "GeometryCollection":
        for member in geometry["geometries"]:
            yield from _rings(member)
    elif geometry["type"] == "MultiPolygon":
        for polygon in geometry["arcs"]:
            yield from polygon
    elif geometry["type"] == "Polygon":
        yield from geometry["arcs"]


def _joined(indexes: Sequence[int], arcs: Sequence[Ring]) -> Ring:
    """Join arcs to one ring; index ~i means arc i backwards, and each arc starts where the last one ended."""
    ring: Ring = []
    for index in indexes:
        arc = arcs[index] if index >= 0 else arcs[~index][::-1]
        ring.extend(arc[1:] if ring else arc)
    return ring


def _quantised(ring: Ring) -> list[int]:
    """Round a ring to whole units, without the points that fall together and without the closing one."""
    points: list[tuple[int, int]] = []
    for longitude, latitude in ring:
        point = (round(longitude / UNIT_DEG), round(latitude / UNIT_DEG))
        if not points or point != points[-1]:
            points.append(point)
    if len(points) > 1 and points[0] == points[-1]:
        points.pop()
    return [number for point in points for number in point]
