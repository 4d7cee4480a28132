"""Measures an interval from outside: what the server used, what the load program, and what anybody else."""

import time
from collections.abc import Iterable
from dataclasses import dataclass

from bench.cost import cpu_seconds, cpu_seconds_of_children, machine_busy_seconds


@dataclass(frozen=True)
class Usage:
    """Seconds that passed, and CPU seconds that were used meanwhile."""

    elapsed_s: float
    server_s: float
    children_s: float
    load_s: float
    machine_s: float

    @property
    def server_busy(self) -> float:
        """The share of one core that the server used: near 1.0 it is the limit, as it should be."""
        return self.server_s / self.elapsed_s

    @property
    def load_busy(self) -> float:
        """The share of one core that the load program used: near 1.0 with a lazy server, it is the limit."""
        return self.load_s / self.elapsed_s

    @property
    def others_busy(self) -> float:
        """The share of one core that other programs took: far from 0.0 the rates cannot be trusted."""
        return max(0.0, self.machine_s - self.server_s - self.children_s - self.load_s) / self.elapsed_s


class Meter:
    """Reads the clocks when it is made, and how far they have gone when it is read."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._began = self._clocks()

    def read(self) -> Usage:
        """Return what was used since the meter was made."""
        return Usage(*(now - then for now, then in zip(self._clocks(), self._began, strict=True)))

    def _clocks(self) -> Iterable[float]:
        children = cpu_seconds_of_children(self._pid)
        return (
            time.perf_counter(),
            cpu_seconds(self._pid),
            children,
            time.process_time(),
            machine_busy_seconds(),
        )
