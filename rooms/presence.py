"""Who is in which channel, on this node."""

from dataclasses import dataclass
from typing import Any

PRESENCE_CLIENTS_MAX = 1_000  # listed by name; the counts are exact


@dataclass(frozen=True, slots=True)
class PresenceCount:
    """How many connections are in a channel, and of how many people; every anonymous reader is one."""

    clients: int
    users: int


class Presence:
    """The clients of each channel with what others may know of them, in the order in which they came."""

    def __init__(self) -> None:
        self._channels: dict[str, dict[str, dict[str, Any]]] = {}

    def enter(self, channel: str, client: str, info: dict[str, Any]) -> None:
        """Note that a client is in the channel; `info` is the protocol's ClientInfo."""
        self._channels.setdefault(channel, {})[client] = info

    def leave(self, channel: str, client: str) -> None:
        """Note that a client has left."""
        clients = self._channels.get(channel)
        if clients is not None:
            clients.pop(client, None)
            if not clients:
                del self._channels[channel]

    def clients(self, channel: str) -> dict[str, dict[str, Any]]:
        """Return ClientInfo by client id, of the first PRESENCE_CLIENTS_MAX."""
        clients = self._channels.get(channel, {})
        if len(clients) <= PRESENCE_CLIENTS_MAX:
            return dict(clients)
        return {
            client: clients[client] for client, _ in zip(clients, range(PRESENCE_CLIENTS_MAX), strict=False)
        }

    def of_user(self, channel: str, user: str) -> list[str]:
        """Return the client ids of one person in the channel."""
        clients = self._channels.get(channel, {})
        return [client for client, info in clients.items() if info["user"] == user]

    def count(self, channel: str) -> PresenceCount:
        """Return how many are there."""
        clients = self._channels.get(channel, {})
        known = {info["user"] for info in clients.values() if info["user"]}
        anonymous = sum(not info["user"] for info in clients.values())
        return PresenceCount(len(clients), len(known) + anonymous)
