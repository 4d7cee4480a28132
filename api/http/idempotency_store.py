"""Where the answers to requests under a key are kept: for a day, and so many a person."""

from dataclasses import dataclass
from datetime import timedelta

from store.database import Connection, Database

KEPT = timedelta(hours=24)
RUNNING_AT_MOST = timedelta(minutes=1)  # longer than any request may take
KEYS_PER_OWNER_MAX = 1_000
SWEPT_AT_ONCE = 20  # old keys go as new ones come

_SWEEP = """
delete from idempotent_request where (owner, key) in (
    select owner, key from idempotent_request where created_at < now() - $1::interval
    order by created_at limit $2 for update skip locked
)
"""
_TRIM = """
delete from idempotent_request where owner = $1 and created_at <= (
    select created_at from idempotent_request where owner = $1
    order by created_at desc offset $2 - 1 limit 1
)
"""
_BEGIN = """
insert into idempotent_request as known (owner, key, fingerprint, running_until)
values ($1, $2, $3, now() + $4::interval)
on conflict (owner, key) do update set
    fingerprint = excluded.fingerprint, created_at = now(), running_until = excluded.running_until,
    status = null, headers = null, body = null
where known.created_at < now() - $5::interval or known.status is null and known.running_until < now()
returning true
"""
_EARLIER = "select fingerprint, status, headers, body from idempotent_request where owner = $1 and key = $2"
_FINISH = """
update idempotent_request set status = $4, headers = $5, body = $6
where owner = $1 and key = $2 and fingerprint = $3 and status is null
"""
_FORGET = """
delete from idempotent_request where owner = $1 and key = $2 and fingerprint = $3 and status is null
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request under a key; the fingerprint is the same for the same request."""

    owner: str
    key: str
    fingerprint: bytes


@dataclass(frozen=True, slots=True)
class Done:
    """An answer; `headers` is JSON."""

    status: int
    headers: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Earlier:
    """What is known of a key that was used before; `done` is None while the request is under way."""

    fingerprint: bytes
    done: Done | None


async def begin(database: Database, asked: Asked) -> Earlier | None:
    """Take the key for this request, or return what became of the earlier one under it."""

    async def work(connection: Connection) -> Earlier | None:
        await connection.execute(_SWEEP, KEPT, SWEPT_AT_ONCE)
        await connection.execute(_TRIM, asked.owner, KEYS_PER_OWNER_MAX)
        taken = (asked.owner, asked.key, asked.fingerprint, RUNNING_AT_MOST, KEPT)
        if await connection.fetchval(_BEGIN, *taken):
            return None
        row = await connection.fetchrow(_EARLIER, asked.owner, asked.key)
        if row is None:  # let go of in this very moment
            return Earlier(asked.fingerprint, None)
        done = None if row["status"] is None else Done(row["status"], row["headers"], row["body"])
        return Earlier(row["fingerprint"], done)

    return await database.transaction(work)


async def finish(database: Database, asked: Asked, done: Done) -> None:
    """Keep the answer."""
    await database.execute(
        _FINISH, asked.owner, asked.key, asked.fingerprint, done.status, done.headers, done.body
    )


async def forget(database: Database, asked: Asked) -> None:
    """Let go of the key: nothing was done under it."""
    await database.execute(_FORGET, asked.owner, asked.key, asked.fingerprint)
