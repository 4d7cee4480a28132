"""What a run found: a table for people, and everything for machines."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench.figures import Figure, rounded

RESULTS = Path(__file__).parent / "results"
_HEADINGS = ("part", "what", "measured", "reference", "ratio", "target", "met")
_MET = {True: "yes", False: "NO", None: ""}


def as_table(figures: Sequence[Figure]) -> str:
    """Return the figures as a Markdown table whose columns stand in line."""
    rows = [_HEADINGS, *map(_cells, figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADINGS))]
    lines = ["| " + " | ".join(map(str.ljust, row, widths)) + " |" for row in rows]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


def _cells(figure: Figure) -> tuple[str, ...]:
    return (
        figure.part,
        figure.what,
        str(figure.measured),
        str(figure.reference or ""),
        "" if figure.ratio is None else f"{rounded(figure.ratio)} ×",
        str(figure.target or ""),
        _MET[figure.met],
    )


def write(figures: Sequence[Figure], machine: Mapping[str, str], details: Mapping[str, Any]) -> Path:
    """Write the table and everything behind it under RESULTS; return the path of the table."""
    RESULTS.mkdir(exist_ok=True)
    name = machine["date"].replace(":", "-")
    lines = [f"- {key}: {value}" for key, value in machine.items()]
    table = RESULTS / f"{name}.md"
    table.write_text("\n".join(["# Figures", "", *lines, "", as_table(figures), ""]))
    everything = {"machine": machine, "figures": [_as_json(figure) for figure in figures], **details}
    (RESULTS / f"{name}.json").write_text(json.dumps(everything, indent=2, ensure_ascii=False, default=str))
    return table


def _as_json(figure: Figure) -> dict[str, Any]:
    return {**asdict(figure), "target": str(figure.target or ""), "ratio": figure.ratio, "met": figure.met}
