"""The fields of one CCSDS Orbit Mean-elements Message, to an element set and back."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from telemetry.mean_elements import ElementSet, ElementSetError


class _Field(NamedTuple):
    attribute: str
    read: Callable[[str], Any]
    required: bool = True


_ORDINAL = re.compile(r"(?P<year>\d{4})-(?P<day>\d{3})(?P<clock>T.*)")


def parse_epoch(text: str) -> datetime:
    """Read a calendar (2026-10-02T00:19:52.5) or ordinal (2026-275T00:19:52.5) time; no zone means UTC."""
    ordinal = _ORDINAL.fullmatch(text)
    calendar = f"{ordinal['year']}-01-01{ordinal['clock']}" if ordinal else text
    moment = datetime.fromisoformat(calendar)
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return moment + timedelta(days=int(ordinal["day"]) - 1) if ordinal else moment


# The keywords of CCSDS 502.0-B-3, table 4-3, in the order CelesTrak writes them.
_FIELDS = {
    "OBJECT_NAME": _Field("name", str, required=False),
    "OBJECT_ID": _Field("object_id", str, required=False),
    "EPOCH": _Field("epoch", parse_epoch),
    "MEAN_MOTION": _Field("mean_motion_rev_day", float),
    "ECCENTRICITY": _Field("eccentricity", float),
    "INCLINATION": _Field("inclination_deg", float),
    "RA_OF_ASC_NODE": _Field("raan_deg", float),
    "ARG_OF_PERICENTER": _Field("arg_perigee_deg", float),
    "MEAN_ANOMALY": _Field("mean_anomaly_deg", float),
    "CLASSIFICATION_TYPE": _Field("classification", str, required=False),
    "NORAD_CAT_ID": _Field("norad", int),
    "ELEMENT_SET_NO": _Field("element_set_no", int, required=False),
    "REV_AT_EPOCH": _Field("rev_at_epoch", int, required=False),
    "BSTAR": _Field("bstar", float, required=False),
    "MEAN_MOTION_DOT": _Field("mean_motion_dot", float, required=False),
    "MEAN_MOTION_DDOT": _Field("mean_motion_ddot", float, required=False),
}

# What a message has to say where it says it: SGP4 knows this frame, this time and this theory only.
_ONLY_ALLOWED = {
    "CENTER_NAME": {"EARTH"},
    "REF_FRAME": {"TEME"},
    "TIME_SYSTEM": {"UTC"},
    "MEAN_ELEMENT_THEORY": {"SGP4", "SGP/SGP4"},
    "EPHEMERIS_TYPE": {"0", "2"},
}


def element_set_of(fields: Mapping[str, Any]) -> ElementSet:
    """Build the element set of one message's `fields` (values as text or as JSON numbers).

    Raises ElementSetError naming the field that is missing or wrong.
    """
    for keyword, allowed in _ONLY_ALLOWED.items():
        _check_allowed(keyword, _text(fields, keyword), allowed)
    values = {
        field.attribute: _read(fields, keyword, field.read)
        for keyword, field in _FIELDS.items()
        if field.required or _text(fields, keyword)
    }
    values.setdefault("name", f"NORAD {values['norad']}")
    values.setdefault("object_id", "")
    return ElementSet(**values)


def fields_of(element_set: ElementSet) -> dict[str, str | int | float]:
    """Give the message fields of `element_set` in the order and manner of CelesTrak's JSON."""
    fields = {keyword: getattr(element_set, field.attribute) for keyword, field in _FIELDS.items()}
    fields["EPOCH"] = element_set.epoch.replace(tzinfo=None).isoformat(timespec="microseconds")
    return fields


def _check_allowed(keyword: str, text: str, allowed: set[str]) -> None:
    if text and text.upper() not in allowed:
        raise ElementSetError(f"{keyword} is {text!r}; only {' or '.join(sorted(allowed))} can be used")


def _text(fields: Mapping[str, Any], keyword: str) -> str:
    value = fields.get(keyword)
    return "" if value is None else str(value).strip()


def _read(fields: Mapping[str, Any], keyword: str, read: Callable[[str], Any]) -> Any:
    text = _text(fields, keyword)
    if not text:
        raise ElementSetError(f"{keyword} is missing")
    try:
        return read(text)
    except (ValueError, OverflowError) as error:
        raise ElementSetError(f"{keyword} {text[:40]!r} cannot be read: {error}") from error
