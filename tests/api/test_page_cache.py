"""Answers kept for a moment: read once for a crowd, never older than allowed, never a failure for ever."""

import pytest
import trio

from api.catalog.page_cache import KeptPage, PageCache


class Source:
    """Counts how often it is read; says what it was told to say."""

    def __init__(self) -> None:
        self.reads = 0
        self.say = b"a"
        self.fault: Exception | None = None
        self.gate = trio.Event()
        self.gate.set()

    async def read(self) -> bytes:
        self.reads += 1
        said, fault = self.say, self.fault
        await self.gate.wait()
        if fault is not None:
            raise fault
        return said


async def test_a_page_is_kept_for_its_time(autojump_clock: trio.testing.MockClock) -> None:
    cache, source = PageCache(kept_s=1.0), Source()
    first = await cache.get("q", source.read)
    source.say = b"b"
    await trio.sleep(0.99)
    assert await cache.get("q", source.read) is first
    await trio.sleep(0.02)
    second = await cache.get("q", source.read)
    assert (second.body, source.reads) == (b"b", 2)
    assert second.etag != first.etag
    assert (await cache.get("other", source.read)).etag == second.etag


async def test_a_crowd_reads_once() -> None:
    cache, source = PageCache(), Source()
    source.gate = trio.Event()
    got: list[KeptPage] = []

    async def ask() -> None:
        got.append(await cache.get("q", source.read))

    async with trio.open_nursery() as nursery:
        for _ in range(50):
            nursery.start_soon(ask)
        await trio.testing.wait_all_tasks_blocked()
        source.gate.set()
    assert source.reads == 1
    assert len(set(map(id, got))) == 1
    assert (cache.statistics().hits, cache.statistics().reads) == (49, 1)


async def test_what_fails_fails_for_those_who_waited_and_is_tried_again() -> None:
    cache, source = PageCache(), Source()
    source.gate, source.fault = trio.Event(), OSError("away")
    failed = 0

    async def ask() -> None:
        nonlocal failed
        with pytest.raises(OSError, match="away"):
            await cache.get("q", source.read)
        failed += 1

    async with trio.open_nursery() as nursery:
        for _ in range(3):
            nursery.start_soon(ask)
        await trio.testing.wait_all_tasks_blocked()
        source.gate.set()
    assert (failed, source.reads) == (3, 1)
    source.fault = None
    assert (await cache.get("q", source.read)).body == b"a"


async def test_a_reader_who_goes_leaves_the_reading_to_who_waits() -> None:
    cache, source = PageCache(), Source()
    source.gate = trio.Event()
    got: list[KeptPage] = []

    async def ask() -> None:
        got.append(await cache.get("q", source.read))

    async with trio.open_nursery() as nursery:
        with trio.CancelScope() as scope:
            async with trio.open_nursery() as first:
                first.start_soon(ask)
                await trio.testing.wait_all_tasks_blocked()
                nursery.start_soon(ask)
                await trio.testing.wait_all_tasks_blocked()
                scope.cancel()
        source.gate.set()
    assert [page.body for page in got] == [b"a"]
    assert source.reads == 2


async def test_what_was_being_read_at_a_change_is_not_kept() -> None:
    cache, source = PageCache(), Source()
    source.gate = trio.Event()

    async def ask() -> None:
        assert (await cache.get("q", source.read)).body == b"a"

    async with trio.open_nursery() as nursery:
        nursery.start_soon(ask)
        await trio.testing.wait_all_tasks_blocked()
        source.say = b"b"
        cache.forget()
        source.gate.set()
        assert (await cache.get("q", source.read)).body == b"b"
    assert (await cache.get("q", source.read)).body == b"b"


async def test_old_pages_make_room() -> None:
    cache, source = PageCache(pages_max=3), Source()
    for n in range(10):
        await cache.get(n, source.read)
    assert cache.statistics().pages == 3
    await cache.get(9, source.read)
    assert source.reads == 10
