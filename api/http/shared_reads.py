"""Reads that several requests ask for at once are done once, and never show anybody something old."""

from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field

import trio


@dataclass(slots=True, eq=False)
class _Turn:
    """One read: it begins when the one before it has ended, and answers all who asked until then."""

    before: trio.Event | None = None
    begun: bool = False
    done: trio.Event = field(default_factory=trio.Event)
    body: bytes | None = None
    error: Exception | None = None
    waiting: int = 0


class SharedReads:
    """Answers by what was asked; nothing is kept.

    Invariant: whoever asks is answered by a read that began after they had asked, so what they did before is
    in it. Those who ask during a read wait for the next one, as appends wait for the next commit.
    """

    def __init__(self) -> None:
        self._turns: dict[Hashable, _Turn] = {}

    async def get(self, asked: Hashable, read: Callable[[], Awaitable[bytes]]) -> bytes:
        """Return what `read` returns, or raise what it raises, to all who ask the same at once."""
        while True:
            turn = self._join(asked)
            await self._take_part(asked, turn, read)
            if turn.error is not None:
                raise turn.error
            if turn.body is not None:
                return turn.body

    def _join(self, asked: Hashable) -> _Turn:
        """Return the turn that is yet to begin."""
        turn = self._turns.get(asked)
        if turn is None or turn.begun:
            turn = self._turns[asked] = _Turn(turn.done if turn else None)
        return turn

    async def _take_part(self, asked: Hashable, turn: _Turn, read: Callable[[], Awaitable[bytes]]) -> None:
        """Wait until the turn is over; a reader who is cancelled leaves it without a result."""
        turn.waiting += 1
        try:
            if turn.before is not None:
                await turn.before.wait()
            if turn.begun:
                await turn.done.wait()
            else:
                await _read(turn, read)
        finally:
            turn.waiting -= 1
            if not turn.waiting and self._turns.get(asked) is turn:
                del self._turns[asked]


async def _read(turn: _Turn, read: Callable[[], Awaitable[bytes]]) -> None:
    turn.begun = True
    try:
        turn.body = await read()
    except Exception as error:
        turn.error = error
    finally:
        turn.done.set()
