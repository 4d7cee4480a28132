"""What a source of element sets is, and the four things that can come of asking it."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Validators:
    """Hold what an earlier answer said of its version (ETag, Last-Modified); "" where it said nothing."""

    etag: str = ""
    last_modified: str = ""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A whole answer came: the text, not yet looked at, and its version."""

    text: str
    validators: Validators


@dataclass(frozen=True, slots=True)
class Unchanged:
    """What we hold is still the newest."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The source answered otherwise: it must not be asked again before a human has looked at `reason`."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unreachable:
    """No whole answer came (no network, too slow, the line was dropped): it may be tried later."""

    reason: str


Answer = Fetched | Unchanged | Refused | Unreachable


class ElementSetSource(Protocol):
    """Fetch element sets over the network; one request a call, never an exception but Cancelled."""

    async def fetch(self, norad: int, known: Validators) -> Answer:
        """Ask for the newest element sets of catalogue number `norad`, if newer than `known`."""
