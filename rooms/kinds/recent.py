"""A memory of the latest things by name, as an immutable value."""

from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")

_LATEST_MAX = 32


@dataclass(slots=True)
class Recent(Generic[T]):
    """At least the last `size` things that were added, at most twice as many.

    They are kept in generations, none of which changes once it stands in a value: the latest few, copied with
    each addition, go together into the young, and when that has `size` it becomes the old one, and the old
    one is forgotten as a whole. So adding costs little, and nothing needs to know the order. Nobody assigns
    to its fields; were it frozen, each addition would cost half as much again.
    """

    size: int
    latest: dict[str, T] = field(default_factory=dict)
    young: dict[str, T] = field(default_factory=dict)
    old: dict[str, T] = field(default_factory=dict)

    def __contains__(self, name: object) -> bool:
        """Return whether the thing of this name is remembered."""
        return name in self.latest or name in self.young or name in self.old

    def __len__(self) -> int:
        """Return how many are remembered; who was added again may count twice."""
        return len(self.latest) + len(self.young) + len(self.old)

    def get(self, name: str) -> T | None:
        """Return the thing of this name if it is remembered."""
        found = self.latest.get(name)
        if found is None:
            found = self.young.get(name)
        return found if found is not None else self.old.get(name)

    def add(self, name: str, thing: T) -> "Recent[T]":
        """Return the memory with one more thing; one that it remembers already is as new again."""
        latest = self.latest.copy()
        latest[name] = thing
        if len(latest) < _LATEST_MAX and len(latest) + len(self.young) < self.size:
            return Recent(self.size, latest, self.young, self.old)
        young = self.young | latest
        if len(young) < self.size:
            return Recent(self.size, {}, young, self.old)
        return Recent(self.size, {}, {}, young)

    def change(self, name: str, thing: T) -> "Recent[T]":
        """Return the memory with a thing that it remembers changed."""
        if name in self.latest:
            return Recent(self.size, {**self.latest, name: thing}, self.young, self.old)
        if name in self.young:
            return Recent(self.size, self.latest, {**self.young, name: thing}, self.old)
        return Recent(self.size, self.latest, self.young, {**self.old, name: thing})
