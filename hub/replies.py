"""The answers to publishes, gathered: what a connection is answered within one tick leaves in one frame."""

import trio

from hub.outlet import Outlet


class Replies:
    """Outlets that hold answers, until the tick after the one in which the first of them came.

    A commit answers posts of many rooms at once: their answers to one connection leave as one write, and the
    client sends its next posts together, too.
    """

    def __init__(self) -> None:
        self._holding: list[Outlet] = []
        self._came = trio.Event()

    def add(self, outlet: Outlet) -> None:
        """Have `outlet` let go soon of what it holds."""
        self._holding.append(outlet)
        self._came.set()

    async def run(self) -> None:
        """Let outlets go on, for ever."""
        while True:
            await self._came.wait()
            self._came = trio.Event()
            holding, self._holding = self._holding, []
            for outlet in holding:
                outlet.let_go()
