"""The room kinds by the word before the colon of their channels: a new kind is a file and a line here."""

from rooms.kind import Kind
from rooms.kinds.satellite import SatelliteKind
from rooms.kinds.thread import ThreadKind

KINDS: dict[str, Kind] = {
    "thread": ThreadKind(),
    "sat": SatelliteKind(),
}
