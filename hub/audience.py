"""The subscribers of a channel on this node, and how frames reach them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice

import trio

from hub.outlet import Outlet
from hub.wire.codec import Codec, Encoded
from hub.wire.frames import frame

SENDS_BETWEEN_CHECKPOINTS = 500  # about 2.5 ms
ANNOUNCED_SUBSCRIBERS_MAX = 200  # beyond it a storm of n joins would cost n² pushes; presence still answers


class Subscription:
    """One client's place in a channel: where its frames go, in which codec."""

    __slots__ = ("codec", "on_lost", "outlet", "wants_joins")

    def __init__(
        self, outlet: Outlet, codec: Codec, *, wants_joins: bool, on_lost: Callable[[str], None]
    ) -> None:
        self.outlet = outlet
        self.codec = codec
        self.wants_joins = wants_joins
        self.on_lost = on_lost


class Audience:
    """All who listen to a channel; what they are told is encoded once a codec."""

    def __init__(self, channel: str) -> None:
        self.subscriptions: dict[Subscription, None] = {}
        self._channel = channel
        self._lanes: dict[Codec, dict[Subscription, Outlet]] = {}
        self._lined_up: dict[Codec, tuple[Outlet, ...]] = {}
        self._telling = False
        self._left: set[int] = set()

    def add(self, subscription: Subscription) -> None:
        """Let a subscriber hear what is told from now on."""
        self.subscriptions[subscription] = None
        self._lanes.setdefault(subscription.codec, {})[subscription] = subscription.outlet
        self._lined_up.pop(subscription.codec, None)

    def remove(self, subscription: Subscription) -> None:
        """Let a subscriber hear nothing more, not even the rest of what is being told."""
        if subscription in self.subscriptions:
            if self._telling:
                self._left.add(id(subscription.outlet))
            del self.subscriptions[subscription]
            del self._lanes[subscription.codec][subscription]
            self._lined_up.pop(subscription.codec, None)

    def announce(self, body: dict[str, object]) -> None:
        """Push who came or went to those who asked for it, unless the room is too large for that."""
        if len(self.subscriptions) > ANNOUNCED_SUBSCRIBERS_MAX:
            return
        frames: dict[str, bytes] = {}
        for subscription in self.subscriptions:
            if subscription.wants_joins:
                name = subscription.codec.name
                if name not in frames:
                    frames[name] = subscription.codec.framed({"push": {"channel": self._channel, **body}})
                subscription.outlet.offer(frames[name])

    def tell_now(self, batch: Sequence[Encoded]) -> None:
        """Offer a batch to all within this instant: for small audiences."""
        for blob, outlets in self._blobs(batch):
            Outlet.offer_to_all(outlets, blob)

    async def tell(self, batch: Sequence[Encoded]) -> None:
        """Offer a batch to all who listen at this instant, yielding now and then.

        Who leaves meanwhile gets no more of it, though the same connection may have come back: then what it
        missed was in the subscribe reply.
        """
        self._left.clear()
        self._telling = True
        try:
            for blob, everybody in list(self._blobs(batch)):
                waiting = iter(everybody)
                for start in range(0, len(everybody), SENDS_BETWEEN_CHECKPOINTS):
                    if start:
                        await trio.lowlevel.checkpoint()
                    self._offer(blob, islice(waiting, SENDS_BETWEEN_CHECKPOINTS))
        finally:
            self._telling = False

    def _offer(self, blob: bytes, outlets: Iterable[Outlet]) -> None:
        if self._left:
            outlets = (outlet for outlet in outlets if id(outlet) not in self._left)
        Outlet.offer_to_all(outlets, blob)

    def _blobs(self, batch: Sequence[Encoded]) -> Iterator[tuple[bytes, tuple[Outlet, ...]]]:
        """Yield each frame with those who get it."""
        for codec, lane in self._lanes.items():
            if lane:
                outlets = self._lined_up.get(codec)
                if outlets is None:
                    outlets = self._lined_up[codec] = tuple(lane.values())
                yield frame(codec.opcode, codec.encode_pushes(self._channel, batch)), outlets
