"""Signing in with an OpenID provider, whole: to it, back, and into the right account."""

import re
from collections.abc import AsyncIterator
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import trio

from api.accounts.google.sign_in import GoogleSignIn
from store.database import Database
from tests.api.api_app import Api, open_api
from tests.api.openid_server import CLIENT_ID, CLIENT_SECRET, ToldProvider, told_provider, whole_provider

pytestmark = pytest.mark.filterwarnings("ignore:get_jwt_config")  # the provider's, of its own libraries

CALLBACK = "http://127.0.0.1:8000/api/auth/google/callback"
ADA = {"email": "ada@example.org", "email_verified": True, "name": "Ada Lovelace"}
PASSWORD = "correct horse battery"


def google(issuer: str) -> dict[str, Any]:
    return {"google": GoogleSignIn(issuer, CLIENT_ID, CLIENT_SECRET, CALLBACK)}


class Browser:
    """Keeps the cookies of the hub, and clicks through the provider's page."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self.cookies: dict[str, str] = {}
        self.set_cookies: list[str] = []

    async def ask(self, method: str, path: str, **more: Any) -> Any:
        """Ask the hub."""
        headers = more.pop("headers", {}) | {
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        }
        api_client = self._api.app.test_client(use_cookies=False)
        response = await api_client.open(path, method=method, headers=headers, **more)
        self.set_cookies = response.headers.getlist("Set-Cookie")
        for header in self.set_cookies:
            for name, morsel in SimpleCookie(header).items():
                self.cookies[name] = morsel.value
        return response

    async def start(self, next_path: str = "/") -> str:
        """Begin, and return the provider's address."""
        response = await self.ask("GET", "/api/auth/google/start", query_string={"next": next_path})
        assert response.status_code == 303
        return str(response.headers["Location"])

    async def consent(self, address: str, sub: str) -> str:
        """Say yes at the provider as `sub`, or no as nobody; return the path that leads back to the hub."""
        if not sub:
            state = parse_qs(urlsplit(address).query)["state"][0]
            return f"/api/auth/google/callback?error=access_denied&state={state}"
        async with httpx.AsyncClient() as client:
            back = (await client.post(address, data={"sub": sub})).headers["Location"]
        assert back.startswith(CALLBACK)
        return str(back.removeprefix("http://127.0.0.1:8000"))

    async def sign_in(self, sub: str, next_path: str = "/") -> str:
        """Go all the way, and return where it ends."""
        path = await self.consent(await self.start(next_path), sub)
        response = await self.ask("GET", path)
        assert response.status_code == 303
        return str(response.headers["Location"])

    async def me(self) -> dict[str, Any]:
        """Return who the refresh cookie says one is."""
        response = await self.ask("POST", "/api/auth/refresh")
        assert response.status_code == 200, await response.get_data()
        user: dict[str, Any] = (await response.get_json())["user"]
        return user


@pytest.fixture
async def with_provider(database: Database, tmp_path: Path) -> AsyncIterator[Api]:
    people = {
        "ada": ADA,
        "vague": ADA | {"email_verified": False},
        "nameless": {"email": "n@example.org", "email_verified": True, "name": "\x00\u202e" * 300},
    }
    with whole_provider(**people) as issuer:
        async with open_api(database, tmp_path, more=google(issuer)) as api:
            yield api


async def test_somebody_new_gets_an_account_and_is_signed_in(with_provider: Api) -> None:
    browser = Browser(with_provider)
    assert await browser.sign_in("ada", "/videos/1?x=y") == "/login?next=/videos/1%3Fx%3Dy#google"
    user = await browser.me()
    assert (user["email"], user["email_verified"], user["display_name"]) == (
        "ada@example.org",
        True,
        "Ada Lovelace",
    )
    assert (user["handle"], user["has_password"]) == ("ada_lovelace", False)


async def test_who_comes_again_is_the_same_whatever_became_of_the_address(with_provider: Api) -> None:
    first = Browser(with_provider)
    await first.sign_in("ada")
    before = await first.me()
    await with_provider.database.execute("update account set email = 'new@example.org'")
    again = Browser(with_provider)
    await again.sign_in("ada")
    assert (await again.me())["id"] == before["id"]


async def test_a_verified_account_of_the_address_is_linked_and_keeps_its_password(with_provider: Api) -> None:
    wanted = {"email": "ADA@example.org", "password": PASSWORD, "display_name": "Ada"}
    body = await with_provider.json("POST", "/api/auth/signup", wanted, status=201)
    await with_provider.database.execute("update account set email_verified_at = now()")
    browser = Browser(with_provider)
    await browser.sign_in("ada")
    user = await browser.me()
    assert (user["id"], user["has_password"]) == (body["user"]["id"], True)


