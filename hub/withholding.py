"""What was deleted or hidden stays in the log, and is read out of the history without its text."""

from collections.abc import Sequence
from dataclasses import replace

import orjson

from rooms.kind import By
from store.database import Database
from store.event_log import Recorded

THREAD_PREFIX = "thread:"
_SPOKEN = ('{"type":"post"', '{"type":"edit"')
_WITHHELD = """
select post.id from thread join forum_post as post using (life)
where thread.id = $1 and post.id = any($2)
    and (post.deleted_at is not null or (post.hidden_at is not null and not $3))
"""


class Withholding:
    """Blanks texts in pages of the history of threads, once it knows the database that says which."""

    def __init__(self) -> None:
        self._database: Database | None = None

    def ask(self, database: Database) -> None:
        """Ask this database from now on."""
        self._database = database

    async def cover(self, channel: str, events: Sequence[Recorded], by: By) -> list[Recorded]:
        """Return the events as `by` may read them; moderators read what is hidden. Raises DatabaseError."""
        spoken = {each.subject for each in events if each.data.startswith(_SPOKEN)}
        if self._database is None or not spoken or not channel.startswith(THREAD_PREFIX):
            return list(events)
        thread = channel.removeprefix(THREAD_PREFIX)
        rows = await self._database.fetch(_WITHHELD, thread, list(spoken), by.moderator)
        withheld = {row["id"] for row in rows}
        return [_blank(each) if each.subject in withheld else each for each in events]


def _blank(event: Recorded) -> Recorded:
    if not event.data.startswith(_SPOKEN):
        return event
    said = orjson.loads(event.data) | {"text": "", "withheld": True}
    return replace(event, data=orjson.dumps(said).decode())
