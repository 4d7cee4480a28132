"""The plot of a party is an SVG that shows every member and hides no outlier."""

import xml.etree.ElementTree as ET

from bench.sync.plot import draw

SVG = "{http://www.w3.org/2000/svg}"
STEADY = [(50.0 * step, 5.0) for step in range(4000)]
JUMPY = [(50.0 * step, -9000.0 if step == 1777 else 0.0) for step in range(4000)]


def drawn() -> ET.Element:
    panels = {"Ours & <theirs>": {"a": STEADY, "b": JUMPY}, "Other": {"a": STEADY}}
    return ET.fromstring(draw("A line of 20±5 ms", panels, 200_000.0))


def points(line: ET.Element) -> list[tuple[float, float]]:
    pairs = (pair.split(",") for pair in line.attrib["points"].split())
    return [(float(x), float(y)) for x, y in pairs]


def test_every_member_has_a_line_within_the_picture() -> None:
    svg = drawn()
    _, _, width, height = map(float, svg.attrib["viewBox"].split())
    lines = svg.findall(f"{SVG}polyline")
    assert len(lines) == 3
    for line in lines:
        assert len(points(line)) <= 1000
        assert all(0 <= x <= width and 0 <= y <= height for x, y in points(line))


def test_one_jump_among_thousands_of_points_is_seen() -> None:
    _, jumpy, _ = drawn().findall(f"{SVG}polyline")
    heights = sorted(y for _, y in points(jumpy))
    assert heights[-1] - heights[-2] > 40  # down: behind


def test_names_are_written_as_they_are() -> None:
    assert "Ours & <theirs>, ms ahead of the middle" in [text.text for text in drawn().iter(f"{SVG}text")]
