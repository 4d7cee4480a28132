"""One batch of appends in one statement: all that still fit their channels go in, together."""

from collections.abc import Sequence
from dataclasses import dataclass

import asyncpg

from store.append_queue import PendingAppend
from store.database import Connection
from store.errors import Conflict, LogError, SubjectTaken
from store.event_log import Position

# Heads are taken in the order of their names, so two batches never wait for each other in a circle. The
# upsert sees the newest head even where the statement's snapshot is older, and moves it only from where the
# append began. What `taken` reads is complete then: who knew that top had seen it committed before this.
_APPEND = """
with wanted as (
    select * from unnest($1::text[], $2::text[], $3::bigint[], $4::integer[])
        as wanted (channel, epoch, top, appended)
), draft as (
    select * from unnest($5::text[], $6::text[], $7::bigint[], $8::text[], $9::boolean[], $10::json[])
        as draft (channel, epoch, "offset", subject, creates, data)
), taken as (
    select draft.channel from draft
    where draft.creates and exists (
        select from event
        where event.channel = draft.channel and event.epoch = draft.epoch
            and event.subject = draft.subject and event.creates
    )
), moved as (
    insert into channel_head as head (channel, epoch, top, appended)
    select channel, epoch, top, appended from wanted
    where channel not in (select channel from taken)
        and (
            (top = appended and epoch = (select epoch from log_epoch))
            or exists (select from channel_head where channel_head.channel = wanted.channel)
        )
    order by channel
    on conflict (channel) do update set top = excluded.top, appended = excluded.appended
        where head.epoch = excluded.epoch and head.top = excluded.top - excluded.appended
    returning channel
), stored as (
    insert into event (channel, epoch, "offset", subject, creates, data)
    select draft.* from draft join moved using (channel)
)
select array(select channel from moved)
"""

_TOPS = """
select channel, coalesce(head.epoch, log_epoch.epoch) as epoch, coalesce(head.top, 0) as top
from log_epoch, unnest($1::text[]) as asked (channel) left join channel_head as head using (channel)
"""

_TAKEN = """
select event.channel, event.subject, event."offset"
from unnest($1::text[], $2::text[], $3::text[]) as draft (channel, epoch, subject)
join event using (channel, epoch, subject)
where event.creates
"""

# What an append's own data may cause: data exceptions, broken constraints, nested too deep or too large.
_ITS_OWN_FAULT = (
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


def is_own_fault(error: Exception) -> bool:
    """Tell whether a batch failed because of what one of its appends holds."""
    return isinstance(error, _ITS_OWN_FAULT)


async def append_batch(connection: Connection, batch: Sequence[PendingAppend]) -> list[Refusal]:
    """Append what still fits, durably and in one transaction; return the rest with its reasons."""
    moved = await connection.fetchval(_APPEND, *_arguments(batch))
    if len(moved) == len(batch):
        return []
    done = frozenset(moved)
    return await _explain(connection, [pending for pending in batch if pending.channel not in done])


def _arguments(batch: Sequence[PendingAppend]) -> tuple[list[object], ...]:
    heads = [
        (
            pending.channel,
            pending.after.epoch,
            pending.after.offset + len(pending.drafts),
            len(pending.drafts),
        )
        for pending in batch
    ]
    drafts = [
        (pending.channel, pending.after.epoch, offset, draft.subject, draft.creates, draft.data)
        for pending in batch
        for offset, draft in enumerate(pending.drafts, pending.after.offset + 1)
    ]
    return (*map(list, zip(*heads, strict=True)), *map(list, zip(*drafts, strict=True)))


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
        (pending.channel, pending.after.epoch, draft.subject)
        for pending in refused
        for draft in pending.drafts
        if draft.creates
    ]
    if not claims:
        return {}
    taken: dict[str, dict[str, int]] = {}
    for row in await connection.fetch(_TAKEN, *map(list, zip(*claims, strict=True))):
        taken.setdefault(row["channel"], {})[row["subject"]] = row["offset"]
    return taken
