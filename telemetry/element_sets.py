"""Element sets out of any text they are published in, and into OMM JSON."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from importlib.resources import files
from typing import Any

from telemetry.formats import omm, omm_texts, tle
from telemetry.mean_elements import ElementSet, ElementSetError

__all__ = [
    "FORMATS",
    "ElementSet",
    "ElementSetError",
    "Reading",
    "bundled_element_sets",
    "parse_element_sets",
    "read_element_sets",
    "write_omm_json",
]

Builder = Callable[[], ElementSet]


@dataclass(frozen=True, slots=True)
class Reading:
    """Hold what a text gave: the sets that could be used, and a sentence about each record that could not."""

    element_sets: list[ElementSet]
    faults: list[str]


def read_element_sets(text: str) -> Reading:
    """Read every element set of `text`, of whichever format; a bad record does not spoil the others.

    Raises ElementSetError when the text as a whole is of no such format, or has no record.
    """
    found, faults = [], []
    for number, build in enumerate(_builders(text), start=1):
        try:
            found.append(build())
        except ElementSetError as error:
            faults.append(f"record {number}: {error}")
    if not found and not faults:
        raise ElementSetError(f"no element set in it; it begins {text[:40]!r}")
    return Reading(found, faults)


def parse_element_sets(text: str) -> list[ElementSet]:
    """Read every element set of `text`; raises ElementSetError at the first one that cannot be used."""
    reading = read_element_sets(text)
    if reading.faults:
        raise ElementSetError(reading.faults[0])
    return reading.element_sets


def write_omm_json(element_sets: Iterable[ElementSet]) -> str:
    """Write `element_sets` as a JSON array of OMM fields, one record a line."""
    records = (json.dumps(omm.fields_of(each), ensure_ascii=False) for each in element_sets)
    return "[" + ",\n".join(records) + "]\n"


def bundled_element_sets() -> list[ElementSet]:
    """Read the element sets that come with the program (they serve while no newer ones are at hand)."""
    text = (files("telemetry") / "bundled" / "element_sets.json").read_text(encoding="utf-8")
    return parse_element_sets(text)


def _omm_builders(messages: Callable[[str], Iterator[dict[str, Any]]], text: str) -> Iterator[Builder]:
    return (partial(omm.element_set_of, fields) for fields in messages(text))


def _tle_builders(text: str) -> Iterator[Builder]:
    return (partial(tle.element_set_of, lines) for lines in tle.tle_records(text))


# How each format's text begins, and what takes it apart; the first that fits is taken.
FORMATS: dict[str, tuple[Callable[[str], bool], Callable[[str], Iterator[Builder]]]] = {
    "omm-json": (
        lambda text: text.startswith(("[", "{")),
        partial(_omm_builders, omm_texts.json_messages),
    ),
    "omm-xml": (
        lambda text: text.startswith("<"),
        partial(_omm_builders, omm_texts.xml_messages),
    ),
    "omm-kvn": (
        lambda text: text.startswith("CCSDS_OMM_VERS"),
        partial(_omm_builders, omm_texts.kvn_messages),
    ),
    "omm-csv": (
        lambda text: "NORAD_CAT_ID" in text.partition("\n")[0],
        partial(_omm_builders, omm_texts.csv_messages),
    ),
    "tle": (
        lambda text: any(True for _ in tle.tle_records(text)),
        _tle_builders,
    ),
}


def _builders(text: str) -> Iterator[Builder]:
    text = text.lstrip("\ufeff \t\r\n")
    for recognises, builders in FORMATS.values():
        if recognises(text):
            return builders(text)
    raise ElementSetError(
        f"neither OMM (JSON, CSV, XML, KVN) nor TLE; it begins {text[:40]!r}" if text else "the text is empty"
    )
