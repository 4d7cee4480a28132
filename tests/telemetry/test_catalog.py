"""The newest element sets, and that a source is asked no more than it allows."""

import logging
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
import trio
import trio.testing

from telemetry.cache import CacheEntry, DiskCache
from telemetry.catalog import ElementSets, open_element_sets
from telemetry.clock import HOUR_MS, MINUTE_MS
from telemetry.element_sets import ElementSet, bundled_element_sets, write_omm_json
from telemetry.refresh import Refresher, RefreshStatistics
from telemetry.sources.source import Answer, Fetched, Refused, Unchanged, Unreachable, Validators

START_MS = 1_790_000_000_000
BUNDLED = {each.norad: each for each in bundled_element_sets()}
ISS, HST = BUNDLED[25544], BUNDLED[20580]
NEWER = replace(ISS, epoch=ISS.epoch + timedelta(days=1))
NEWEST = replace(ISS, epoch=ISS.epoch + timedelta(days=2))
NOTHING = Unreachable("no network")


def fetched(*element_sets: ElementSet, etag: str = "") -> Fetched:
    return Fetched(write_omm_json(element_sets), Validators(etag))


class Source:
    """Note when it is asked for what, give the answers one by one, and end the run when none is left."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[int, int]] = []
        self.known: list[Validators] = []
        self.scope = trio.CancelScope()

    async def fetch(self, norad: int, known: Validators) -> Answer:
        self.asked.append((wall() - START_MS, norad))
        self.known.append(known)
        if not self.answers:
            self.scope.cancel()
            await trio.sleep_forever()
        return self.answers.pop(0)


def wall() -> int:
    """Show a wall clock that runs with Trio's virtual one, which starts at 0."""
    return START_MS + round(trio.current_time() * 1000)


class Hub:
    """Put the parts together on `folder`, as a start of the program does."""

    def __init__(self, folder: Path, source: Source) -> None:
        self.source = source
        cache = DiskCache(folder)
        self.refresher = Refresher(source, cache, wall)
        self.sets = ElementSets(self.refresher, cache)

    async def run(self, *norads: int) -> None:
        """Run until the source has no more answers, with `norads` tracked."""
        with self.source.scope, ExitStack() as tracked:
            for norad in norads:
                tracked.enter_context(self.sets.tracking(norad))
            await self.sets.run()


async def test_the_newest_is_taken_and_asked_for_every_two_hours(
    autojump_clock: trio.testing.MockClock, tmp_path: Path
) -> None:
    source = Source(fetched(NEWER, etag="a"), Unchanged(), fetched(NEWEST, etag="b"))
    hub = Hub(tmp_path, source)
    before = hub.sets.get(25544)

    await hub.run(25544)

    assert before == ISS
    assert hub.sets.get(25544) == NEWEST
    assert source.asked == [(hours * HOUR_MS, 25544) for hours in (0, 2, 4, 6)]
    assert [known.etag for known in source.known] == ["", "a", "a", "b"]
    assert hub.refresher.statistics() == RefreshStatistics(asked=4, fetched=2, unchanged=1)


async def test_only_what_is_tracked_and_bundled_is_asked_for(
    autojump_clock: trio.testing.MockClock, tmp_path: Path
) -> None:
    source = Source(fetched(HST), fetched(ISS))
    hub = Hub(tmp_path, source)

    await hub.run(25544, 25544, 20580, 4711)

    assert source.asked == [(0, 20580), (0, 25544), (2 * HOUR_MS, 20580)]
    assert hub.sets.get(4711) is None


async def test_what_is_tracked_later_is_asked_for_at_once(
    autojump_clock: trio.testing.MockClock, tmp_path: Path
) -> None:
    source = Source()
    hub = Hub(tmp_path, source)
    with source.scope:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(hub.sets.run)
            await trio.testing.wait_all_tasks_blocked()
            await trio.sleep(7)
            with hub.sets.tracking(25544):
                assert hub.sets.statistics().tracked == 1
                await trio.sleep_forever()

    assert source.asked == [(7000, 25544)]
    assert hub.sets.statistics().tracked == 0


async def test_a_restart_keeps_the_set_and_the_pause(
    autojump_clock: trio.testing.MockClock, tmp_path: Path
) -> None:
    await Hub(tmp_path, Source(fetched(NEWER, etag="a"))).run(25544)
    again = Hub(tmp_path, Source())

    assert again.sets.get(25544) == NEWER
    await again.run(25544)

    # The first hub's second ask, after 2 h, was never answered: it counts as made.
    assert again.source.asked == [(4 * HOUR_MS, 25544)]
    assert again.source.known == [Validators("a")]