async def test_who_signed_up_with_somebody_elses_address_is_put_out(with_provider: Api) -> None:
    wanted = {"email": "ada@example.org", "password": PASSWORD, "display_name": "Eve"}
    eve = await with_provider.json("POST", "/api/auth/signup", wanted, status=201)
    browser = Browser(with_provider)
    await browser.sign_in("ada")
    user = await browser.me()
    assert (user["id"], user["has_password"], user["email_verified"]) == (eve["user"]["id"], False, True)
    await with_provider.json("POST", "/api/auth/login", wanted | {"display_name": None}, status=400)
    login = {"email": "ada@example.org", "password": PASSWORD}
    await with_provider.json("POST", "/api/auth/login", login, status=401)
    headers = {"Authorization": f"Bearer {eve['token']}"}
    assert (await with_provider.ask("GET", "/api/auth/me", headers=headers)).status_code == 401


async def test_an_address_that_google_does_not_vouch_for_opens_nothing(with_provider: Api) -> None:
    browser = Browser(with_provider)
    assert await browser.sign_in("vague") == "/login?next=/&problem=google_email_unverified"
    assert "hub_refresh" not in browser.cookies
    assert await with_provider.database.fetchval("select count(*) from account") == 0


async def test_a_name_that_cannot_be_shown_is_not(with_provider: Api) -> None:
    browser = Browser(with_provider)
    await browser.sign_in("nameless")
    assert (await browser.me())["display_name"] == "Stargazer"


async def test_who_says_no_is_brought_back(with_provider: Api) -> None:
    browser = Browser(with_provider)
    assert await browser.sign_in("", "/forum") == "/login?next=/forum&problem=google_denied"


async def test_the_banned_stay_out(with_provider: Api) -> None:
    browser = Browser(with_provider)
    await browser.sign_in("ada")
    await with_provider.database.execute("update account set banned_until = 'infinity'")
    assert await browser.sign_in("ada") == "/login?next=/&problem=banned"


async def test_two_windows_of_one_person_make_one_account(with_provider: Api) -> None:
    browsers = [Browser(with_provider) for _ in range(3)]
    paths = [await browser.consent(await browser.start(), "ada") for browser in browsers]
    async with trio.open_nursery() as nursery:
        for browser, path in zip(browsers, paths, strict=True):
            nursery.start_soon(browser.ask, "GET", path)
    assert await with_provider.database.fetchval("select count(*) from account") == 1
    assert len({(await browser.me())["id"] for browser in browsers}) == 1


async def test_the_question_has_everything_and_the_cookies_are_guarded(with_provider: Api) -> None:
    browser = Browser(with_provider)
    question = parse_qs(urlsplit(await browser.start()).query)
    assert question["response_type"] == ["code"]
    assert question["redirect_uri"] == [CALLBACK]
    assert question["code_challenge_method"] == ["S256"]
    assert set(question["scope"][0].split()) == {"openid", "email", "profile"}
    assert all(len(question[name][0]) >= 43 for name in ("state", "nonce", "code_challenge"))
    [cookie] = browser.set_cookies
    assert re.search(r"hub_google=\S+; .*Max-Age=600; HttpOnly; Path=/api/auth/google; SameSite=Lax$", cookie)
    await browser.sign_in("ada")
    [refresh] = [each for each in browser.set_cookies if each.startswith("hub_refresh")]
    assert all(word in refresh for word in ("HttpOnly", "SameSite=Strict", "Path=/api/auth"))
    assert browser.cookies["hub_google"] == ""


async def test_another_browser_cannot_end_what_this_one_began(with_provider: Api) -> None:
    mine, theirs = Browser(with_provider), Browser(with_provider)
    path = await mine.consent(await mine.start(), "ada")
    await theirs.start()
    for browser in (theirs, Browser(with_provider)):
        response = await browser.ask("GET", path)
        assert response.headers["Location"] == "/login?next=/&problem=google_state"
        assert "hub_refresh" not in browser.cookies
    assert (await mine.ask("GET", path)).headers["Location"].endswith("#google")
    assert (await mine.ask("GET", path)).headers["Location"].endswith("problem=google_state")


