"""The word filter as it stands now: the same on every hub, for whoever writes by whatever way."""

from dataclasses import dataclass

import structlog
import trio

from rooms.refusals import blocked_word
from rooms.word_filter import WordFilter, texts_of
from store.database import Connection, Database
from store.errors import DatabaseError

CHANNEL = "word_filter_changed"
DATABASE_PAUSE_S = 0.5

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class KeptWords:
    """The words as they are kept."""

    words: list[str]
    version: int


class WordList:
    """Holds the filter that is in force; `hear` and `run` keep it as the database has it."""

    def __init__(self) -> None:
        self._filter = WordFilter()
        self._version = 0
        self._changed = trio.Event()

    def found_in(self, *texts: str) -> str | None:
        """Return the first word in `texts` that may not be written, or None."""
        return self._filter.found_in(*texts)

    def screen(self, command: object) -> None:
        """Refuse a room's command in which there is a word that may not be written."""
        if self._filter.empty:
            return
        found = self.found_in(*texts_of(command))
        if found is not None:
            raise blocked_word(found)

    def hear(self) -> None:
        """Note that the list may have changed; for the callback of a notice."""
        self._changed.set()

    async def load(self, database: Database) -> None:
        """Bring into force what the database has; raise DatabaseError."""
        self._take(await database.run(read, repeatable=True))

    async def run(self, database: Database) -> None:
        """Load the list whenever it changes, however long the database is away."""
        while True:
            await self._changed.wait()
            self._changed = trio.Event()
            try:
                await self.load(database)
            except DatabaseError as error:
                if not error.temporary:
                    raise
                log.warning("word_filter_waits", reason=str(error))
                self._changed.set()
                await trio.sleep(DATABASE_PAUSE_S)

    def _take(self, kept: KeptWords) -> None:
        if kept.version > self._version:
            self._filter, self._version = WordFilter(kept.words), kept.version


async def read(connection: Connection) -> KeptWords:
    """Return the list."""
    row = await connection.fetchrow("select words, version from word_filter")
    return KeptWords(list(row["words"]), row["version"]) if row is not None else KeptWords([], 0)
