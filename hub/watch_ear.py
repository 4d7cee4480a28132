"""What watch parties publish, heard by the parts of the hub that follow them."""

from collections.abc import Sequence
from typing import Any, Protocol

import orjson

from hub.keepers import WATCH_PREFIX
from rooms.ports import Publication, Publisher

_HEARD = tuple(
    b'{"type":"%s"' % word for word in (b"beacon", b"party", b"settings", b"state", b"role", b"leave", b"ban")
)


class Follower(Protocol):
    """Follows what happens at parties."""

    def hear(self, channel: str, event: dict[str, Any]) -> None:
        """Take one event, that of a replay as well; must neither block nor fail."""


class WatchEar:
    """A publisher that lets followers hear the events that matter to them, after those who listen."""

    def __init__(self, publisher: Publisher, *followers: Follower) -> None:
        self._publisher = publisher
        self._followers = followers

    def publish(self, channel: str, publications: Sequence[Publication]) -> None:
        """Hand on what happened, and let the followers hear it when it was at a party."""
        self._publisher.publish(channel, publications)
        if not channel.startswith(WATCH_PREFIX):
            return
        for publication in publications:
            if publication.data.startswith(_HEARD):
                event = orjson.loads(publication.data)
                for follower in self._followers:
                    follower.hear(channel, event)
