"""The answers to publishes, gathered: what a connection is answered within one tick leaves in one frame."""

import trio

from hub.outlet import Outlet

MANY = 4  # answers to a connection at once: it posts without waiting for each
PAUSE_S = 0.003  # about half a commit of many


class Replies:
    """Outlets that hold answers, until the tick after the one in which the first of them came.

    A commit answers posts of many rooms at once: their answers to one connection leave as one write, and the
    client sends its next posts together, too. Where connections were last answered many posts at once, the
    next answers gather for PAUSE_S: each frame less spares more than the answers are worth sooner.
    """

    def __init__(self) -> None:
        self._holding: list[Outlet] = []
        self._came = trio.Event()
        self._answers = 0
        self._pauses = False

    def add(self, outlet: Outlet) -> None:
        """Have `outlet` let go soon of what it holds."""
        self._holding.append(outlet)
        self._came.set()

    def count(self) -> None:
        """Note one more answer that is held."""
        self._answers += 1

    async def run(self) -> None:
        """Let outlets go on, for ever."""
        while True:
            await self._came.wait()
            if self._pauses:
                await trio.sleep(PAUSE_S)
            self._came = trio.Event()
            holding, self._holding = self._holding, []
            answers, self._answers = self._answers, 0
            self._pauses = answers >= MANY * len(holding)
            for outlet in holding:
                outlet.let_go()
