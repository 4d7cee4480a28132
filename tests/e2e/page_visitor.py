"""A person at the page, in a browser of their own: what they do, what they see, and what went wrong."""

import asyncio
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from hub_process import HubProcess
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Dialog,
    Locator,
    Page,
    WebSocketRoute,
    expect,
    sync_playwright,
)

from scripts.browser import find_browser

CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
]
PATIENCE_MS = 20_000
_HOLD_ANSWERS = """(address) => {
    const { fetch } = window;
    const ended = new Promise((resolve) => (window.hearAnswers = resolve));
    window.fetch = async (...asked) => {
        const answer = await fetch(...asked);
        if (new RegExp(address).test(asked[0])) await ended;
        return answer;
    };
}"""
_HUB_AWAY = re.compile(r"WebSocket connection to '\S+' failed|net::ERR_CONNECTION_REFUSED")


@contextmanager
def open_browser() -> Iterator[Browser]:
    """Start the machine's Chromium, without a window."""
    expect.set_options(timeout=PATIENCE_MS)
    with _asyncio_as_it_was(), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=CHROMIUM_ARGUMENTS)
        yield browser
        browser.close()


@contextmanager
def _asyncio_as_it_was() -> Iterator[None]:
    """Let the driver have a loop that is plain asyncio: trio-asyncio puts its own in place for all."""
    before = asyncio.get_event_loop_policy()
    asyncio.set_event_loop_policy(asyncio.DefaultEventLoopPolicy())
    try:
        yield
    finally:
        asyncio.set_event_loop_policy(before)


@contextmanager
def answers_held(page: Page, address: str) -> Iterator[None]:
    """Let the hub answer what the page asks for at an address, and the page hear it only at the end."""
    page.evaluate(_HOLD_ANSWERS, address)
    yield
    page.evaluate("hearAnswers()")


class Visitor:
    """A page in a browser context of its own, so with its own memory of names and unsent messages."""

    def __init__(self, browser: Browser, hub: HubProcess, **options: Any) -> None:
        self.hub = hub
        self.page: Page = browser.new_context(**options).new_page()
        self.page.set_default_timeout(PATIENCE_MS)
        self.problems: list[str] = []
        self.hosts: set[str] = set()
        self.page.on("console", self._note_console)
        self.page.on("pageerror", lambda error: self.problems.append(f"page error: {error.stack}"))
        self.page.on("dialog", self._note_dialog)
        self.page.on("request", lambda request: self.hosts.add(urlsplit(request.url).netloc))
        self.page.on("websocket", lambda socket: self.hosts.add(urlsplit(socket.url).netloc))

    def _note_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.problems.append(f"{message.type}: {message.text}")

    def _note_dialog(self, dialog: Dialog) -> None:
        self.problems.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def go(self, path: str) -> Page:
        """Open a page of the hub."""
        self.page.goto(f"{self.hub.url}{path}")
        return self.page

    def come(self) -> "Visitor":
        """Open the live page and wait until it is connected."""
        self.page.goto(self.hub.url)
        self.await_connection("live")
        return self

    def join(self, name: str) -> "Visitor":
        """Give a name and wait until one may write."""
        self.page.fill("#name", name)
        self.page.get_by_role("button", name="Join").click()
        expect(self.page.locator("#text")).to_be_focused()
        self.await_connection("live")
        return self

    def say(self, text: str) -> None:
        """Write a message and send it."""
        self.page.fill("#text", text)
        self.page.press("#text", "Enter")

    def await_connection(self, state: str) -> None:
        """Wait until the connection is connecting, live, waiting or closed."""
        expect(self.page.locator("#connection")).to_have_attribute("data-state", state)

    def message(self, text: str) -> Locator:
        """Find the message of exactly this text."""
        exact = re.compile(f"^{re.escape(text)}$")
        return self.page.locator(".message", has=self.page.locator(".text", has_text=exact))

    def await_kept(self, text: str) -> None:
        """Wait until the one message of this text stands in the log."""
        expect(self.message(text)).to_have_count(1)
        expect(self.message(text)).to_have_attribute("data-state", "kept")
        expect(self.message(text)).to_have_attribute("data-offset", re.compile(r"^\d+$"))

    def do(self, text: str, *names: str) -> None:
        """Press buttons of a message's tools, one after the other, as a mouse does."""
        message = self.message(text)
        message.hover()
        for name in names:
            message.locator(".tools").get_by_role("button", name=name).click()

    def shown(self, mark: str = "") -> list[tuple[int, str]]:
        """Return offset and text of each message shown whose text begins with a mark, from top to bottom."""
        rows: list[list[str]] = self.page.locator(".message").evaluate_all(
            "nodes => nodes.map((node) => [node.dataset.offset, node.querySelector('.text').textContent])"
        )
        return [(int(offset), text) for offset, text in rows if text.startswith(mark)]

    def forgive_absence_of_the_hub(self) -> None:
        """Forget what the browser itself wrote because nobody answered at the hub's port."""
        self.problems = [problem for problem in self.problems if not _HUB_AWAY.search(problem)]

    def forgive_refusals(self, *statuses: int) -> None:
        """Forget what the browser itself wrote because the hub answered with one of these."""
        refused = re.compile(f"the server responded with a status of ({'|'.join(map(str, statuses))})")
        self.problems = [problem for problem in self.problems if not refused.search(problem)]

    def assert_all_was_well(self) -> None:
        """Check that nothing was complained about and that nobody but the hub was asked."""
        assert not self.problems, self.problems
        assert self.hosts == {f"127.0.0.1:{self.hub.port}"}, self.hosts


Visit = Callable[..., Visitor]


class Cable:
    """The line between one page and the hub, to be cut and mended, with a say in what goes through."""

    def __init__(self, visitor: Visitor, edits: Sequence[tuple[str, str]] = ()) -> None:
        self._edits = edits
        self._whole = True
        self._ends: list[WebSocketRoute] = []
        visitor.page.route_web_socket(visitor.hub.websocket_url, self._connect)

    def _connect(self, page_end: WebSocketRoute) -> None:
        if not self._whole:
            page_end.close()
            return
        self._ends.append(page_end)
        page_end.connect_to_server().on_message(lambda frame: page_end.send(self._edited(frame)))

    def _edited(self, frame: str | bytes) -> str:
        text = frame.decode() if isinstance(frame, bytes) else frame
        for pattern, replacement in self._edits:
            text = re.sub(pattern, replacement, text)
        return text

    def cut(self) -> None:
        """End the connection, and each that is tried until the cable is mended."""
        self._whole = False
        for end in self._ends:
            end.close()
        self._ends.clear()

    def mend(self) -> None:
        """Let connections through again."""
        self._whole = True
