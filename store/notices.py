"""What PostgreSQL tells by NOTIFY, heard on one connection of its own and handed to Trio."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import asyncpg
import trio
from trio_asyncio import aio_as_trio

__all__ = ["NoticeStatistics", "Notices"]

_log = logging.getLogger(__name__)
_CONNECT_S_MAX = 5.0
_COMMAND_S_MAX = 5.0
_PROBE_EVERY_S = 15.0  # a connection that died without a word is found by then
_PAUSE_S = 0.05  # an embedded server is back 0.1 s after it was killed
_PAUSE_S_MAX = 2.0
_AWAY = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError, TimeoutError)


@dataclass(frozen=True, slots=True)
class NoticeStatistics:
    """Whether notices are heard now, how many were, and how often listening had to begin."""

    listening: bool
    heard: int
    begun: int


class Notices:
    """Listens to channels of the database at `dsn`.

    `hear` maps a channel to what takes its payloads; `begun` is called whenever listening begins, for what
    was told before has not been heard. Neither may block or raise: they are called in between, in the thread
    of Trio. There is no queue here: who is told keeps a bounded note of it.
    """

    def __init__(
        self, dsn: str, hear: Mapping[str, Callable[[str], None]], begun: Callable[[], None]
    ) -> None:
        self._dsn = dsn
        self._hear = hear
        self._begun_with = begun
        self._listening = False
        self._heard = 0
        self._begun = 0

    async def run(self) -> None:
        """Listen for ever, on a new connection when one has ended."""
        pause_s = _PAUSE_S
        while True:
            begun = self._begun
            try:
                await aio_as_trio(self._listen)()
            except _AWAY as error:
                _log.warning("not listening to PostgreSQL for the moment: %s", error or type(error).__name__)
            pause_s = _PAUSE_S if self._begun > begun else min(2 * pause_s, _PAUSE_S_MAX)
            await trio.sleep(pause_s)

    def statistics(self) -> NoticeStatistics:
        """Return the counts of this moment."""
        return NoticeStatistics(self._listening, self._heard, self._begun)

    async def _listen(self) -> None:
        connection = await asyncpg.connect(self._dsn, timeout=_CONNECT_S_MAX, command_timeout=_COMMAND_S_MAX)
        try:
            ended = asyncio.Event()
            connection.add_termination_listener(lambda _: ended.set())
            for channel in self._hear:
                await connection.add_listener(channel, self._take)
            self._listening = True
            self._begun += 1
            self._begun_with()
            while not ended.is_set():
                await _probe(connection, ended)
        finally:
            self._listening = False
            connection.terminate()

    def _take(self, _connection: object, _pid: int, channel: str, payload: str) -> None:
        self._heard += 1
        self._hear[channel](payload)


async def _probe(connection: Any, ended: asyncio.Event) -> None:
    try:
        await asyncio.wait_for(ended.wait(), _PROBE_EVERY_S)
    except TimeoutError:
        await connection.fetchval("select 1")
