"""A crash is reported once and mended, within a budget, and its siblings never notice."""

import logging
from typing import Any

import pytest
import trio
from doing_actor import Deed, Stage, crash, endless, hold, note, say
from trio.testing import wait_all_tasks_blocked

from actors import (
    ActorCrashed,
    ActorStopped,
    AlreadyRunning,
    Crash,
    Envelope,
    Failed,
    Mailbox,
    Outcome,
    RestartPolicy,
    open_supervisor,
)

POLICY = RestartPolicy(budget=2, within_s=60, backoff_s=1, backoff_max_s=10, cool_down_s=30)
BOOM = RuntimeError("boom")


def mailbox(capacity: int = 8) -> Mailbox[Envelope[Deed]]:
    return Mailbox(capacity)


async def test_what_waits_survives_a_crash_and_meets_a_fresh_actor(autojump_clock: object) -> None:
    crashes: list[Crash] = []
    stage = Stage()
    journal: list[str] = []
    release = trio.Event()
    async with open_supervisor(POLICY, crashes.append) as supervisor:
        ref = supervisor.start("it", stage.actor, mailbox(), turn_limit=1)
        await ref.tell(hold(release))
        for deed in (crash(BOOM), note(journal, "kept"), note(journal, "kept too")):
            await ref.tell(deed)
        release.set()
        await ref.ask(say("done"), 5)
    assert journal == ["kept", "kept too"]
    assert stage.journal == ["start", "start"]
    assert crashes == [Crash("it", BOOM, restarts=0, gives_up=False)]


async def test_restarts_pause_longer_each_time_and_then_it_is_given_up(autojump_clock: object) -> None:
    crashed_s: list[float] = []
    crashes: list[Crash] = []

    async def fail() -> None:
        crashed_s.append(trio.current_time() - began_s)
        raise BOOM

    async with open_supervisor(POLICY, crashes.append) as supervisor:
        began_s = trio.current_time()
        supervisor.start_service("pump", fail)
        await trio.sleep(100)
        seen = supervisor.statistics()
        assert not supervisor.well()
    assert crashed_s == pytest.approx([0, 1, 3])
    assert [(crash.restarts, crash.gives_up) for crash in crashes] == [(0, False), (1, False), (2, True)]
    assert (seen.crashes, seen.restarts, seen.running, seen.pausing) == (3, 2, 0, 0)
    assert seen.given_up["pump"].error is BOOM
    assert seen.given_up["pump"].at_s - began_s == pytest.approx(3)


async def test_who_waits_for_one_that_is_given_up_is_answered(autojump_clock: object) -> None:
    stage = Stage()

    async def never_starts() -> None:
        raise BOOM

    stage.on_start = never_starts
    async with open_supervisor(POLICY, lambda _: None) as supervisor:
        ref = supervisor.start("it", stage.actor, mailbox(capacity=1))
        async with trio.open_nursery() as nursery:
            for _ in range(3):

                @nursery.start_soon
                async def asker() -> None:
                    with pytest.raises(ActorStopped):
                        await ref.ask(say(1), 100)

        with pytest.raises(ActorStopped):
            await ref.tell(say(1))
    assert stage.journal == ["start"] * 3


async def test_messages_told_during_the_pause_are_handled_after_it(autojump_clock: object) -> None:
    stage = Stage()
    async with open_supervisor(POLICY, lambda _: None) as supervisor:
        ref = supervisor.start("it", stage.actor, mailbox())
        await ref.tell(crash(BOOM))
        await wait_all_tasks_blocked()
        assert supervisor.statistics().pausing == 1
        assert await ref.ask(say("after the pause"), 5) == "after the pause"
        assert supervisor.statistics().pausing == 0


async def test_siblings_never_notice(autojump_clock: object) -> None:
    ticks: list[float] = []

    async def clockwork() -> None:
        while True:
            ticks.append(trio.current_time() - began_s)
            await trio.sleep(1)

    async def fail() -> None:
        raise BOOM

    stage = Stage()
    async with open_supervisor(POLICY, lambda _: None) as supervisor:
        began_s = trio.current_time()
        supervisor.start_service("clockwork", clockwork)
        sibling = supervisor.start("sibling", stage.actor, mailbox())
        supervisor.start_service("fails", fail)
        await trio.sleep(10.5)
        assert await sibling.ask(say("fine"), 1) == "fine"
    assert ticks == pytest.approx(list(range(11)))
    assert stage.journal == ["start"]


async def test_a_name_given_up_is_well_again_when_started_or_forgiven(autojump_clock: object) -> None:
    async def fail() -> None:
        raise BOOM

    async with open_supervisor(RestartPolicy(budget=0), lambda _: None) as supervisor:
        supervisor.start_service("a", fail)
        supervisor.start_service("b", fail)
        await wait_all_tasks_blocked()
        assert set(supervisor.statistics().given_up) == {"a", "b"}
        supervisor.start_service("a", trio.sleep_forever)
        assert set(supervisor.statistics().given_up) == {"b"}
        assert not supervisor.well()
        supervisor.forgive("b")
        assert supervisor.well()
        assert supervisor.runs("a")
        assert not supervisor.runs("b")


