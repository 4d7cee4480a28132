"""The newest element set of each satellite that the program knows."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from telemetry.element_sets import ElementSet, bundled_element_sets


class ElementSets:
    """Give the newest of the bundled and the cached element sets, and count what is tracked."""

    def __init__(self) -> None:
        self._newest = {each.norad: each for each in bundled_element_sets()}
        self._tracked: Counter[int] = Counter()

    def get(self, norad: int) -> ElementSet | None:
        """Give the newest element set at hand of `norad`: the same object until it changes."""
        return self._newest.get(norad)

    @contextmanager
    def tracking(self, norad: int) -> Iterator[None]:
        """Keep the set of `norad` fresh while the context is open; several may be open at once."""
        self._tracked[norad] += 1
        try:
            yield
        finally:
            self._tracked[norad] -= 1
