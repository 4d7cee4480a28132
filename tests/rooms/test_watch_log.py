"""A watch party in its log: operations happen once for ever, and a room that wakes knows all."""

import json
from itertools import pairwise
from typing import Any

import pytest

from rooms.kind import By
from rooms.kinds.recent import Recent
from rooms.kinds.watch.commands import Tick
from rooms.kinds.watch.kind import WatchKind
from rooms.kinds.watch.parsing import parse
from rooms.kinds.watch.state import PRESENT_MAX
from rooms.kinds.watch.story import SNAPSHOT_EVERY, SNAPSHOT_EVERY_IN_A_CROWD
from rooms.room import Room
from store.memory_log import MemoryEventLog
from tests.rooms.room_bench import CHANNEL, Told, codes, open_room, turn
from tests.rooms.watch_bench import ADA, BOB, CLIP, EPOCH, FILM, HUB, NOW, Watched, types

OPENING = {"type": "open", "epoch": EPOCH, "title": "T", "visibility": "public", "items": [FILM, CLIP]}


def room_on(log: MemoryEventLog) -> Room:
    return open_room(log, Told(), WatchKind(), now_ms=NOW)


async def give(room: Room, by: By, *commands: dict[str, Any]) -> list[int | None]:
    """Take a turn; return the codes of refusals, None for what was carried out."""
    return codes(await turn(room, *(parse(data) for data in commands), by=by))


async def opened(log: MemoryEventLog) -> Room:
    room = room_on(log)
    assert await give(room, By("ada", "Ada", system=True), OPENING) == [None]
    assert await give(room, ADA, {"type": "enter"}) == [None]
    assert await give(room, BOB, {"type": "enter"}) == [None]
    return room


async def written(log: MemoryEventLog) -> list[dict[str, Any]]:
    return [json.loads(event.data) for event in (await log.read(CHANNEL, 0, 10_000)).events]


def command(word: str, op: str, seq: int | None = None, **fields: Any) -> dict[str, Any]:
    seen = {} if seq is None else {"seen": {"epoch": EPOCH, "seq": seq}}
    return {"type": word, "op": op, **seen, **fields}


async def much_is_said(room: Room, count: int = 300) -> None:
    """Push everything that came before out of what a room reads when it wakes."""
    said = [{"type": "chat", "id": f"m{number}", "text": "Hi"} for number in range(count)]
    assert await give(room, BOB, *said) == [None] * count


ONCE: list[tuple[dict[str, Any], dict[str, Any]]] = [
    (command("play", "once", 0), command("pause", "x", 1)),
    (command("next", "once", 0), command("rate", "x", 1, rate=2)),
    (command("next", "once", 0, item="clip"), command("rate", "x", 1, rate=2)),
    (command("add", "once", item={"url": "/a.mp4"}), command("lock", "x", locked=True)),
    (command("add", "once", item={"url": "/a.mp4"}), command("remove", "x", item="once")),
    (command("remove", "once", item="clip"), command("lock", "x", locked=True)),
    (command("move", "once", item="clip", place=0), command("lock", "x", locked=True)),
    (command("vote", "once", item="clip", vote=True), command("vote", "x", item="clip", vote=False)),
    (command("policy", "once", policy="all"), command("policy", "x", policy="none")),
    (command("lock", "once", locked=True), command("lock", "x", locked=False)),
    (command("settings", "once", title="A"), command("settings", "x", title="B")),
    (command("kick", "once", user="bob"), command("lock", "x", locked=True)),
    (command("ban", "once", user="cat", banned=True), command("ban", "x", user="cat", banned=False)),
    (command("promote", "once", user="bob", role="host"), command("promote", "x", user="bob", role="guest")),
    (command("hand_over", "once", user="bob"), command("lock", "x", locked=True)),
    (command("invite", "once", id="i", role="guest"), command("lock", "x", locked=True)),
    (command("end", "once"), {"type": "leave"}),
]


@pytest.mark.parametrize(("once", "then"), ONCE, ids=lambda data: data["type"])
async def test_an_operation_happens_once_however_long_ago_it_was(
    once: dict[str, Any], then: dict[str, Any]
) -> None:
    log = MemoryEventLog()
    room = await opened(log)
    assert await give(room, ADA, once, once) == [None, None]
    assert await give(room, ADA, then) == [None]
    if once["type"] not in ("kick", "end"):
        await much_is_said(room)
    before = await written(log)
    assert sum(event.get("op") == "once" for event in before) == (once["type"] != "move")
    for woken in (room, room_on(log)):
        assert await give(woken, ADA, once) == [None]
        assert (await written(log))[len(before) :] == []


async def test_an_operation_that_only_the_log_knows_is_nobody_elses() -> None:
    log = MemoryEventLog()
    room = await opened(log)
    await give(room, ADA, command("lock", "once", locked=True))
    await much_is_said(room)
    assert await give(room_on(log), BOB, command("ready", "once", ready=True)) == [409]
    assert await give(room_on(log), BOB, command("pause", "once", 9)) == [409]


