"""The shell around every kind: turns, other writers, names not remembered, crashes, a log that fails."""

import json
from collections.abc import Sequence

import pytest
import trio
import trio.lowlevel
from hypothesis import example, given, settings
from hypothesis import strategies as st
from trio.testing import MockClock

from actors import Crash, Envelope, Mailbox, RestartPolicy, open_supervisor
from rooms.room import DECISIONS_PER_TURN_MAX, Request, Room, RoomCrashed
from store.errors import Conflict, DatabaseUnavailable, LogError, TooManyEvents
from store.event_log import Draft, Position, Recorded
from store.memory_log import MemoryEventLog
from tests.rooms.room_bench import ADA, CHANNEL, LedgerKind, Told, VolatileKind, codes, open_room, turn


async def written(log: MemoryEventLog) -> list[tuple[int, str]]:
    page = await log.read(CHANNEL, 0, 10_000)
    return [(event.offset, json.loads(event.data)["what"]) for event in page.events]


async def test_a_turn_is_one_append_and_one_publish() -> None:
    log, told = MemoryEventLog(), Told()
    room = open_room(log, told)
    assert await turn(room, "+a", "+b", "*a") == [None, None, None]
    assert log.statistics().appends == 1
    assert told.events == [(1, "+a"), (2, "+b"), (3, "*a")] == await written(log)
    assert json.loads(told.publications[0].data) == {"what": "+a", "by": "ada", "at": 7}
    epoch = (await log.position(CHANNEL)).epoch
    assert {each.epoch for each in told.publications} == {epoch}


async def test_each_is_decided_on_what_the_ones_before_it_in_the_turn_brought_about() -> None:
    told = Told()
    room = open_room(MemoryEventLog(), told)
    assert codes(await turn(room, "*a", "+a", "*a", "+a", "*a")) == [404, None, None, None, None]
    changes = [json.loads(each.data).get("change") for each in told.publications]
    assert changes == [None, 1, 2]


async def test_nothing_is_answered_or_told_before_it_is_durable() -> None:
    order: list[str] = []

    class Slow(MemoryEventLog):
        async def append(self, channel: str, after: Position, drafts: Sequence[Draft]) -> Position:
            await trio.lowlevel.checkpoint()
            top = await super().append(channel, after, drafts)
            order.append("durable")
            return top

    class Noting(Told):
        def publish(self, *_: object) -> None:
            order.append("told")

    room = open_room(Slow(), Noting())
    await room.turn([Envelope(Request("+a", ADA), lambda _: order.append("answered"))])
    assert order == ["durable", "answered", "told"]


async def test_a_refusal_spares_the_turns_other_requests_and_writes_nothing() -> None:
    log, told = MemoryEventLog(), Told()
    room = open_room(log, told)
    assert codes(await turn(room, "+a", "-", "+b")) == [None, 400, None]
    assert told.events == [(1, "+a"), (2, "+b")]
    assert codes(await turn(room, "-")) == [400]
    assert log.statistics().appends == 1


async def test_a_command_that_changes_nothing_is_answered() -> None:
    log, told = MemoryEventLog(), Told()
    room = open_room(log, told)
    assert await turn(room, "+a", "+a") == [None, None]
    assert await turn(room, "+a") == [None]
    assert told.events == [(1, "+a")]


async def test_volatile_events_carry_no_offset_and_keep_their_place() -> None:
    log, told = MemoryEventLog(), Told()
    room = open_room(log, told)
    await turn(room, "?", "2x", "?last")
    assert told.events == [(0, "?"), (1, "2x"), (0, "2x"), (2, "2x"), (0, "?last")]
    assert [each.retain for each in told.publications] == [None, None, None, None, "last"]
    assert await written(log) == [(1, "2x"), (2, "2x")]
    await turn(room, "?")
    assert log.statistics().appends == 1


async def test_a_volatile_room_never_looks_at_the_log() -> None:
    class Untouchable(MemoryEventLog):
        def __getattribute__(self, name: str) -> object:
            raise AssertionError(name)

    told = Told()
    room = open_room(Untouchable(), told, VolatileKind())
    await room.start()
    await turn(room, "?a", "?b")
    assert told.events == [(0, "?a"), (0, "?b")]


