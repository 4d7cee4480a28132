"""What moderation says about somebody who is about to write something that others will read."""

from datetime import UTC

from api.http.app_type import services
from api.http.caller import Caller
from api.problems import Problem
from store.database import Connection


async def check_may_write(connection: Connection, caller: Caller, text: str, field: str = "text") -> None:
    """Raise 400 `blocked_word` for a word that may not be written, 403 `muted` for an account that is muted.

    To be called in the transaction that would write `text`.
    """
    check_words(text, field)
    await check_not_muted(connection, caller)


def check_words(text: str, field: str) -> None:
    """Raise 400 `blocked_word` for a word that may not be written."""
    found = services().words.found_in(text)
    if found is not None:
        raise Problem(400, "blocked_word", f"{field} holds a word that is not allowed here: {found!r}", field)


async def check_not_muted(connection: Connection, caller: Caller) -> None:
    """Raise 403 `muted` for an account that is muted; to be called in the transaction that would write."""
    if not caller.account:
        return
    row = await connection.fetchrow(
        "select muted_until, muted_until = 'infinity' as for_good from account"
        " where id = $1 and muted_until > now()",
        caller.account_id,
    )
    if row is not None:
        until = (
            "for good"
            if row["for_good"]
            else f"until {row['muted_until'].astimezone(UTC):%Y-%m-%d %H:%M} UTC"
        )
        raise Problem(403, "muted", f"you are muted {until}: you can read, but not write")
