"""Views: gathered in memory while people watch, and counted in the database in batches."""

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog
import trio

from api.problems import unavailable
from store.database import Connection, Database
from store.errors import DatabaseError

WAITING_MAX = 20_000  # about 5 MB
BATCH_MAX = 2_000
GATHERED_S = 1.0  # so long a view may stay uncounted
LAST_BATCHES_S = 2.0  # what waits when the hub stops is counted within this time

log = structlog.get_logger(__name__)

_COUNT = """
with given as (
    select video, seen_by, at from unnest($1::uuid[], $2::uuid[], $3::bytea[], $4::timestamptz[])
        as given (video, viewer, seen_by, at)
    where exists (
        select from video as seen
        where seen.id = given.video and seen.deleted_at is null and seen.published_at is not null
            and may_see(seen, given.viewer, false)
    )
), fresh as (
    insert into video_view (video, seen_by, at) select video, seen_by, at from given
    on conflict (video, seen_by) do nothing
    returning video
)
update video set views = views + counted.times
from (select video, count(*) as times from fresh group by video) as counted
where video.id = counted.video
"""


@dataclass(frozen=True, slots=True)
class View:
    """Somebody saw a video. `seen_by`: who and in which session, as a hash; `viewer`: their account."""

    video: uuid.UUID
    viewer: uuid.UUID | None
    seen_by: bytes
    at: datetime


@dataclass(frozen=True, slots=True)
class ViewStatistics:
    """How many views wait, were handed to the database, and were refused because too many waited."""

    waiting: int
    written: int
    refused: int
    batches: int


def seen_by(who: str, session: str) -> bytes:
    """Return what tells this viewer and session from others, and nobody who they are."""
    return hashlib.blake2b(f"{who}\x1f{session}".encode(), digest_size=16).digest()


class ViewBuffer:
    """Holds the views that are to be counted, each viewer and session once a video."""

    def __init__(self, waiting_max: int = WAITING_MAX) -> None:
        self._waiting: dict[tuple[uuid.UUID, bytes], View] = {}
        self._waiting_max = waiting_max
        self._came = trio.Event()
        self._written = 0
        self._refused = 0
        self._batches = 0

    def take(self, video: uuid.UUID, viewer: uuid.UUID | None, who: str, session: str) -> None:
        """Remember a view; raise 503 when too many wait, as they do while the database is away."""
        hashed = seen_by(who, session)
        if len(self._waiting) >= self._waiting_max and (video, hashed) not in self._waiting:
            self._refused += 1
            raise unavailable("too many views wait to be counted: tell this one again in a while")
        self._waiting.setdefault((video, hashed), View(video, viewer, hashed, datetime.now(UTC)))
        self._came.set()

    async def run(self, database: Database) -> None:
        """Count what comes until cancelled; then count what still waits."""
        try:
            while True:
                await self._came.wait()
                await trio.sleep(GATHERED_S)
                await self.flush(database)
        finally:
            with trio.move_on_after(LAST_BATCHES_S, shield=True):
                await self.flush(database)

    async def flush(self, database: Database) -> None:
        """Count all that waits; what cannot be written stays and waits."""
        self._came = trio.Event()
        while self._waiting:
            batch = list(self._waiting.items())[:BATCH_MAX]
            try:
                await count_views(database, [view for _key, view in batch])
            except DatabaseError as error:
                log.warning("views_wait", waiting=len(self._waiting), reason=str(error))
                self._came.set()
                return
            for key, _view in batch:
                self._waiting.pop(key, None)
            self._written += len(batch)
            self._batches += 1

    def statistics(self) -> ViewStatistics:
        """Return the counts so far."""
        return ViewStatistics(len(self._waiting), self._written, self._refused, self._batches)


async def count_views(database: Database, views: Sequence[View]) -> None:
    """Count the views that are new, of videos that their viewers may see."""
    columns = list(zip(*((view.video, view.viewer, view.seen_by, view.at) for view in views), strict=True))
    videos = sorted(set(columns[0]))

    async def work(connection: Connection) -> None:
        await connection.execute(
            "select 1 from video where id = any($1) order by id for no key update", videos
        )
        await connection.execute(_COUNT, *columns)

    await database.transaction(work)
