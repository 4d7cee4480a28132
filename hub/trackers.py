"""A tracker for each satellite that somebody looks at, and only then."""

from contextlib import suppress
from functools import partial
from typing import Any

import trio

from actors import ActorStopped, Registry, Supervisor, TooManyActors
from rooms.kind import By
from rooms.kinds.satellite import Report
from rooms.room import Request
from telemetry.catalog import ElementSets
from telemetry.tracker import Tracker

SATELLITE_PREFIX = "sat:"
TRACKER = By(user="tracker", system=True)


def norad_of(channel: str) -> int | None:
    """Return the catalogue number that a satellite's channel names, None for any other channel."""
    number = channel.removeprefix(SATELLITE_PREFIX)
    if number == channel or not number.isascii() or not number.isdecimal() or str(int(number)) != number:
        return None
    return int(number)


class Trackers:
    """Runs a supervised tracker for each satellite channel that is listened to; implements Demand."""

    def __init__(self, supervisor: Supervisor, element_sets: ElementSets) -> None:
        self._supervisor = supervisor
        self._element_sets = element_sets
        self._rooms: Registry[Request] | None = None
        self._wanted: dict[str, trio.CancelScope | None] = {}

    def report_to(self, rooms: Registry[Request]) -> None:
        """Say where the reports go."""
        self._rooms = rooms

    def begin(self, channel: str) -> None:
        """Track the satellite that `channel` names, if it names one."""
        norad = norad_of(channel)
        if norad is None:
            return
        self._wanted[channel] = None
        name = f"tracker of {channel}"
        if not self._supervisor.runs(name):
            self._supervisor.start_service(name, partial(self._track, channel, norad))

    def end(self, channel: str) -> None:
        """Track it no longer."""
        scope = self._wanted.pop(channel, None)
        if scope is not None:
            scope.cancel()

    async def _track(self, channel: str, norad: int) -> None:
        """Track until nobody wants it; who comes back meanwhile gets a tracker that begins anew."""
        while channel in self._wanted:
            with trio.CancelScope() as scope:
                self._wanted[channel] = scope
                await Tracker(norad, self._element_sets, partial(self._report, channel)).run()

    async def _report(self, channel: str, data: dict[str, Any]) -> None:
        if self._rooms is None:
            return
        with suppress(
            ActorStopped, TooManyActors
        ):  # the room cannot listen now: the next second brings another
            await self._rooms.ref(channel).tell(Request(Report(data), TRACKER))
