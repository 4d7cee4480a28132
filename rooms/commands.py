"""Reading commands out of what clients send: small checks that name the field and what it must be."""

from typing import Any

from rooms.refusals import invalid

MESSAGE_ID_LENGTH_MAX = 64


def as_object(data: object) -> dict[str, Any]:
    """Return `data` as a JSON object, or refuse it."""
    if not isinstance(data, dict):
        raise invalid("data", 'an object with a "type", such as {"type": "post", "id": "1", "text": "Hello"}')
    return data


def text_of(data: dict[str, Any], field: str, length_max: int) -> str:
    """Return a text of 1 to `length_max` characters as it was written, or refuse it."""
    value = data.get(field)
    if not isinstance(value, str):
        raise invalid(field, "a text")
    if not 1 <= len(value) <= length_max:
        raise invalid(field, f"1 to {length_max:,} characters long; it has {len(value):,}")
    if "\0" in value:
        raise invalid(field, "free of NUL characters")
    return value


def optional_text_of(data: dict[str, Any], field: str, length_max: int) -> str | None:
    """Return a text that may be left out, null or empty, or refuse it."""
    return text_of(data, field, length_max) if data.get(field) else None


def integer_of(data: dict[str, Any], field: str, least: int, most: int) -> int:
    """Return a whole number from `least` to `most`, or refuse it."""
    value = data.get(field)
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise invalid(field, f"a whole number from {least:,} to {most:,}")
    return value


def flag_of(data: dict[str, Any], field: str) -> bool:
    """Return a truth value, false when it is left out, or refuse it."""
    value = data.get(field, False)
    if not isinstance(value, bool):
        raise invalid(field, "true or false")
    return value


def visible_text_of(data: dict[str, Any], field: str, length_max: int) -> str:
    """Return a text of which something can be seen, or refuse it."""
    value = text_of(data, field, length_max)
    if not value.strip():
        raise invalid(field, "more than white space")
    return value


def message_id_of(data: dict[str, Any], field: str = "id") -> str:
    """Return a message id, which the message's author chose, or refuse it."""
    value = text_of(data, field, MESSAGE_ID_LENGTH_MAX)
    if not value.isprintable():
        raise invalid(field, "made of printable characters, such as a UUID")
    return value
