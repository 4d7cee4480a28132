"""The keeper of one watch party: it hears who is there, and lets the room go on with the time."""

from collections.abc import Callable
from dataclasses import dataclass

import orjson
import trio

from actors import ActorStopped, Failed, MailboxFull, Outcome, Reply, TooManyActors
from hub.roster import Report, Roster
from rooms.kinds.watch.commands import Tick
from rooms.ports import Publication

TICK_S = 1.0
COUNTED_S_MAX = 2 * TICK_S  # in a longer gap between two ticks the hub itself stood still, and heard nobody


@dataclass(slots=True)
class KeeperCounters:
    """What all keepers have done since the start."""

    ticks: int = 0
    failed_ticks: int = 0
    reports: int = 0
    roster_changes: int = 0


class Keeper:
    """Watches over one party.

    Its seconds count only while the hub was awake: who could not be heard because the hub stood still has not
    been silent. A new keeper knows nobody, so for its first seconds the room parts with nobody.
    """

    def __init__(
        self,
        tell: Callable[[Tick, Reply], None],
        publish: Callable[[Publication], None],
        counters: KeeperCounters,
    ) -> None:
        """Take how to `tell` the room without waiting, and how to `publish` to those who listen."""
        self.roster = Roster()
        self._tell = tell
        self._publish = publish
        self._counters = counters
        self._watched_s = 0.0
        self._looked_at = trio.current_time()
        self._beat = 0
        self._unanswered = False

    @property
    def now_s(self) -> float:
        """The seconds that it has watched."""
        return self._watched_s + min(trio.current_time() - self._looked_at, COUNTED_S_MAX)

    def hear(self, user: str, client: str, report: Report) -> bool:
        """Take a report; say whether there was room for this person."""
        self._counters.reports += 1
        return self.roster.hear(user, client, report, self.now_s)

    def look(self) -> None:
        """Tell the room who is heard, and the party what is new of them; to be called each TICK_S."""
        self._watched_s, self._looked_at = self.now_s, trio.current_time()
        heard = self.roster.heard(self._watched_s)
        if not self._unanswered:
            self._tick(Tick(heard, int(self._watched_s * 1000), self.roster.lead_ms(), self._beat))
        changes = self.roster.take_changes()
        if changes:
            self._counters.roster_changes += len(changes)
            self._publish(Publication(orjson.dumps({"type": "roster", "members": changes})))

    def _tick(self, tick: Tick) -> None:
        self._beat += 1
        self._unanswered = True
        self._counters.ticks += 1
        try:
            self._tell(tick, self._answered)
        except (ActorStopped, MailboxFull, TooManyActors) as error:
            self._answered(Failed(error))

    def _answered(self, outcome: Outcome) -> None:
        """Note that the room is done; what failed is tried again with the next second."""
        self._unanswered = False
        self._counters.failed_ticks += isinstance(outcome, Failed)
