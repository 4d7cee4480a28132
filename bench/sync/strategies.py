"""The ways to keep players in step that are measured: ours, and those of others."""

from collections.abc import Callable
from dataclasses import dataclass, field

from bench.sync.rivals import (
    JellyfinGroup,
    Message,
    MotionRoom,
    OpenTogetherTubeRoom,
    Room,
    SyncplayRoom,
    TimelineRoom,
)


@dataclass(frozen=True)
class Strategy:
    """A way to keep players in step: its page module, its options, and its room on the relay, if any."""

    name: str
    module: str
    room: Callable[[], Room] | None = None
    options: Message = field(default_factory=dict)
    streams: bool = False
    """Whether the clip comes as HLS; else it is one MP4."""


OURS = Strategy("CosmoHub", "cosmohub")
ON_HLS = Strategy("CosmoHub, HLS", "cosmohub", streams=True)
WHOLE_PAGE = Strategy("CosmoHub, its whole page", "page")
ON_A_RELAY = Strategy("CosmoHub's player on a relay", "cosmohub", TimelineRoom)
RIVALS = (
    Strategy("Jellyfin, correction off", "jellyfin", JellyfinGroup, {"correction": False}),
    Strategy("Jellyfin, correction on", "jellyfin", JellyfinGroup, {"correction": True}),
    Strategy("Syncplay", "syncplay", SyncplayRoom),
    Strategy("OpenTogetherTube", "opentogethertube", OpenTogetherTubeRoom),
    Strategy("MediaSync", "mediasync", MotionRoom),
)
