"""The player that follows a party, with real clips in a real browser: its picture, and what it tells."""

from collections.abc import Callable, Iterator
from statistics import median
from typing import Any
from urllib.parse import urlencode

import pytest
from page_visitor import PATIENCE_MS
from player_stage import Stage, open_stage
from playwright.sync_api import Browser, Page

from bench.sync.clips import FPS, make_clip, make_stream

pytestmark = pytest.mark.browser

CLIP_S = 40
FRAME_MS = 1000 / FPS
SETTLED_S = 3.5  # after a start even small errors are mended by a seek
IN_SYNC_MS = 40.0
LEAD_MS = 200
ITEMS = {
    "mp4": {"id": "file", "url": "/clips/clip.mp4", "kind": "mp4"},
    "hls": {"id": "stream", "url": "/clips/stream/index.m3u8", "kind": "hls"},
}
KINDS = pytest.mark.parametrize("kind", ITEMS)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The bare page with a clip as a file and as a stream."""
    folder = tmp_path_factory.mktemp("clips")
    make_clip(folder / "clip.mp4", CLIP_S)
    (folder / "stream").mkdir()
    make_stream(folder / "clip.mp4", folder / "stream")
    with open_stage(folder) as opened:
        yield opened


class Watcher:
    """A member at the bare page."""

    def __init__(self, page: Page, stage: Stage, *, begun: bool = False, **options: float) -> None:
        self.page = page
        self.problems: list[str] = []
        page.set_default_timeout(PATIENCE_MS)
        page.on("pageerror", lambda error: self.problems.append(str(error.stack)))
        page.on("console", lambda said: said.type == "error" and self.problems.append(said.text))
        if not begun:
            page.goto(f"{stage.url}?{urlencode(options)}")
        page.wait_for_function("globalThis.member")

    def start(self) -> "Watcher":
        """Let the player begin; a click lets the browser play sound."""
        self.page.mouse.click(5, 5)
        self.page.evaluate("member.player.start()")
        return self

    def say(self, **change: Any) -> dict[str, Any]:
        """Change the party."""
        said: dict[str, Any] = self.page.evaluate("(change) => member.say(change)", change)
        return said

    def play(self, kind: str = "mp4", **change: Any) -> None:
        """Let the party play an item and wait until its pictures are where they should be."""
        self.say(item=ITEMS[kind], status="playing", **{"position_ms": 5000, "in_ms": LEAD_MS, **change})
        self.await_sync()

    def settle(self) -> None:
        """Wait until the start at 5 s is long enough ago that only large errors are mended by a seek."""
        self.wait_for(f"member.video.currentTime > {5 + SETTLED_S}")
        self.await_sync()

    def pause(self, position_ms: int) -> None:
        """Pause the party and wait until the picture stands."""
        self.say(status="paused", position_ms=position_ms)
        self.page.wait_for_function(
            "(at) => member.video.paused && !member.video.seeking && member.video.readyState >= 2"
            " && Math.abs(member.video.currentTime * 1000 - at) < 1",
            arg=position_ms,
        )

    def await_sync(self) -> None:
        """Wait until the pictures of half a second are all where the party is."""
        self.page.wait_for_function(
            "(most) => { const errors = member.errors(500);"
            " return errors.length >= 8 && errors.every((error) => Math.abs(error) < most); }",
            arg=IN_SYNC_MS,
        )

    def get(self, expression: str) -> Any:
        """Evaluate something about the member."""
        return self.page.evaluate(f"() => {expression}")

    def wait_for(self, condition: str) -> None:
        """Wait until something holds of the member."""
        self.page.wait_for_function(f"() => {condition}")

    def commands(self) -> list[bool]:
        """Return what was told of stalls since it could first play: a busy machine may load for long."""
        told: list[bool] = self.get("member.commands.map(({ stalled }) => stalled)")
        return told[told.index(False) :] if False in told else told


Watch = Callable[..., Watcher]


@pytest.fixture
def watch(stage: Stage, browser: Browser) -> Iterator[Watch]:
    """What makes a watcher; at the end nobody may have complained."""
    watchers: list[Watcher] = []

    def make(**options: float) -> Watcher:
        watchers.append(Watcher(browser.new_context().new_page(), stage, **options))
        return watchers[-1]

    yield make
    stage.gate.open()
    problems = [problem for watcher in watchers for problem in watcher.problems]
    for watcher in watchers:
        watcher.page.context.close()
    assert not problems, problems


@KINDS
def test_who_joins_is_where_the_party_is(watch: Watch, kind: str) -> None:
    watcher = watch(delay_ms=20, offset_ms=4000, ppm=100).start()
    watcher.play(kind, in_ms=-3000)
    watcher.wait_for("member.player.figures.errorMs !== null")
    figures = watcher.get("member.player.figures")
    assert figures["state"] == "playing"
    assert figures["durationMs"] == pytest.approx(CLIP_S * 1000, abs=200)
    assert figures["boundMs"] >= 20
    assert figures["delayMs"] >= figures["boundMs"]
    shown = median(watcher.get("member.errors(500)"))
    assert abs(shown - figures["errorMs"]) < 4 * FRAME_MS  # pictures come in steps
    assert watcher.commands() == [False]  # the room hears once that this one can play


@KINDS
def test_a_pause_shows_the_same_frame_to_all(watch: Watch, kind: str) -> None:
    members = [watch(delay_ms=delay).start() for delay in (1, 60)]
    for member in members:
        member.play(kind)
    for position_ms in (9871, 20_000):
        for member in members:
            member.pause(position_ms)
            member.wait_for("member.pictureNumber() !== null")
        numbers = [member.get("member.pictureNumber()") for member in members]
        assert numbers[0] == numbers[1]
        assert numbers[0] == pytest.approx(position_ms / FRAME_MS, abs=1)


@KINDS
def test_it_goes_where_the_party_goes(watch: Watch, kind: str) -> None:
    watcher = watch(delay_ms=20).start()
    watcher.play(kind)
    watcher.say(position_ms=30_000, in_ms=LEAD_MS)
    watcher.await_sync()
    assert watcher.get("member.video.currentTime") > 29
    watcher.say(position_ms=8000, in_ms=LEAD_MS)
    watcher.await_sync()
    assert watcher.get("member.video.currentTime") < 20
    watcher.pause(12_000)
    watcher.say(status="playing", in_ms=LEAD_MS)
    watcher.await_sync()
    assert watcher.get("member.player.figures.seeks") == 0  # none but those that the party asked for


@KINDS
def test_it_plays_as_fast_as_the_party(watch: Watch, kind: str) -> None:
    watcher = watch(delay_ms=20).start()
    watcher.play(kind)
    watcher.say(rate=1.5, in_ms=LEAD_MS)
    watcher.wait_for("Math.abs(member.video.playbackRate / 1.5 - 1) < 0.031")
    watcher.await_sync()
    assert watcher.get("member.video.preservesPitch") is True
    assert watcher.get("member.player.figures.seeks") == 0


def test_what_goes_on_until_the_seek_is_played(watch: Watch) -> None:
    watcher = watch().start()
    watcher.play()
    watcher.get("member.frames.splice(0)")
    watcher.say(position_ms=30_000, in_ms=1500)
    watcher.page.wait_for_function("() => member.frames.length > 20")
    assert watcher.get("member.video.currentTime") < 20  # of 1.5 s most is still what was before


def test_a_stall_is_told_and_so_is_its_end(watch: Watch, stage: Stage) -> None:
    watcher = watch(delay_ms=20).start()
    watcher.play("hls")
    stage.gate.close()
    beforehand_ms = watcher.get("performance.now()")
    watcher.say(position_ms=33_000, in_ms=LEAD_MS)
    watcher.wait_for("member.commands.at(-1).stalled")
    assert watcher.get("member.commands.at(-1).atMs") - beforehand_ms > 400
    assert watcher.get("member.player.figures.state") == "stalled"
    assert watcher.get("member.reports.at(-1).state") == "stalled"
    watcher.say(status="waiting", position_ms=33_100)
    stage.gate.open()
    watcher.wait_for("!member.commands.at(-1).stalled")
    assert watcher.commands() == [False, True, False]
    watcher.say(status="playing", in_ms=LEAD_MS)
    watcher.await_sync()


def test_what_the_browser_or_hls_does_is_no_command(watch: Watch) -> None:
    watcher = watch().start()
    watcher.play("hls")
    watcher.settle()
    seeks = watcher.get("member.player.figures.seeks")
    watcher.get("void (member.video.currentTime += 0.1)")  # as hls.js does over a hole
    watcher.await_sync()
    assert watcher.get("member.player.figures.seeks") == seeks
    watcher.get("member.video.pause()")  # as some browsers do by themselves
    watcher.wait_for("!member.video.paused")
    watcher.await_sync()
    assert watcher.commands() == [False]


def test_a_stream_is_played_by_hls_js(watch: Watch) -> None:
    watcher = watch().start()
    watcher.play("hls")
    assert watcher.get("typeof globalThis.Hls") == "function"
    assert watcher.get("member.video.src").startswith("blob:")


def test_the_file_needs_no_library(watch: Watch) -> None:
    watcher = watch().start()
    watcher.play("mp4")
    assert watcher.get("typeof globalThis.Hls") == "undefined"


def test_another_item_is_played_from_its_start(watch: Watch) -> None:
    watcher = watch(delay_ms=20).start()
    watcher.play("mp4")
    watcher.play("hls", position_ms=0, in_ms=400)
    assert watcher.get("member.video.currentTime") < 15
    watcher.play("mp4", position_ms=20_000)
    assert watcher.get("member.video.currentSrc").endswith("/clips/clip.mp4")
    assert watcher.commands().count(False) == 3  # told for each item, when it can be played
    watcher.say(item=None, status="paused", position_ms=0)
    assert watcher.get("member.video.getAttribute('src')") is None


def test_resync_goes_where_the_party_is_at_once(watch: Watch) -> None:
    watcher = watch(delay_ms=20).start()
    watcher.play()
    watcher.settle()
    seeks = watcher.get("member.player.figures.seeks")
    watcher.get("void (member.video.currentTime += 0.5)")  # too little for a seek by itself
    watcher.wait_for("!member.video.seeking")
    watcher.get("void member.video.addEventListener('seeking', () => (globalThis.sought = true))")
    watcher.get("member.player.resync()")
    watcher.wait_for("globalThis.sought")
    watcher.get("member.frames.splice(0)")
    watcher.await_sync()
    assert watcher.get("member.player.figures.seeks") == seeks  # none but the one that was asked for


def test_a_hidden_tab_that_is_woken_is_in_sync_again(watch: Watch) -> None:
    watcher = watch(delay_ms=20).start()
    watcher.play()
    other = watcher.page.context.new_page()
    other.goto("about:blank")
    other.bring_to_front()
    watcher.get("Object.defineProperty(document, 'hidden', { value: true, configurable: true })")
    watcher.get("member.video.pause()")
    watcher.say(position_ms=20_000, in_ms=LEAD_MS)
    watcher.get("Object.defineProperty(document, 'hidden', { value: false, configurable: true })")
    watcher.page.bring_to_front()
    watcher.get("document.dispatchEvent(new Event('visibilitychange'))")
    watcher.await_sync()


def test_the_end_is_the_end(watch: Watch) -> None:
    watcher = watch().start()
    watcher.play("mp4", position_ms=CLIP_S * 1000 - 2500)
    at_its_end = "(at) => member.video.currentTime > at && member.video.paused"
    watcher.page.wait_for_function(at_its_end, arg=CLIP_S - 0.5)
    assert watcher.commands() == [False]


def test_a_film_that_cannot_be_had_is_said_and_tried_again(watch: Watch, stage: Stage) -> None:
    watcher = watch().start()
    watcher.say(item={"id": "none", "url": "/clips/none.mp4", "kind": "mp4"}, status="playing")
    watcher.wait_for("member.player.figures.problem")
    assert watcher.get("member.told.at(-1).state") == "loading"
    stage.gate.asked.clear()
    while not stage.gate.asked:
        watcher.page.wait_for_event("request")
    watcher.play("mp4")
    assert watcher.get("member.player.figures.problem") == ""
    watcher.problems.clear()  # the browser wrote of the 404


def test_reports_tell_the_hub_how_it_goes(watch: Watch) -> None:
    watcher = watch(delay_ms=20).start()
    watcher.play()
    watcher.wait_for("member.reports.filter(({ state }) => state === 'playing').length >= 2")
    report = watcher.get("member.reports.at(-1)")
    assert report.keys() == {"state", "error_ms", "delay_ms"}
    assert report["delay_ms"] >= 20
    assert watcher.get("member.told.at(-1).state") == "playing"


def test_after_stop_nothing_happens(watch: Watch) -> None:
    watcher = watch().start()
    watcher.play()
    watcher.get("member.player.stop()")
    watcher.get("member.reports.splice(0)")
    watcher.say(position_ms=20_000)
    assert watcher.get("member.video.getAttribute('src')") is None
    watcher.start()
    watcher.await_sync()


def test_without_a_click_it_plays_silently_and_a_click_gives_sound(stage: Stage, browser: Browser) -> None:
    page = browser.new_context().new_page()  # asking the page anything would be a click to the browser
    with page.expect_console_message(lambda said: said.text == "a click would bring sound"):
        page.goto(f"{stage.url}?alone=file")
    watcher = Watcher(page, stage, begun=True)
    watcher.await_sync()
    assert watcher.get("member.video.muted") is True
    page.mouse.click(5, 5)
    watcher.wait_for("!member.video.muted")
    watcher.await_sync()
    assert watcher.get("member.player.figures.blocked") == ""
    page.context.close()