async def test_names_given_up_do_not_pile_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("actors.supervisor.GIVEN_UP_MAX", 3)

    async def fail() -> None:
        raise BOOM

    async with open_supervisor(RestartPolicy(budget=0), lambda _: None) as supervisor:
        for name in "abcde":
            supervisor.start_service(name, fail)
            await wait_all_tasks_blocked()
        assert list(supervisor.statistics().given_up) == ["c", "d", "e"]


async def test_a_group_of_errors_is_one_crash(autojump_clock: object) -> None:
    crashes: list[Crash] = []

    async def fail_together() -> None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(fail)
            nursery.start_soon(fail)

    async def fail() -> None:
        raise BOOM

    async with open_supervisor(RestartPolicy(budget=0), crashes.append) as supervisor:
        supervisor.start_service("it", fail_together)
        await wait_all_tasks_blocked()
    assert len(crashes) == 1
    assert isinstance(crashes[0].error, ExceptionGroup)


async def test_a_crash_in_the_middle_of_a_cancellation_is_reported_too() -> None:
    crashes: list[Crash] = []

    async def fail_on_the_way_out() -> None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(trio.sleep_forever)
            try:
                await trio.sleep_forever()
            finally:
                raise BOOM

    async with open_supervisor(POLICY, crashes.append) as supervisor:
        supervisor.start_service("it", fail_on_the_way_out)
        await wait_all_tasks_blocked()
        await supervisor.stop("it")
        assert supervisor.well()
    assert [crash.name for crash in crashes] == ["it"]
    assert isinstance(crashes[0].error, ExceptionGroup)
    assert crashes[0].error.exceptions == (BOOM,)


async def test_a_crash_while_all_is_cancelled_is_reported_and_gives_nothing_up() -> None:
    crashes: list[Crash] = []
    outcomes: list[Outcome] = []

    async def fail_on_the_way_out(envelope: Envelope[Any]) -> None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(trio.sleep_forever)
            try:
                await trio.sleep_forever()
            finally:
                raise BOOM

    async with open_supervisor(RestartPolicy(budget=0), crashes.append) as supervisor:
        ref = supervisor.start("it", Stage().actor, mailbox())
        await ref.tell(fail_on_the_way_out, outcomes.append)
        await wait_all_tasks_blocked()
    assert supervisor.well()
    assert [crash.gives_up for crash in crashes] == [False]
    assert [type(outcome.error) for outcome in outcomes if isinstance(outcome, Failed)] == [ActorCrashed]


async def test_a_listener_that_raises_does_not_end_the_others(caplog: pytest.LogCaptureFixture) -> None:
    def listen(crash: Crash) -> None:
        raise ZeroDivisionError("in the listener")

    async def fail() -> None:
        raise BOOM

    async with open_supervisor(POLICY, listen) as supervisor:
        supervisor.start_service("it", fail)
        supervisor.start_service("other", trio.sleep_forever)
        with caplog.at_level(logging.ERROR):
            await wait_all_tasks_blocked()
        assert supervisor.runs("other")
    assert "RuntimeError: boom" in caplog.text
    assert "in the listener" in caplog.text


async def test_crashes_are_logged_when_nobody_listens(caplog: pytest.LogCaptureFixture) -> None:
    async def fail() -> None:
        raise BOOM

    async with open_supervisor(RestartPolicy(budget=0)) as supervisor:
        with caplog.at_level(logging.ERROR):
            supervisor.start_service("it", fail)
            await wait_all_tasks_blocked()
    assert "it crashed: given up" in caplog.text


async def test_a_service_that_returns_has_ended() -> None:
    async with open_supervisor(POLICY) as supervisor:
        supervisor.start_service("once", trio.lowlevel.checkpoint)
        await wait_all_tasks_blocked()
        assert not supervisor.runs("once")
        supervisor.start_service("once", trio.sleep_forever)
        assert supervisor.runs("once")


async def test_a_name_runs_once() -> None:
    async with open_supervisor(POLICY) as supervisor:
        supervisor.start_service("it", trio.sleep_forever)
        with pytest.raises(AlreadyRunning, match="'it' is running already"):
            supervisor.start_service("it", trio.sleep_forever)


async def test_a_closed_mailbox_cannot_be_started_over() -> None:
    closed = mailbox()
    closed.close()
    async with open_supervisor(POLICY) as supervisor:
        with pytest.raises(ValueError, match="start it with a new one"):
            supervisor.start("it", Stage().actor, closed)


async def test_a_closed_supervisor_starts_nothing() -> None:
    async with open_supervisor(POLICY) as supervisor:
        pass
    with pytest.raises(ActorStopped, match="its supervisor is closed"):
        supervisor.start_service("late", trio.sleep_forever)


async def test_stopping_lets_an_actor_handle_what_waits(autojump_clock: object) -> None:
    stage, journal = Stage(), []
    async with open_supervisor(POLICY) as supervisor:
        ref = supervisor.start("it", stage.actor, mailbox(), turn_limit=2)
        for number in range(5):
            await ref.tell(note(journal, number))
        await supervisor.stop("it")
        assert not supervisor.runs("it")
    assert journal == [0, 1, 2, 3, 4]
    assert stage.journal == ["start", "stop", "stopped"]


