"""What the HTTP side needs from above: how the hub is, its figures, its rooms, and how accounts stand."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from rooms.kind import By


class Wellness(Protocol):
    """Knows how the hub is."""

    async def troubles(self) -> Sequence[str]:
        """Return what is not well, a sentence each; empty when the hub can do its work."""


class Figures(Protocol):
    """Knows the hub's figures."""

    def exposition(self) -> tuple[bytes, str]:
        """Return them in Prometheus' text format, and its content type."""


class RoomsPort(Protocol):
    """Gives commands to rooms."""

    async def command(self, channel: str, data: dict[str, Any], by: By) -> None:
        """Let the room of `channel` carry out a command, and return when what came of it is durable.

        Raises Refused, with `temporary` set when the same command may succeed a moment later.
        """


@dataclass(frozen=True, slots=True)
class Standing:
    """How an account stands at this moment, whatever its token says."""

    account: uuid.UUID
    role: str
    permissions: frozenset[str]
    display_name: str
    handle: str
    banned: bool
    muted_until_ms: int | None
    authorization_version: int
    session_alive: bool
    avatar: str | None = None


class Standings(Protocol):
    """Knows how accounts stand."""

    async def of(self, user: str, session: str | None) -> Standing | None:
        """Return the standing of the account `user` and whether its session lives; None: no such account."""