async def test_a_room_that_wakes_knows_what_happened_before() -> None:
    log = MemoryEventLog()
    await turn(open_room(log, Told()), "+a", "*a")
    told = Told()
    woken = open_room(log, told)
    await woken.start()
    assert codes(await turn(woken, "*a", "*b")) == [None, 404]
    assert [json.loads(each.data)["change"] for each in told.publications] == [2]


async def test_two_rooms_over_one_log_take_turns_without_a_gap() -> None:
    log, ours, theirs = MemoryEventLog(), Told(), Told()
    one, other = open_room(log, ours), open_room(log, theirs)
    for number in range(5):
        assert await turn(one, f"+one {number}", f"*other {number - 1}" if number else "+first") == [
            None,
            None,
        ]
        assert await turn(other, f"+other {number}", f"*one {number}") == [None, None]
    happened = await written(log)
    assert [offset for offset, _ in happened] == list(range(1, 21))
    assert set(ours.events) | set(theirs.events) == set(happened)


async def test_the_same_name_is_written_down_once_by_two_rooms() -> None:
    log = MemoryEventLog()
    one, other = open_room(log, Told()), open_room(log, Told())
    await turn(one, "+x")
    await turn(other, "+y")
    assert await turn(other, "+a", "+b") == [None, None]
    assert await turn(one, "+a", "+c") == [None, None]
    assert [what for _, what in await written(log)] == ["+x", "+y", "+a", "+b", "+c"]


async def test_rooms_that_write_at_once_lose_nothing_and_leave_no_gap() -> None:
    log, told = MemoryEventLog(), Told()
    rooms = [open_room(log, told) for _ in range(4)]

    async def write(room: Room, number: int) -> None:
        for step in range(10):
            assert await turn(room, f"+{number}.{step}", "+shared", f"*{number}.{step}") == [None] * 3

    async with trio.open_nursery() as nursery:
        for number, room in enumerate(rooms):
            nursery.start_soon(write, room, number)
    happened = await written(log)
    assert [offset for offset, _ in happened] == list(range(1, 82))
    assert sorted(what for _, what in happened).count("+shared") == 1
    assert set(told.events) == set(happened)


async def test_a_name_beyond_what_is_remembered_is_recalled() -> None:
    log, told = MemoryEventLog(), Told()
    room = open_room(log, told, LedgerKind(remembered=3))
    await turn(room, "+old", "*old", "*old")
    await turn(room, "+a", "+b", "+c")
    assert codes(await turn(room, "*old", "*never")) == [None, 404]
    assert json.loads(told.publications[-1].data)["change"] == 3


async def test_a_name_beyond_what_is_remembered_is_not_written_down_again() -> None:
    log, told = MemoryEventLog(), Told()
    room = open_room(log, told, LedgerKind(remembered=3))
    await turn(room, "+old")
    await turn(room, "+a", "+b", "+c")
    assert await turn(room, "+new", "+old", "*new") == [None, None, None]
    assert [what for _, what in told.events] == ["+old", "+a", "+b", "+c", "+new", "*new"]


async def test_what_others_wrote_meanwhile_does_not_hide_a_recalled_name() -> None:
    log = MemoryEventLog()
    one, other = (open_room(log, Told(), LedgerKind(remembered=3)) for _ in range(2))
    await turn(one, "+old", "+a", "+b", "+c")
    await turn(other, "+d", "+e", "+f", "+g")
    assert codes(await turn(one, "*old")) == [None]


class Overfull(MemoryEventLog):
    """Has too much to say about some names."""

    def __init__(self, *names: str, together_max: int = 1_000) -> None:
        super().__init__()
        self.names = frozenset(names)
        self.together_max = together_max

    async def about(self, channel: str, subjects: Sequence[str]) -> list[Recorded]:
        if self.names & set(subjects) or len(subjects) > self.together_max:
            raise TooManyEvents(channel, "too many")
        return await super().about(channel, subjects)


