"""The reasons for which rooms refuse, each with its stable code and one way to say it.

100–199 are the Centrifuge protocol's own codes; 400–1999 are the hub's.
"""

from datetime import UTC, datetime

from rooms.kind import Refused

FOR_EVER_MS = 253_402_300_799_000  # the end of the year 9999

PERMISSION_DENIED = 103
INVALID = 400
MUTED = 403
NOT_FOUND = 404
ID_TAKEN = 409
GONE = 410
CHANGED = 412
LIMIT = 413
BLOCKED_WORD = 422
LOCKED = 423
SLOW_MODE = 429
BANNED_HERE = 440
INVITE_NEEDED = 441
PARTY_FULL = 442
PARTY_ENDED = 443


def invalid(field: str, must: str) -> Refused:
    """Refuse a command whose `field` is not as it must be."""
    return Refused(INVALID, f"{field} must be {must}")


def permission_denied(why: str) -> Refused:
    """Refuse what `by` may not do."""
    return Refused(PERMISSION_DENIED, why)


def not_found(what: str) -> Refused:
    """Refuse a command about something that is not there."""
    return Refused(NOT_FOUND, f"{what} is not there")


def id_taken(message_id: str) -> Refused:
    """Refuse a new message under somebody else's id."""
    return Refused(ID_TAKEN, f"another message has the id {message_id!r}: use a new one, such as a UUID")


def gone(why: str) -> Refused:
    """Refuse to do anything with what was there and is no more."""
    return Refused(GONE, why)


def limit_exceeded(why: str) -> Refused:
    """Refuse what would grow without bound."""
    return Refused(LIMIT, why)


def changed_meanwhile() -> Refused:
    """Refuse a change that is meant for an earlier state."""
    return Refused(CHANGED, "somebody changed it meanwhile: fetch it again and repeat the change")


def locked() -> Refused:
    """Refuse what only moderators do in a locked thread."""
    return Refused(LOCKED, "this thread is locked: only moderators write here now")


def muted(until_ms: int) -> Refused:
    """Refuse somebody who may only read for a while."""
    term = "for good"
    if until_ms < FOR_EVER_MS:
        term = f"until {datetime.fromtimestamp(until_ms / 1000, UTC):%Y-%m-%d %H:%M} UTC"
    return Refused(MUTED, f"you are muted {term}: you can read, and take back what you wrote")


def blocked_word(word: str) -> Refused:
    """Refuse a text in which there is a word that may not be written here."""
    return Refused(BLOCKED_WORD, f"the text holds a word that is not allowed here: {word!r}")


def too_fast(wait_s: int) -> Refused:
    """Refuse, for so many seconds, who has spoken a moment ago in a thread in slow mode."""
    return Refused(SLOW_MODE, f"this thread is in slow mode: wait {wait_s} s", temporary=True, wait_s=wait_s)


def banned_here(why: str) -> Refused:
    """Refuse somebody whom a party has put out, for good or for a while."""
    return Refused(BANNED_HERE, why)


def invite_needed() -> Refused:
    """Refuse who comes uninvited to a party that is not open to all."""
    return Refused(INVITE_NEEDED, "this party is by invitation: open the link that somebody there gave you")


def party_full() -> Refused:
    """Refuse one more in a party that holds no more."""
    return Refused(PARTY_FULL, "this party is full: come back when somebody has left")


def party_ended() -> Refused:
    """Refuse everything in a party that is over."""
    return Refused(PARTY_ENDED, "this party has ended")


def party_locked() -> Refused:
    """Refuse what only those who lead a party do while it is locked."""
    return Refused(LOCKED, "the party is locked: only its owner and hosts steer it and its queue now")


def operation_taken(op: str) -> Refused:
    """Refuse a command under somebody else's operation id."""
    return Refused(ID_TAKEN, f"another operation has the id {op!r}: use a new one, such as a UUID")


def stale(present: str) -> Refused:
    """Refuse a command that is meant for what is no more, and say what there is instead."""
    return Refused(CHANGED, f"stale: {present}")
