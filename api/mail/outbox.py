"""The outbox: mails that wait in the database, written there in the transaction of what they tell about."""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from api.mail.addresses import is_mail_address
from api.mail.message import Mail
from store.database import Connection

CHANNEL = "mail"
GOOD_FOR = timedelta(days=2)
LEASE = timedelta(minutes=15)  # far more than a batch takes; then the node that took it has died
PAUSE_FIRST = timedelta(seconds=30)
PAUSE_MAX = timedelta(hours=4)
_DOUBLINGS_MAX = 16

_INSERT = """
insert into mail_outbox (recipient, subject, body, give_up_at) values ($1, $2, $3, now() + $4::interval)
"""
_TAKE = """
with due as (
    select id from mail_outbox where due_at <= now() order by due_at limit $1 for update skip locked
)
update mail_outbox as mail set due_at = now() + $2::interval, attempts = attempts + 1
from due where mail.id = due.id
returning mail.id, recipient, subject, body, created_at, give_up_at, attempts
"""


async def enqueue_mail(
    connection: Connection, to: str, subject: str, text: str, *, good_for: timedelta = GOOD_FOR
) -> None:
    """Let a mail be sent if, and as soon as, the transaction under way is committed.

    `good_for`: how long attempts to deliver it make sense. White space in the subject becomes single spaces.
    Raises ValueError when `to` is no address.
    """
    if not is_mail_address(to):
        raise ValueError("a mail needs an address")
    await connection.execute(_INSERT, to, " ".join(subject.split()), text, good_for)
    await wake_postman(connection)


async def wake_postman(connection: Connection) -> None:
    """Let the postmen of all nodes look for work when the transaction under way is committed."""
    await connection.execute(f"select pg_notify('{CHANNEL}', '')")


async def take_due(connection: Connection, limit: int) -> list[Mail]:
    """Take up to `limit` mails that are due, for LEASE: no other node takes them before that."""
    return [Mail(**row) for row in await connection.fetch(_TAKE, limit, LEASE)]


async def remove(connection: Connection, ids: Iterable[UUID]) -> None:
    """Forget mails that were sent or given up, with the links in them."""
    await connection.execute("delete from mail_outbox where id = any($1)", list(ids))


async def postpone(connection: Connection, mails: Iterable[Mail]) -> None:
    """Let mails wait for their next attempt, longer after each."""
    update = "update mail_outbox set due_at = now() + $2::interval where id = $1"
    await connection.executemany(update, [(mail.id, pause_after(mail.attempts)) for mail in mails])


async def seconds_until_due(connection: Connection) -> float | None:
    """Return how long it is until the next mail is due, None when none waits."""
    seconds = await connection.fetchval(
        "select extract(epoch from min(due_at) - now())::float8 from mail_outbox"
    )
    return None if seconds is None else max(0.0, float(seconds))


def pause_after(attempts: int) -> timedelta:
    """Return how long to wait after so many attempts."""
    doublings = min(max(0, attempts - 1), _DOUBLINGS_MAX)
    return min(PAUSE_FIRST * (1 << doublings), PAUSE_MAX)
