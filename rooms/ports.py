"""What rooms need of the floors above: somebody who tells the subscribers."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol


class Publication(NamedTuple):
    """One event as subscribers get it.

    `data` is JSON, UTF-8. `offset` is its place in the life called `epoch` of the channel's log, 0 for a
    volatile one, of which the last by the name `retain` is kept for those who subscribe later.
    """

    data: bytes
    offset: int = 0
    retain: str | None = None
    epoch: str = ""


class Publisher(Protocol):
    """Tells the subscribers of a channel, on every node."""

    def publish(self, channel: str, publications: Sequence[Publication]) -> None:
        """Hand over what happened, in order; never waits and never fails.

        Delivery is at most once: what gets lost or doubled on the way is repaired from the log by offset.
        """