async def test_a_code_without_its_verifier_is_worth_nothing(with_provider: Api) -> None:
    mine, theirs = Browser(with_provider), Browser(with_provider)
    stolen = parse_qs(urlsplit(await mine.consent(await mine.start(), "ada")).query)["code"][0]
    state = parse_qs(urlsplit(await theirs.start()).query)["state"][0]
    query = {"code": stolen, "state": state}
    response = await theirs.ask("GET", "/api/auth/google/callback", query_string=query)
    assert "problem=google_" in response.headers["Location"]
    assert "hub_refresh" not in theirs.cookies


@pytest.mark.parametrize(
    ("asked", "led_to"),
    [
        ("/forum?a=b#c", "/forum%3Fa%3Db%23c"),
        ("", "/"),
        ("forum", "/"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("/\t/evil.example", "/"),
        ("/\n/evil.example", "/"),
        (" //evil.example", "/"),
        ("https://evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/" + "x" * 1_000, "/"),
        ("/ä\r\nSet-Cookie: a=b", "/"),
        ("/\x00", "/"),
    ],
)
async def test_nobody_is_led_elsewhere(with_provider: Api, asked: str, led_to: str) -> None:
    browser = Browser(with_provider)
    assert await browser.sign_in("", asked) == f"/login?next={led_to}&problem=google_denied"


@pytest.mark.parametrize(
    "query", [{}, {"state": "x"}, {"code": "x"}, {"state": "\x00", "code": "\x00"}, {"state": "ä" * 5_000}]
)
@pytest.mark.parametrize("cookie", ["", "x", "x" * 5_000, "AAAA", "%00", "a.b.c"])
async def test_rubbish_leads_to_the_page_to_sign_in(with_provider: Api, query: Any, cookie: str) -> None:
    browser = Browser(with_provider)
    browser.cookies["hub_google"] = cookie
    response = await browser.ask("GET", "/api/auth/google/callback", query_string=query)
    assert (response.status_code, response.headers["Location"]) == (303, "/login?next=/&problem=google_state")


@pytest.mark.parametrize("code", ["", "x" * 2_001, "\x00", "ä", "rubbish"])
async def test_a_code_that_is_none_ends_at_the_page_to_sign_in(with_provider: Api, code: str) -> None:
    browser = Browser(with_provider)
    state = parse_qs(urlsplit(await browser.start()).query)["state"][0]
    query = {"code": code, "state": state}
    response = await browser.ask("GET", "/api/auth/google/callback", query_string=query)
    assert response.status_code == 303
    assert "problem=google_" in response.headers["Location"]


async def test_without_a_client_it_says_so(api: Api) -> None:
    for path in ("start", "callback"):
        problem = await api.json("GET", f"/api/auth/google/{path}", status=503)
        assert problem["code"] == "google_not_configured"


async def test_a_provider_that_is_away_leads_back(database: Database, tmp_path: Path) -> None:
    with told_provider() as told:
        told.answers.clear()
        async with open_api(database, tmp_path, more=google(told.issuer)) as api:
            assert await Browser(api).start("/forum") == "/login?next=/forum&problem=google_unreachable"


async def test_the_exchange_names_the_client(database: Database, tmp_path: Path) -> None:
    with told_provider() as told:
        async with open_api(database, tmp_path, more=google(told.issuer)) as api:
            browser = Browser(api)
            await come_back(browser, told)
    [form] = told.forms
    assert form["client_id"] == [CLIENT_ID]
    assert form["client_secret"] == [CLIENT_SECRET]
    assert form["grant_type"] == ["authorization_code"]
    assert form["redirect_uri"] == [CALLBACK]


@pytest.mark.parametrize(
    "said", [{}, {"id_token": 7}, {"id_token": "x"}, {"id_token": "a.b.c"}, {"id_token": "ä\x00"}]
)
async def test_a_provider_that_talks_nonsense_signs_nobody_in(
    database: Database, tmp_path: Path, said: Any
) -> None:
    with told_provider() as told:
        told.answers["/token"] = said
        async with open_api(database, tmp_path, more=google(told.issuer)) as api:
            browser = Browser(api)
            assert "problem=google_" in await come_back(browser, told)
            assert "hub_refresh" not in browser.cookies


async def come_back(browser: Browser, told: ToldProvider) -> str:
    """Come back with a code that the provider will exchange for what it is told."""
    address = await browser.start()
    assert address.startswith(f"{told.issuer}/authorize?")
    query = {"code": "a code", "state": parse_qs(urlsplit(address).query)["state"][0]}
    response = await browser.ask("GET", "/api/auth/google/callback", query_string=query)
    assert response.status_code == 303
    return str(response.headers["Location"])
