"""A mailbox behaves as its model under any order of puts, takes, cancellations and closing."""

from collections import deque
from functools import partial

import trio
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from trio_stepper import TrioStepper

from actors import Mailbox, MailboxClosed, MailboxFull, WhenFull

DEEDS = st.lists(
    st.one_of(
        st.just(("put",)),
        st.just(("drain",)),
        st.just(("close",)),
        st.just(("nudge",)),
        st.just(("cancel taker",)),
        st.tuples(st.just("cancel sender"), st.integers(0, 5)),
    ),
    min_size=1,
    max_size=6,
)


class Model:
    """What a mailbox must do, written for one caller at a time."""

    def __init__(self, capacity: int, when_full: WhenFull) -> None:
        self.capacity = capacity
        self.when_full = when_full
        self.items: deque[int] = deque()
        self.senders: list[int] = []
        self.sent: dict[int, object] = {}
        self.taken: list[object] = []
        self.limit: int | None = None  # of the take under way
        self.woken = self.nudged = self.cancelled = self.closed = False

    def full(self) -> bool:
        return len(self.items) >= self.capacity

    def put_nowait(self, message: int) -> object:
        if self.closed:
            return MailboxClosed
        if self.full() and self.when_full is not WhenFull.DROP_OLDEST:
            return MailboxFull
        dropped = self.items.popleft() if self.full() else None
        self.items.append(message)
        self.woken = True
        return dropped

    def put(self, message: int) -> None:
        if self.when_full is WhenFull.WAIT and self.full() and not self.closed:
            self.senders.append(message)
        else:
            self.sent[message] = self.put_nowait(message)
        self.settle()

    def cancel_sender(self, message: int) -> None:
        self.senders.remove(message)
        self.sent[message] = trio.Cancelled

    def take(self, limit: int) -> None:
        self.limit, self.woken, self.cancelled = limit, True, False
        self.settle()

    def nudge(self) -> None:
        if self.limit is not None and not self.woken:
            self.nudged = self.woken = True

    def cancel_taker(self) -> None:
        if self.limit is not None:
            self.cancelled = True
            if not self.woken:
                self.end_take(trio.Cancelled)

    def drain(self) -> list[int]:
        return self.pop(len(self.items))

    def close(self) -> None:
        self.closed = self.woken = True
        self.sent |= dict.fromkeys(self.senders, MailboxClosed)
        self.senders.clear()

    def pop(self, limit: int) -> list[int]:
        batch = [self.items.popleft() for _ in range(min(limit, len(self.items)))]
        while self.senders and not self.full():
            self.items.append(self.senders[0])
            self.sent[self.senders.pop(0)] = None
        return batch

    def settle(self) -> None:
        if self.limit is not None and self.woken:
            if self.items:
                self.end_take(self.pop(self.limit))
            elif self.nudged:
                self.end_take([])
            elif self.closed:
                self.end_take(MailboxClosed)
            elif self.cancelled:
                self.end_take(trio.Cancelled)
        self.woken = self.nudged = False

    def end_take(self, result: object) -> None:
        self.taken.append(result)
        self.limit = None


class MailboxMachine(RuleBasedStateMachine):
    @initialize(capacity=st.integers(1, 3), when_full=st.sampled_from(WhenFull))
    def begin(self, capacity: int, when_full: WhenFull) -> None:
        self.model = Model(capacity, when_full)
        self.mailbox: Mailbox[int] = Mailbox(capacity, when_full)
        self.stepper = TrioStepper()
        self.last_message = 0
        self.sent: dict[int, object] = {}
        self.taken: list[object] = []
        self.sender_scopes: dict[int, trio.CancelScope] = {}
        self.taker_scope = trio.CancelScope()

    def next_message(self) -> int:
        self.last_message += 1
        return self.last_message

    @rule()
    def put(self) -> None:
        message = self.next_message()
        self.stepper.step(lambda: self.stepper.nursery.start_soon(self.put_in_task, message))
        self.model.put(message)

    @precondition(lambda self: self.model.limit is None)
    @rule(limit=st.integers(1, 4))
    def take(self, limit: int) -> None:
        self.taker_scope = trio.CancelScope()
        self.stepper.step(lambda: self.stepper.nursery.start_soon(self.take_in_task, limit))
        self.model.take(limit)

    @rule(deeds=DEEDS)
    def do_at_once(self, deeds: list[tuple]) -> None:
        """Do several things before any task can run: the races."""
        calls = [partial(self.do, *deed) for deed in deeds]
        for real, expected in self.stepper.step(lambda: [call() for call in calls]):
            assert real == expected
        self.model.settle()

    def do(self, deed: str, which: int = 0) -> tuple[object, object]:
        """Do one thing to the real one and to the model; return what either said."""
        match deed:
            case "put":
                message = self.next_message()
                return self.put_nowait(message), self.model.put_nowait(message)
            case "drain":
                return self.mailbox.drain(), self.model.drain()
            case "close":
                return self.mailbox.close(), self.model.close()
            case "nudge":
                return self.mailbox.nudge(), self.model.nudge()
            case "cancel taker":
                return self.taker_scope.cancel(), self.model.cancel_taker()
        if self.model.senders:
            message = self.model.senders[which % len(self.model.senders)]
            return self.sender_scopes[message].cancel(), self.model.cancel_sender(message)
        return None, None

    def put_nowait(self, message: int) -> object:
        try:
            return self.mailbox.put_nowait(message)
        except (MailboxClosed, MailboxFull) as refused:
            return type(refused)

    async def put_in_task(self, message: int) -> None:
        with trio.CancelScope() as self.sender_scopes[message]:
            try:
                self.sent[message] = await self.mailbox.put(message)
            except (MailboxClosed, MailboxFull) as refused:
                self.sent[message] = type(refused)
            except trio.Cancelled:
                self.sent[message] = trio.Cancelled
                raise

    async def take_in_task(self, limit: int) -> None:
        with self.taker_scope:
            try:
                self.taken.append(await self.mailbox.take(limit))
            except MailboxClosed:
                self.taken.append(MailboxClosed)
            except trio.Cancelled:
                self.taken.append(trio.Cancelled)
                raise

    @invariant()
    def agrees_with_the_model(self) -> None:
        assert self.sent == self.model.sent
        assert self.taken == self.model.taken
        seen = self.mailbox.statistics()
        assert seen.waiting == len(self.model.items) <= seen.capacity
        assert seen.senders_waiting == len(self.model.senders)
        assert seen.closed == self.model.closed

    def teardown(self) -> None:
        if hasattr(self, "stepper"):
            self.stepper.close()


TestMailboxMachine = MailboxMachine.TestCase
TestMailboxMachine.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
