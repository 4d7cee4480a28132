"""The newest element set of each satellite that the program knows."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import trio

from telemetry.cache import DiskCache
from telemetry.clock import MINUTE_MS, SECOND_MS, Clock, wall_clock_ms
from telemetry.element_sets import ElementSet, ElementSetError, bundled_element_sets
from telemetry.refresh import Refresher, RefreshStatistics, newest_of
from telemetry.sources.celestrak import CelesTrak

# Looking again costs a stat(); a stop sign may have been taken down, or the wall clock have been set.
LOOK_AGAIN_MS = MINUTE_MS


@dataclass(frozen=True, slots=True)
class ElementSetsStatistics:
    """Say how many satellites are known and tracked, and what came of refreshing (None: never asked)."""

    known: int
    tracked: int
    refresh: RefreshStatistics | None


class ElementSets:
    """Know the newest element set of each bundled satellite: the bundled, the cached or the fetched one.

    Only satellites that are bundled are ever asked for, and only while they are tracked: a visitor cannot
    make the hub ask for what it likes.
    """

    def __init__(self, refresher: Refresher | None = None, cache: DiskCache | None = None) -> None:
        self._newest = {each.norad: each for each in bundled_element_sets()}
        self._refresher = refresher
        self._tracked: Counter[int] = Counter()
        self._woken = trio.Event()
        if cache is not None:
            self._take_cached(cache)

    def get(self, norad: int) -> ElementSet | None:
        """Give the newest element set at hand of `norad`, the same object until it changes; None: unknown."""
        return self._newest.get(norad)

    def known(self) -> list[int]:
        """Give the catalogue numbers of all satellites at hand, in order."""
        return sorted(self._newest)

    @contextmanager
    def tracking(self, norad: int) -> Iterator[None]:
        """Keep the set of `norad` fresh while the context is open; several may be open at once."""
        self._tracked[norad] += 1
        self._woken.set()
        try:
            yield
        finally:
            self._tracked[norad] -= 1
            self._tracked += Counter()  # drops what has come to 0

    def statistics(self) -> ElementSetsStatistics:
        """Give what is known, tracked and asked."""
        refresh = self._refresher.statistics() if self._refresher else None
        return ElementSetsStatistics(len(self._newest), len(self._tracked), refresh)

    async def run(self) -> None:
        """Refresh what is tracked, when it is due, until cancelled."""
        if self._refresher is None:
            await trio.sleep_forever()
        while True:
            self._woken = trio.Event()  # made before looking: what is tracked from here on is not missed
            wait_ms = await self._refresh_due(self._refresher)
            with trio.move_on_after(wait_ms / SECOND_MS):
                await self._woken.wait()

    async def _refresh_due(self, refresher: Refresher) -> int:
        """Ask for all that is tracked and due; give how long to wait before looking again."""
        wait_ms = LOOK_AGAIN_MS
        for norad in sorted(self._tracked.keys() & self._newest.keys()):
            if await refresher.is_stopped():
                return LOOK_AGAIN_MS
            if await refresher.due_in_ms(norad) == 0:
                self._take(await refresher.ask(norad))
            wait_ms = min(wait_ms, await refresher.due_in_ms(norad))
        return max(wait_ms, SECOND_MS)

    def _take(self, element_set: ElementSet | None) -> None:
        if element_set is not None and element_set.epoch > self._newest[element_set.norad].epoch:
            self._newest[element_set.norad] = element_set

    def _take_cached(self, cache: DiskCache) -> None:
        for norad in self.known():
            with suppress(ElementSetError):  # an empty or a spoiled entry: the bundled set serves
                self._take(newest_of(cache.read(norad).text, norad))


def open_element_sets(folder: Path, celestrak_url: str | None, clock: Clock = wall_clock_ms) -> ElementSets:
    """Give the element sets cached in `folder` and refreshed from `celestrak_url` (None: never asked)."""
    cache = DiskCache(folder)
    refresher = None if celestrak_url is None else Refresher(CelesTrak(celestrak_url), cache, clock)
    return ElementSets(refresher, cache)
