"""Cursors: where the next page begins, opaque to whoever carries them."""

import base64
import binascii
import math
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from api.problems import Problem

CURSOR_LENGTH_MAX = 1_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_INT64_MAX = (1 << 63) - 1


def encode_cursor(*values: object) -> str:
    """Return a cursor that `decode_cursor` with the types of `values` reads back; None stays None."""
    encoded = orjson.dumps([_encode(value) for value in values])
    return base64.urlsafe_b64encode(encoded).rstrip(b"=").decode()


def decode_cursor(text: str | None, *types: type) -> tuple[Any, ...] | None:
    """Return the values in a cursor, each of its type or None; None without a cursor.

    The types are int, float, str, bool, datetime (to the microsecond) and UUID. Raises 400 `invalid_cursor`.
    """
    if not text:
        return None
    try:
        values = _values(text)
        if len(values) != len(types):
            raise ValueError
        return tuple(
            None if value is None else _DECODERS[kind](value)
            for value, kind in zip(values, types, strict=True)
        )
    except (ValueError, OverflowError, binascii.Error):
        raise Problem(
            400, "invalid_cursor", "cursor must be the next of the page before, or left out", "cursor"
        ) from None


def _values(text: str) -> list[Any]:
    if len(text) > CURSOR_LENGTH_MAX or not text.isascii():
        raise ValueError
    values = orjson.loads(base64.b64decode(text + "=" * (-len(text) % 4), b"-_", validate=True))
    if not isinstance(values, list):
        raise ValueError
    return values


def _encode(value: object) -> object:
    if isinstance(value, datetime):
        return (value - _EPOCH) // _MICROSECOND
    return str(value) if isinstance(value, uuid.UUID) else value


def _integer(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > _INT64_MAX:
        raise ValueError
    return value


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError
    return float(value)


def _text(value: object) -> str:
    if not isinstance(value, str) or "\x00" in value:
        raise ValueError
    return value


def _truth(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError
    return value


def _moment(value: object) -> datetime:
    return _EPOCH + timedelta(microseconds=_integer(value))


def _uuid(value: object) -> uuid.UUID:
    return uuid.UUID(_text(value))


_DECODERS: dict[type, Callable[[object], Any]] = {
    int: _integer,
    float: _number,
    str: _text,
    bool: _truth,
    datetime: _moment,
    uuid.UUID: _uuid,
}
