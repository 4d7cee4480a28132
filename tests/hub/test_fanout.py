"""The fan-out: one topic a channel while somebody holds it, with nothing lost while it is opened."""

import pytest
import trio
import trio.testing
from trio.testing import MockClock

from store.errors import DatabaseUnavailable
from tests.hub.delayed_log import DelayedLog
from tests.hub.fanout_bench import CHANNEL, Listener, open_bench, settled


async def test_all_who_open_a_channel_share_a_topic_until_the_last_has_left(
    autojump_clock: MockClock,
) -> None:
    async with open_bench() as bench:
        first, second = await bench.open(), await bench.open()
        assert first is second
        bench.fanout.release(first)
        assert bench.fanout.topic(CHANNEL) is first
        bench.fanout.release(second)
        assert bench.fanout.topic(CHANNEL) is None
        assert bench.demand.calls == [("begin", CHANNEL), ("end", CHANNEL)]
        assert await bench.open() is not first


async def test_several_who_open_at_once_read_the_log_once(autojump_clock: MockClock) -> None:
    log = DelayedLog()
    async with open_bench(log) as bench:
        log.hold()
        topics = []

        async def open_topic() -> None:
            topics.append(await bench.open())

        async with trio.open_nursery() as nursery:
            for _ in range(5):
                nursery.start_soon(open_topic)
            await trio.testing.wait_all_tasks_blocked()
            log.release()
        assert len(set(map(id, topics))) == 1
        assert log.looks == 1
        assert topics[0].holders == 5


async def test_what_is_published_while_a_topic_is_opened_is_in_it(autojump_clock: MockClock) -> None:
    log = DelayedLog()
    async with open_bench(log) as bench:
        before = await bench.write(2)
        log.hold()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(bench.open)
            await trio.testing.wait_all_tasks_blocked()
            bench.tell(*before, *await bench.write(2))
            log.release()
        await settled()
        topic = bench.fanout.topic(CHANNEL)
        assert topic is not None
        assert [each.offset for each in topic.since(0) or ()] == [1, 2, 3, 4]


async def test_an_opener_that_is_cancelled_or_fails_leaves_it_to_the_next(autojump_clock: MockClock) -> None:
    log = DelayedLog()
    async with open_bench(log) as bench:
        log.hold()
        async with trio.open_nursery() as nursery:
            impatient = trio.CancelScope()

            async def give_up() -> None:
                with impatient:
                    await bench.open()

            nursery.start_soon(give_up)
            await trio.testing.wait_all_tasks_blocked()
            nursery.start_soon(bench.open)
            await trio.testing.wait_all_tasks_blocked()
            impatient.cancel()
            log.release()
        assert bench.fanout.statistics().topics == 1
        topic = bench.fanout.topic(CHANNEL)
        assert topic is not None
        assert topic.holders == 1
        log.failures = 1
        with pytest.raises(DatabaseUnavailable):
            await bench.open("thread:other")
        assert (await bench.open("thread:other")).top == 0


async def test_publications_of_channels_that_nobody_hears_cost_nothing(autojump_clock: MockClock) -> None:
    async with open_bench() as bench:
        bench.tell(*await bench.write(3))
        assert bench.fanout.statistics().topics == 0
        assert bench.fanout.statistics().counters.publications == 0


async def test_a_broken_topic_is_replaced_and_its_demand_is_not_doubled(autojump_clock: MockClock) -> None:
    log = DelayedLog()
    async with open_bench(log) as bench:
        broken = await bench.open()
        log.failures = 5
        _, two = await bench.write(2)
        bench.tell(two)
        await trio.sleep(10)
        assert broken.broken
        fresh = await bench.open()
        assert fresh is not broken
        bench.fanout.release(broken)
        assert bench.fanout.topic(CHANNEL) is fresh
        bench.fanout.release(fresh)
        assert bench.demand.calls == [("begin", CHANNEL), ("end", CHANNEL)]


async def test_what_is_published_while_a_broken_topic_is_replaced_is_in_the_new_one(
    autojump_clock: MockClock,
) -> None:
    log = DelayedLog()
    async with open_bench(log) as bench:
        broken = await bench.open()
        log.failures = 5
        before = await bench.write(2)
        bench.tell(before[1])
        await trio.sleep(10)
        assert broken.broken
        log.hold()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(bench.open)
            await trio.testing.wait_all_tasks_blocked()
            bench.tell(*await bench.write(1))
            log.release()
        await settled()
        fresh = bench.fanout.topic(CHANNEL)
        assert fresh is not None
        assert [each.offset for each in fresh.since(0) or ()] == [1, 2, 3]


async def test_statistics_count_what_was_delivered(autojump_clock: MockClock) -> None:
    async with open_bench() as bench:
        topic = await bench.open()
        for _ in range(3):
            topic.add(Listener().subscription())
        bench.tell(*await bench.write(2))
        await settled()
        statistics = bench.fanout.statistics()
        assert (statistics.topics, statistics.subscriptions) == (1, 3)
        assert statistics.counters.publications == 2
        assert statistics.counters.deliveries == 6
