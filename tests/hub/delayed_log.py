"""An in-memory log whose answers can be held back, as those of a database on the other side of a wire are."""

import trio

from store.errors import DatabaseUnavailable
from store.event_log import Page
from store.memory_log import MemoryEventLog


class DelayedLog(MemoryEventLog):
    """Looks first and answers when `gate` is set; `failures` counts down reads that fail."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = trio.Event()
        self.gate.set()
        self.looks = 0
        self.failures = 0

    def hold(self) -> None:
        """Hold back answers until `release`."""
        if self.gate.is_set():
            self.gate = trio.Event()

    def release(self) -> None:
        """Answer what was asked meanwhile."""
        self.gate.set()

    async def read(self, channel: str, after: int, limit: int) -> Page:
        return await self._later(await super().read(channel, after, limit))

    async def read_back(self, channel: str, before: int | None, limit: int) -> Page:
        return await self._later(await super().read_back(channel, before, limit))

    async def _later(self, page: Page) -> Page:
        self.looks += 1
        if self.failures:
            self.failures -= 1
            raise DatabaseUnavailable("the database is away")
        await self.gate.wait()
        return page
