"""Every event log keeps the promises of its port."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest
import trio

from store.asyncio_loop import open_asyncio_loop
from store.database import Database
from store.event_log import (
    ABOUT_EVENTS_MAX,
    Conflict,
    Draft,
    EventLog,
    Position,
    Recorded,
    SubjectTaken,
    TooManyEvents,
    Unstorable,
)
from store.memory_log import MemoryEventLog
from store.postgres_log import PostgresEventLog

Opening = AbstractAsyncContextManager[EventLog]


@asynccontextmanager
async def open_memory_log() -> AsyncIterator[EventLog]:
    yield MemoryEventLog()


@asynccontextmanager
async def open_postgres_log(
    open_database: Callable[[], AbstractAsyncContextManager[Database]],
) -> AsyncIterator[EventLog]:
    async with open_asyncio_loop(), open_database() as database, trio.open_nursery() as nursery:
        log = PostgresEventLog(database)
        nursery.start_soon(log.run)
        yield log
        nursery.cancel_scope.cancel()


LOGS: dict[str, Callable[[pytest.FixtureRequest], Opening]] = {
    "memory": lambda _request: open_memory_log(),
    "postgres": lambda request: open_postgres_log(request.getfixturevalue("open_clean_database")),
}


@pytest.fixture(params=LOGS)
def opening(request: pytest.FixtureRequest) -> Opening:
    return LOGS[request.param](request)


@pytest.fixture
async def log(opening: Opening) -> AsyncIterator[EventLog]:
    async with opening as opened:
        yield opened


def drafts(*data: str) -> list[Draft]:
    return [Draft(text) for text in data]


async def filled(log: EventLog, channel: str, count: int) -> Position:
    start = await log.position(channel)
    return await log.append(channel, start, drafts(*map(str, range(1, count + 1))))


async def offsets(log: EventLog, channel: str) -> list[int]:
    return [event.offset for event in (await log.read(channel, 0, 1000)).events]


async def test_a_channel_begins_at_0_and_all_share_an_epoch(log: EventLog) -> None:
    a, b = await log.position("a"), await log.position("b")
    assert a == b
    assert a.offset == 0
    assert a.epoch


async def test_asking_for_a_position_writes_nothing(log: EventLog) -> None:
    page = await log.read("a", 0, 10)
    assert page.top == await log.position("a")
    assert page.events == []
    assert log.statistics().events == 0


async def test_an_append_moves_the_top_by_its_length(log: EventLog) -> None:
    start = await log.position("a")
    first = await log.append("a", start, drafts("1", "2", "3"))
    second = await log.append("a", first, drafts("4"))
    assert (first.offset, second.offset) == (3, 4)
    assert first.epoch == second.epoch == start.epoch
    assert await log.position("a") == second


async def test_channels_do_not_touch_each_other(log: EventLog) -> None:
    await filled(log, "a", 3)
    await filled(log, "b", 1)
    assert await offsets(log, "a") == [1, 2, 3]
    assert await offsets(log, "b") == [1]


async def test_a_second_writer_is_refused_and_told_the_top(log: EventLog) -> None:
    start = await log.position("a")
    top = await log.append("a", start, drafts("1", "2"))
    with pytest.raises(Conflict) as refused:
        await log.append("a", start, drafts("9"))
    assert refused.value.channel == "a"
    assert refused.value.top == top
    assert [event.data for event in (await log.read("a", 0, 10)).events] == ["1", "2"]


@pytest.mark.parametrize("offset", [1, 5, 10**12])
async def test_a_position_beyond_the_top_of_an_empty_channel_is_refused(log: EventLog, offset: int) -> None:
    start = await log.position("a")
    with pytest.raises(Conflict) as refused:
        await log.append("a", Position(start.epoch, offset), drafts("1"))
    assert refused.value.top == start


@pytest.mark.parametrize("offset", [0, 1, 3])
async def test_a_position_that_is_not_the_top_is_refused(log: EventLog, offset: int) -> None:
    top = await filled(log, "a", 2)
    with pytest.raises(Conflict) as refused:
        await log.append("a", Position(top.epoch, offset), drafts("9"))
    assert refused.value.top == top


@pytest.mark.parametrize("begun", [True, False])
async def test_another_epoch_is_refused(log: EventLog, begun: bool) -> None:
    top = await filled(log, "a", 2) if begun else await log.position("a")
    with pytest.raises(Conflict) as refused:
        await log.append("a", Position("another", top.offset), drafts("9"))
    assert refused.value.top == top


async def test_of_many_writers_at_once_exactly_one_wins(log: EventLog) -> None:
    start = await log.position("a")
    outcomes: list[str] = []

    async def write(data: str) -> None:
        try:
            await log.append("a", start, drafts(data))
            outcomes.append(data)
        except Conflict:
            outcomes.append("refused")

    async with trio.open_nursery() as nursery:
        for number in range(20):
            nursery.start_soon(write, str(number))
    assert outcomes.count("refused") == 19
    (winner,) = [outcome for outcome in outcomes if outcome != "refused"]
    assert [event.data for event in (await log.read("a", 0, 10)).events] == [winner]


async def test_writers_who_look_again_lose_and_double_nothing(log: EventLog) -> None:
    async def insist(data: str) -> None:
        top = await log.position("a")
        while True:
            try:
                await log.append("a", top, drafts(data))
                return
            except Conflict as conflict:
                top = conflict.top

    async with trio.open_nursery() as nursery:
        for number in range(20):
            nursery.start_soon(insist, str(number))
    page = await log.read("a", 0, 100)
    assert [event.offset for event in page.events] == list(range(1, 21))
    assert sorted(int(event.data) for event in page.events) == list(range(20))


async def test_many_channels_at_once(log: EventLog) -> None:
    async def post(channel: str) -> None:
        top = await log.position(channel)
        for number in range(5):
            top = await log.append(channel, top, drafts(str(number)))

    async with trio.open_nursery() as nursery:
        for number in range(50):
            nursery.start_soon(post, f"room:{number}")
    for number in range(50):
        events = (await log.read(f"room:{number}", 0, 10)).events
        assert events == [Recorded(offset + 1, str(offset), None) for offset in range(5)]
    assert log.statistics().events == 250
    assert log.statistics().appends == 250


@pytest.mark.parametrize(
    "data",
    [
        '{"text":"\\u0000 and \\ud83d\\ude80 and \\ud800"}',
        '{ "b" : 1.0,  "a":1e2 , "b":2}',
        '"\u00e9\u4e2d\U0001f680\u202e \\/ \\u00e9 \u2028"',
        "-0.0",
        " null ",
        "123456789012345678901234567890.10",
        json.dumps({"text": "x" * 100_000}),
    ],
)
async def test_data_comes_back_to_the_letter(log: EventLog, data: str) -> None:
    await log.append("a", await log.position("a"), [Draft(data, subject="s")])
    assert (await log.read("a", 0, 1)).events == [Recorded(1, data, "s")]
    assert (await log.read_back("a", None, 1)).events[0].data == data
    assert (await log.about("a", ["s"]))[0].data == data


@pytest.mark.parametrize(
    "draft",
    [
        Draft("no json"),
        Draft(""),
        Draft('{"a":1'),
        Draft("NaN"),
        Draft('"\ud800"'),
        Draft('"\0"'),
        Draft("1", subject="\0"),
        Draft("1", subject="\udfff"),
        Draft("[" * 100_000 + "]" * 100_000),
    ],
    ids=["words", "empty", "cut", "nan", "surrogate", "nul", "nul subject", "surrogate subject", "deep"],
)
async def test_what_cannot_be_kept_is_refused_alone(log: EventLog, draft: Draft) -> None:
    start = await log.position("good")
    results: dict[str, Position] = {}

    async def post(channel: str) -> None:
        results[channel] = await log.append(channel, start, drafts("1"))

    async with trio.open_nursery() as nursery:
        for number in range(4):
            nursery.start_soon(post, f"good:{number}")
        with pytest.raises(Unstorable):
            await log.append("bad", start, [Draft("1"), draft])
        for number in range(4, 8):
            nursery.start_soon(post, f"good:{number}")
    assert [position.offset for position in results.values()] == [1] * 8
    assert await log.position("bad") == start


async def test_a_subject_is_created_once(log: EventLog) -> None:
    top = await log.append("a", await log.position("a"), [Draft("0"), Draft("1", "x", creates=True)])
    with pytest.raises(SubjectTaken) as refused:
        await log.append("a", top, [Draft("2", "y", creates=True), Draft("3", "x", creates=True)])
    assert refused.value.channel == "a"
    assert refused.value.taken == {"x": 2}
    assert await log.position("a") == top
    after = await log.append("a", top, [Draft("2", "y", creates=True), Draft("3", "x")])
    assert after.offset == 4


async def test_a_subject_belongs_to_its_channel(log: EventLog) -> None:
    await log.append("a", await log.position("a"), [Draft("1", "x", creates=True)])
    top = await log.append("b", await log.position("b"), [Draft("1", "x", creates=True)])
    assert top.offset == 1


async def test_a_conflict_is_told_before_a_taken_subject(log: EventLog) -> None:
    start = await log.position("a")
    top = await log.append("a", start, [Draft("1", "x", creates=True)])
    with pytest.raises(Conflict) as refused:
        await log.append("a", start, [Draft("2", "x", creates=True)])
    assert refused.value.top == top


async def test_a_repeat_by_many_at_once_is_stored_once(log: EventLog) -> None:
    outcomes: list[str] = []

    async def post() -> None:
        top = await log.position("a")
        while True:
            try:
                await log.append("a", top, [Draft("1", "same", creates=True)])
                return outcomes.append("stored")
            except SubjectTaken as taken:
                return outcomes.append(f"at {taken.taken['same']}")
            except Conflict as conflict:
                top = conflict.top

    async with trio.open_nursery() as nursery:
        for _ in range(10):
            nursery.start_soon(post)
    assert sorted(outcomes) == ["at 1"] * 9 + ["stored"]


async def test_refusals_leave_the_rest_of_a_batch_alone(log: EventLog) -> None:
    start = await log.position("a")
    taken = await log.append("taken", start, [Draft("1", "x", creates=True)])
    moved = await filled(log, "moved", 2)
    outcomes: dict[str, object] = {}

    async def post(channel: str, after: Position, draft: Draft) -> None:
        try:
            outcomes[channel] = await log.append(channel, after, [draft])
        except (Conflict, SubjectTaken) as error:
            outcomes[channel] = type(error)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(post, "taken", taken, Draft("2", "x", True))
        nursery.start_soon(post, "moved", start, Draft("2"))
        nursery.start_soon(post, "new", start, Draft("2", "x", True))
        nursery.start_soon(post, "beyond", Position(start.epoch, 7), Draft("2"))
    assert outcomes == {
        "taken": SubjectTaken,
        "moved": Conflict,
        "new": Position(start.epoch, 1),
        "beyond": Conflict,
    }
    assert await log.position("moved") == moved


@pytest.mark.parametrize(
    "wrong",
    [[], [Draft("1", creates=True)], [Draft("1", "x", creates=True), Draft("2", "x", creates=True)]],
    ids=["none", "nameless", "twice"],
)
async def test_senseless_drafts_are_refused(log: EventLog, wrong: list[Draft]) -> None:
    start = await log.position("a")
    with pytest.raises(ValueError, match=r"append|draft"):
        await log.append("a", start, wrong)
    assert await log.position("a") == start


async def test_reading_forward_by_pages(log: EventLog) -> None:
    top = await filled(log, "a", 7)
    seen: list[str] = []
    after = 0
    while events := (await log.read("a", after, 3)).events:
        seen += [event.data for event in events]
        after = events[-1].offset
    assert seen == ["1", "2", "3", "4", "5", "6", "7"]
    assert await log.read("a", 5, 3) == await log.read("a", 5, 100)
    assert (await log.read("a", 7, 3)).top == top


async def test_reading_back_by_pages(log: EventLog) -> None:
    top = await filled(log, "a", 7)
    seen: list[int] = []
    before: int | None = None
    while events := (await log.read_back("a", before, 3)).events:
        seen += [event.offset for event in events]
        before = events[-1].offset
    assert seen == [7, 6, 5, 4, 3, 2, 1]
    assert (await log.read_back("a", 100, 2)) == (await log.read_back("a", None, 2))
    assert (await log.read_back("a", 1, 2)).top == top


@pytest.mark.parametrize("limit", [0, -1])
async def test_a_limit_of_nothing_still_tells_the_top(log: EventLog, limit: int) -> None:
    top = await filled(log, "a", 2)
    for page in (await log.read("a", 0, limit), await log.read_back("a", None, limit)):
        assert page.top == top
        assert page.events == []


@pytest.mark.parametrize("after", [-5, 2**63, 2**80])
async def test_reading_from_nowhere_finds_what_there_is(log: EventLog, after: int) -> None:
    await filled(log, "a", 2)
    forward = [event.offset for event in (await log.read("a", after, 5)).events]
    back = [event.offset for event in (await log.read_back("a", after, 5)).events]
    assert (forward, back) == (([1, 2], []) if after < 0 else ([], [2, 1]))


async def test_all_events_on_some_subjects(log: EventLog) -> None:
    start = await log.position("a")
    written = [Draft("1", "x", creates=True), Draft("2", "y", creates=True), Draft("3"), Draft("4", "x")]
    await log.append("a", start, [*written, Draft("5", "z")])
    assert await log.about("a", ["x", "z", "absent"]) == [
        Recorded(1, "1", "x"),
        Recorded(4, "4", "x"),
        Recorded(5, "5", "z"),
    ]
    assert await log.about("a", []) == []
    assert await log.about("b", ["x"]) == []


async def test_too_many_events_on_a_subject_are_refused_not_cut(log: EventLog) -> None:
    start = await log.position("a")
    top = await log.append("a", start, [Draft("1", "x")] * ABOUT_EVENTS_MAX)
    assert len(await log.about("a", ["x"])) == ABOUT_EVENTS_MAX
    await log.append("a", top, [Draft("1", "x")])
    with pytest.raises(TooManyEvents):
        await log.about("a", ["x"])


async def test_a_channel_begun_anew_is_empty_in_an_epoch_of_its_own(log: EventLog) -> None:
    old = await log.append("a", await log.position("a"), [Draft("1", "x", creates=True), Draft("2")])
    new = await log.restart("a")
    assert new.offset == 0
    assert new.epoch not in ("", old.epoch)
    assert await log.position("a") == new
    assert (await log.position("b")).epoch == old.epoch
    assert (await log.read("a", 0, 10)).events == (await log.read_back("a", None, 10)).events == []
    assert await log.about("a", ["x"]) == []
    with pytest.raises(Conflict):
        await log.append("a", old, drafts("3"))
    top = await log.append("a", new, [Draft("1", "x", creates=True)])
    assert top == Position(new.epoch, 1)
    assert await log.restart("a") != new


async def test_a_channel_that_never_was_can_begin_anew(log: EventLog) -> None:
    default = await log.position("a")
    new = await log.restart("a")
    with pytest.raises(Conflict):
        await log.append("a", default, drafts("1"))
    assert (await log.append("a", new, drafts("1"))).offset == 1


async def test_a_cancelled_append_is_whole_or_absent(log: EventLog) -> None:
    start = await log.position("a")
    with trio.CancelScope() as scope:
        scope.cancel()
        await log.append("a", start, drafts("1", "2", "3"))
    assert scope.cancelled_caught
    await log.append("b", start, drafts("1"))
    assert await offsets(log, "a") in ([], [1, 2, 3])


async def test_statistics_count(log: EventLog) -> None:
    top = await filled(log, "a", 3)
    await log.append("a", top, drafts("1"))
    with pytest.raises(Conflict):
        await log.append("a", top, drafts("1"))
    told = log.statistics()
    assert (told.appends, told.events, told.refused, told.waiting) == (2, 4, 1, 0)
    assert told.healthy
    assert told.trouble is None
    assert told.batch_appends_max == 1
