"""Verified addresses and forgotten passwords, by the links in real mails."""

import json
import re
import uuid
from email import message_from_bytes
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
import trio

from api.accounts.links import ISSUED_MAX
from api.accounts.password_reset import answer_resets
from api.mail.folder import MailFolder
from api.mail.postman import Postman
from api.services import ApiOptions
from store.database import Database
from tests.api.api_app import Api, Person, open_api

PUBLIC_URL = "http://127.0.0.1:8000"
TOKEN = re.compile(r"http://127\.0\.0\.1:8000/(verify|reset)#token=([\w-]{43})\r?$", re.MULTILINE)
PASSWORD = "correct horse battery"


class LetterBox:
    """Delivers what waits, and holds it."""

    def __init__(self, database: Database, folder: Path) -> None:
        self._folder = folder
        transport = MailFolder(folder, Address("Hub", "hub", "example.org"))
        self.postman = Postman(database, transport, [answer_resets(PUBLIC_URL)])

    async def take(self) -> list[EmailMessage]:
        """Let all mail be delivered, and empty the box."""
        await self.postman.deliver_due()
        files = sorted(self._folder.glob("*.eml"))
        mails = [message_from_bytes(file.read_bytes(), policy=default) for file in files]
        for file in files:
            file.unlink()
        return mails  # type: ignore[return-value]

    async def token(self, page: str) -> str:
        """Return the token in the one mail that came, which leads to `page`."""
        [mail] = await self.take()
        [(leads_to, token)] = TOKEN.findall(mail.get_content())
        assert leads_to == page
        return str(token)


@pytest.fixture
def letter_box(database: Database, tmp_path: Path) -> LetterBox:
    return LetterBox(database, tmp_path / "mail")


async def ask_reset(api: Api, email: str = "ada@example.org") -> Any:
    return await api.json("POST", "/api/auth/reset/request", {"email": email}, status=202)


async def set_password(api: Api, token: str, status: int = 204) -> Any:
    return await api.json("POST", "/api/auth/reset", {"token": token, "password": PASSWORD}, status=status)


async def verified(api: Api, who: Person) -> bool:
    return bool((await api.json("GET", "/api/auth/me", by=who))["user"]["email_verified"])


async def test_an_address_is_verified_by_the_link_sent_to_it(api: Api, letter_box: LetterBox) -> None:
    ada = await api.sign_in(handle="ada")
    await api.json("POST", "/api/auth/verify/request", by=ada, status=202)
    token = await letter_box.token("verify")
    assert not await verified(api, ada)
    await api.json("POST", "/api/auth/verify", {"token": token}, status=204)
    assert await verified(api, ada)
    problem = await api.json("POST", "/api/auth/verify", {"token": token}, status=400)
    assert (problem["code"], problem["field"]) == ("invalid_token", "token")
    again = await api.json("POST", "/api/auth/verify/request", by=ada, status=409)
    assert again["code"] == "conflict"


async def test_who_signs_up_gets_the_link(api: Api, letter_box: LetterBox) -> None:
    wanted = {
        "email": "ada@example.org",
        "password": PASSWORD,
        "display_name": "Buy now: https://evil.example",
    }
    await api.json("POST", "/api/auth/signup", wanted, status=201)
    [mail] = await letter_box.take()
    assert mail["To"] == "ada@example.org"
    assert "evil" not in mail.get_content()


async def test_a_new_password_comes_by_mail_and_ends_all_sessions(api: Api, letter_box: LetterBox) -> None:
    ada = await api.sign_in(handle="ada")
    await ask_reset(api, "ADA@example.org")
    token = await letter_box.token("reset")
    await set_password(api, token)
    assert (await api.json("GET", "/api/auth/me", by=ada, status=401))["code"] == "session_revoked"
    login = {"email": "ada@example.org", "password": PASSWORD}
    user = (await api.json("POST", "/api/auth/login", login))["user"]
    assert user["email_verified"]
    [told] = await letter_box.take()
    assert "changed" in told["Subject"]
    assert TOKEN.findall(told.get_content()) == []
    assert (await set_password(api, token, 400))["code"] == "invalid_token"


async def test_an_unknown_address_gets_the_same_answer_after_the_same_work(
    api: Api, letter_box: LetterBox
) -> None:
    await api.sign_in(handle="ada")

    async def asked(email: str) -> tuple[Any, ...]:
        before = await api.database.fetchval("select count(*) from password_reset_request")
        works = api.database.statistics().works
        response = await api.ask("POST", "/api/auth/reset/request", {"email": email})
        worked = api.database.statistics().works - works
        rows = await api.database.fetchval("select count(*) from password_reset_request") - before
        names = sorted(name for name, _ in response.headers if name.lower() != "x-correlation-id")
        return response.status_code, await response.get_json(), names, worked, rows

    assert await asked("ada@example.org") == await asked("nobody@example.org")
    assert [mail["To"] for mail in await letter_box.take()] == ["ada@example.org"]
    assert await api.database.fetchval("select count(*) from password_reset_request") == 0


async def test_a_newer_link_ends_the_older(api: Api, letter_box: LetterBox) -> None:
    await api.sign_in(handle="ada")
    await ask_reset(api)
    first = await letter_box.token("reset")
    await ask_reset(api)
    second = await letter_box.token("reset")
    await set_password(api, first, 400)
    await set_password(api, second)


