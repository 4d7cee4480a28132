"""The way from a party's id to its room, and how parties, items and operations are named."""

import re
import secrets
import string

from quart import request

from api.http.caller import Caller
from api.http.idempotency import HEADER
from api.problems import Problem
from api.tokens import Tokens

_PARTY = re.compile(r"[A-Za-z0-9]{12}")
_LETTERS = string.ascii_letters + string.digits
_LENGTH = 12  # 71 bits: no two alike, and nobody guesses one


def room_of(party: str) -> str:
    """Return the channel of a party."""
    return f"watch:{party}"


def party_id(text: str) -> str:
    """Return a party's id out of a path; raise 404 for what can be none."""
    if not _PARTY.fullmatch(text):
        raise no_such_party()
    return text


def no_such_party() -> Problem:
    """Return the answer for a party that is not there, or not for who asks."""
    return Problem(404, "not_found", "there is no party under this id, or it is not open to you")


def new_item_id() -> str:
    """Return an id that no item has."""
    return "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))


def new_party_id(tokens: Tokens, who: Caller) -> str:
    """Return an id for a party: under an Idempotency-Key the same again, so that a repeat makes no second."""
    number = int.from_bytes(_drawn(tokens, who, "party"))
    letters = []
    for _ in range(_LENGTH):
        number, place = divmod(number, len(_LETTERS))
        letters.append(_LETTERS[place])
    return "".join(letters)


def operation_id(tokens: Tokens, who: Caller) -> str:
    """Return the id of the operation that a request asks for, the same for its repeat."""
    return _drawn(tokens, who, request.path)[:16].hex()


def _drawn(tokens: Tokens, who: Caller, what: str) -> bytes:
    """Return 32 bytes that nobody else can make: by chance, or by who asks and their key."""
    key = request.headers.get(HEADER)
    return secrets.token_bytes(32) if key is None else tokens.seal(f"{what}\x1f{who.user}\x1f{key}".encode())
