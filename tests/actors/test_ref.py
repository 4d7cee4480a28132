"""Tell and ask: what a caller gets, whatever becomes of the actor."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
import trio
from doing_actor import Deed, Stage, crash, endless, forget, hold, note, refuse, say
from trio.testing import wait_all_tasks_blocked

from actors import (
    ActorCrashed,
    ActorStopped,
    Answered,
    AskTimeout,
    Crash,
    Envelope,
    Failed,
    Mailbox,
    MailboxFull,
    NotAnswered,
    Outcome,
    Ref,
    Supervisor,
    WhenFull,
    open_supervisor,
)


def silent(crash: Crash) -> None:
    """Let a crash that the test wants pass."""


@asynccontextmanager
async def running(
    stage: Stage,
    when_full: WhenFull = WhenFull.WAIT,
    capacity: int = 8,
    on_reply_error: Callable[[Exception], None] = pytest.fail,
) -> AsyncIterator[tuple[Supervisor, Ref[Deed]]]:
    async with open_supervisor(on_crash=silent, on_reply_error=on_reply_error) as supervisor:
        mailbox: Mailbox[Envelope[Deed]] = Mailbox(capacity, when_full)
        yield supervisor, supervisor.start("it", stage.actor, mailbox)


async def test_an_ask_gets_the_answer() -> None:
    async with running(Stage()) as (_, ref):
        assert await ref.ask(say(42), 1) == 42


async def test_an_ask_raises_the_very_error_the_actor_failed_it_with() -> None:
    error = KeyError("no such thing")
    async with running(Stage()) as (_, ref):
        with pytest.raises(KeyError) as caught:
            await ref.ask(refuse(error), 1)
    assert caught.value is error


async def test_a_tell_gets_its_outcome_by_the_callback() -> None:
    outcomes: list[Outcome] = []
    error = ValueError("no")
    async with running(Stage()) as (_, ref):
        await ref.tell(say(1), outcomes.append)
        ref.tell_nowait(refuse(error), outcomes.append)
        await wait_all_tasks_blocked()
    assert outcomes == [Answered(1), Failed(error)]


async def test_an_ask_is_told_that_the_actor_crashed(autojump_clock: object) -> None:
    error = RuntimeError("boom")
    async with running(Stage()) as (_, ref):
        with pytest.raises(ActorCrashed, match="'it' crashed") as caught:
            await ref.ask(crash(error), 1)
        assert caught.value.__cause__ is error
        assert caught.value.temporary
        assert await ref.ask(say("well again"), 1) == "well again"


async def test_all_of_a_crashed_turn_fail_but_what_was_answered_stays(autojump_clock: object) -> None:
    outcomes: dict[str, Outcome] = {}
    async with running(Stage()) as (_, ref):
        for name, deed in (("before", say(1)), ("it", crash(OSError())), ("after", say(3))):
            await ref.tell(deed, lambda outcome, name=name: outcomes.update({name: outcome}))
        await wait_all_tasks_blocked()
    assert outcomes["before"] == Answered(1)
    for name in ("it", "after"):
        assert isinstance(outcomes[name], Failed)
        assert isinstance(outcomes[name].error, ActorCrashed)


async def test_a_message_the_turn_left_open_fails() -> None:
    async with running(Stage()) as (_, ref):
        with pytest.raises(NotAnswered, match=r"must answer\(\) or fail\(\)"):
            await ref.ask(forget, 1)


async def test_an_ask_gives_up_at_its_deadline(autojump_clock: trio.testing.MockClock) -> None:
    async with running(Stage()) as (_, ref):
        began_s = trio.current_time()
        with pytest.raises(AskTimeout, match="within 3 s"):
            await ref.ask(endless, 3)
        assert trio.current_time() - began_s == pytest.approx(3)


async def test_what_still_waits_at_its_deadline_is_never_handled(autojump_clock: object) -> None:
    journal: list[str] = []
    release = trio.Event()
    async with running(Stage()) as (_, ref):
        await ref.tell(hold(release))
        await wait_all_tasks_blocked()
        with pytest.raises(AskTimeout):
            await ref.ask(note(journal, "too late"), 3)
        release.set()
        assert await ref.ask(note(journal, "in time"), 3) == "in time"
    assert journal == ["in time"]


async def test_a_turn_can_see_that_nobody_waits_for_an_answer_any_more(autojump_clock: object) -> None:
    seen: list[bool] = []

    async def look(envelope: Envelope[Any]) -> None:
        await trio.sleep(1)
        seen.append(envelope.answered)
        await trio.sleep(5)
        seen.append(envelope.answered)

    async with running(Stage()) as (_, ref):
        with pytest.raises(AskTimeout):
            await ref.ask(look, 3)
        assert await ref.ask(say("next"), 10) == "next"
    assert seen == [False, True]


async def test_what_a_cancelled_asker_left_waiting_is_never_handled(autojump_clock: object) -> None:
    journal: list[str] = []
    release = trio.Event()
    async with running(Stage()) as (_, ref):
        await ref.tell(hold(release))
        await wait_all_tasks_blocked()
        with trio.move_on_after(1) as left:
            await ref.ask(note(journal, "nobody waits"), 3)
        release.set()
        await wait_all_tasks_blocked()
    assert left.cancelled_caught
    assert journal == []


async def test_the_deadline_of_an_ask_counts_waiting_at_a_full_mailbox(autojump_clock: object) -> None:
    journal: list[str] = []
    release = trio.Event()
    stage = Stage()
    async with running(stage, capacity=1) as (_, ref):
        await ref.tell(hold(release))
        await wait_all_tasks_blocked()
        await ref.tell(note(journal, "waits inside"))
        with pytest.raises(AskTimeout):
            await ref.ask(note(journal, "waits outside"), 3)
        release.set()
        await wait_all_tasks_blocked()
    assert journal == ["waits inside"]


async def test_an_answer_that_came_just_before_a_cancellation_is_not_thrown_away() -> None:
    asking = trio.CancelScope()

    async def answer_and_cancel(envelope: Envelope[Any]) -> None:
        envelope.answer("just in time")
        asking.cancel()

    got = None
    async with running(Stage()) as (_, ref):
        with asking:
            got = await ref.ask(answer_and_cancel, 3)
    assert got == "just in time"


async def test_a_teller_cancelled_at_a_full_mailbox_has_told_nothing(autojump_clock: object) -> None:
    journal: list[str] = []
    outcomes: list[Outcome] = []
    release = trio.Event()
    async with running(Stage(), capacity=1) as (_, ref):
        await ref.tell(hold(release))
        await wait_all_tasks_blocked()
        await ref.tell(note(journal, "inside"))
        with trio.move_on_after(1) as left:
            await ref.tell(note(journal, "outside"), outcomes.append)
        release.set()
        await wait_all_tasks_blocked()
    assert left.cancelled_caught
    assert journal == ["inside"]
    assert outcomes == []


async def test_a_full_mailbox_that_refuses_says_so_to_the_caller() -> None:
    async with running(Stage(), WhenFull.REFUSE, capacity=1) as (_, ref):
        await ref.tell(endless)
        await wait_all_tasks_blocked()
        await ref.tell(say(1))
        with pytest.raises(MailboxFull, match="refused"):
            await ref.tell(say(2))
        with pytest.raises(MailboxFull):
            await ref.ask(say(3), 1)
        with pytest.raises(MailboxFull):
            ref.tell_nowait(say(4))


async def test_the_ask_that_was_dropped_for_a_newer_message_is_answered() -> None:
    async with running(Stage(), WhenFull.DROP_OLDEST, capacity=1) as (_, ref):
        await ref.tell(endless)
        await wait_all_tasks_blocked()
        async with trio.open_nursery() as nursery:

            @nursery.start_soon
            async def oldest() -> None:
                with pytest.raises(MailboxFull, match="oldest was dropped"):
                    await ref.ask(say(1), 1)

            await wait_all_tasks_blocked()
            await ref.tell(say(2))


async def test_a_ref_to_one_that_has_stopped_says_so() -> None:
    async with running(Stage()) as (supervisor, ref):
        await supervisor.stop("it")
        with pytest.raises(ActorStopped, match="'it'"):
            await ref.ask(say(1), 1)
        with pytest.raises(ActorStopped):
            await ref.tell(say(1))
        with pytest.raises(ActorStopped):
            ref.tell_nowait(say(1))


async def test_those_who_wait_when_all_is_cancelled_are_told_that_it_stopped() -> None:
    outcomes: list[Outcome] = []
    async with running(Stage()) as (_, ref):
        await ref.tell(endless, outcomes.append)
        await wait_all_tasks_blocked()
        await ref.tell(say("queued"), outcomes.append)
    errors = [outcome.error for outcome in outcomes if isinstance(outcome, Failed)]
    assert [type(error) for error in errors] == [ActorStopped, ActorStopped]
    assert "in the middle of its turn" in str(errors[0])


async def test_a_reply_that_raises_hurts_neither_the_actor_nor_the_next() -> None:
    fault, faults = ZeroDivisionError("mine"), []

    def reply(outcome: Outcome) -> None:
        raise fault

    stage = Stage()
    async with running(stage, on_reply_error=faults.append) as (supervisor, ref):
        await ref.tell(say(1), reply)
        assert await ref.ask(say(2), 1) == 2
        assert supervisor.statistics().crashes == 0
    assert faults == [fault]
    assert stage.journal == ["start"]


async def test_a_reply_may_tell_the_same_actor_again() -> None:
    journal: list[str] = []
    async with running(Stage()) as (_, ref):
        await ref.tell(say(1), lambda _: ref.tell_nowait(note(journal, "again")))
        await wait_all_tasks_blocked()
    assert journal == ["again"]


def test_a_ref_shows_whom_it_reaches() -> None:
    assert repr(Ref("thread:lobby", lambda _: Mailbox(1))) == "<Ref 'thread:lobby'>"
