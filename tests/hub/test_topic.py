"""A topic: every subscriber hears every offset once and in order, whatever the bus does to the messages."""

import pytest
import structlog
import trio
import trio.testing
from trio.testing import MockClock

from hub import audience as audience_module
from hub import topic as topic_module
from hub.audience import ANNOUNCED_SUBSCRIBERS_MAX
from hub.topic import (
    BLOB_BYTES_MAX,
    COMPANY_MAX,
    PENDING_PUBLICATIONS_MAX,
    REPAIR_EVENTS_MAX,
    REPAIR_TRIES,
    TAIL_PUBLICATIONS_MAX,
)
from rooms.ports import Publication
from tests.hub.delayed_log import DelayedLog
from tests.hub.fanout_bench import Listener, open_bench, settled


def volatile(text: str, retain: str | None = None) -> Publication:
    return Publication(b'"%s"' % text.encode(), retain=retain)


async def test_an_idle_channel_sends_at_once(autojump_clock: MockClock) -> None:
    async with open_bench() as bench:
        topic, ada = await bench.open(), Listener()
        topic.add(ada.subscription())
        began = trio.current_time()
        bench.tell(*await bench.write())
        await trio.testing.wait_all_tasks_blocked()
        assert ada.offsets == [1]
        assert trio.current_time() == began


async def test_the_task_that_tells_a_crowd_rests_between_and_ends_with_the_topic(
    autojump_clock: MockClock,
) -> None:
    async with open_bench() as bench:
        topic, crowd = await bench.open(), [Listener() for _ in range(COMPANY_MAX + 1)]
        for listener in crowd:
            topic.add(listener.subscription())
        for _ in range(3):
            bench.tell(*await bench.write())
            await settled()
            assert len(bench.nursery.child_tasks) == 1
        assert all(listener.offsets == [1, 2, 3] for listener in crowd)
        bench.fanout.release(topic)
        await settled()
        assert not bench.nursery.child_tasks


async def test_a_topic_that_is_closed_while_it_tells_leaves_no_task(autojump_clock: MockClock) -> None:
    async with open_bench() as bench:
        topic = await bench.open()
        for _ in range(audience_module.SENDS_BETWEEN_CHECKPOINTS + 1):
            topic.add(Listener().subscription())
        bench.tell(*await bench.write())
        await trio.lowlevel.checkpoint()
        bench.fanout.release(topic)
        await settled()
        assert not bench.nursery.child_tasks


async def test_few_who_are_left_of_a_crowd_hear_what_was_missed_and_no_task_stays(
    autojump_clock: MockClock,
) -> None:
    async with open_bench() as bench:
        topic, crowd = await bench.open(), [Listener() for _ in range(COMPANY_MAX + 1)]
        places = [listener.subscription() for listener in crowd]
        for place in places:
            topic.add(place)
        bench.tell(*await bench.write())
        await settled()
        for place in places[1:]:
            topic.remove(place)
        (lost, *heard) = await bench.write(2)
        bench.tell(*heard)
        await settled()
        assert crowd[0].offsets == [1, lost.offset, *(each.offset for each in heard)]
        assert not bench.nursery.child_tasks


async def test_a_doubled_publication_is_told_once(autojump_clock: MockClock) -> None:
    async with open_bench() as bench:
        topic, ada = await bench.open(), Listener()
        topic.add(ada.subscription())
        one, two = await bench.write(2)
        bench.tell(one, one, two)
        bench.tell(two, one)
        await settled()
        assert ada.offsets == [1, 2]
        assert bench.fanout.statistics().counters.repairs == 0


async def test_publications_out_of_order_are_put_in_order(autojump_clock: MockClock) -> None:
    async with open_bench() as bench:
        topic, ada = await bench.open(), Listener()
        topic.add(ada.subscription())
        one, two, three = await bench.write(3)
        bench.tell(three)
        bench.tell(one)
        bench.tell(two)
        await settled()
        assert ada.offsets == [1, 2, 3]


