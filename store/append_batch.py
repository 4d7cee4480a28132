"""One batch of appends in one statement: all that still fit their channels go in, together."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

import asyncpg

from store.append_queue import PendingAppend
from store.database import Connection
from store.errors import Conflict, LogError, SubjectTaken
from store.event_log import Position

# Heads are taken in the order of their names, so two batches never wait for each other in a circle. The
# upsert sees the newest head even where the statement's snapshot is older, and moves it only from where the
# append began. What `taken` reads is complete then: who knew that top had seen it committed before this.
# Subqueries of one value are looked up row by row in an index, whatever the planner believes of sizes.
# The drafts of all appends come in one row, each at its place; `last` is that of an append's last draft.
_APPEND = """
with asked as (
    select *, (
        select life from channel_head as head where head.channel = asked.channel and head.epoch = asked.epoch
    ) from unnest($1::text[], $2::text[], $3::bigint[], $4::integer[], $5::bigint[])
        as asked (channel, epoch, top, appended, last)
), draft as (
    select channel, life, top - last + place as "offset", creates, subject, data
    from asked cross join lateral generate_series(last - appended + 1, last) as place
        join unnest($6::boolean[], $7::text[], $8::json[]) with ordinality
            as said (creates, subject, data, place) using (place)
), taken as (
    select channel from draft
    where creates and (
        select true from event
        where event.life = draft.life and event.subject = draft.subject and event.creates
    )
), moved as (
    insert into channel_head as head (channel, life, epoch, top, appended)
    select channel, coalesce(life, nextval('channel_life')), epoch, top, appended from asked
    where channel not in (select channel from taken)
        and (life is not null or (top = appended and epoch = (select epoch from log_epoch)))
    order by channel
    on conflict (channel) do update set top = excluded.top, appended = excluded.appended
        where head.epoch = excluded.epoch and head.top = excluded.top - excluded.appended
    returning channel, life
), stored as (
    insert into event (life, "offset", creates, subject, data)
    select moved.life, "offset", creates, subject, data from draft join moved using (channel)
)
select array(select channel from moved)
"""

_TOPS = """
select channel, coalesce(head.epoch, log_epoch.epoch) as epoch, coalesce(head.top, 0) as top
from log_epoch, unnest($1::text[]) as asked (channel) left join channel_head as head using (channel)
"""

_TAKEN = """
select channel, subject, event."offset"
from unnest($1::text[], $2::text[]) as draft (channel, subject)
join channel_head using (channel) join event using (life, subject)
where event.creates
"""

# What an append's own data may cause: data exceptions, broken constraints, nested too deep or too large.
OWN_FAULT = (
    asyncpg.exceptions.DataError,
    asyncpg.IntegrityConstraintViolationError,
    asyncpg.ProgramLimitExceededError,
    ValueError,  # text that cannot be encoded, before anything is sent
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """An append that did not fit its channel any more."""

    pending: PendingAppend
    error: LogError


async def append_batch(connection: Connection, batch: Sequence[PendingAppend]) -> list[Refusal]:
    """Append what still fits, durably and in one transaction; return the rest with its reasons."""
    moved = await connection.fetchval(_APPEND, *_arguments(batch))
    if len(moved) == len(batch):
        return []
    done = frozenset(moved)
    return await _explain(connection, [pending for pending in batch if pending.channel not in done])


def _arguments(batch: Sequence[PendingAppend]) -> tuple[Sequence[object], ...]:
    counts = [len(pending.drafts) for pending in batch]
    drafts = [draft for pending in batch for draft in pending.drafts]
    return (
        [pending.channel for pending in batch],
        [pending.after.epoch for pending in batch],
        [pending.after.offset + count for pending, count in zip(batch, counts, strict=True)],
        counts,
        list(accumulate(counts)),
        [draft.creates for draft in drafts],
        [draft.subject for draft in drafts],
        [draft.data for draft in drafts],
    )


async def _explain(connection: Connection, refused: Sequence[PendingAppend]) -> list[Refusal]:
    tops = await _tops(connection, [pending.channel for pending in refused])
    taken = await _taken(connection, refused)
    refusals = []
    for pending in refused:
        top = tops[pending.channel]
        subjects = taken.get(pending.channel)
        error = SubjectTaken(pending.channel, subjects) if subjects and top == pending.after else None
        refusals.append(Refusal(pending, error or Conflict(pending.channel, top)))
    return refusals


async def _tops(connection: Connection, channels: Sequence[str]) -> dict[str, Position]:
    rows = await connection.fetch(_TOPS, channels)
    return {row["channel"]: Position(row["epoch"], row["top"]) for row in rows}


async def _taken(connection: Connection, refused: Sequence[PendingAppend]) -> dict[str, dict[str, int]]:
    claims = [
        (pending.channel, draft.subject) for pending in refused for draft in pending.drafts if draft.creates
    ]
    if not claims:
        return {}
    taken: dict[str, dict[str, int]] = {}
    for row in await connection.fetch(_TAKEN, *map(list, zip(*claims, strict=True))):
        taken.setdefault(row["channel"], {})[row["subject"]] = row["offset"]
    return taken
