"""When a source may be asked for newer element sets, and what is made of its answer."""

import logging
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import trio

from telemetry.cache import CacheEntry, DiskCache
from telemetry.clock import HOUR_MS, MINUTE_MS, Clock
from telemetry.element_sets import ElementSet, ElementSetError, read_element_sets
from telemetry.sources.source import Answer, ElementSetSource, Fetched, Refused, Unreachable

MIN_INTERVAL_MS = 2 * HOUR_MS  # CelesTrak's policy: one download an update, and it updates every 2 h
FIRST_PAUSE_MS = MINUTE_MS  # after no answer; doubled each time, up to MIN_INTERVAL_MS

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RefreshStatistics:
    """Count the asks of this process by what came of them; `stopped` is the reason while none are allowed."""

    asked: int = 0
    fetched: int = 0
    unchanged: int = 0
    unusable: int = 0
    unreachable: int = 0
    stopped: str | None = None


class Refresher:
    """Ask `source` within its rules, all of them kept in `cache` across restarts.

    An answered ask is the only one for MIN_INTERVAL_MS, and each ask is written down before it is made: a hub
    that dies in between does not ask again. Where no answer came, the next try follows after a growing
    pause. An answer other than 200 and 304 puts up a stop sign that only a human takes down.

    Nothing is raised but Cancelled.
    """

    def __init__(self, source: ElementSetSource, cache: DiskCache, clock: Clock) -> None:
        self._source = source
        self._cache = cache
        self._clock = clock
        self._entries: dict[int, CacheEntry] = {}
        self._statistics = RefreshStatistics()
        self._unwritten_stop: str | None = None

    def statistics(self) -> RefreshStatistics:
        """Give the counts so far."""
        return self._statistics

    async def is_stopped(self) -> bool:
        """Look whether the stop sign stands."""
        reason = self._unwritten_stop or await trio.to_thread.run_sync(self._cache.stopped)
        self._statistics = replace(self._statistics, stopped=reason)
        return reason is not None

    async def due_in_ms(self, norad: int) -> int:
        """Give how long `norad` has to wait yet; 0 when it may be asked for."""
        entry = await self._entry(norad)
        wait_ms = entry.not_before_ms - self._clock()
        # Nothing is ever told to wait longer: where it is, the clock was ahead when that was written.
        return wait_ms if 0 < wait_ms <= MIN_INTERVAL_MS else 0

    async def ask(self, norad: int) -> ElementSet | None:
        """Ask for `norad`, which has to be due; give its element set where a new one came."""
        entry = await self._entry(norad)
        asking = replace(entry, not_before_ms=self._clock() + MIN_INTERVAL_MS)
        if not await self._keep(norad, asking):
            return None
        self._count("asked")
        answer = await self._source.fetch(norad, entry.validators)
        return await self._take(norad, asking, answer)

    async def _take(self, norad: int, asking: CacheEntry, answer: Answer) -> ElementSet | None:
        match answer:
            case Fetched():
                return await self._take_text(norad, asking, answer)
            case Refused(reason):
                await self._stop(reason)
            case Unreachable(reason):
                await self._pause(norad, asking, reason)
            case _:
                self._count("unchanged")
                await self._keep(norad, replace(asking, failures=0))
        return None

    async def _take_text(self, norad: int, asking: CacheEntry, answer: Fetched) -> ElementSet | None:
        try:
            element_set = await trio.to_thread.run_sync(newest_of, answer.text, norad)
        except ElementSetError as error:
            self._count("unusable")
            _log.warning(
                "the answer about satellite %s is of no use, the old elements stay: %s", norad, error
            )
            return None
        self._count("fetched")
        etag, last_modified = answer.validators.etag, answer.validators.last_modified
        await self._keep(norad, CacheEntry(answer.text, etag, last_modified, asking.not_before_ms))
        return element_set

    async def _stop(self, reason: str) -> None:
        at = datetime.fromtimestamp(self._clock() / 1000, UTC).isoformat(timespec="seconds")
        sign = self._cache.stop_sign
        _log.error("element sets are not refreshed until %s is deleted: %s", sign, reason)
        self._statistics = replace(self._statistics, stopped=reason)
        try:
            await trio.to_thread.run_sync(self._cache.stop, reason, at)
        except OSError as error:
            self._unwritten_stop = reason
            _log.error("the stop sign %s cannot be written, it holds until the next start: %s", sign, error)

    async def _pause(self, norad: int, asking: CacheEntry, reason: str) -> None:
        self._count("unreachable")
        pause_ms = min(FIRST_PAUSE_MS << min(asking.failures, 16), MIN_INTERVAL_MS)
        level = logging.DEBUG if asking.failures else logging.INFO
        _log.log(
            level, "no newer elements of satellite %s, next try in %s s: %s", norad, pause_ms // 1000, reason
        )
        later = self._clock() + pause_ms
        await self._keep(norad, replace(asking, not_before_ms=later, failures=asking.failures + 1))

    async def _entry(self, norad: int) -> CacheEntry:
        if norad not in self._entries:
            self._entries[norad] = await trio.to_thread.run_sync(self._cache.read, norad)
        return self._entries[norad]

    async def _keep(self, norad: int, entry: CacheEntry) -> bool:
        self._entries[norad] = entry
        try:
            await trio.to_thread.run_sync(self._cache.write, norad, entry)
        except OSError as error:
            _log.warning("the element set cache cannot be written, nothing is asked for: %s", error)
            return False
        return True

    def _count(self, what: str) -> None:
        self._statistics = replace(self._statistics, **{what: getattr(self._statistics, what) + 1})


def newest_of(text: str, norad: int) -> ElementSet:
    """Give the newest element set of `norad` in `text`; raises ElementSetError where there is none."""
    reading = read_element_sets(text)
    own = [each for each in reading.element_sets if each.norad == norad]
    if not own:
        why = f"; {reading.faults[0]}" if reading.faults else ""
        raise ElementSetError(f"no element set of {norad} in it{why}")
    return max(own, key=lambda each: each.epoch)
