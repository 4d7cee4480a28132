"""What a sensible person would send, by the name of the field."""

from typing import Any

SENSIBLE: dict[str, Any] = {
    "about": "What flies, and when",
    "action": "dismiss",
    "at_s": 12,
    "bio": "Looks up",
    "category": "launches",
    "current": "correct horse battery",
    "description": "The first light of the new telescope",
    "display_name": "Ada",
    "email": "ada@example.org",
    "handle": "ada_lovelace",
    "kind": "video",
    "new": "battery horse correct",
    "offset": 1,
    "password": "correct horse battery",
    "position": 1,
    "position_s": 12,
    "q": "light",
    "reason": "It is time",
    "role": "creator",
    "seconds": 5,
    "session": "7f3c",
    "slug": "landings",
    "tags": ["iss"],
    "text": "Look at this",
    "title": "First light",
    "url": "/clips/launch.m3u8",
    "visibility": "public",
    "words": ["rubbish"],
}
"""Values for fields, whichever route they belong to."""


def sensible_body(schema: dict[str, Any], things: dict[str, str]) -> dict[str, Any]:
    """Return a body for a schema of an object: all fields of which one knows what to say."""
    known = SENSIBLE | {"id": things["videos"], "post_id": things["posts"]}
    fields = schema.get("properties", {})
    return {name: _allowed(field, known[name]) for name, field in fields.items() if name in known}


def _allowed(field: dict[str, Any], value: Any) -> Any:
    """Return the value, or the first of those that a field allows when it allows but a few others."""
    choices = [each for shape in (field, *field.get("anyOf", [])) for each in shape.get("enum", [])]
    return value if not choices or value in choices else choices[0]


def sensible_query(parameters: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the part of a query without which it asks for nothing."""
    return {each["name"]: SENSIBLE[each["name"]] for each in parameters if each["name"] in ("q", "category")}
