"""What every part that holds a queue tells about itself: frozen snapshots, and the counter of turns."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MailboxStatistics:
    """One mailbox: messages, counted since it was made."""

    capacity: int
    waiting: int
    waiting_max: int
    senders_waiting: int
    taken: int
    refused: int
    dropped: int
    closed: bool


@dataclass(frozen=True, slots=True)
class TurnStatistics:
    """Turns so far; `sizes[i]` counts those of 2**i to 2**(i+1) - 1 messages, `busy_s` is their sum."""

    turns: int
    messages: int
    size_max: int
    sizes: tuple[int, ...]
    busy_s: float
    longest_s: float


@dataclass(frozen=True, slots=True)
class GivenUp:
    """One that crashed beyond its budget: its last error, and when, in seconds of Trio's clock."""

    at_s: float
    error: Exception


@dataclass(frozen=True, slots=True)
class SupervisorStatistics:
    """What runs, what pauses before a restart, what has crashed so far, and the names that were given up."""

    running: int
    pausing: int
    crashes: int
    restarts: int
    given_up: Mapping[str, GivenUp]


@dataclass(frozen=True, slots=True)
class RegistryStatistics:
    """Actors awake now, messages waiting for all and for the busiest; the rest since the beginning."""

    awake: int
    awake_max: int
    actors_max: int
    started: int
    slept: int
    waiting: int
    waiting_most: int
    refused: int
    dropped: int
    turns: TurnStatistics


class TurnCounter:
    """Counts turns; one counter may serve many actors."""

    __slots__ = ("_busy_s", "_longest_s", "_messages", "_size_max", "_sizes", "_turns")

    def __init__(self) -> None:
        self._turns = self._messages = self._size_max = 0
        self._busy_s = self._longest_s = 0.0
        self._sizes: list[int] = []

    def count(self, size: int, seconds: float) -> None:
        """Note one turn of `size` ≥ 1 messages that took `seconds`."""
        self._turns += 1
        self._messages += size
        self._busy_s += seconds
        if seconds > self._longest_s:
            self._longest_s = seconds
        if size > self._size_max:
            self._size_max = size
            self._sizes += [0] * (size.bit_length() - len(self._sizes))
        self._sizes[size.bit_length() - 1] += 1

    def statistics(self) -> TurnStatistics:
        """Return the counts so far."""
        return TurnStatistics(
            self._turns, self._messages, self._size_max, tuple(self._sizes), self._busy_s, self._longest_s
        )
