"""Follow one satellite live: its position at each whole second, its ground track now and then."""

from dataclasses import dataclass

import numpy as np
import trio

from telemetry import payloads
from telemetry.clock import MINUTE_MS, SECOND_MS, Clock, wall_clock_ms
from telemetry.element_sets import ElementSet
from telemetry.orbits import Ephemeris, OrbitError
from telemetry.payloads import Payload
from telemetry.ports import CurrentElementSets, Emit

BLOCK_S = 60  # 1.2 ms of work in one call, 20 µs a position; a lone position costs 0.8 ms
TRACK_INTERVAL_MS = 10 * MINUTE_MS  # the Earth turns 2.5 degrees below the track meanwhile
UNAVAILABLE_INTERVAL_MS = MINUTE_MS

# numpy on such small arrays holds the interpreter lock: a second thread would only slow Trio's.
_one_thread = trio.CapacityLimiter(1)


@dataclass(frozen=True, slots=True)
class _Block:
    """Hold the positions of consecutive whole seconds from `from_ms`; none, but a reason, where none are."""

    element_set: ElementSet | None
    from_ms: int
    positions: list[Payload]
    reason: str = ""

    def covers(self, second_ms: int) -> bool:
        return self.from_ms <= second_ms < self.from_ms + BLOCK_S * SECOND_MS

    def at(self, second_ms: int) -> Payload:
        return self.positions[(second_ms - self.from_ms) // SECOND_MS]


class Tracker:
    """Tell where the satellite `norad` is, once a second, for as long as `run` runs.

    `emit` gets `position` (the first one at once, of the whole second just past), `track` (at the start,
    each 10 minutes and when the element set changes), or `unavailable` with a reason, each minute, where no
    element set is at hand or the object has decayed. Late is never made up for: seconds that passed are
    skipped, and a clock that jumps is followed. All orbit work is done in a worker thread.
    """

    def __init__(
        self, norad: int, element_sets: CurrentElementSets, emit: Emit, clock: Clock = wall_clock_ms
    ) -> None:
        self._norad = norad
        self._element_sets = element_sets
        self._emit = emit
        self._clock = clock
        self._block = _Block(None, 0, [])
        self._track_at_ms: int | None = None
        self._unavailable_at_ms: int | None = None

    async def run(self) -> None:
        """Track until cancelled; raises only what `emit` raises, and may be run again after that."""
        self._track_at_ms = self._unavailable_at_ms = None
        with self._element_sets.tracking(self._norad):
            last_ms = -1
            while True:
                second_ms = self._clock() // SECOND_MS * SECOND_MS
                if second_ms != last_ms:
                    await self._tell(second_ms)
                    await self._prepare(second_ms + SECOND_MS)
                    last_ms = second_ms
                await trio.sleep((SECOND_MS - self._clock() % SECOND_MS) / SECOND_MS)

    async def _tell(self, second_ms: int) -> None:
        await self._prepare(second_ms)
        block = self._block
        if block.element_set is None or not block.positions:
            await self._tell_unavailable(second_ms)
            return
        self._unavailable_at_ms = None
        await self._emit(block.at(second_ms))
        if _is_due(self._track_at_ms, second_ms, TRACK_INTERVAL_MS):
            await self._tell_track(block.element_set, second_ms)

    async def _tell_track(self, element_set: ElementSet, second_ms: int) -> None:
        self._track_at_ms = second_ms
        track = await trio.to_thread.run_sync(_track, element_set, second_ms, limiter=_one_thread)
        if track is not None:
            await self._emit(track)

    async def _tell_unavailable(self, second_ms: int) -> None:
        if _is_due(self._unavailable_at_ms, second_ms, UNAVAILABLE_INTERVAL_MS):
            self._unavailable_at_ms = second_ms
            await self._emit(payloads.unavailable(self._norad, self._block.reason, second_ms))

    async def _prepare(self, second_ms: int) -> None:
        """Have the block of `second_ms` at hand, of the newest element set."""
        element_set = self._element_sets.get(self._norad)
        changed = element_set is not self._block.element_set
        if self._block.covers(second_ms) and not changed:
            return
        if changed:
            self._track_at_ms = self._unavailable_at_ms = None
        self._block = await self._block_of(element_set, second_ms)

    async def _block_of(self, element_set: ElementSet | None, from_ms: int) -> _Block:
        if element_set is None:
            return _Block(None, from_ms, [], f"no element set of catalogue number {self._norad} is at hand")
        return await trio.to_thread.run_sync(_block, element_set, from_ms, limiter=_one_thread)


def _is_due(last_ms: int | None, now_ms: int, interval_ms: int) -> bool:
    """Tell whether `interval_ms` have passed since `last_ms`, or the clock went back behind it."""
    return last_ms is None or not last_ms <= now_ms < last_ms + interval_ms


def _block(element_set: ElementSet, from_ms: int) -> _Block:
    times_ms = from_ms + SECOND_MS * np.arange(BLOCK_S, dtype=np.int64)
    try:
        states = Ephemeris(element_set).states(times_ms)
    except OrbitError as error:
        return _Block(element_set, from_ms, [], str(error))
    return _Block(element_set, from_ms, payloads.positions(element_set, states))


def _track(element_set: ElementSet, at_ms: int) -> Payload | None:
    try:
        return payloads.track(element_set, Ephemeris(element_set).ground_track(at_ms), at_ms)
    except OrbitError:
        return None  # it flies now, but decays within an orbit: there are positions and no line