@pytest.mark.parametrize("page", ["verify", "reset"])
async def test_a_link_runs_out(api: Api, letter_box: LetterBox, page: str) -> None:
    ada = await api.sign_in(handle="ada")
    if page == "reset":
        await ask_reset(api)
    else:
        await api.json("POST", "/api/auth/verify/request", by=ada, status=202)
    token = await letter_box.token(page)
    good_for = await api.database.fetchval("select expires_at - now() from account_link")
    await api.database.execute("update account_link set expires_at = now() - interval '1 second'")
    body = {"token": token} | ({"password": PASSWORD} if page == "reset" else {})
    await api.json("POST", f"/api/auth/{page}", body, status=400)
    assert round(good_for.total_seconds() / 3600) == {"verify": 24, "reset": 1}[page]


async def test_a_link_is_for_one_purpose(api: Api, letter_box: LetterBox) -> None:
    ada = await api.sign_in(handle="ada")
    await api.json("POST", "/api/auth/verify/request", by=ada, status=202)
    token = await letter_box.token("verify")
    await set_password(api, token, 400)
    await api.json("POST", "/api/auth/verify", {"token": token}, status=204)


async def test_no_letter_box_is_flooded(api: Api, letter_box: LetterBox) -> None:
    await api.sign_in(handle="ada")
    grace = await api.sign_in(handle="grace")
    for _ in range(ISSUED_MAX + 3):
        await ask_reset(api)
        await ask_reset(api, "ADA@EXAMPLE.ORG")
    mails = await letter_box.take()
    assert len(mails) == ISSUED_MAX
    for _ in range(ISSUED_MAX):
        await api.json("POST", "/api/auth/verify/request", by=grace, status=202)
    refused = await api.ask("POST", "/api/auth/verify/request", by=grace)
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "3600")
    [token] = [
        token
        for mail in await letter_box.take()
        for _, token in TOKEN.findall(mail.get_content())
        if (await api.ask("POST", "/api/auth/verify", {"token": token})).status_code == 204
    ]
    assert token
    await api.database.execute("update account_link set window_began = now() - interval '2 hours'")
    await ask_reset(api)
    assert len(await letter_box.take()) == 1


async def test_only_the_hash_of_a_token_is_kept(api: Api, letter_box: LetterBox) -> None:
    await api.sign_in(handle="ada")
    await ask_reset(api)
    token = await letter_box.token("reset")
    kept = await api.database.fetchrow("select account_link::text as row from account_link")
    assert token not in kept["row"]
    assert token.encode().hex() not in kept["row"]


async def test_of_two_who_use_a_link_at_once_one_does(api: Api, letter_box: LetterBox) -> None:
    await api.sign_in(handle="ada")
    await ask_reset(api)
    token = await letter_box.token("reset")
    statuses: list[int] = []

    async def use() -> None:
        body = {"token": token, "password": PASSWORD}
        statuses.append((await api.ask("POST", "/api/auth/reset", body)).status_code)

    async with trio.open_nursery() as nursery:
        for _ in range(3):
            nursery.start_soon(use)
    assert sorted(statuses) == [204, 400, 400]


async def test_the_link_of_a_deleted_account_does_nothing(api: Api, letter_box: LetterBox) -> None:
    ada = await api.sign_in(handle="ada")
    await ask_reset(api)
    token = await letter_box.token("reset")
    await api.database.execute(
        "update account set deleted_at = now(), email = null where id = $1", uuid.UUID(ada.id)
    )
    await set_password(api, token, 400)
    await api.json("POST", "/api/auth/verify", {"token": token}, status=400)
    await ask_reset(api)
    assert await letter_box.take() == []


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("reset/request", {"email": "ada"}, "email"),
        ("reset/request", {"email": "a@b\r\nBcc: eve@example.org"}, "email"),
        ("reset/request", {"email": "a\x00@example.org"}, "email"),
        ("reset/request", {"email": "\ud800@example.org"}, "email"),
        ("reset/request", {"email": "x" * 250 + "@example.org"}, "email"),
        ("reset/request", {"email": 7}, "email"),
        ("reset/request", {}, "email"),
        ("reset", {"token": "x", "password": "short"}, "password"),
        ("reset", {"token": "", "password": PASSWORD}, "token"),
        ("reset", {"token": "x" * 101, "password": PASSWORD}, "token"),
        ("reset", {"token": "\x00", "password": PASSWORD}, "token"),
        ("verify", {"token": "\x00\ud800"}, "token"),
        ("verify", {"token": None}, "token"),
        ("verify", {"token": "x", "more": 1}, "more"),
    ],
)
async def test_rubbish_is_refused(api: Api, path: str, body: Any, field: str) -> None:
    response = await api.ask(
        "POST",
        f"/api/auth/{path}",
        data=json.dumps(body),
        headers={"Content-Type": "application/json"},
    )
    assert response.status_code == 400
    assert (await response.get_json(force=True)).get("field") in (field, None)


async def test_asking_is_limited_by_address(database: Database, tmp_path: Path) -> None:
    async with open_api(database, tmp_path, ApiOptions(requests_per_minute=100)) as api:
        for _ in range(5):
            await ask_reset(api)
        await api.json("POST", "/api/auth/reset/request", {"email": "x@example.org"}, status=429)
