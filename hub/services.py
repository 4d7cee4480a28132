"""What a session works with, put together by the wiring."""

from collections.abc import Callable
from dataclasses import dataclass, field

from actors import Registry
from api.moderation.word_list import WordList
from api.tokens import Tokens
from hub.account_changes import AccountChanges
from hub.clock import HubClock
from hub.connections import Connections
from hub.expulsions import Expulsions
from hub.fanout import Fanout
from hub.keepers import Keepers
from hub.limits import Limits
from hub.pace import Pace
from hub.replies import Replies
from hub.withholding import Withholding
from rooms.kind import Kind
from rooms.presence import Presence
from rooms.room import Request
from store.event_log import EventLog


@dataclass(slots=True)
class SessionCounters:
    """What sessions have seen since the start."""

    commands: int = 0
    slow_clients: int = 0
    recovered: int = 0
    unrecovered: int = 0


@dataclass(frozen=True, slots=True)
class Services:
    """The parts that every session shares."""

    rooms: Registry[Request]
    log: EventLog
    fanout: Fanout
    connections: Connections
    tokens: Tokens
    accounts: AccountChanges
    limits: Limits
    kind_of: Callable[[str], Kind | None]
    node: str
    clock: HubClock
    keepers: Keepers
    expulsions: Expulsions
    pace: Pace
    presence: Presence
    withholding: Withholding
    counters: SessionCounters = field(default_factory=SessionCounters)
    replies: Replies = field(default_factory=Replies)
    words: WordList = field(default_factory=WordList)
