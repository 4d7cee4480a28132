"""A plot of how far each member was from the middle of its party, as an SVG of its own."""

import itertools
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape

Line = Sequence[tuple[float, float]]
"""Points of (ms since the begin, ms ahead of the others)."""

_WIDE, _HIGH, _LEFT, _TOP, _GAP = 1000, 210, 60, 40, 34
_POINTS_MAX = 1_000
_LINEAR_MS = 10.0  # below it the scale is about linear, above it logarithmic
_LIMIT_MS = 10_000.0
_MARKS_MS = (-1000, -100, -10, 0, 10, 100, 1000)
_COLOURS = ("#1f6feb", "#d2691e", "#2da44e", "#a626a4", "#6e7781")
_STYLE = (
    "text{font:12px sans-serif;fill:#333}.name{font-weight:bold}.grid{stroke:#ddd}.zero{stroke:#999}"
    "polyline{fill:none;stroke-width:1.2}"
)


def draw(title: str, panels: Mapping[str, Mapping[str, Line]], span_ms: float) -> str:
    """Return an SVG with a panel for each strategy and in it a line for each member."""
    height = _TOP + len(panels) * (_HIGH + _GAP)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDE + _LEFT + 20} {height}">',
        f'<style>{_STYLE}</style><rect width="100%" height="100%" fill="#fff"/>',
        f'<text x="{_LEFT}" y="20">{escape(title)}</text>',
        *_legend(dict.fromkeys(name for lines in panels.values() for name in lines)),
    ]
    for number, (name, lines) in enumerate(panels.items()):
        parts += _panel(name, lines, span_ms, _TOP + number * (_HIGH + _GAP))
    return "\n".join([*parts, "</svg>"])


def _legend(names: Iterable[str]) -> Iterator[str]:
    for number, (name, colour) in enumerate(zip(names, itertools.cycle(_COLOURS), strict=False)):
        x = _LEFT + _WIDE / 2 + number * _WIDE / 10
        yield f'<text x="{x}" y="20" style="fill:{colour}">{escape(name)}</text>'


def _panel(name: str, lines: Mapping[str, Line], span_ms: float, top: float) -> Iterator[str]:
    for mark in _MARKS_MS:
        y = top + _y(mark)
        grid = "grid" if mark else "zero"
        yield f'<line class="{grid}" x1="{_LEFT}" x2="{_LEFT + _WIDE}" y1="{y}" y2="{y}"/>'
        yield f'<text x="{_LEFT - 6}" y="{y + 4}" text-anchor="end">{mark:+g}</text>'
    for second in range(0, int(span_ms / 1000) + 1, _seconds_a_mark(span_ms)):
        x = _x(second * 1000, span_ms)
        yield f'<text x="{x}" y="{top + _HIGH + 14}" text-anchor="middle">{second} s</text>'
    yield f'<text class="name" x="{_LEFT + 6}" y="{top + 14}">{escape(name)}, ms ahead of the middle</text>'
    for colour, line in zip(itertools.cycle(_COLOURS), lines.values(), strict=False):
        points = " ".join(f"{_x(at, span_ms):.1f},{top + _y(value):.1f}" for at, value in _thinned(line))
        yield f'<polyline stroke="{colour}" points="{points}"/>'


def _seconds_a_mark(span_ms: float) -> int:
    return next(each for each in (5, 10, 30, 60, 120, 600) if span_ms / 1000 / each <= 15 or each == 600)


def _x(at_ms: float, span_ms: float) -> float:
    return _LEFT + _WIDE * min(1.0, at_ms / span_ms)


def _y(value_ms: float) -> float:
    """Return how far below the top of its panel a value stands."""
    most = math.asinh(_LIMIT_MS / _LINEAR_MS)
    part = math.asinh(max(-_LIMIT_MS, min(_LIMIT_MS, value_ms)) / _LINEAR_MS) / most
    return _HIGH * (1 - part) / 2


def _thinned(line: Line) -> Iterator[tuple[float, float]]:
    """Keep of each few points the one that is farthest off, so that no outlier is lost."""
    several = math.ceil(len(line) / _POINTS_MAX)
    for first in range(0, len(line), max(1, several)):
        yield max(line[first : first + several], key=lambda point: abs(point[1]))
