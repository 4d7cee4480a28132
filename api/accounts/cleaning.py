"""Sessions that nobody used for as long as they are good for, removed some at a time."""

import structlog
import trio

from store.database import Connection, Database
from store.errors import DatabaseError

EVERY_S = 600.0
AT_ONCE = 1_000

_REMOVE = """
    delete from account_session where id in (
        select id from account_session where expires_at <= now() order by expires_at limit $1
        for update skip locked
    )
"""

log = structlog.get_logger(__name__)


async def clean_sessions(database: Database) -> None:
    """Remove expired sessions now and every EVERY_S, until cancelled."""
    while True:
        try:
            await remove_expired(database)
        except DatabaseError as error:
            if not error.temporary:
                raise
            log.warning("sessions_not_cleaned", reason=str(error))
        await trio.sleep(EVERY_S)


async def remove_expired(database: Database) -> None:
    """Remove all expired sessions, AT_ONCE in a transaction, so that others get their turn."""

    async def work(connection: Connection) -> bool:
        return await connection.execute(_REMOVE, AT_ONCE) != "DELETE 0"

    while await database.transaction(work):
        await trio.lowlevel.checkpoint()
