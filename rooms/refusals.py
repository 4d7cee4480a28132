"""The reasons for which rooms refuse, each with its stable code and one way to say it.

100–199 are the Centrifuge protocol's own codes; 400–1999 are the hub's.
"""

from rooms.kind import Refused

PERMISSION_DENIED = 103
INVALID = 400
NOT_FOUND = 404
ID_TAKEN = 409
GONE = 410
LIMIT = 413


def invalid(field: str, must: str) -> Refused:
    """Refuse a command whose `field` is not as it must be."""
    return Refused(INVALID, f"{field} must be {must}")


def permission_denied(why: str) -> Refused:
    """Refuse what `by` may not do."""
    return Refused(PERMISSION_DENIED, why)


def not_found(what: str) -> Refused:
    """Refuse a command about something that is not there."""
    return Refused(NOT_FOUND, f"{what} is not in this room")


def id_taken(message_id: str) -> Refused:
    """Refuse a new message under somebody else's id."""
    return Refused(ID_TAKEN, f"another message has the id {message_id!r}: use a new one, such as a UUID")


def gone(what: str) -> Refused:
    """Refuse to change what was deleted."""
    return Refused(GONE, f"{what} was deleted")


def limit_exceeded(why: str) -> Refused:
    """Refuse what would grow without bound."""
    return Refused(LIMIT, why)
