"""Turns a TopoJSON of the land into plain rings of longitudes and latitudes."""

from __future__ import annotations

import math
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
    joined = (_joined(ring, arcs) for ring in _rings(topology["objects"][layer]))
    rings = [_quantised(piece) for ring in joined for piece in _within_the_map(ring)]
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


def _within_the_map(ring: Ring) -> list[Ring]:
    """Cut a ring that crosses the 180th meridian into pieces that each lie between -180 and 180 degrees."""
    outline = _unwrapped(ring)
    pieces = []
    for turn in (-360, 0, 360):
        moved = [(longitude + turn, latitude) for longitude, latitude in outline]
        pieces.append(_clipped(_clipped(moved, -180.0, 1), 180.0, -1))
    return pieces


def _unwrapped(ring: Ring) -> Ring:
    """Let each longitude follow the one before without a jump; close a ring around a pole along that pole."""
    outline = ring[:1]
    for longitude, latitude in ring[1:]:
        last = outline[-1][0]
        outline.append((last + (longitude - last + 180) % 360 - 180, latitude))
    if abs(outline[-1][0] - outline[0][0]) > 180:
        pole = math.copysign(90, outline[0][1])
        outline += [(outline[-1][0], pole), (outline[0][0], pole)]
    return outline


def _clipped(ring: Ring, meridian: float, side: int) -> Ring:
    """Keep what lies east (side 1) or west (-1) of a meridian (Sutherland and Hodgman, 1974)."""
    kept: Ring = []
    for start, end in zip([*ring[-1:], *ring[:-1]], ring, strict=True):
        inside = [(point[0] - meridian) * side >= 0 for point in (start, end)]
        if inside[0] != inside[1]:
            share = (meridian - start[0]) / (end[0] - start[0])
            kept.append((meridian, start[1] + share * (end[1] - start[1])))
        if inside[1]:
            kept.append(end)
    return kept


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
