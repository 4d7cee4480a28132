"""The lists of threads, live: a thread that changes is told to those who look at its board, and only then."""

from collections.abc import Sequence
from contextlib import suppress

import orjson
import structlog
import trio

from actors import ActorStopped, Registry, TooManyActors
from hub.fanout import Demand
from rooms.kind import By
from rooms.kinds.board import News, Withdrawn
from rooms.ports import Publication, Publisher
from rooms.room import Request
from store.database import Database, Row
from store.errors import DatabaseError

THREAD_PREFIX = "thread:"
BOARD_PREFIX = "board:"
PAUSE_S = 0.25  # so a thread is told of at most four times a second
PAUSE_S_WITHOUT_DATABASE = 1.0
CHANGED_MAX = 10_000  # beyond it changes are not told; who comes back reads the list anyway
THREADS_PER_LOOK = 200
TELLER = By(user="board", system=True)

_CARDS = """
select thread.id, board, card, hidden_at is not null as hidden from thread join thread_card using (id)
where thread.id = any($1) and board = any($2)
"""

log = structlog.get_logger(__name__)


class ThreadList:
    """Tells the boards that are listened to which of their threads have changed; implements Demand.

    A change is told at once, and what comes within PAUSE_S of it together: one query for all of them.
    """

    def __init__(self) -> None:
        self._boards: set[str] = set()
        self._changed: dict[str, None] = {}
        self._news = trio.Event()

    @property
    def listened_to(self) -> bool:
        """Say whether anybody looks at a board."""
        return bool(self._boards)

    def begin(self, channel: str) -> None:
        """Tell the board that `channel` names from now on, if it names one."""
        if channel.startswith(BOARD_PREFIX):
            self._boards.add(channel.removeprefix(BOARD_PREFIX))

    def end(self, channel: str) -> None:
        """Tell it no more."""
        self._boards.discard(channel.removeprefix(BOARD_PREFIX))

    def note(self, channel: str) -> None:
        """Hear that something lasting has happened in a room."""
        if channel.startswith(THREAD_PREFIX) and len(self._changed) < CHANGED_MAX:
            self._changed[channel.removeprefix(THREAD_PREFIX)] = None
            self._news.set()

    async def run(self, database: Database, rooms: Registry[Request]) -> None:
        """Tell what has changed, for ever."""
        while True:
            await self._news.wait()
            threads = self._take()
            try:
                rows = await database.fetch(_CARDS, threads, list(self._boards)) if self._boards else []
            except DatabaseError as error:
                log.warning("boards_wait_for_database", reason=str(error))
                self._note_again(threads)
                await trio.sleep(PAUSE_S_WITHOUT_DATABASE)
                continue
            await self._tell(rows, rooms)
            await trio.sleep(PAUSE_S)

    def _take(self) -> list[str]:
        """Take threads off the list before they are read: what changes meanwhile is news again."""
        threads = list(self._changed)[:THREADS_PER_LOOK]
        for thread in threads:
            del self._changed[thread]
        if not self._changed:
            self._news = trio.Event()
        return threads

    def _note_again(self, threads: Sequence[str]) -> None:
        self._changed = dict.fromkeys(threads) | self._changed
        self._news.set()

    async def _tell(self, rows: Sequence[Row], rooms: Registry[Request]) -> None:
        for row in rows:
            news = Withdrawn(row["id"]) if row["hidden"] else News(orjson.loads(row["card"]))
            with suppress(ActorStopped, TooManyActors):  # the next change of the thread tells of this one
                await rooms.ref(BOARD_PREFIX + row["board"]).tell(Request(news, TELLER))


class Eavesdropper:
    """A publisher that lets the thread list hear what is published."""

    def __init__(self, publisher: Publisher, threads: ThreadList) -> None:
        self._publisher = publisher
        self._threads = threads

    def publish(self, channel: str, publications: Sequence[Publication]) -> None:
        """Hand on what happened, and note it when it lasts and somebody looks at a board."""
        self._publisher.publish(channel, publications)
        if self._threads.listened_to and any(each.offset for each in publications):
            self._threads.note(channel)


class Demands:
    """Several that want to know which channels are listened to; implements Demand."""

    def __init__(self, *demands: Demand) -> None:
        self._demands = demands

    def begin(self, channel: str) -> None:
        """Tell all of them."""
        for demand in self._demands:
            demand.begin(channel)

    def end(self, channel: str) -> None:
        """Tell all of them."""
        for demand in self._demands:
            demand.end(channel)