async def test_a_name_with_too_long_a_past_spares_the_turns_other_requests() -> None:
    log, told = Overfull("big"), Told()
    room = open_room(log, told, LedgerKind(remembered=3))
    await turn(room, "+big", "+small")
    await turn(room, "+a", "+b", "+c")
    first, second, third, fourth = await turn(room, "+new", "*big", "*small", "*new")
    assert isinstance(second, TooManyEvents)
    assert [first, third, fourth] == [None, None, None]
    assert [what for _, what in told.events[-3:]] == ["+new", "*small", "*new"]
    [again, repeat] = await turn(room, "+big", "+d")
    assert isinstance(again, TooManyEvents)
    assert repeat is None


async def test_names_that_are_too_much_together_are_recalled_one_by_one() -> None:
    log, told = Overfull(together_max=1), Told()
    room = open_room(log, told, LedgerKind(remembered=4))
    await turn(room, "+1", "+2", "+3")
    await turn(room, "+a", "+b", "+c", "+d")
    assert await turn(room, "*1", "*2", "*3") == [None, None, None]


class Forgetful(MemoryEventLog):
    """Stores the next append and loses the answer."""

    lose_answer = False

    async def append(self, channel: str, after: Position, drafts: Sequence[Draft]) -> Position:
        top = await super().append(channel, after, drafts)
        if self.lose_answer:
            self.lose_answer = False
            raise DatabaseUnavailable("the connection broke")
        return top


async def test_an_append_whose_answer_was_lost_is_told_when_it_is_tried_again() -> None:
    log, told = Forgetful(), Told()
    room = open_room(log, told)
    await turn(room, "+a")
    log.lose_answer = True
    [error] = await turn(room, "+b")
    assert isinstance(error, DatabaseUnavailable)
    assert told.events == [(1, "+a")]
    assert await turn(room, "+b") == [None]
    assert await turn(room, "+c") == [None]
    assert await written(log) == [(1, "+a"), (2, "+b"), (3, "+c")]
    assert told.events == [(1, "+a"), (2, "+b"), (3, "+c")]


async def test_a_log_that_is_away_fails_the_turn_and_not_the_room() -> None:
    class Away(MemoryEventLog):
        away = True

        async def read_back(self, *arguments: object) -> object:
            if self.away:
                raise DatabaseUnavailable("away")
            return await super().read_back(*arguments)

    log, told = Away(), Told()
    room = open_room(log, told)
    await room.start()
    assert [type(each) for each in await turn(room, "+a", "-")] == [DatabaseUnavailable] * 2
    log.away = False
    assert await turn(room, "+a") == [None]


async def test_a_channel_begun_anew_is_begun_anew() -> None:
    log, told = MemoryEventLog(), Told()
    room = open_room(log, told)
    await turn(room, "+a", "+b")
    await log.restart(CHANNEL)
    assert codes(await turn(room, "*a", "+a", "*a")) == [404, None, None]
    assert told.events[-2:] == [(1, "+a"), (2, "*a")]
    assert told.publications[-1].epoch != told.publications[0].epoch


async def test_a_room_whose_way_back_was_cut_off_decides_nothing_by_halves() -> None:
    class Broken(MemoryEventLog):
        broken = False

        async def about(self, channel: str, subjects: Sequence[str]) -> list[Recorded]:
            if self.broken:
                raise DatabaseUnavailable("the connection broke")
            return await super().about(channel, subjects)

    log, kind = Broken(), LedgerKind()
    kind.replay_events_max, kind.replay_subjects = 1, ("rule",)
    room, other = open_room(log, Told(), kind), open_room(log, Told(), kind)
    await turn(room, "+rule", "+a")
    await log.restart(CHANNEL)
    await turn(other, "+rule", "+a")
    log.broken = True
    assert [type(each) for each in await turn(room, "+b")] == [DatabaseUnavailable]
    assert await turn(room, "+a") == [None]
    log.broken = False
    assert await turn(room, "+rule", "*rule") == [None, None]


async def test_a_writer_that_never_wins_gives_up_and_says_so() -> None:
    class Contested(MemoryEventLog):
        tries = 0

        async def append(self, channel: str, after: Position, drafts: Sequence[Draft]) -> Position:
            self.tries += 1
            await super().append(channel, await self.position(channel), [Draft('{"what":"?"}')])
            raise Conflict(channel, await self.position(channel))

    log = Contested()
    [error] = await turn(open_room(log, Told()), "+a")
    assert isinstance(error, LogError)
    assert "too many write here at once" in str(error)
    assert log.tries == DECISIONS_PER_TURN_MAX


