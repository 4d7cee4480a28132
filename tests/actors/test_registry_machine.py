"""In whatever order things happen: one live actor a name, nothing lost or done twice, every ask answered."""

import trio
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from trio_stepper import TrioStepper
from watched_world import Job, JobRefused, World

from actors import (
    ActorCrashed,
    ActorError,
    ActorStopped,
    Answered,
    AskTimeout,
    Crash,
    MailboxFull,
    Registry,
    RestartPolicy,
    TooManyActors,
    WhenFull,
    open_supervisor,
)

POLICY = RestartPolicy(budget=2, within_s=100, backoff_s=1, backoff_max_s=10, cool_down_s=20)
ASK_S = 8
IDLE_S = 5
CLOSE_GRACE_S = 2
NAMES = st.sampled_from("abc")
KINDS = st.sampled_from(["work", "work", "work", "slow", "refuse", "crash"])


class RegistryMachine(RuleBasedStateMachine):
    @initialize(
        capacity=st.integers(1, 3),
        when_full=st.sampled_from(WhenFull),
        turn_limit=st.integers(1, 3),
        actors_max=st.integers(2, 3),
    )
    def begin(self, capacity: int, when_full: WhenFull, turn_limit: int, actors_max: int) -> None:
        self.world = World()
        self.jobs: list[Job] = []
        self.asks: list[tuple[Job, float]] = []
        self.scopes: dict[int, trio.CancelScope] = {}
        self.crashes: list[Crash] = []
        self.reply_errors: list[Exception] = []
        self.steps = 0
        self.closed = False
        self.actors_max = actors_max
        self.when_full = when_full
        self.stepper = TrioStepper()
        self.end = trio.Event()
        self.stepper.step(
            lambda: self.stepper.nursery.start_soon(self.keep, capacity, when_full, turn_limit, actors_max)
        )

    async def keep(self, capacity: int, when_full: WhenFull, turn_limit: int, actors_max: int) -> None:
        async with open_supervisor(POLICY, self.crashes.append, self.reply_errors.append) as supervisor:
            self.supervisor = supervisor
            self.registry: Registry[Job] = Registry(
                supervisor, self.world.actor, capacity, when_full, turn_limit, IDLE_S, actors_max
            )
            await self.end.wait()

    def job(self, name: str, kind: str) -> Job:
        job = Job(len(self.jobs), name, kind, self.steps)
        self.jobs.append(job)
        return job

    def start(self, *calls: tuple) -> None:
        self.steps += 1
        self.stepper.step(lambda: [self.stepper.nursery.start_soon(*call) for call in calls])

    @rule(name=NAMES, kind=KINDS)
    def tell(self, name: str, kind: str) -> None:
        self.start((self.tell_in_task, self.job(name, kind)))

    @rule(name=NAMES, kind=KINDS)
    def ask(self, name: str, kind: str) -> None:
        self.start((self.ask_in_task, self.job(name, kind)))

    @rule(asked=st.lists(st.tuples(st.booleans(), NAMES, KINDS), min_size=2, max_size=8))
    def crowd(self, asked: list[tuple[bool, str, str]]) -> None:
        """Let several come at once, in the order that Trio likes."""
        calls = [
            (self.ask_in_task if asks else self.tell_in_task, self.job(name, kind))
            for asks, name, kind in asked
        ]
        self.start(*calls)

    @rule(seconds=st.sampled_from([0.5, 1.0, 2.5, 5.0, 5.5, 21.0, 200.0]))
    def pass_time(self, seconds: float) -> None:
        self.stepper.advance(seconds)

    @rule(name=NAMES, times=st.integers(1, 4))
    def fail_next_starts(self, name: str, times: int) -> None:
        self.world.starts_to_fail[name] = times

    @rule(name=NAMES, times=st.integers(1, 4))
    def fail_next_stops(self, name: str, times: int) -> None:
        self.world.stops_to_fail[name] = times

    @rule(start_s=st.sampled_from([0.0, 2.0]), stop_s=st.sampled_from([0.0, 1.0, 4.0]))
    def change_pace(self, start_s: float, stop_s: float) -> None:
        self.world.start_s, self.world.stop_s = start_s, stop_s

    @rule(name=NAMES)
    def change_sleepiness(self, name: str) -> None:
        self.world.sleepless ^= {name}

    @rule(which=st.integers(0, 20))
    def cancel_a_caller(self, which: int) -> None:
        waiting = [job.id for job in self.jobs if not job.ended]
        if waiting:
            self.stepper.step(self.scopes[waiting[which % len(waiting)]].cancel)

    @rule(name=NAMES)
    def forgive(self, name: str) -> None:
        self.stepper.step(lambda: self.supervisor.forgive(name))

    @precondition(lambda self: self.steps > 10 and not self.closed)
    @rule()
    def close(self) -> None:
        self.closed = True
        self.start((self.registry.close, CLOSE_GRACE_S))

    async def tell_in_task(self, job: Job) -> None:
        with trio.CancelScope() as self.scopes[job.id]:
            try:
                await self.registry.ref(job.name).tell(job, job.outcomes.append)
            except ActorError as error:
                job.raised = error
            except trio.Cancelled as cancelled:
                job.raised = cancelled
                raise
            finally:
                job.ended = True

    async def ask_in_task(self, job: Job) -> None:
        self.asks.append((job, trio.current_time() + ASK_S))
        with trio.CancelScope() as self.scopes[job.id]:
            try:
                job.answer = await self.registry.ref(job.name).ask(job, ASK_S)
            except (ActorError, JobRefused) as error:
                job.raised = error
            except trio.Cancelled as cancelled:
                job.raised = cancelled
                raise
            finally:
                job.ended = True

    @invariant()
    def no_promise_is_broken(self) -> None:
        assert self.world.faults == []
        assert self.reply_errors == []
        assert all(alive in (0, 1) for alive in self.world.alive.values())
        assert self.registry.statistics().awake <= self.actors_max
        if not self.closed:  # one that the end of the grace cancels between two turns is not told
            assert self.world.alive.total() <= self.registry.statistics().awake

    @invariant()
    def every_ask_is_answered_in_time(self) -> None:
        now_s = self.stepper.clock.current_time()
        assert [job for job, deadline_s in self.asks if not job.ended and deadline_s < now_s] == []

    @invariant()
    def every_crash_is_reported_once(self) -> None:
        world = self.world
        assert len(self.crashes) == world.crashed_starts + world.crashed_turns + world.crashed_stops

    def teardown(self) -> None:
        if not hasattr(self, "stepper"):
            return
        try:
            self.let_all_come_to_rest()
            self.check_what_became_of_each_job()
        finally:
            self.stepper.step(self.end.set)
            self.stepper.close()

    def let_all_come_to_rest(self) -> None:
        self.world.sleepless.clear()
        self.stepper.advance(300)
        assert self.registry.statistics().awake == 0
        assert self.closed or self.world.alive.total() == 0
        assert all(job.ended for job in self.jobs)

    def check_what_became_of_each_job(self) -> None:
        self.no_promise_is_broken()
        self.every_crash_is_reported_once()
        asked = {job.id for job, _ in self.asks}
        for job in self.jobs:
            (self.check_asked if job.id in asked else self.check_told)(job)

    def check_asked(self, job: Job) -> None:
        if job.raised is None:
            assert job.answer == job.id
            assert job.done == 1
        else:
            self.check_failure(job, job.raised)

    def check_told(self, job: Job) -> None:
        assert len(job.outcomes) == (job.raised is None), job
        error = job.raised or job.error()
        if error is None:
            assert job.outcomes == [Answered(job.id)]
            assert job.done == 1
        else:
            self.check_failure(job, error)
            assert not (isinstance(job.raised, trio.Cancelled) and job.begun)

    def check_failure(self, job: Job, error: BaseException) -> None:
        match error:
            case JobRefused():
                assert job.kind == "refuse"
            case ActorCrashed():
                assert self.world.crashed_turns
                assert not job.done
            case ActorStopped():
                assert not job.done
                assert self.closed or any(crash.gives_up for crash in self.crashes)
            case MailboxFull():
                assert not job.begun
                assert self.when_full is not WhenFull.WAIT
            case TooManyActors():
                assert not job.begun
                assert self.actors_max == 2
            case _:
                assert isinstance(error, AskTimeout | trio.Cancelled), error


TestRegistryMachine = RegistryMachine.TestCase
TestRegistryMachine.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
