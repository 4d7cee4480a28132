"""The clock of the idle: each look at its time, in order, however many there are and whenever they come."""

import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from actors.idle import IdleClock


class Watched:
    """Notes when it is looked at, and wants to be looked at again at given times."""

    def __init__(self, *again_s: float) -> None:
        self.looks: list[float] = []
        self._again_s = list(again_s)

    def look(self, now_s: float) -> float | None:
        self.looks.append(now_s)
        return self._again_s.pop(0) if self._again_s else None


async def test_each_is_looked_at_when_it_wants_and_then_forgotten(autojump_clock: MockClock) -> None:
    clock = IdleClock()
    often, once = Watched(6.0, 7.0, 20.0), Watched()
    clock.watch(often.look, 5.0)
    clock.watch(once.look, 6.0)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(clock.run)
        await trio.sleep(100)
        nursery.cancel_scope.cancel()
    assert often.looks == [5.0, 6.0, 7.0, 20.0]
    assert once.looks == [6.0]


async def test_one_that_comes_later_and_wants_to_be_earlier_is(autojump_clock: MockClock) -> None:
    clock = IdleClock()
    late, early = Watched(), Watched()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(clock.run)
        await wait_all_tasks_blocked()
        clock.watch(late.look, 50.0)
        await trio.sleep(1)
        clock.watch(early.look, 2.0)
        await trio.sleep(10)
        assert (early.looks, late.looks) == ([2.0], [])
        await trio.sleep(90)
        nursery.cancel_scope.cancel()
    assert late.looks == [50.0]