async def test_a_crash_in_a_kind_spares_the_turns_other_requests() -> None:
    log, told = MemoryEventLog(), Told()
    room = open_room(log, told)
    with pytest.raises(ZeroDivisionError, match="!boom"):
        await turn(room, "+a", "!boom", "+b", "!bang", "-")
    assert told.events == [(1, "+a"), (2, "+b")] == await written(log)


async def test_a_crash_is_answered_as_such_and_reported_once_by_the_supervisor(
    autojump_clock: MockClock,
) -> None:
    log, told, crashes, outcomes = MemoryEventLog(), Told(), list[Crash](), list[object]()
    policy = RestartPolicy(budget=5, within_s=60, backoff_s=0.1, backoff_max_s=1)
    async with open_supervisor(policy, on_crash=crashes.append) as supervisor:
        ref = supervisor.start(CHANNEL, lambda: open_room(log, told), Mailbox(100))
        for command in ("+a", "!boom", "+b"):
            await ref.tell(Request(command, ADA), outcomes.append)
        await trio.sleep(5)
        await ref.ask(Request("*a", ADA), timeout_s=1)
        await supervisor.stop(CHANNEL)
    assert [(crash.name, type(crash.error), crash.restarts) for crash in crashes] == [
        (CHANNEL, ZeroDivisionError, 0)
    ]
    assert [type(getattr(outcome, "error", None)) for outcome in outcomes] == [
        type(None),
        RoomCrashed,
        type(None),
    ]
    assert told.events == [(1, "+a"), (2, "+b"), (3, "*a")]


async def test_a_turn_that_is_cancelled_leaves_a_whole_append_or_none(autojump_clock: MockClock) -> None:
    class Slow(MemoryEventLog):
        async def append(self, channel: str, after: Position, drafts: Sequence[Draft]) -> Position:
            await trio.sleep(1)
            return await super().append(channel, after, drafts)

    log, told = Slow(), Told()
    outcomes: list[object] = []
    async with open_supervisor(on_crash=lambda _: None) as supervisor:
        ref = supervisor.start(CHANNEL, lambda: open_room(log, told), Mailbox(100))
        await ref.tell(Request("+a", ADA), outcomes.append)
        await trio.sleep(0.5)
        await supervisor.stop(CHANNEL, grace_s=0.1)
    assert len(outcomes) == 1
    assert await written(log) == []
    assert told.events == []


COMMANDS = st.lists(
    st.tuples(st.sampled_from("+*?-"), st.sampled_from("abcdefghijkl")).map("".join), max_size=6
)


@given(st.lists(st.tuples(st.integers(0, 2), COMMANDS), max_size=12))
@example([(0, ["+b", "+a", "+e", "+f", "+g", "+h"]), (0, ["+c", "+d", "*b"])])
@example([(0, ["+a", "+b", "+f", "+g", "*a"]), (0, ["+c", "+d", "+e", "+h", "+b"])])
@settings(max_examples=40, deadline=None)
async def test_many_rooms_that_remember_little_are_as_one_that_remembers_all(
    turns: list[tuple[int, list[str]]],
) -> None:
    log, alone = MemoryEventLog(), MemoryEventLog()
    rooms = [open_room(log, Told(), LedgerKind(remembered=7)) for _ in range(3)]
    one = open_room(alone, Told())
    for number, commands in turns:
        expected = [str(each) for each in await turn(one, *commands)]
        assert [str(each) for each in await turn(rooms[number], *commands)] == expected
    assert await written(log) == await written(alone)


async def test_a_room_that_wakes_knows_how_it_was_set_however_long_ago() -> None:
    log, kind = MemoryEventLog(), LedgerKind(remembered=3)
    await turn(open_room(log, Told(), kind), "+rule", "*rule", "+a", "+b", "*rule", "+c", "+d")
    kind.replay_events_max, kind.replay_subjects = 2, ("rule",)
    told = Told()
    assert codes(await turn(open_room(log, told, kind), "*rule", "*c")) == [None, None]
    assert [json.loads(each.data)["change"] for each in told.publications] == [3, 1]
