"""A keeper for each watch party that somebody listens to, and for a while after the last one has gone."""

from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import trio

from actors import Registry, Reply, Supervisor
from hub.keeper import TICK_S, Keeper, KeeperCounters
from hub.roster import SILENT_AFTER_S, Report
from rooms.kind import By
from rooms.kinds.watch.commands import Tick
from rooms.ports import Publication, Publisher
from rooms.room import Request

WATCH_PREFIX = "watch:"
LINGER_S = SILENT_AFTER_S + 5  # after the last listener: the room parts with those who vanished, and pauses
KEEPER = By(user="keeper", system=True)


@dataclass(frozen=True, slots=True)
class KeeperStatistics:
    """How many parties are kept, how many people are heard in them, and the counters."""

    parties: int
    people: int
    counters: KeeperCounters


@dataclass(slots=True)
class _Kept:
    """A party's keeper, which goes on until `until_s`, or for as long as somebody listens."""

    keeper: Keeper
    until_s: float | None = None


class Keepers:
    """Runs the supervised keepers; implements Demand."""

    def __init__(self, supervisor: Supervisor) -> None:
        self._supervisor = supervisor
        self._rooms: Registry[Request] | None = None
        self._publisher: Publisher | None = None
        self._kept: dict[str, _Kept] = {}
        self._counters = KeeperCounters()

    def speak_to(self, rooms: Registry[Request], publisher: Publisher) -> None:
        """Say which rooms they keep, and who tells those who listen."""
        self._rooms, self._publisher = rooms, publisher

    def begin(self, channel: str) -> None:
        """Keep the party that `channel` names from now on, if it names one."""
        if not channel.startswith(WATCH_PREFIX):
            return
        if channel not in self._kept:
            self._kept[channel] = _Kept(self._new_keeper(channel))
        self._kept[channel].until_s = None
        if not self._supervisor.runs(_name(channel)):
            self._supervisor.start_service(_name(channel), partial(self._keep, channel))

    def end(self, channel: str) -> None:
        """Keep it only for LINGER_S more."""
        kept = self._kept.get(channel)
        if kept is None:
            return
        kept.until_s = trio.current_time() + LINGER_S
        if not self._supervisor.runs(_name(channel)):  # it was given up
            del self._kept[channel]

    def look_after(self, channel: str) -> None:
        """Keep a party for LINGER_S to which nobody here listens, though it has members."""
        if channel not in self._kept:
            self.begin(channel)
            self.end(channel)

    def hear(self, channel: str, user: str, client: str, report: Report) -> bool:
        """Take a report of somebody at a party; say whether there was room for one more person.

        Raises LookupError for a channel that is not kept.
        """
        return self._kept[channel].keeper.hear(user, client, report)

    def roster(self, channel: str) -> dict[str, dict[str, Any]]:
        """Return what is known of everybody at a party; raise LookupError for a channel that is not kept."""
        return self._kept[channel].keeper.roster.whole()

    def statistics(self) -> KeeperStatistics:
        """Return what is kept now, and the counts so far."""
        people = sum(len(kept.keeper.roster) for kept in self._kept.values())
        return KeeperStatistics(len(self._kept), people, replace(self._counters))

    async def _keep(self, channel: str) -> None:
        """Look each second; after a crash begin anew, for what the keeper knew may have broken it."""
        kept = self._kept[channel]
        try:
            while kept.until_s is None or trio.current_time() < kept.until_s:
                kept.keeper.look()
                await trio.sleep(TICK_S)
        except Exception:
            kept.keeper = self._new_keeper(channel)
            raise
        del self._kept[channel]

    def _new_keeper(self, channel: str) -> Keeper:
        return Keeper(partial(self._tell, channel), partial(self._publish, channel), self._counters)

    def _tell(self, channel: str, tick: Tick, reply: Reply) -> None:
        if self._rooms is not None:
            self._rooms.ref(channel).tell_nowait(Request(tick, KEEPER), reply)

    def _publish(self, channel: str, publication: Publication) -> None:
        if self._publisher is not None:
            self._publisher.publish(channel, [publication])


def _name(channel: str) -> str:
    return f"keeper of {channel}"