async def test_an_older_set_does_not_serve(autojump_clock: trio.testing.MockClock, tmp_path: Path) -> None:
    older = replace(ISS, epoch=ISS.epoch - timedelta(days=1))
    hub = Hub(tmp_path, Source(fetched(older)))
    await hub.run(25544)
    assert hub.sets.get(25544) == ISS


@pytest.mark.parametrize(
    "text",
    ["", "No GP data found", '[{"OBJECT_NAME": "ISS (ZA', "<html>Sign in</html>", write_omm_json([HST])],
)
async def test_an_answer_of_no_use_changes_nothing_and_waits_its_two_hours(
    autojump_clock: trio.testing.MockClock, tmp_path: Path, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    source = Source(fetched(NEWER, etag="a"), Fetched(text, Validators("b")), fetched(NEWEST))
    hub = Hub(tmp_path, source)

    await hub.run(25544)

    assert hub.sets.get(25544) == NEWEST
    assert [at for at, _ in source.asked] == [hours * HOUR_MS for hours in (0, 2, 4, 6)]
    assert [known.etag for known in source.known] == ["", "a", "a", ""]
    assert hub.refresher.statistics().unusable == 1
    assert "the old elements stay" in caplog.text


async def test_without_a_network_it_tries_ever_more_seldom_and_says_so_once(
    autojump_clock: trio.testing.MockClock, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    source = Source(*[NOTHING] * 9, fetched(NEWER), NOTHING)

    await Hub(tmp_path, source).run(25544)

    asked = [at // MINUTE_MS for at, _ in source.asked]
    pauses = [later - earlier for earlier, later in pairwise(asked)]
    assert pauses == [1, 2, 4, 8, 16, 32, 64, 120, 120, 120, 1]
    assert caplog.text.count("no network") == 2


async def test_a_refusal_stops_it_for_good_until_a_human_takes_the_sign_down(
    autojump_clock: trio.testing.MockClock,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    hub = Hub(tmp_path, Source(Refused("the server answered 403 Forbidden")))
    sign = DiskCache(tmp_path).stop_sign
    looks = 0

    def stopped_until_the_human_comes() -> str | None:
        nonlocal looks
        looks += sign.exists()
        if looks == 200:
            sign.unlink()
        return DiskCache(tmp_path).stopped()

    monkeypatch.setattr(hub.refresher._cache, "stopped", stopped_until_the_human_comes)
    await hub.run(25544, 20580)

    assert hub.source.asked == [(0, 20580), (199 * MINUTE_MS, 20580)]
    assert f"not refreshed until {sign} is deleted: the server answered 403" in caplog.text


async def test_the_stop_outlives_a_restart(tmp_path: Path) -> None:
    DiskCache(tmp_path).stop("the server answered 404", "2026-10-02T00:00:00+00:00")
    assert await Hub(tmp_path, Source()).refresher.is_stopped()


async def test_a_stop_that_cannot_be_written_holds_for_this_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub = Hub(tmp_path, Source(Refused("the server answered 403")))

    def full(reason: str, at: str) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(hub.refresher._cache, "stop", full)
    assert await hub.refresher.ask(25544) is None
    assert await hub.refresher.is_stopped()


async def test_what_cannot_be_written_down_is_not_asked(
    autojump_clock: trio.testing.MockClock, tmp_path: Path
) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("")
    hub = Hub(in_the_way, Source(fetched(NEWER)))

    assert await hub.refresher.ask(25544) is None
    assert hub.source.asked == []
    assert await hub.refresher.due_in_ms(25544) == 2 * HOUR_MS


async def test_a_clock_that_was_far_ahead_does_not_stop_it_for_ever(
    autojump_clock: trio.testing.MockClock, tmp_path: Path
) -> None:
    DiskCache(tmp_path).write(25544, CacheEntry(not_before_ms=wall() + 365 * 24 * HOUR_MS))
    assert await Hub(tmp_path, Source()).refresher.due_in_ms(25544) == 0


async def test_with_no_address_nobody_is_asked_and_what_is_cached_serves(
    autojump_clock: trio.testing.MockClock, tmp_path: Path
) -> None:
    DiskCache(tmp_path).write(25544, CacheEntry(write_omm_json([NEWER])))
    sets = open_element_sets(tmp_path, celestrak_url=None)

    with trio.move_on_after(24 * 3600), sets.tracking(25544):
        await sets.run()

    assert sets.get(25544) == NEWER
    assert sets.known() == sorted(BUNDLED)
    assert sets.statistics().refresh is None
