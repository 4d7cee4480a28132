"""Members of a party as pages of a real browser, each with a clock and a line of its own."""

import asyncio
import contextlib
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from playwright.sync_api import Browser, Page, sync_playwright

from bench.errors import BenchError
from bench.processes import listening_child
from bench.sync.clips import BITS, CELLS_HIGH, CELLS_WIDE
from bench.sync.lines import Line
from bench.sync.proxy import as_argument
from bench.sync.truth import Track
from scripts.browser import find_browser

_PROJECT = Path(__file__).resolve().parents[2]
_PAGES = Path(__file__).parent / "page"
_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
    "--mute-audio",
    "--autoplay-policy=no-user-gesture-required",
    # All members are in sight at once in this measurement, whatever the browser believes of its windows.
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
]
_PATIENCE_MS = 30_000


@dataclass(frozen=True)
class AppClock:
    """By how much a page's own clock is wrong."""

    offset_ms: float
    ppm: float


APP_CLOCKS = (
    AppClock(0.0, 0.0),
    AppClock(7_431.0, 100.0),
    AppClock(-12_876.5, -100.0),
    AppClock(2_503.25, 60.0),
)


@contextlib.contextmanager
def open_browser() -> Iterator[Browser]:
    """Start the machine's Chromium without a window; all pages are in sight."""
    before = asyncio.get_event_loop_policy()
    asyncio.set_event_loop_policy(asyncio.DefaultEventLoopPolicy())  # trio-asyncio puts its own in place
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=find_browser(), args=_ARGUMENTS)
            yield browser
            browser.close()
    finally:
        asyncio.set_event_loop_policy(before)


@contextlib.contextmanager
def open_line(port: int, line: Line, seed: str) -> Iterator[int]:
    """Put a line in front of a port; yield the port where it begins."""
    command = [sys.executable, "-m", "bench.sync.proxy", str(port), as_argument(line, seed)]
    with listening_child(command, folder=_PROJECT) as (_, begins_at):
        yield begins_at


class Member:
    """A page that shows the party's clip, and the log of what it showed."""

    def __init__(self, browser: Browser, name: str, clock: AppClock) -> None:
        self.name = name
        self.track = Track(name)
        self.problems: list[str] = []
        self._context = browser.new_context(viewport={"width": 400, "height": 300})
        self.page: Page = self._context.new_page()
        self.page.set_default_timeout(_PATIENCE_MS)
        self.page.on("pageerror", lambda error: self.problems.append(f"{name}: {error.stack}"))
        self.page.on("console", lambda message: self._note(message.type, message.text))
        self._context.add_init_script(_truth(clock))

    def act_as_visitor(self) -> None:
        """Let pages opened from now on be used as a visitor uses the hub's own page of a party."""
        self._context.add_init_script(_called("visitor.js", {"name": self.name}))

    def go(self, address: str) -> None:
        """Open a page and learn when its clock began, by the machine's."""
        self.page.goto(address)
        session = self._context.new_cdp_session(self.page)
        session.send("Performance.enable")
        metrics = session.send("Performance.getMetrics")["metrics"]
        session.detach()
        self._origin_ms = 1000 * next(each["value"] for each in metrics if each["name"] == "NavigationStart")

    def call(self, expression: str) -> Any:
        """Evaluate something in the page and wait for what comes of it."""
        return self.page.evaluate(expression)

    def begin(self, expression: str) -> None:
        """Begin something in the page and do not wait for it; its failure is a problem of the page."""
        self.page.evaluate(f"() => {{ {expression}; }}")

    def collect(self) -> Track:
        """Fetch what the page has logged and return all of it so far."""
        self.track.take(self.page.evaluate("truth.take()"), self._origin_ms)
        return self.track

    def marked_ms(self, word: str) -> float:
        """Return when the bench's last mark of this word was made; fail when it never was."""
        found = [each.at_ms for each in self.collect().happenings if each.word == word]
        if not found:
            raise BenchError(f"{self.name} was never told: {word}; {self.problems}")
        return found[-1]

    def close(self) -> None:
        """Close the page and its context."""
        self._context.close()

    def _note(self, kind: str, text: str) -> None:
        if kind == "error":
            self.problems.append(f"{self.name}: {text}")


def bare_page(port: int, strategy: str, config: dict[str, Any]) -> str:
    """Return the address of the bare page of a strategy."""
    return f"http://127.0.0.1:{port}/page/member.html#{quote(json.dumps({'strategy': strategy, **config}))}"


def wait(members: Sequence[Member], seconds: float) -> None:
    """Let time pass while the browser's events are taken."""
    members[0].page.wait_for_timeout(seconds * 1000)


def _truth(clock: AppClock) -> str:
    grid = {"wide": CELLS_WIDE, "high": CELLS_HIGH, "bits": BITS}
    return _called("truth.js", {"offsetMs": clock.offset_ms, "ppm": clock.ppm, "grid": grid})


def _called(script: str, argument: dict[str, Any]) -> str:
    """Return a script of ours, which is a function, called with an argument."""
    return f"({(_PAGES / script).read_text().strip().removesuffix(';')})({json.dumps(argument)});"
