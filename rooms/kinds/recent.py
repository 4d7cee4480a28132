"""A memory of the latest things by name, as an immutable value."""

from dataclasses import dataclass, field
from typing import Generic, TypeAlias, TypeVar

T = TypeVar("T")

_Generation: TypeAlias = dict[str, tuple[int, T]]
"""Things by name, each with its number; numbers begin at 0."""


@dataclass(slots=True, eq=False)
class Recent(Generic[T]):
    """At least the last `size` things that were added, at most twice as many.

    They are kept in two generations: when the young one is full it becomes the old one, and the old one is
    forgotten as a whole. Values that follow each other share a generation: each knows of it only the things
    whose numbers are below its own `count`, so adding one more changes none of them. What would change one
    (another thing by the same name, an addition to a value that another one followed already) is done to a
    copy. Nobody assigns to the fields; were it frozen, each addition would cost half as much again.
    """

    size: int
    young: _Generation[T] = field(default_factory=dict)
    count: int = 0
    old: _Generation[T] = field(default_factory=dict)

    def __eq__(self, other: object) -> bool:
        """Return whether both remember the same, added in the same order."""
        if not isinstance(other, Recent):
            return NotImplemented
        return self.size == other.size and self._own() == other._own() and self.old == other.old

    __hash__ = None  # type: ignore[assignment]  # what it holds need not be hashable

    def __contains__(self, name: str) -> bool:
        """Return whether the thing of this name is remembered."""
        return self.get(name) is not None

    def __len__(self) -> int:
        """Return how many are remembered; one that was added again may count twice."""
        return self.count + len(self.old)

    def get(self, name: str) -> T | None:
        """Return the thing of this name if it is remembered."""
        found = self.young.get(name)
        if found is None or found[0] >= self.count:
            found = self.old.get(name)
        return found[1] if found is not None else None

    def things(self) -> dict[str, T]:
        """Return all that is remembered, by name."""
        return {name: thing for name, (_, thing) in (self.old | self._own()).items()}

    def add(self, name: str, thing: T) -> "Recent[T]":
        """Return the memory with one more thing; one that it remembers already is as new again."""
        young, count, old = self.young, self.count, self.old
        if count >= self.size:
            young, count, old = {}, 0, self._own()
        elif count == 0 or count != len(young) or name in young:  # an empty value may be shared by everybody
            young = self._own(but=name)
            count = len(young)
        young[name] = (count, thing)
        return Recent(self.size, young, count + 1, old)

    def change(self, name: str, thing: T) -> "Recent[T]":
        """Return the memory with a thing that it remembers changed."""
        young = self._own()
        if name in young:
            return Recent(self.size, young | {name: (young[name][0], thing)}, self.count, self.old)
        number, _ = self.old[name]
        return Recent(self.size, young, self.count, self.old | {name: (number, thing)})

    def _own(self, *, but: str | None = None) -> _Generation[T]:
        """Return the young generation as far as it is this value's, and perhaps without one of its things."""
        if but is None and self.count == len(self.young):
            return self.young
        known = [
            (name, thing)
            for name, (number, thing) in self.young.items()
            if number < self.count and name != but
        ]
        return {name: (number, thing) for number, (name, thing) in enumerate(known)}
