"""What people do at the pages of their account, and the mail that they get."""

import re
from email import message_from_bytes, policy
from itertools import count

from hub_process import HubProcess, await_until
from page_visitor import Visitor
from playwright.sync_api import Locator, Page, expect

PASSWORD = "correct horse battery"
MAIL_S_MAX = 10.0
_LINK = re.compile(r"(/\w+#token=[\w-]+)")
_numbers = count(1)


def new_email(name: str = "person") -> str:
    """Return an e-mail address that no other test has."""
    letters = re.sub("[^a-z]", "", name.lower())
    return f"{letters}{next(_numbers)}@example.org"


def sign_up(visitor: Visitor, name: str, email: str | None = None) -> str:
    """Make an account by the page and wait until it is signed in; return its e-mail address."""
    email = email or new_email(name)
    page = visitor.go("/signup")
    page.fill("#display_name", name)
    page.fill("#email", email)
    page.fill("#password", PASSWORD)
    page.get_by_role("button", name="Make the account").click()
    expect_signed_in(page, name)
    return email


def sign_in(visitor: Visitor, email: str, password: str = PASSWORD, path: str = "/login") -> None:
    """Fill in the page to sign in and send it."""
    page = visitor.go(path)
    page.fill("#email", email)
    page.fill("#password", password)
    page.locator("#login button.main").click()


def account_button(page: Page) -> Locator:
    """Return the button that opens the account's menu."""
    return page.get_by_role("button", name=re.compile("^Your account"))


def expect_signed_in(page: Page, name: str) -> None:
    """Wait until the header of the page that follows the sign-in shows who one is."""
    page.wait_for_url(lambda url: not re.search("/(login|signup)", url))
    expect(account_button(page)).to_have_accessible_name(f"Your account, {name}")


def expect_signed_out(page: Page) -> None:
    """Wait until the header offers to sign in."""
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()
    expect(account_button(page)).to_have_count(0)


def sign_out(page: Page) -> None:
    """Choose it in the menu."""
    account_button(page).click()
    page.get_by_role("button", name="Log out").click()
    expect_notice(page, "You are signed out.")


def expect_notice(page: Page, text: str) -> None:
    """Wait until the page says something."""
    expect(page.locator(".notice")).to_have_text(text)


def mailed_link(hub: HubProcess, email: str, page: str) -> str:
    """Wait for a mail to an address and return the path of its link to a page."""
    found: list[str] = []

    def comes() -> bool:
        found[:] = [link for link in _mailed_links(hub, email) if link.startswith(f"/{page}#")]
        return bool(found)

    await_until(comes, MAIL_S_MAX, f"a mail to {email} with a link to /{page}")
    return found[-1]


def _mailed_links(hub: HubProcess, email: str) -> list[str]:
    links: list[str] = []
    for file in sorted((hub.data_dir / "mail").glob("*.eml")):
        mail = message_from_bytes(file.read_bytes(), policy=policy.default)
        body = mail.get_body(("plain",))
        if email in str(mail["To"]) and body is not None:
            links += _LINK.findall(body.get_content())
    return links
