"""Reads that are shared: how many there are, how fresh, and what happens to those who wait."""

import pytest
import trio

from api.http.shared_reads import SharedReads


class Source:
    """Something to read that counts its reads and may fail; a read takes a second."""

    def __init__(self) -> None:
        self.value = 0
        self.reads = 0
        self.fault: Exception | None = None

    async def read(self) -> bytes:
        self.reads += 1
        seen = self.value
        await trio.sleep(1)
        if self.fault is not None:
            raise self.fault
        return str(seen).encode()


async def ask(shared: SharedReads, source: Source, answers: list[bytes]) -> None:
    answers.append(await shared.get("page", source.read))


async def test_those_who_ask_during_a_read_share_the_next(autojump_clock: object) -> None:
    shared, source, answers = SharedReads(), Source(), list[bytes]()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(ask, shared, source, answers)
        await trio.sleep(0.5)
        source.value = 1
        for _ in range(10):
            nursery.start_soon(ask, shared, source, answers)
    assert answers == [b"0"] + [b"1"] * 10
    assert source.reads == 2


async def test_whoever_asks_sees_what_was_there_before_they_asked(autojump_clock: object) -> None:
    shared, source = SharedReads(), Source()

    async def change_and_look(pause_s: float) -> None:
        await trio.sleep(pause_s)
        source.value += 1
        written = source.value
        assert int(await shared.get("page", source.read)) >= written

    async with trio.open_nursery() as nursery:
        for number in range(40):
            nursery.start_soon(change_and_look, number * 0.17)
    assert source.reads < 20


async def test_different_things_are_read_at_once(autojump_clock: object) -> None:
    shared, source, began = SharedReads(), Source(), trio.current_time()
    async with trio.open_nursery() as nursery:
        for asked in range(5):
            nursery.start_soon(shared.get, asked, source.read)
    assert (source.reads, trio.current_time() - began) == (5, 1)


async def test_a_fault_is_told_to_all_who_share_the_read_and_to_nobody_else(autojump_clock: object) -> None:
    shared, source, told = SharedReads(), Source(), list[str]()

    async def look() -> None:
        try:
            await shared.get("page", source.read)
        except ValueError as error:
            told.append(str(error))

    source.fault = ValueError("broken")
    async with trio.open_nursery() as nursery:
        for _ in range(3):
            nursery.start_soon(look)
    assert told == ["broken"] * 3
    source.fault = None
    assert await shared.get("page", source.read) == b"0"


@pytest.mark.parametrize("leave_at", [0.5, 1.5])
async def test_a_reader_who_leaves_lets_nobody_down(autojump_clock: object, leave_at: float) -> None:
    shared, source, answers = SharedReads(), Source(), list[bytes]()

    async def look_and_leave() -> None:
        with trio.move_on_after(leave_at):
            await ask(shared, source, answers)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(ask, shared, source, answers)
        await trio.sleep(0.1)
        for _ in range(2):
            nursery.start_soon(look_and_leave)
        nursery.start_soon(ask, shared, source, answers)
    assert answers == [b"0", b"0"]
    assert not shared._turns


async def test_nothing_is_kept(autojump_clock: object) -> None:
    shared, source = SharedReads(), Source()
    for value in range(3):
        source.value = value
        assert await shared.get("page", source.read) == str(value).encode()
    with trio.move_on_after(0.5):
        await shared.get("page", source.read)
    assert not shared._turns
