"""Who was made to leave a party: their subscriptions end at once, and for a while begin no more."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hub.connections import Connections
from hub.wire import codes
from rooms.presence import Presence

KICKED_MS = 5 * 60_000
BANNED_MS = 10 * 60_000  # by then each token that was given before has expired, and no new one is given
REMEMBERED_MAX = 10_000


@dataclass(frozen=True, slots=True)
class _Expelled:
    why: codes.Unsubscribe
    until_ms: float


class Expulsions:
    """Follows parties, and keeps out whom they expelled for as long as an earlier token would let them in."""

    def __init__(self, connections: Connections, presence: Presence, now_ms: Callable[[], float]) -> None:
        self._connections = connections
        self._presence = presence
        self._now_ms = now_ms
        self._expelled: OrderedDict[tuple[str, str], _Expelled] = OrderedDict()
        self._ended = 0

    @property
    def ended(self) -> int:
        """How many subscriptions were ended since the start."""
        return self._ended

    def hear(self, channel: str, event: dict[str, Any]) -> None:
        """Expel who was kicked or banned, and let back in whose ban was lifted."""
        match event:
            case {"type": "ban", "member": str(user), "banned": True} | {
                "type": "leave",
                "member": str(user),
                "reason": "banned",
            }:
                self._expel(channel, user, codes.UNSUBSCRIBED_BANNED, event, BANNED_MS)
            case {"type": "leave", "member": str(user), "reason": "kicked"}:
                self._expel(channel, user, codes.UNSUBSCRIBED_KICKED, event, KICKED_MS)
            case {"type": "ban", "member": str(user)}:
                self._expelled.pop((channel, user), None)

    def check(self, channel: str, user: str) -> None:
        """Raise Rejected for who was expelled a while ago."""
        expelled = self._expelled.get((channel, user))
        if expelled is not None and self._now_ms() < expelled.until_ms:
            raise codes.Rejected(
                codes.PERMISSION_DENIED, f"you were {expelled.why.reason}: you cannot listen here"
            )

    def _expel(
        self, channel: str, user: str, why: codes.Unsubscribe, event: dict[str, Any], for_ms: int
    ) -> None:
        until_ms = event.get("at", self._now_ms()) + for_ms
        if until_ms <= self._now_ms():  # told again, long after
            return
        self._expelled[channel, user] = _Expelled(why, until_ms)
        self._expelled.move_to_end((channel, user))
        if len(self._expelled) > REMEMBERED_MAX:
            self._expelled.popitem(last=False)
        self._end_subscriptions(channel, user, why)

    def _end_subscriptions(self, channel: str, user: str, why: codes.Unsubscribe) -> None:
        for client in self._presence.of_user(channel, user):
            session = self._connections.of_client(client)
            if session is not None and session.attachments is not None:
                session.attachments.expel(channel, why)
                self._ended += 1
