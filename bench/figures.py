"""A figure beside its reference, with its target and whether it is met."""

from dataclasses import dataclass
from enum import Enum


class Bound(Enum):
    """On which side of the target a figure should be."""

    AT_MOST = "≤"
    AT_LEAST = "≥"

    def holds(self, value: float, limit: float) -> bool:
        """Return whether value is on the right side of the limit."""
        return value <= limit if self is Bound.AT_MOST else value >= limit


@dataclass(frozen=True)
class Target:
    """A bound for a figure, or for the ratio of a figure to its reference."""

    bound: Bound
    limit: float
    of_reference: bool = True
    unit: str = ""

    def __str__(self) -> str:
        """Return such as "≤ 0.5 ×" or "≤ 30 KB"."""
        return f"{self.bound.value} {self.limit:g} {'×' if self.of_reference else self.unit}"


@dataclass(frozen=True)
class Value:
    """What was measured of whom; `amount` is None when it could not be, and `unit` then says why."""

    amount: float | None
    unit: str
    of: str = ""

    def __str__(self) -> str:
        """Return such as "send loop 4.45 µs"."""
        shown = self.unit if self.amount is None else f"{rounded(self.amount)} {self.unit}"
        return f"{self.of} {shown}".strip()


@dataclass(frozen=True)
class Figure:
    """One line of the table."""

    part: str
    what: str
    measured: Value
    reference: Value | None = None
    target: Target | None = None

    @property
    def ratio(self) -> float | None:
        """Return measured by reference, None when one of them is missing."""
        if self.reference is None or self.measured.amount is None or not self.reference.amount:
            return None
        return self.measured.amount / self.reference.amount

    @property
    def met(self) -> bool | None:
        """Return whether the target is met; None when there is no target. What is not measured is not met."""
        if self.measured.amount is None:
            return False
        if self.target is None:
            return None
        judged = self.ratio if self.target.of_reference else self.measured.amount
        return judged is not None and self.target.bound.holds(judged, self.target.limit)


def rounded(amount: float) -> str:
    """Return an amount with three figures that count, and thousands apart."""
    if amount >= 100:
        return f"{amount:,.0f}"
    return f"{amount:.1f}" if amount >= 10 else f"{amount:.2f}"
