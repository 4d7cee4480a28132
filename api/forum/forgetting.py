"""What the forum forgets of somebody whose account ends: their name, not what they said."""

import uuid

from store.database import Connection


async def forget_author(connection: Connection, account: uuid.UUID, name: str) -> None:
    """Write `name` over somebody's in lists and posts, in the transaction under way.

    The event log is never changed: whoever pages back through the history of a room over the WebSocket reads
    the name under which something was said.
    """
    await connection.execute("select forget_author($1, $2)", account, name)
