"""What people write about themselves when they sign up or change it: types that check and clean it."""

import unicodedata
from typing import Annotated

from pydantic import AfterValidator, Field

from api.accounts.handles import HANDLE_LENGTH_MAX, HANDLE_LENGTH_MIN, check_handle
from api.http.texts import line
from api.mail.addresses import ADDRESS_LENGTH_MAX, is_mail_address

DISPLAY_NAME_LENGTH_MAX = 40
PASSWORD_LENGTH_MIN = 8
PASSWORD_LENGTH_MAX = 200
_UNSEEN = ("Cf", "Mn", "Me", "Zs")
_FILLERS = "\u115f\u1160\u2800\u3164\uffa0"
_REORDERING = ("LRE", "RLE", "LRO", "RLO", "LRI", "RLI", "FSI")


def _email(value: str) -> str:
    value = value.strip()
    if not is_mail_address(value):
        raise ValueError("must be an e-mail address, such as ada@example.org")
    return value


def check_name(value: str) -> str:
    """Return a name of which something is seen, in the order in which it stands; raise ValueError."""
    if all(unicodedata.category(each) in _UNSEEN or each in _FILLERS for each in value):
        raise ValueError("must be readable characters")
    if any(unicodedata.bidirectional(each) in _REORDERING for each in value):
        raise ValueError("must be free of characters that turn others around")
    return value


def _password(value: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError:
        raise ValueError("must be readable characters") from None
    return value


EmailAddress = Annotated[str, Field(max_length=ADDRESS_LENGTH_MAX), AfterValidator(_email)]
Password = Annotated[
    str, Field(min_length=PASSWORD_LENGTH_MIN, max_length=PASSWORD_LENGTH_MAX), AfterValidator(_password)
]
AnyPassword = Annotated[str, Field(max_length=PASSWORD_LENGTH_MAX), AfterValidator(_password)]
"""A password that is only compared: however short an old one is, it may be right."""
DisplayName = Annotated[str, line(1, DISPLAY_NAME_LENGTH_MAX), AfterValidator(check_name)]
Handle = Annotated[
    str, Field(min_length=HANDLE_LENGTH_MIN, max_length=HANDLE_LENGTH_MAX), AfterValidator(check_handle)
]