async def test_a_gap_is_read_from_the_log(autojump_clock: MockClock) -> None:
    async with open_bench() as bench:
        topic, ada = await bench.open(), Listener()
        topic.add(ada.subscription())
        *_, last = await bench.write(50)
        bench.tell(last)
        await settled()
        assert ada.offsets == list(range(1, 51))
        assert [push["pub"]["data"]["n"] for push in ada.heard] == list(range(1, 51))
        assert bench.fanout.statistics().counters.repairs == 1


async def test_a_gap_longer_than_one_look_is_read_in_several(autojump_clock: MockClock) -> None:
    async with open_bench() as bench:
        topic, ada = await bench.open(), Listener()
        topic.add(ada.subscription())
        *_, last = await bench.write(2 * REPAIR_EVENTS_MAX + 1)
        bench.tell(last)
        await settled()
        assert ada.offsets == list(range(1, 2 * REPAIR_EVENTS_MAX + 2))


async def test_what_is_published_while_a_gap_is_read_is_not_lost(autojump_clock: MockClock) -> None:
    log = DelayedLog()
    async with open_bench(log) as bench:
        topic, ada = await bench.open(), Listener()
        topic.add(ada.subscription())
        _, two = await bench.write(2)
        log.hold()
        bench.tell(two)
        await trio.testing.wait_all_tasks_blocked()
        bench.tell(*await bench.write(2))
        log.release()
        await settled()
        assert ada.offsets == [1, 2, 3, 4]


async def test_volatile_publications_go_on_while_a_gap_is_read(autojump_clock: MockClock) -> None:
    log = DelayedLog()
    async with open_bench(log) as bench:
        topic, ada = await bench.open(), Listener()
        topic.add(ada.subscription())
        _, two = await bench.write(2)
        log.hold()
        bench.tell(two)
        await trio.testing.wait_all_tasks_blocked()
        bench.tell(volatile("typing"))
        log.release()
        await settled()
        assert sorted(ada.offsets) == [0, 1, 2]


async def test_a_log_that_is_away_for_a_moment_is_asked_again(autojump_clock: MockClock) -> None:
    log = DelayedLog()
    async with open_bench(log) as bench:
        topic, ada = await bench.open(), Listener()
        topic.add(ada.subscription())
        _, two = await bench.write(2)
        log.failures = REPAIR_TRIES - 1
        bench.tell(two)
        await trio.sleep(10)
        assert ada.offsets == [1, 2]
        assert ada.lost == 0


async def test_who_cannot_be_told_the_gap_starts_over(autojump_clock: MockClock) -> None:
    log = DelayedLog()
    async with open_bench(log) as bench:
        topic, ada, bob = await bench.open(), Listener(), Listener()
        topic.add(ada.subscription())
        topic.add(bob.subscription())
        _, two = await bench.write(2)
        log.failures = REPAIR_TRIES
        bench.tell(two)
        await trio.sleep(10)
        assert (ada.lost, bob.lost) == (1, 1)
        assert ada.heard == []
        assert topic.broken
        assert topic.subscriptions == {}
        assert bench.fanout.statistics().counters.lost == 2
        fresh = await bench.open()
        assert fresh is not topic
        assert fresh.top == 2


async def test_a_channel_begun_anew_makes_everybody_start_over(autojump_clock: MockClock) -> None:
    async with open_bench() as bench:
        await bench.write(5)
        topic, ada = await bench.open(), Listener()
        topic.add(ada.subscription())
        await bench.log.restart(topic.channel)
        told = await bench.write(1)
        bench.tell(*told[:1])
        await settled()
        assert ada.lost == 1
        assert ada.heard == []


async def test_a_late_message_of_the_life_before_changes_nothing(autojump_clock: MockClock) -> None:
    async with open_bench() as bench:
        late = await bench.write(5)
        await bench.log.restart("thread:lobby")
        topic, ada = await bench.open(), Listener()
        topic.add(ada.subscription())
        bench.tell(*late)
        bench.tell(*await bench.write(2))
        await settled()
        assert ada.offsets == [1, 2]
        assert [push["pub"]["data"] for push in ada.heard] == [{"n": 1}, {"n": 2}]
        assert ada.lost == 0


