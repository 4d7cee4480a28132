"""What an actor is: four methods, always called from one task, never two at a time."""

from collections.abc import Sequence
from typing import Protocol, TypeVar

from actors.envelope import Envelope

M = TypeVar("M")


class Actor(Protocol[M]):
    """A piece of state that only its own turns touch.

    Whatever one of these raises is a crash: the actor is thrown away and a fresh one made by its factory
    takes over the same mailbox. Messages that wait in it are kept; those of the crashed turn that were not
    answered fail.
    """

    async def start(self) -> None:
        """Get ready for the first turn, such as by reading what was stored; messages queue meanwhile."""

    async def turn(self, batch: Sequence[Envelope[M]]) -> None:
        """Handle all of `batch`, oldest first, never empty; answer or fail each that has a `reply`."""

    async def stop(self) -> None:
        """Put away what must last, before sleep or the end; not called after a crash or a cancellation."""

    def may_sleep(self) -> bool:
        """Tell whether nothing is lost when it is stopped now and started again by its next message."""
