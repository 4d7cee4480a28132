"""What the hub writes to people.

Nothing in a mail is by the person who caused it, not even a name: else anybody could let the hub carry their
advertisements to an address of their choice.
"""

import uuid

from api.accounts.links import Purpose, issue_link
from api.mail.outbox import enqueue_mail
from store.database import Connection

_VERIFY = """\
Somebody, most likely you, signed up at CosmoHub with this address. Open this link within a day to confirm it:

{link}

If it was not you, ignore this mail: without the link nobody can show that the address is theirs.
"""
_RESET = """\
Somebody, most likely you, asked for a new CosmoHub password. Open this link within an hour to choose one:

{link}

If it was not you, ignore this mail: your password stays as it is.
"""
_SET_ANEW = """\
Your CosmoHub password was just set anew, and all devices were signed out.

If it was not you, ask for a new password at once: {public_url}/reset
"""
_DELETED = """\
Your CosmoHub account was deleted, and all in it that told who you are. What you posted stays, without a name.
"""


async def send_verification(connection: Connection, public_url: str, account: uuid.UUID, email: str) -> bool:
    """Mail the link that verifies an address; say whether there was none too many."""
    return await _send_link(connection, public_url, Purpose.VERIFY, account, email)


async def send_reset(connection: Connection, public_url: str, account: uuid.UUID, email: str) -> bool:
    """Mail the link under which a new password is chosen; say whether there was none too many."""
    return await _send_link(connection, public_url, Purpose.RESET, account, email)


async def tell_password_set(connection: Connection, public_url: str, email: str) -> None:
    """Mail that the password is another one now."""
    await enqueue_mail(
        connection, email, "Your password was changed", _SET_ANEW.format(public_url=public_url)
    )


async def tell_deleted(connection: Connection, email: str) -> None:
    """Mail a farewell."""
    await enqueue_mail(connection, email, "Your account was deleted", _DELETED)


async def _send_link(
    connection: Connection, public_url: str, purpose: Purpose, account: uuid.UUID, email: str
) -> bool:
    link = await issue_link(connection, public_url, purpose, account, email)
    if link is None:
        return False
    subject, text = _LETTERS[purpose]
    await enqueue_mail(connection, email, subject, text.format(link=link), good_for=purpose.good_for)
    return True


_LETTERS = {
    Purpose.VERIFY: ("Confirm your address", _VERIFY),
    Purpose.RESET: ("Choose a new password", _RESET),
}
