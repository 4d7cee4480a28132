"""What the telemetry floor needs from others, each as small as it can be."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from typing import Any, Protocol

from telemetry.element_sets import ElementSet

Emit = Callable[[dict[str, Any]], Awaitable[None]]
"""Take one payload (plain JSON values). A slow taker skips seconds; it is never sent a backlog."""


class CurrentElementSets(Protocol):
    """Know the newest element set of each satellite; never blocks, never raises."""

    def get(self, norad: int) -> ElementSet | None:
        """Give the newest element set at hand of `norad`: the same object until it changes."""

    def tracking(self, norad: int) -> AbstractContextManager[None]:
        """Keep the set of `norad` fresh while the context is open; several may be open at once."""
