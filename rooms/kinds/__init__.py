"""The room kinds by the word before the colon of their channels: a new kind is a file and a line here."""

from rooms.kind import Kind
from rooms.kinds.board import BoardKind
from rooms.kinds.satellite import SatelliteKind
from rooms.kinds.thread.kind import ThreadKind
from rooms.kinds.watch.kind import WatchKind

KINDS: dict[str, Kind] = {
    "thread": ThreadKind(),
    "board": BoardKind(),
    "sat": SatelliteKind(),
    "watch": WatchKind(),
}

ROOMS: dict[str, Kind] = {"thread:lobby": ThreadKind(always_open=True)}
"""Single rooms with rules of their own, by their channels."""