async def test_stopping_ends_after_the_grace_period(autojump_clock: object) -> None:
    outcomes: list[Outcome] = []
    async with open_supervisor(POLICY) as supervisor:
        ref = supervisor.start("it", Stage().actor, mailbox())
        await ref.tell(endless, outcomes.append)
        await wait_all_tasks_blocked()
        await ref.tell(say(1), outcomes.append)
        began_s = trio.current_time()
        await supervisor.stop("it", grace_s=4)
        assert trio.current_time() - began_s == pytest.approx(4)
    assert [type(outcome.error) for outcome in outcomes if isinstance(outcome, Failed)] == [ActorStopped] * 2


async def test_stopping_does_not_wait_for_one_that_pauses_after_a_crash(autojump_clock: object) -> None:
    outcomes: list[Outcome] = []
    async with open_supervisor(POLICY, lambda _: None) as supervisor:
        ref = supervisor.start("it", Stage().actor, mailbox())
        await ref.tell(crash(BOOM))
        await wait_all_tasks_blocked()
        await ref.tell(say(1), outcomes.append)
        began_s = trio.current_time()
        await supervisor.stop("it", grace_s=4)
        assert trio.current_time() == began_s
    assert [type(outcome.error) for outcome in outcomes if isinstance(outcome, Failed)] == [ActorStopped]


@pytest.mark.parametrize("budget", [0, 2])
async def test_one_that_crashes_while_it_is_stopped_is_not_restarted(
    budget: int, autojump_clock: object
) -> None:
    crashes: list[Crash] = []
    outcomes: list[Outcome] = []
    stage = Stage()
    async with open_supervisor(RestartPolicy(budget=budget), crashes.append) as supervisor:
        ref = supervisor.start("it", stage.actor, mailbox(), turn_limit=1)
        await ref.tell(crash(BOOM), outcomes.append)
        await ref.tell(say(1), outcomes.append)
        began_s = trio.current_time()
        await supervisor.stop("it", grace_s=4)
        assert trio.current_time() == began_s
        assert supervisor.well()
    assert [crash.gives_up for crash in crashes] == [False]
    assert len(outcomes) == 2
    assert stage.journal == ["start"]


async def test_a_cancelled_stop_still_ends_what_it_was_to_stop(autojump_clock: object) -> None:
    outcomes: list[Outcome] = []
    async with open_supervisor(POLICY) as supervisor:
        ref = supervisor.start("it", Stage().actor, mailbox())
        await ref.tell(endless, outcomes.append)
        await wait_all_tasks_blocked()
        with trio.move_on_after(1):
            await supervisor.stop("it", grace_s=100)
        await wait_all_tasks_blocked()
        assert not supervisor.runs("it")
    assert len(outcomes) == 1


async def test_stopping_a_service_cancels_it() -> None:
    async with open_supervisor(POLICY) as supervisor:
        supervisor.start_service("a", trio.sleep_forever)
        supervisor.start_service("b", trio.sleep_forever)
        await supervisor.stop("a", "unknown")
        assert not supervisor.runs("a")
        assert supervisor.runs("b")


async def test_cancelling_from_outside_answers_everybody_and_passes_through(autojump_clock: object) -> None:
    outcomes: list[Outcome] = []
    stage = Stage()
    with trio.move_on_after(1) as outside:
        async with open_supervisor(POLICY) as supervisor:
            ref = supervisor.start("it", stage.actor, mailbox())
            await ref.tell(endless, outcomes.append)
            await wait_all_tasks_blocked()
            await ref.tell(say(1), outcomes.append)
            await trio.sleep_forever()
    assert outside.cancelled_caught
    assert [type(outcome.error) for outcome in outcomes if isinstance(outcome, Failed)] == [ActorStopped] * 2
    assert stage.journal == ["start"]


@pytest.mark.parametrize("method", ["start", "turn", "may_sleep", "stop"])
async def test_whatever_an_actor_raises_is_a_crash(method: str, autojump_clock: object) -> None:
    crashes: list[Crash] = []
    left_to_fail = [BOOM]

    async def fail_once(*_: Any) -> None:
        if left_to_fail:
            raise left_to_fail.pop()

    class Faulty:
        async def start(self) -> None:
            await fail_once() if method == "start" else None

        async def turn(self, batch: list[Envelope[Deed]]) -> None:
            await fail_once() if method == "turn" else None
            for envelope in batch:
                envelope.answer("fine")

        async def stop(self) -> None:
            await fail_once() if method == "stop" else None

        def may_sleep(self) -> bool:
            if method == "may_sleep" and left_to_fail:
                raise left_to_fail.pop()
            return True

    async with open_supervisor(POLICY, crashes.append) as supervisor:
        ref = supervisor.start("it", Faulty, mailbox(), idle_s=5)
        await ref.tell(say(1))
        await trio.sleep(30)
        assert not supervisor.runs("it")
    assert [crash.error for crash in crashes] == [BOOM]
