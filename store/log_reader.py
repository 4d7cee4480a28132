"""Reading the event log in PostgreSQL: each answer is one look at one moment."""

from collections.abc import Sequence
from typing import Any

from store.database import Database, Row
from store.event_log import ABOUT_EVENTS_MAX, Page, Position, Recorded, TooManyEvents

# The head of a channel; one that has no row yet stands at 0 in the epoch of the database.
_HEAD = """
select head.life, coalesce(head.epoch, log_epoch.epoch) as epoch, coalesce(head.top, 0) as top
from log_epoch left join channel_head as head on head.channel = $1
"""

_PAGE = """
with head as ({head})
select head.epoch, head.top, found."offset", found.data, found.subject
from head left join lateral (
    select "offset", data, subject from event
    where event.life = head.life and event."offset" {side}
    order by event."offset" {order} limit $3
) as found on true
order by found."offset" {order}
"""
_READ = _PAGE.format(head=_HEAD, side="> $2", order="asc")
_READ_BACK = _PAGE.format(head=_HEAD, side="< $2", order="desc")
_OFFSET_MAX = 2**63 - 1

_ABOUT = """
with asked as (select life, subject from channel_head, unnest($2::text[]) as subject where channel = $1)
select "offset", data, subject from asked join event using (life, subject) where creates
union all
select "offset", data, subject from asked join event using (life, subject) where not creates
order by "offset" limit $3
"""

_RESTART = """
insert into channel_head (channel, life, epoch, top, appended)
values ($1, nextval('channel_life'), substr(replace(gen_random_uuid()::text, '-', ''), 1, 16), 0, 0)
on conflict (channel) do update set life = excluded.life, epoch = excluded.epoch, top = 0, appended = 0
returning epoch
"""


class LogReader:
    """The reading half of an `EventLog`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def position(self, channel: str) -> Position:
        """Return the channel's top; a channel without events stands at (epoch, 0) and nothing is written."""
        head = (await self._fetch(_HEAD, channel))[0]
        return Position(head["epoch"], head["top"])

    async def read(self, channel: str, after: int, limit: int) -> Page:
        """Read at most `limit` events behind offset `after`, oldest first."""
        return _page(await self._fetch(_READ, channel, min(after, _OFFSET_MAX), max(limit, 0)))

    async def read_back(self, channel: str, before: int | None, limit: int) -> Page:
        """Read at most `limit` events before offset `before` (None = from the top), newest first."""
        end = _OFFSET_MAX if before is None else min(before, _OFFSET_MAX)
        return _page(await self._fetch(_READ_BACK, channel, end, max(limit, 0)))

    async def about(self, channel: str, subjects: Sequence[str]) -> list[Recorded]:
        """Return all events on these subjects, by offset."""
        rows = await self._fetch(_ABOUT, channel, list(set(subjects)), ABOUT_EVENTS_MAX + 1)
        if len(rows) > ABOUT_EVENTS_MAX:
            raise TooManyEvents(channel, f"more than {ABOUT_EVENTS_MAX} events; ask for fewer subjects")
        return [Recorded(row["offset"], row["data"], row["subject"]) for row in rows]

    async def restart(self, channel: str) -> Position:
        """Begin the channel anew, empty, under a new epoch; what stood in it is kept under the old one."""
        return Position(await self._database.fetchval(_RESTART, channel), 0)

    async def _fetch(self, query: str, *args: Any) -> list[Row]:
        return await self._database.run(lambda connection: connection.fetch(query, *args), repeatable=True)


def _page(rows: Sequence[Row]) -> Page:
    top = Position(rows[0]["epoch"], rows[0]["top"])
    events = [Recorded(offset, data, subject) for _, _, offset, data, subject in rows if offset is not None]
    return Page(top, events)
