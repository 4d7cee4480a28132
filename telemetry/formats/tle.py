"""Two-line element sets, with or without a name line, catalogue numbers to 339999 by Alpha-5."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from telemetry.mean_elements import ElementSet, ElementSetError

_ALPHA5 = "ABCDEFGHJKLMNPQRSTUVWXYZ"  # A = 10 … Z = 33; I and O look like digits and are left out
_LINE = re.compile(r"[12] [ 0-9A-Z]{5}[ A-Z].{60,}")
_IMPLIED_POINT = re.compile(r"([+-]?)(\d{5})([+-]\d)")
_LINE_LENGTH = 69  # the last column is the checksum


@dataclass(frozen=True, slots=True)
class TleLines:
    """Hold what stands together in the text: a name ("" without one) and lines 1 and 2 ("" when absent)."""

    name: str
    line1: str
    line2: str


def tle_records(text: str) -> Iterator[TleLines]:
    """Give each set of lines of `text`; blank lines and # comments are passed over."""
    name, line1 = "", ""
    for line in _lines(text):
        if not _LINE.fullmatch(line):
            name = line.removeprefix("0 ").strip()
        elif line[0] == "2":
            yield TleLines(name, line1, line)
            name, line1 = "", ""
        else:
            if line1:
                yield TleLines(name, line1, "")
            line1 = line
    if line1:
        yield TleLines(name, line1, "")


def element_set_of(lines: TleLines) -> ElementSet:
    """Build the element set of `lines`; raises ElementSetError naming the line and what is wrong with it."""
    one, two = lines.line1, lines.line2
    _check_lines(one, two)
    norad = catalogue_number(one[2:7])
    try:
        return ElementSet(
            name=lines.name or f"NORAD {norad}",
            object_id=_object_id(one[9:17].strip()),
            norad=norad,
            epoch=_epoch(one[18:20], one[20:32]),
            mean_motion_rev_day=float(two[52:63]),
            eccentricity=int(two[26:33].replace(" ", "0")) / 1e7,
            inclination_deg=float(two[8:16]),
            raan_deg=float(two[17:25]),
            arg_perigee_deg=float(two[34:42]),
            mean_anomaly_deg=float(two[43:51]),
            bstar=_implied_point(one[53:61]),
            mean_motion_dot=float(one[33:43].replace(" ", "") or 0),
            mean_motion_ddot=_implied_point(one[44:52]),
            rev_at_epoch=int(two[63:68].strip() or 0),
            element_set_no=int(one[64:68].strip() or 0),
            classification=one[7].strip() or "U",
        )
    except ElementSetError:
        raise
    except (ValueError, OverflowError) as error:
        raise ElementSetError(f"a column cannot be read: {error}") from error


def catalogue_number(field: str) -> int:
    """Read the five columns of a catalogue number, Alpha-5 (A0534 = 100534) included."""
    head, tail = field[:1], field[1:]
    if head and head in _ALPHA5 and len(tail) == 4 and tail.isdecimal():
        return (_ALPHA5.index(head) + 10) * 10_000 + int(tail)
    if field.strip().isdecimal():
        return int(field)
    raise ElementSetError(f"{field!r} is not a catalogue number (digits, or Alpha-5 without I and O)")


def _lines(text: str) -> Iterator[str]:
    for line in text.splitlines():
        stripped = line.rstrip()
        if stripped and not stripped.startswith("#"):
            yield stripped


def _check_lines(one: str, two: str) -> None:
    for number, line in ((1, one), (2, two)):
        if not line:
            raise ElementSetError(f"line {number} is missing beside {(one or two)[:24]!r}")
        _check_sum(number, line)
    if one[62] not in " 02":
        raise ElementSetError(f"ephemeris type {one[62]!r} is not SGP4")
    if one[2:7] != two[2:7]:
        raise ElementSetError(f"lines 1 and 2 are of different objects ({one[2:7]!r} and {two[2:7]!r})")


def _check_sum(number: int, line: str) -> None:
    if len(line) != _LINE_LENGTH:
        raise ElementSetError(f"line {number} has {len(line)} columns, not {_LINE_LENGTH}: {line[:24]!r}…")
    expected = sum(int(c) if c.isdecimal() else c == "-" for c in line[:68]) % 10
    if line[68] != str(expected):
        raise ElementSetError(f"line {number} has checksum {line[68]!r}, {expected} is right: {line[:24]!r}…")


def _epoch(year: str, day: str) -> datetime:
    century = 1900 if int(year) >= 57 else 2000  # Sputnik flew in 1957
    whole, _, fraction = day.strip().partition(".")
    past_midnight_us = round(float(f"0.{fraction or 0}") * 86_400e6)
    january = datetime(century + int(year), 1, 1, tzinfo=UTC)
    return january + timedelta(days=int(whole) - 1, microseconds=past_midnight_us)


def _object_id(designator: str) -> str:
    """Write 98067A as 1998-067A; anything else stays as it is."""
    if not designator[:5].isdecimal():
        return designator
    century = "19" if designator[:2] >= "57" else "20"
    return f"{century}{designator[:2]}-{designator[2:]}"


def _implied_point(field: str) -> float:
    """Read 76743-4 as 0.76743e-4."""
    text = field.replace(" ", "")
    match = _IMPLIED_POINT.fullmatch(text)
    return float(f"{match[1]}0.{match[2]}e{match[3]}") if match else float(text or 0)