async def test_what_is_truly_stale_stays_refused_within_a_turn_as_well() -> None:
    log = MemoryEventLog()
    room = await opened(log)
    commands = [command("seek", f"seek-{number}", 0, position_ms=number) for number in range(1, 6)]
    assert await give(room, ADA, *commands, command("play", "play", 1)) == [None, 412, 412, 412, 412, None]
    assert [event["seq"] for event in await written(log) if event["type"] == "state"] == [1, 2]


async def test_a_message_is_said_once_and_taken_back_however_long_ago_it_was() -> None:
    log = MemoryEventLog()
    room = await opened(log)
    await give(room, BOB, {"type": "chat", "id": "old", "text": "Hi"})
    await much_is_said(room)
    woken = room_on(log)
    assert await give(woken, ADA, {"type": "chat", "id": "old", "text": "Mine"}) == [409]
    assert await give(woken, BOB, {"type": "chat", "id": "old", "text": "Hi"}) == [None]
    taken_back = {"type": "delete", "id": "old"}
    assert await give(room_on(log), BOB, taken_back, taken_back) == [None, None]
    assert types((await written(log))[-1:]) == ["delete"]
    assert sum(event["type"] == "delete" for event in await written(log)) == 1


async def test_two_rooms_on_one_log_are_as_one() -> None:
    log = MemoryEventLog()
    one = await opened(log)
    other = room_on(log)
    assert await give(other, ADA, command("play", "a", 0)) == [None]
    assert await give(one, ADA, command("rate", "b", 0, rate=2), command("pause", "c", 1)) == [412, None]
    assert await give(other, ADA, command("play", "a", 0), command("lock", "d", locked=True)) == [None, None]
    assert [event["n"] for event in await written(log)] == list(range(1, 7))


async def test_a_room_that_wakes_after_any_number_of_events_knows_the_party() -> None:
    log = MemoryEventLog()
    room = await opened(log)
    await give(room, ADA, command("play", "play", 0), command("lock", "lock", locked=True))
    await much_is_said(room, 517)
    assert await give(room_on(log), ADA, command("pause", "pause", 1)) == [None]
    assert await give(room_on(log), BOB, command("add", "add", item=CLIP)) == [423]


def test_a_whole_picture_comes_at_least_each_hundred_events() -> None:
    party = Watched(ADA, BOB)
    for number in range(250):
        told = party.give(BOB, "react", emoji="👍")
        assert types(told) == (["react", "party"] if len(told) == 2 else ["react"])
        party.give(ADA, "ready", ready=number % 2 == 0)
    assert _gaps(party) == [SNAPSHOT_EVERY] * (len(party.events) // SNAPSHOT_EVERY)
    numbers = [event["n"] for event in party.events if "n" in event]
    assert numbers == list(range(1, len(numbers) + 1))
    assert party.replayed() == party.state


def test_one_command_with_many_events_brings_pictures_in_between() -> None:
    party = Watched(policy="all")
    for number in range(PRESENT_MAX):
        party.give(By(f"user-{number:03}"), "enter")
    party.now += 20_000
    party.tick(heard=set())
    assert not party.state.members
    assert max(_gaps(party)) == SNAPSHOT_EVERY_IN_A_CROWD < party.kind.replay_events_max
    assert min(_gaps(party)) >= SNAPSHOT_EVERY
    assert party.replayed() == party.state


def test_a_picture_changes_nothing() -> None:
    party = Watched(ADA, BOB, policy="all").playing()
    party.give(ADA, "kick", user="bob")
    party.give(ADA, "leave")
    while party.events[-1]["type"] != "party":
        before = party.state
        party.give(ADA, "enter")
        party.give(ADA, "leave")
    assert party.state.n >= before.n
    assert party.replayed() == party.state
    assert party.state.kicked == before.kicked


def test_what_is_remembered_of_the_log_is_bounded() -> None:
    party = Watched(ADA)
    for number in range(3_000):
        party.give(ADA, "ready", ready=number % 2 == 0)
        party.give(ADA, "chat", id=str(number), text="Hi")
    for memory in (party.state.operations, party.state.messages):
        assert isinstance(memory, Recent)
        assert 1_100 <= len(memory) <= 2_200


def test_a_tick_in_which_nothing_happens_brings_nothing() -> None:
    party = Watched(ADA, BOB, policy="all").playing()
    for beat in range(1, 5):
        party.now += 1_000
        tick = Tick(frozenset({"ada", "bob"}), 60_000, 200, beat)
        assert party.kind.decide(party.state, tick, HUB, party.now) == []


def test_events_from_before_the_first_picture_of_a_page_are_passed_over() -> None:
    party = Watched(ADA, BOB)
    state = party.kind.begin()
    for data in party.events[1:]:
        state = party.kind.evolve(state, data)
    assert state == party.kind.begin()


def test_an_unknown_event_changes_nothing_but_the_count() -> None:
    party = Watched(ADA)
    after = party.kind.evolve(party.state, {"type": "confetti", "n": party.state.n + 1})
    assert after.n == party.state.n + 1
    assert after.members is party.state.members
    assert party.kind.evolve(party.state, {"type": "confetti"}) is party.state


def _gaps(party: Watched) -> list[int]:
    pictures = [place for place, event in enumerate(party.events) if event["type"] == "party"]
    return [later - earlier for earlier, later in pairwise(pictures)]
