"""For how long somebody may still hold up others: so long at a time, and so long in a while."""

from dataclasses import dataclass

Spent = tuple[tuple[int, int], ...]
"""Pairs of (when it began, how many ms it took), the oldest first."""

LEAST_MS = 400  # what any stall costs: flickering pays nothing
PAIRS_MAX = 8  # the oldest are counted together, and forgotten together


@dataclass(frozen=True, slots=True)
class Budget:
    """At most `once_ms` at a time, and `total_ms` within any `window_ms`."""

    once_ms: int
    total_ms: int
    window_ms: int

    def left(self, spent: Spent, now_ms: int) -> int:
        """Return for how many ms one may hold now; 0 when that is less than the least."""
        used = sum(took for began, took in spent if began > now_ms - self.window_ms)
        left = min(self.once_ms, self.total_ms - used)
        return left if left >= LEAST_MS else 0

    def charged(self, spent: Spent, began_ms: int, ended_ms: int) -> Spent:
        """Return what was spent after one more time; what no longer counts is forgotten."""
        kept = tuple(pair for pair in spent if pair[0] > began_ms - self.window_ms)
        took = min(max(ended_ms - began_ms, LEAST_MS), self.once_ms)
        return _merged((*kept, (began_ms, took)))


def _merged(spent: Spent) -> Spent:
    if len(spent) <= PAIRS_MAX:
        return spent
    (_, first), (began, second), *rest = spent
    return ((began, first + second), *rest)


MEMBER_BUDGET = Budget(once_ms=8_000, total_ms=20_000, window_ms=300_000)
PARTY_BUDGET = Budget(once_ms=20_000, total_ms=60_000, window_ms=300_000)  # else people could take turns
