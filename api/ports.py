"""What the HTTP side needs from above: how the hub is, and its figures."""

from collections.abc import Sequence
from typing import Protocol


class Wellness(Protocol):
    """Knows how the hub is."""

    async def troubles(self) -> Sequence[str]:
        """Return what is not well, a sentence each; empty when the hub can do its work."""


class Figures(Protocol):
    """Knows the hub's figures."""

    def exposition(self) -> tuple[bytes, str]:
        """Return them in Prometheus' text format, and its content type."""
