"""A memory of the latest things by name, as an immutable value."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from immutables import Map

T = TypeVar("T")


@dataclass(slots=True, unsafe_hash=True)
class Recent(Generic[T]):
    """At least the last `size` things that were added, at most twice as many.

    They are kept in two generations: when the young one is full it becomes the old one, and the old one is
    forgotten as a whole. So adding costs one step into one map, and nothing needs to know the order.
    Nobody assigns to its fields; were it frozen, each addition would cost half as much again.
    """

    size: int
    young: Map[str, T] = Map()
    old: Map[str, T] = Map()

    def __contains__(self, name: object) -> bool:
        """Return whether the thing of this name is remembered."""
        return name in self.young or name in self.old

    def __len__(self) -> int:
        """Return how many are remembered."""
        return len(self.young) + len(self.old)

    def get(self, name: str) -> T | None:
        """Return the thing of this name if it is remembered."""
        found = self.young.get(name)
        return found if found is not None else self.old.get(name)

    def add(self, name: str, thing: T) -> "Recent[T]":
        """Return the memory with one more thing; one that it remembers already is as new again."""
        if len(self.young) >= self.size:
            return Recent(self.size, Map({name: thing}), self.young)
        return Recent(self.size, self.young.set(name, thing), self.old)

    def change(self, name: str, thing: T) -> "Recent[T]":
        """Return the memory with a thing that it remembers changed."""
        if name in self.young:
            return Recent(self.size, self.young.set(name, thing), self.old)
        return Recent(self.size, self.young, self.old.set(name, thing))
