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
    return value


def visible_text_of(data: dict[str, Any], field: str, length_max: int) -> str:
    """Return a text of which something can be seen, or refuse it."""
    value = text_of(data, field, length_max)
    if not value.strip():
        raise invalid(field, "more than white space")
    return value


def message_id_of(data: dict[str, Any]) -> str:
    """Return the message id that the client chose, or refuse it."""
    value = text_of(data, "id", MESSAGE_ID_LENGTH_MAX)
    if not value.isprintable():
        raise invalid("id", "made of printable characters, such as a UUID")
    return value