async def test_a_fault_in_a_fan_out_is_logged_and_stays_in_its_channel(
    autojump_clock: MockClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(topic_module, "COMPANY_MAX", 0)
    async with open_bench() as bench:
        topic, other = await bench.open(), await bench.open("thread:other")
        ada, bob = Listener(), Listener()
        topic.add(ada.subscription())
        other.add(bob.subscription())
        with structlog.testing.capture_logs() as logs:
            bench.tell(*await bench.write(2))
            monkeypatch.setattr(topic._audience, "tell", None)
            await settled()
        assert [(each["event"], each["channel"]) for each in logs] == [("fanout_failed", topic.channel)]
        assert ada.lost == 1
        bench.tell(*await bench.write(1, "thread:other"), channel="thread:other")
        await settled()
        assert bob.offsets == [1]


async def test_the_time_of_each_fan_out_counts_once(
    autojump_clock: MockClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(topic_module, "BLOB_BYTES_MAX", 1)  # so that each publication is a fan-out of its own
    async with open_bench() as bench:
        topic, ada = await bench.open(), Listener()
        topic.add(ada.subscription())
        times = iter([10.0, 11.0, 20.0, 22.0, 30.0, 34.0])
        publications = await bench.write(3)
        with monkeypatch.context() as patched:
            patched.setattr(trio, "current_time", lambda: next(times))
            bench.tell(*publications)
        counters = bench.fanout.statistics().counters
        assert (counters.fanouts, counters.fanout_s_total, counters.fanout_s_last) == (3, 7.0, 4.0)


async def test_a_few_are_told_before_the_publisher_goes_on(autojump_clock: MockClock) -> None:
    async with open_bench() as bench:
        topic, ada, bob = await bench.open(), Listener(), Listener()
        topic.add(ada.subscription())
        topic.add(bob.subscription())
        bench.tell(*await bench.write(3))
        assert ada.offsets == bob.offsets == [1, 2, 3]
        assert ada.frames == 1
        counters = bench.fanout.statistics().counters
        assert (counters.fanouts, counters.publications, counters.deliveries) == (1, 3, 6)


async def test_a_fault_in_telling_a_few_is_logged_and_stays_in_its_channel(
    autojump_clock: MockClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_bench() as bench:
        topic, ada = await bench.open(), Listener()
        topic.add(ada.subscription())
        monkeypatch.setattr(topic, "_take_batch", None)
        with structlog.testing.capture_logs() as logs:
            bench.tell(*await bench.write(2))
        assert [(each["event"], each["channel"]) for each in logs] == [("fanout_failed", topic.channel)]
        assert ada.lost == 1


async def test_what_comes_during_a_fan_out_is_joined_to_one_frame(
    autojump_clock: MockClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(topic_module, "COMPANY_MAX", 0)
    monkeypatch.setattr(audience_module, "SENDS_BETWEEN_CHECKPOINTS", 1)
    async with open_bench() as bench:
        topic, crowd = await bench.open(), [Listener() for _ in range(5)]
        for each in crowd:
            topic.add(each.subscription())
        one, *rest = await bench.write(6)
        bench.tell(one)
        for publication in rest:
            await trio.lowlevel.checkpoint()
            bench.tell(publication)
        await settled()
        for each in crowd:
            assert each.offsets == [1, 2, 3, 4, 5, 6]
            assert each.frames < 6


async def test_who_comes_or_goes_in_the_middle_of_a_fan_out_hears_its_due(
    autojump_clock: MockClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(audience_module, "SENDS_BETWEEN_CHECKPOINTS", 1)
    async with open_bench() as bench:
        topic = await bench.open()
        early, gone, back, late = Listener(), Listener(), Listener(), Listener()
        leaving, leaving_for_a_moment = gone.subscription(), back.subscription()
        topic.add(early.subscription())
        for _ in range(20):
            topic.add(Listener().subscription())
        topic.add(leaving)
        topic.add(leaving_for_a_moment)
        bench.tell(*await bench.write())
        while not early.heard:
            await trio.lowlevel.checkpoint()
        topic.remove(leaving)
        topic.remove(leaving_for_a_moment)
        assert topic.top == 1
        topic.add(back.subscription())
        topic.add(late.subscription())
        bench.tell(*await bench.write())
        await settled()
        assert early.offsets == [1, 2]
        assert gone.offsets == []
        assert back.offsets == [2]
        assert late.offsets == [2]


async def test_a_frame_is_bounded(autojump_clock: MockClock) -> None:
    async with open_bench() as bench:
        topic, ada = await bench.open(), Listener()
        topic.add(ada.subscription())
        sizes = [BLOB_BYTES_MAX // 4] * 10 + [2 * BLOB_BYTES_MAX]
        bench.tell(
            *[
                Publication(b'"%s"' % (b"x" * size), n, epoch=topic.epoch)
                for n, size in enumerate(sizes, start=1)
            ]
        )
        await settled()
        assert ada.offsets == list(range(1, 12))
        assert ada.frames == 5


async def test_what_waits_is_bounded(autojump_clock: MockClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(topic_module, "COMPANY_MAX", 0)
    async with open_bench() as bench:
        topic, ada = await bench.open(), Listener()
        topic.add(ada.subscription())
        told = await bench.write(PENDING_PUBLICATIONS_MAX + 5)
        bench.tell(*told)
        bench.tell(*[volatile("typing")] * 3)
        assert len(topic._pending) == PENDING_PUBLICATIONS_MAX
        assert bench.fanout.statistics().counters.dropped_volatile == 3
        await settled()
        assert ada.offsets == list(range(1, PENDING_PUBLICATIONS_MAX + 6))


async def test_the_last_of_each_retained_name_is_kept(autojump_clock: MockClock) -> None:
    async with open_bench() as bench:
        topic = await bench.open("sat:25544")
        bench.tell(volatile("1", "position"), volatile("2", "track"), channel=topic.channel)
        bench.tell(volatile("3", "position"), volatile("typing"), channel=topic.channel)
        assert [each.json for each in topic.retained.values()] == [b'{"data":"3"}', b'{"data":"2"}']


async def test_the_tail_answers_for_what_it_still_has(autojump_clock: MockClock) -> None:
    async with open_bench() as bench:
        told = await bench.write(3)
        topic = await bench.open()
        bench.tell(*told, *await bench.write(TAIL_PUBLICATIONS_MAX))
        await settled()
        top = TAIL_PUBLICATIONS_MAX + 3
        assert topic.top == top
        assert topic.since(top) == []
        assert [each.offset for each in topic.since(top - 2) or ()] == [top - 1, top]
        assert len(topic.since(3) or ()) == TAIL_PUBLICATIONS_MAX
        assert topic.since(2) is None
        assert topic.since(top + 1) is None


async def test_joins_are_told_to_who_wants_them_where_the_room_is_small(
    autojump_clock: MockClock,
) -> None:
    async with open_bench() as bench:
        topic, curious, other = await bench.open(), Listener(join_leave=True), Listener()
        topic.add(curious.subscription())
        topic.add(other.subscription())
        topic.announce({"join": {"info": {"user": "bob"}}})
        assert curious.heard == [{"channel": topic.channel, "join": {"info": {"user": "bob"}}}]
        assert other.heard == []
        for _ in range(ANNOUNCED_SUBSCRIBERS_MAX):
            topic.add(Listener().subscription())
        topic.announce({"join": {"info": {"user": "eve"}}})
        assert len(curious.heard) == 1


async def test_who_comes_and_goes_in_a_quiet_room_leaves_nothing_behind(autojump_clock: MockClock) -> None:
    async with open_bench() as bench:
        topic = await bench.open()
        for _ in range(50):
            subscription = Listener().subscription()
            topic.add(subscription)
            topic.remove(subscription)
        assert not topic._audience._left
        assert not topic.subscriptions
