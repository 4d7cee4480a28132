"""The page in a real browser: the map moves, two tabs chat, a hub that dies and comes back costs nothing."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hub_process import HubProcess
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from scripts.browser import find_browser

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
]
WAIT_MS = 30_000
NETWORK_WORDS = "net::ERR_"  # Chromium's own complaints while the hub is away
PHONE = {"width": 390, "height": 844}

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium; Playwright must get asyncio's own loop, not the one of trio-asyncio."""
    asyncio.set_event_loop_policy(asyncio.DefaultEventLoopPolicy())
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=find_browser(), args=ARGUMENTS)
        yield launched
        launched.close()
    asyncio.set_event_loop_policy(None)


class Tab:
    """Somebody's own browser with the page open."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.complaints: list[str] = []
        page.set_default_timeout(WAIT_MS)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._note)

    def _note(self, message: ConsoleMessage) -> None:
        if message.type == "error" and NETWORK_WORDS not in message.text:
            self.complaints.append(message.text)

    def join(self, hub: HubProcess, name: str) -> None:
        self.page.goto(hub.url)
        self.page.fill("#name", name)
        self.page.press("#name", "Enter")
        expect(self.page.locator("#write")).to_be_visible()
        self.is_live()

    def is_live(self) -> None:
        expect(self.page.locator("#connection")).to_have_attribute("data-state", "live", timeout=WAIT_MS)

    def say(self, text: str) -> None:
        self.page.fill("#text", text)
        self.page.press("#text", "Enter")

    def sees(self, text: str) -> None:
        kept = self.page.locator('.message:not([data-offset=""])', has_text=text)
        expect(kept).to_have_count(1, timeout=WAIT_MS)

    def offsets(self) -> list[str]:
        return self.page.locator(".message").evaluate_all("all => all.map(each => each.dataset.offset)")


@contextmanager
def tab(browser: Browser, **options: object) -> Iterator[Tab]:
    """Open the page as somebody new; nothing but the network may be complained about."""
    context = browser.new_context(**options)  # type: ignore[arg-type]
    opened = Tab(context.new_page())
    yield opened
    assert opened.complaints == []
    context.close()


def test_the_map_moves_and_says_how_old_its_orbit_is(hub: HubProcess, browser: Browser) -> None:
    with tab(browser) as visitor:
        visitor.page.goto(hub.url)
        expect(visitor.page.locator("#figures")).to_have_attribute("data-state", "live", timeout=WAIT_MS)
        longitude = visitor.page.locator("#map").get_attribute("data-longitude")
        expect(visitor.page.locator("#map")).not_to_have_attribute(
            "data-longitude", str(longitude), timeout=WAIT_MS
        )
        expect(visitor.page.locator("#warning")).to_contain_text("old")


def test_two_tabs_chat_and_go_on_after_the_hub_was_killed(hub: HubProcess, browser: Browser) -> None:
    with tab(browser) as ada, tab(browser) as bob:
        ada.join(hub, "Ada")
        bob.join(hub, "Bob")
        ada.say("Hello Bob")
        bob.sees("Hello Bob")
        hub.kill()
        expect(ada.page.locator("#connection")).not_to_have_attribute("data-state", "live", timeout=WAIT_MS)
        ada.say("Written while the hub was away")
        hub.start()
        for each in (ada, bob):
            each.is_live()
            each.sees("Written while the hub was away")
        bob.say("And we go on")
        for each in (ada, bob):
            each.sees("And we go on")
            assert each.offsets() == ["1", "2", "3"]


def test_text_is_shown_as_text(hub: HubProcess, browser: Browser) -> None:
    markup = '<img src="x" onerror="document.title = 1"> & <b>bold</b>'
    with tab(browser) as ada, tab(browser) as bob:
        ada.join(hub, "<i>Ada</i>")
        bob.join(hub, "Bob")
        ada.say(markup)
        bob.sees(markup)
        assert bob.page.locator("#log img, #log i").count() == 0


def test_a_phone_shows_all_of_it(hub: HubProcess, browser: Browser) -> None:
    with tab(browser, viewport=PHONE, has_touch=True) as ada:
        ada.join(hub, "Ada")
        ada.say("Hello from a phone")
        ada.sees("Hello from a phone")
        assert ada.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_page_is_light_and_names_no_other_host() -> None:
    folder = Path(__file__).resolve().parents[2] / "web_static"
    own = [path for path in folder.rglob("*") if path.is_file() and "vendor" not in path.parts]
    assert sum(path.stat().st_size for path in own) < 60 * 1024
    for path in own:
        text = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert "http://" not in text, path
        assert "https://" not in text, path
