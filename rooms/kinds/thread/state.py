"""What the room of a thread remembers: how the thread is set, its last messages, and who spoke lately."""

from dataclasses import dataclass, replace
from typing import NamedTuple

from immutables import Map

from rooms.kinds.recent import Recent

REMEMBERED_MESSAGES = 100  # twice so many at most: what stays in the caches; older ones are read when named
REPLAYED_EVENTS = 1_000  # so that slow mode knows who spoke lately
SPEAKERS_MAX = 5_000  # in slow mode, twice so many at most; the first are forgotten, and may speak again


class Message(NamedTuple):
    """What a thread remembers of a message: enough to decide about it."""

    author: str
    text: str
    deleted: bool = False
    hidden: bool = False
    reactions: frozenset[tuple[str, str]] = frozenset()
    """Pairs of (emoji, user)."""


@dataclass(frozen=True, slots=True)
class Speakers:
    """When each person last spoke, of those who did within the slow mode's seconds.

    Two generations: when the young one is as old as the slow mode is long, it replaces the old one. So
    forgetting costs nothing, and nobody is forgotten too early but in a crowd beyond SPEAKERS_MAX.
    """

    since_ms: int = 0
    young: Map[str, int] = Map()
    old: Map[str, int] = Map()

    def spoke(self, user: str, at_ms: int, slow_s: int) -> "Speakers":
        """Return the speakers after one of them spoke."""
        if at_ms <= self.last_ms(user):
            return self
        if at_ms - self.since_ms >= slow_s * 1000 or len(self.young) >= SPEAKERS_MAX:
            return Speakers(at_ms, Map({user: at_ms}), self.young)
        return replace(self, young=self.young.set(user, at_ms))

    def last_ms(self, user: str) -> int:
        """Return when somebody last spoke, as far as it is known."""
        return self.young.get(user, 0) or self.old.get(user, 0)


@dataclass(frozen=True, slots=True)
class Settings:
    """How a thread is set; `solved` is the id of the post that answers it, `changes` counts what was set."""

    opened: bool = False
    guests: bool = False
    author: str = ""
    title: str = ""
    tags: tuple[str, ...] = ()
    locked: bool = False
    pinned: bool = False
    solved: str | None = None
    slow_s: int = 0
    withdrawn: bool = False
    changes: int = 0


NOTHING_SAID: Recent[Message] = Recent(REMEMBERED_MESSAGES)


class Thread(NamedTuple):
    """The state of a thread's room."""

    settings: Settings = Settings()
    messages: Recent[Message] = NOTHING_SAID
    speakers: Speakers = Speakers()
