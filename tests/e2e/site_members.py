"""Members of the site, each at a browser of their own and with a program that speaks for them."""

import http.client
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Literal

from account_visitor import PASSWORD, new_email, sign_in
from hub_process import HubProcess, run_hub
from page_checks import beyond_the_screen, faint_texts, read_out, repeated_ids, unnamed
from page_visitor import Visitor
from playwright.sync_api import Browser, Page

_SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
_WIDTHS = (320, 390, 820)
_SETTLED = """() => document.querySelector("header.site nav")
    && !document.querySelector("[aria-busy=true], #panel:empty, [data-state=connecting]")
    && !document.body.innerText.includes("Loading…")"""


class Member(Visitor):
    """Somebody with an account: signed in at a page, and over REST by a token of another session."""

    def __init__(
        self, browser: Browser, hub: HubProcess, name: str, role: str = "viewer", **options: Any
    ) -> None:
        super().__init__(browser, hub, **options)
        self.name, self.email, self.handle = name, new_email(name), name.lower()
        body = {"email": self.email, "password": PASSWORD, "display_name": name, "handle": self.handle}
        self._token = ""
        self.rest("POST", "/api/auth/signup", body)
        if role != "viewer":
            self._become(role)
        self._token = self.rest("POST", "/api/auth/login", {"email": self.email, "password": PASSWORD})[
            "token"
        ]

    def _become(self, role: str) -> None:
        done = run_hub("admin", "grant", self.email, role, HUB_DATA_DIR=str(self.hub.data_dir))
        assert done.returncode == 0, done.stderr

    def arrive(self) -> "Member":
        """Sign in at the page."""
        sign_in(self, self.email)
        self.page.wait_for_url(f"{self.hub.url}/")
        self.await_connection("live")
        return self

    def look_at(self, path: str) -> Page:
        """Go to a page and wait until nothing is on its way any more."""
        page = self.go(path)
        page.wait_for_function(_SETTLED)
        return page

    def rest(self, method: str, path: str, body: dict[str, Any] | None = None, etag: str = "") -> Any:
        """Ask the hub, which must agree; return what it answers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.hub.port, timeout=30)
        headers = {"Content-Type": "application/json"}
        headers |= {"Authorization": f"Bearer {self._token}"} if self._token else {}
        headers |= {"If-Match": etag} if etag else {}
        try:
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            answer = connection.getresponse()
            text = answer.read()
        finally:
            connection.close()
        assert answer.status < 400, (method, path, answer.status, text)
        return json.loads(text) if text else None

    def assert_all_was_well_since(self) -> None:
        """Check what the pages complained about since this was last asked."""
        problems, self.problems = self.problems, []
        assert not problems, problems


Recruit = Callable[..., Member]


def check_page(page: Page) -> None:
    """Check that a page can be read in light and dark, be read out, and fits small screens."""
    for scheme in _SCHEMES:
        page.emulate_media(color_scheme=scheme)
        assert faint_texts(page) == [], (page.url, scheme)
    for width in _WIDTHS:
        page.set_viewport_size({"width": width, "height": 700})
        assert beyond_the_screen(page) == [], (page.url, width)
    page.set_viewport_size({"width": 1280, "height": 720})
    nodes = read_out(page)
    assert unnamed(nodes) == [], page.url
    assert ("main", "") in nodes, page.url
    assert repeated_ids(page) == [], page.url


@contextmanager
def recruiting(browser: Browser, hub: HubProcess) -> Iterator[Recruit]:
    """Give what makes members; at the end nothing may have been complained about at any page."""
    members: list[Member] = []

    def recruit(name: str, role: str = "viewer", **options: Any) -> Member:
        members.append(Member(browser, hub, name, role, **options).arrive())
        return members[-1]

    yield recruit
    for member in members:
        member.page.context.close()
