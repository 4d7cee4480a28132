"""The answers to publishes leave at once, or together where connections post without waiting for each."""

import trio
import trio.testing
from trio.testing import MockClock

from hub.replies import MANY, PAUSE_S, Replies


class HeldOutlet:
    """Notes when it was let go."""

    def __init__(self) -> None:
        self.let_go_at: list[float] = []

    def let_go(self) -> None:
        self.let_go_at.append(trio.current_time())


def answer(replies: Replies, outlet: HeldOutlet, answers: int) -> None:
    replies.add(outlet)  # type: ignore[arg-type]
    for _ in range(answers):
        replies.count()


async def test_one_answer_leaves_at_once(autojump_clock: MockClock, nursery: trio.Nursery) -> None:
    replies, outlet = Replies(), HeldOutlet()
    nursery.start_soon(replies.run)
    began = trio.current_time()
    for _ in range(3):
        answer(replies, outlet, 1)
        await trio.testing.wait_all_tasks_blocked()
    assert outlet.let_go_at == [began] * 3


async def test_after_many_answers_to_a_connection_the_next_gather(
    autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    replies, busy, other = Replies(), HeldOutlet(), HeldOutlet()
    nursery.start_soon(replies.run)
    began = trio.current_time()
    answer(replies, busy, MANY)
    await trio.testing.wait_all_tasks_blocked()
    answer(replies, busy, 1)
    await trio.sleep(PAUSE_S / 2)
    answer(replies, other, 1)
    await trio.sleep(PAUSE_S)
    assert busy.let_go_at == [began, began + PAUSE_S]
    assert other.let_go_at == [began + PAUSE_S]
    answer(replies, other, 1)  # there were few
    await trio.testing.wait_all_tasks_blocked()
    assert other.let_go_at[-1] == began + PAUSE_S / 2 + PAUSE_S
