"""Exactly one live actor a name: started on demand, put to sleep, woken, and nothing lost in between."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import trio
from doing_actor import Deed, Stage, crash, endless, hold, note, say, work
from trio.testing import wait_all_tasks_blocked

from actors import (
    ActorCrashed,
    ActorStopped,
    AlreadyRunning,
    Answered,
    Failed,
    MailboxFull,
    Outcome,
    Registry,
    RestartPolicy,
    Supervisor,
    TooManyActors,
    WhenFull,
    open_supervisor,
)

POLICY = RestartPolicy(budget=1, within_s=60, backoff_s=1, backoff_max_s=10, cool_down_s=30)
BOOM = RuntimeError("boom")


@asynccontextmanager
async def opened(stage: Stage, **options: Any) -> AsyncIterator[tuple[Registry[Deed], Supervisor]]:
    options = {"mailbox_capacity": 8, "idle_s": 5.0} | options
    async with open_supervisor(POLICY, lambda _: None) as supervisor:
        yield Registry(supervisor, stage.actor, **options), supervisor


async def test_a_ref_alone_starts_nothing() -> None:
    stage = Stage()
    async with opened(stage) as (registry, _):
        registry.ref("a")
        await wait_all_tasks_blocked()
        assert registry.statistics().awake == 0
    assert stage.journal == []


async def test_the_first_message_starts_the_actor_of_its_name() -> None:
    stage = Stage()
    async with opened(stage) as (registry, _):
        assert await registry.ref("a").ask(say(1), 1) == 1
        assert await registry.ref("b").ask(say(2), 1) == 2
        assert await registry.ref("a").ask(say(3), 1) == 3
    assert stage.journal == ["start a", "start b"]


async def test_many_callers_at_once_start_one_actor() -> None:
    stage = Stage()
    answers: list[int] = []

    async def ask(number: int) -> None:
        answers.append(await registry.ref("a").ask(say(number), 1))

    async with opened(stage, mailbox_capacity=3) as (registry, _), trio.open_nursery() as nursery:
        for number in range(100):
            nursery.start_soon(ask, number)
    assert sorted(answers) == list(range(100))
    assert stage.journal == ["start a"]


async def test_an_idle_one_is_put_to_sleep_and_the_next_message_wakes_it(autojump_clock: object) -> None:
    stage = Stage()
    async with opened(stage) as (registry, _):
        assert not registry.is_awake("a")
        await registry.ref("a").ask(say(1), 1)
        await trio.sleep(4.5)
        assert registry.is_awake("a")
        assert registry.statistics().awake == 1
        await trio.sleep(1)
        assert registry.statistics().awake == 0
        assert await registry.ref("a").ask(say(2), 1) == 2
        assert (registry.statistics().started, registry.statistics().slept) == (2, 1)
    assert stage.journal == ["start a", "stop a", "stopped a", "start a"]


async def test_a_turn_longer_than_idle_time_puts_sleep_off(autojump_clock: object) -> None:
    stage = Stage()
    async with opened(stage) as (registry, _):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(registry.ref("a").ask, work(12), 20)
        await trio.sleep(4.5)
        assert registry.is_awake("a")
        await trio.sleep(1)
        assert not registry.is_awake("a")


@pytest.mark.parametrize("idle_s", [0.5, 5.0])
async def test_one_that_crashed_sleeps_its_idle_time_after_its_restart(
    autojump_clock: object, idle_s: float
) -> None:
    stage = Stage()
    async with opened(stage, idle_s=idle_s) as (registry, _):
        with pytest.raises(ActorCrashed):
            await registry.ref("a").ask(crash(BOOM), 1)
        await trio.sleep(POLICY.backoff_s + idle_s - 0.1)
        assert registry.is_awake("a")
        await trio.sleep(0.2)
        assert not registry.is_awake("a")


async def test_no_idle_time_at_all_is_refused() -> None:
    async with opened(Stage(), idle_s=0.0) as (registry, _):
        with pytest.raises(ValueError, match="more than 0 s"):
            await registry.ref("a").ask(say(1), 1)


async def test_each_message_puts_sleep_off(autojump_clock: object) -> None:
    stage = Stage()
    async with opened(stage) as (registry, _):
        for _ in range(5):
            await registry.ref("a").ask(say(1), 1)
            await trio.sleep(4)
    assert stage.journal == ["start a"]


async def test_one_that_may_not_sleep_stays_awake_until_it_may(autojump_clock: object) -> None:
    stage = Stage()
    stage.sleepy = False
    async with opened(stage) as (registry, _):
        await registry.ref("a").ask(say(1), 1)
        await trio.sleep(100)
        assert registry.statistics().awake == 1
        stage.sleepy = True
        await trio.sleep(6)
        assert registry.statistics().awake == 0


async def test_what_comes_while_it_stops_wakes_it_again_with_nothing_lost(autojump_clock: object) -> None:
    stage, journal = Stage(), []

    async def stop_slowly() -> None:
        await trio.sleep(3)

    stage.on_stop = stop_slowly
    async with opened(stage) as (registry, _):
        await registry.ref("a").ask(say(1), 1)
        await trio.sleep(6)
        assert stage.journal == ["start a", "stop a"]
        await registry.ref("a").tell(note(journal, "told while it stops"))
        assert (
            await registry.ref("a").ask(note(journal, "asked while it stops"), 10) == "asked while it stops"
        )
    assert journal == ["told while it stops", "asked while it stops"]
    assert stage.journal == ["start a", "stop a", "stopped a", "start a"]


async def test_what_comes_while_it_starts_waits_for_it(autojump_clock: object) -> None:
    stage, journal = Stage(), []

    async def start_slowly() -> None:
        await trio.sleep(3)

    stage.on_start = start_slowly
    async with opened(stage) as (registry, _):
        for number in range(3):
            await registry.ref("a").tell(note(journal, number))
        await trio.sleep(2)
        assert registry.statistics().waiting == 3
        assert registry.statistics().waiting_most == 3
        await trio.sleep(2)
    assert journal == [0, 1, 2]
    assert stage.batches == [3]
    assert stage.journal == ["start a"]


async def test_a_message_at_the_moment_of_falling_asleep_is_handled(autojump_clock: object) -> None:
    stage, journal = Stage(), []
    async with opened(stage) as (registry, _):
        for number in range(20):
            await registry.ref("a").ask(note(journal, number), 1)
            await trio.sleep(5)
    assert journal == list(range(20))


async def test_a_message_at_the_last_look_keeps_it_awake(autojump_clock: object) -> None:
    class Wakeful(Stage):
        """Have a message come in while it is looked whether the actor may sleep, once."""

        def look(self) -> bool:
            if not journal:
                registry.ref("a").tell_nowait(note(journal, "just in time"))
            return True

        sleepy = property(look, lambda self, value: None)

    stage, journal = Wakeful(), []
    async with opened(stage) as (registry, _):
        await registry.ref("a").ask(say(1), 1)
        await trio.sleep(6)
        assert journal == ["just in time"]
        assert stage.journal == ["start a"]


async def test_after_being_given_up_a_name_is_refused_until_it_has_cooled_down(
    autojump_clock: object,
) -> None:
    stage = Stage()
    async with opened(stage) as (registry, supervisor):
        ref = registry.ref("a")
        await ref.tell(crash(BOOM))
        await trio.sleep(2)
        await ref.tell(crash(BOOM))
        await wait_all_tasks_blocked()
        assert not supervisor.well()
        with pytest.raises(ActorStopped, match=r"try again in 30\.0 s"):
            await ref.ask(say(1), 1)
        assert await registry.ref("sibling").ask(say(1), 1) == 1
        await trio.sleep(31)
        assert await ref.ask(say("afresh"), 1) == "afresh"
        assert supervisor.well()


async def test_a_forgiven_name_is_started_at_once(autojump_clock: object) -> None:
    async with opened(Stage()) as (registry, supervisor):
        await registry.ref("a").tell(crash(BOOM))
        await trio.sleep(2)
        await registry.ref("a").tell(crash(BOOM))
        await wait_all_tasks_blocked()
        supervisor.forgive("a")
        assert await registry.ref("a").ask(say(1), 1) == 1


async def test_tellers_outside_a_full_mailbox_hear_that_it_was_given_up(autojump_clock: object) -> None:
    stage = Stage()

    async def never_starts() -> None:
        raise BOOM

    async def tell() -> None:
        try:
            await registry.ref("a").tell(say(1), outcomes.append)
        except ActorStopped as stopped:
            refusals.append(stopped)

    stage.on_start = never_starts
    outcomes: list[Outcome] = []
    refusals: list[ActorStopped] = []
    async with opened(stage, mailbox_capacity=2) as (registry, _), trio.open_nursery() as nursery:
        for _ in range(5):
            nursery.start_soon(tell)
    assert len(refusals) == 3
    assert [type(outcome.error) for outcome in outcomes if isinstance(outcome, Failed)] == [ActorStopped] * 2


async def test_more_names_than_it_may_keep_awake_are_refused(autojump_clock: object) -> None:
    async with opened(Stage(), actors_max=2) as (registry, _):
        for name in "ab":
            await registry.ref(name).ask(say(1), 1)
        with pytest.raises(TooManyActors, match="2 actors are awake"):
            await registry.ref("c").ask(say(1), 1)
        await registry.ref("a").ask(say(1), 1)
        await trio.sleep(6)
        assert await registry.ref("c").ask(say(1), 1) == 1
        assert registry.statistics().awake_max == 2


async def test_a_turn_takes_no_more_than_its_limit() -> None:
    stage, release = Stage(), trio.Event()
    async with opened(stage, turn_limit=3) as (registry, _):
        await registry.ref("a").tell(hold(release))
        await wait_all_tasks_blocked()
        for _ in range(7):
            await registry.ref("a").tell(say(1))
        release.set()
        await wait_all_tasks_blocked()
        turns = registry.statistics().turns
    assert stage.batches == [1, 3, 3, 1]
    assert (turns.turns, turns.messages, turns.size_max, turns.sizes) == (4, 8, 3, (2, 2))


async def test_refused_and_dropped_messages_are_counted_even_after_sleep(autojump_clock: object) -> None:
    for when_full, expected in ((WhenFull.REFUSE, (1, 0)), (WhenFull.DROP_OLDEST, (0, 1))):
        async with opened(Stage(), mailbox_capacity=1, when_full=when_full) as (registry, _):
            await registry.ref("a").tell(say(1))
            try:
                await registry.ref("a").tell(say(2))
            except MailboxFull:
                assert when_full is WhenFull.REFUSE
            awake = registry.statistics()
            await trio.sleep(6)
            asleep = registry.statistics()
        assert (awake.refused, awake.dropped) == (asleep.refused, asleep.dropped) == expected


async def test_closing_handles_what_waits_and_then_refuses(autojump_clock: object) -> None:
    stage, journal = Stage(), []
    async with opened(stage) as (registry, _):
        for number in range(5):
            await registry.ref("a").tell(note(journal, ("a", number)))
            await registry.ref("b").tell(note(journal, ("b", number)))
        await registry.close()
        assert (registry.statistics().awake, registry.statistics().slept) == (0, 0)
        with pytest.raises(ActorStopped, match="its registry is closed"):
            await registry.ref("a").ask(say(1), 1)
        with pytest.raises(ActorStopped, match="its registry is closed"):
            await registry.ref("new").tell(say(1))
    assert sorted(journal) == [(name, number) for name in "ab" for number in range(5)]
    assert stage.journal.count("stopped a") == stage.journal.count("stopped b") == 1


async def test_closing_is_not_held_up_beyond_the_grace_by_one_that_hangs(autojump_clock: object) -> None:
    outcomes: dict[str, Outcome] = {}
    async with opened(Stage()) as (registry, _):
        await registry.ref("hangs").tell(endless, lambda outcome: outcomes.update(hangs=outcome))
        await registry.ref("well").tell(say(1), lambda outcome: outcomes.update(well=outcome))
        began_s = trio.current_time()
        await registry.close(grace_s=2)
        assert trio.current_time() - began_s == pytest.approx(2)
    assert outcomes["well"] == Answered(1)
    assert isinstance(outcomes["hangs"], Failed)
    assert isinstance(outcomes["hangs"].error, ActorStopped)


async def test_closing_while_one_falls_asleep_handles_what_came_meanwhile(autojump_clock: object) -> None:
    stage, journal = Stage(), []

    async def stop_slowly() -> None:
        await trio.sleep(1)

    stage.on_stop = stop_slowly
    async with opened(stage) as (registry, _):
        await registry.ref("a").ask(say(1), 1)
        await trio.sleep(5.5)
        assert stage.journal == ["start a", "stop a"]
        await registry.ref("a").tell(note(journal, "late"))
        await registry.close()
    assert journal == ["late"]
    assert stage.journal == ["start a", "stop a", "stopped a"] * 2


async def test_closing_twice_is_harmless(autojump_clock: object) -> None:
    async with opened(Stage()) as (registry, _):
        await registry.ref("a").ask(say(1), 1)
        await registry.close()
        await registry.close()


async def test_two_registries_may_not_run_the_same_name() -> None:
    async with opened(Stage()) as (registry, supervisor):
        other = Registry(supervisor, Stage().actor)
        await registry.ref("a").ask(say(1), 1)
        with pytest.raises(AlreadyRunning, match="'a' is running already"):
            await other.ref("a").tell(say(1))
        assert other.statistics().awake == 0
