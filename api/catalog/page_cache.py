"""Answers kept for a moment, so that a crowd that asks for one page reads it once."""

import hashlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field

import trio

KEPT_S = 1.0  # what others published shows after so long at the latest; one's own at once
PAGES_MAX = 256  # of some 20 kB


@dataclass(frozen=True, slots=True)
class KeptPage:
    """An answer's body and its ETag."""

    body: bytes
    etag: str


@dataclass(frozen=True, slots=True)
class PageCacheStatistics:
    """How often an answer was at hand, and how often it was read."""

    pages: int
    hits: int
    reads: int


@dataclass(slots=True, eq=False)
class _Reading:
    done: trio.Event = field(default_factory=trio.Event)
    page: KeptPage | None = None
    error: Exception | None = None


class PageCache:
    """Answers by what was asked; those who ask for one that is being read wait for it."""

    def __init__(
        self,
        kept_s: float = KEPT_S,
        pages_max: int = PAGES_MAX,
        now_s: Callable[[], float] = trio.current_time,
    ) -> None:
        self._kept_s = kept_s
        self._pages_max = pages_max
        self._now_s = now_s
        self._pages: OrderedDict[Hashable, tuple[float, KeptPage]] = OrderedDict()
        self._readings: dict[Hashable, _Reading] = {}
        self._hits = 0
        self._reads = 0

    async def get(self, asked: Hashable, read: Callable[[], Awaitable[bytes]]) -> KeptPage:
        """Return the answer to `asked`, from `read` when none is kept; all who wait get what it raises."""
        while True:
            until_s, page = self._pages.get(asked, (0.0, None))
            if page is not None and self._now_s() < until_s:
                self._hits += 1
                return page
            reading = self._readings.get(asked)
            if reading is None:
                return await self._read(asked, read)
            await reading.done.wait()
            if reading.error is not None:
                raise reading.error
            if reading.page is not None:
                self._hits += 1
                return reading.page

    def forget(self) -> None:
        """Let everything be read anew, also what is being read: it may have begun before a change."""
        self._pages.clear()
        self._readings.clear()

    def statistics(self) -> PageCacheStatistics:
        """Return the counts so far."""
        return PageCacheStatistics(len(self._pages), self._hits, self._reads)

    async def _read(self, asked: Hashable, read: Callable[[], Awaitable[bytes]]) -> KeptPage:
        reading = self._readings[asked] = _Reading()
        self._reads += 1
        try:
            body = await read()
            reading.page = KeptPage(body, f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"')
        except Exception as error:
            reading.error = error
            raise
        finally:
            if self._readings.get(asked) is reading:
                del self._readings[asked]
                if reading.page is not None:
                    self._keep(asked, reading.page)
            reading.done.set()  # a reader who was cancelled leaves neither: somebody who waited reads instead
        return reading.page

    def _keep(self, asked: Hashable, page: KeptPage) -> None:
        self._pages[asked] = (self._now_s() + self._kept_s, page)
        self._pages.move_to_end(asked)
        if len(self._pages) > self._pages_max:
            self._pages.popitem(last=False)
