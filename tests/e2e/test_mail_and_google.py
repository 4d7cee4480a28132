"""A hub beside a real mail server and a real OpenID provider: links arrive and work, and Google signs in."""

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from hub_process import HubProcess, new_hub
from page_visitor import Visitor
from playwright.sync_api import Browser, expect

from tests.api.mail_server import MailServer, mail_server
from tests.api.openid_server import CLIENT_ID, CLIENT_SECRET, whole_provider

pytestmark = pytest.mark.filterwarnings("ignore:get_jwt_config")  # the provider's, of its own libraries

ADA = {"email": "ada@example.org", "password": "correct horse battery", "display_name": "Ada"}
CLAIMS = {"email": "ada@example.org", "email_verified": True, "name": "Ada Lovelace"}


@pytest.fixture(scope="module")
def letters() -> Iterator[MailServer]:
    """The mail server of the tests of this module."""
    with mail_server() as server:
        yield server


@pytest.fixture(scope="module")
def hub(letters: MailServer) -> Iterator[HubProcess]:
    """A hub that sends mail and knows a provider."""
    with (
        whole_provider(ada=CLAIMS) as issuer,
        new_hub(
            SMTP_URL=f"smtp://127.0.0.1:{letters.port}",
            MAIL_FROM="CosmoHub <hub@example.org>",
            GOOGLE_CLIENT_ID=CLIENT_ID,
            GOOGLE_CLIENT_SECRET=CLIENT_SECRET,
            GOOGLE_ISSUER=issuer,
        ) as made,
    ):
        made.start()
        yield made


@pytest.fixture
def client(hub: HubProcess) -> Iterator[httpx.Client]:
    """What keeps cookies as a browser does."""
    with httpx.Client(base_url=hub.url, timeout=30) as opened:
        yield opened


def newest(letters: MailServer, count: int) -> tuple[str, str, str]:
    """Wait until so many mails have come; return the recipient, page and token of the last one."""
    mail = letters.wait_for(count)[-1]
    found = re.search(r"/(verify|reset)#token=([\w-]+)", mail.get_content())
    assert found is not None, mail.get_content()
    return str(mail["To"]), found[1], found[2]


def me(client: httpx.Client, token: str) -> Any:
    return client.get("/api/auth/me", headers={"Authorization": f"Bearer {token}"}).json()["user"]


def test_who_signs_up_verifies_the_address_and_sets_a_new_password_by_mail(
    client: httpx.Client, letters: MailServer
) -> None:
    signed_up = client.post("/api/auth/signup", json=ADA).json()
    to, page, token = newest(letters, 1)
    assert (to, page) == ("ada@example.org", "verify")
    assert not me(client, signed_up["token"])["email_verified"]
    assert client.post("/api/auth/verify", json={"token": token}).status_code == 204
    assert me(client, signed_up["token"])["email_verified"]
    for email in ("nobody@example.org", "ada@example.org"):
        assert client.post("/api/auth/reset/request", json={"email": email}).status_code == 202
    to, page, token = newest(letters, 2)
    assert (to, page) == ("ada@example.org", "reset")
    chosen = {"token": token, "password": "another horse battery"}
    assert client.post("/api/auth/reset", json=chosen).status_code == 204
    letters.wait_for(3)
    login = {"email": "ada@example.org", "password": "another horse battery"}
    assert client.post("/api/auth/login", json=login).status_code == 200
    assert letters.recipients == ["ada@example.org"] * 3


def test_google_leads_there_and_back(client: httpx.Client, hub: HubProcess) -> None:
    assert client.get("/api/auth/options").json() == {"google": True}
    there = client.get("/api/auth/google/start", params={"next": "/forum"}).headers["Location"]
    back = httpx.post(there, data={"sub": "ada"}).headers["Location"]
    assert back.startswith(f"{hub.url}/api/auth/google/callback?")
    arrived = client.get(back)
    assert (arrived.status_code, arrived.headers["Location"]) == (303, "/login?next=/forum#google")
    user = client.post("/api/auth/refresh").json()["user"]
    assert (user["email"], user["email_verified"]) == ("ada@example.org", True)


@pytest.mark.browser
def test_in_a_browser_one_click_at_google_signs_in(hub: HubProcess, browser: Browser) -> None:
    page = Visitor(browser, hub).go("/login?next=/settings")
    page.get_by_role("link", name="Continue with Google").click()
    page.get_by_role("button", name="ada").click()
    page.wait_for_url("**/settings")
    expect(page.locator("#handle")).to_have_value(re.compile("ada"))
    page.context.close()


@pytest.mark.browser
def test_in_a_browser_it_is_said_why_one_is_not_signed_in(hub: HubProcess, browser: Browser) -> None:
    page = Visitor(browser, hub).go("/login?next=/settings&problem=google_denied")
    expect(page.locator("#login [role=alert]")).to_contain_text("Google was not allowed")
    page.context.close()
