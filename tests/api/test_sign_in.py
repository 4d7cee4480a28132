"""Signing up, in and out over HTTP: tokens, cookies, sessions, and what is refused in which words."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import jwt
import pytest
import trio
from argon2 import PasswordHasher

from api.accounts.passwords import Passwords
from api.services import ApiOptions
from api.tokens import ACCESS_TOKEN_S
from store.database import Database
from tests.api.api_app import Api, Person, open_api
from tests.api.api_bench import NOW_S, SECRET

QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PASSWORD = "correct horse battery"
ADA = {"email": "ada@example.org", "password": PASSWORD, "display_name": "Ada"}


@pytest.fixture
async def api(database: Database, tmp_path: Path) -> AsyncIterator[Api]:
    """The whole app, with passwords that are hashed in no time."""
    async with open_api(database, tmp_path, more={"passwords": Passwords(QUICK)}) as opened:
        yield opened


async def sign_up(api: Api, **more: Any) -> dict[str, Any]:
    return await api.json("POST", "/api/auth/signup", ADA | more, status=201)


async def log_in(api: Api, **more: Any) -> dict[str, Any]:
    return await api.json(
        "POST", "/api/auth/login", {"email": ADA["email"], "password": PASSWORD} | more, status=200
    )


async def refresh(api: Api, token: str, status: int = 200) -> dict[str, Any]:
    return await api.json("POST", "/api/auth/refresh", {"refresh_token": token}, status=status)


def person(body: dict[str, Any]) -> Person:
    return Person(body["user"]["id"], body["user"]["display_name"], body["token"])


def cookie_of(response: Any) -> str:
    [cookie] = response.headers.getlist("Set-Cookie")
    return cookie


async def test_who_signs_up_is_signed_in(api: Api) -> None:
    body = await sign_up(api, handle="Ada_L")
    assert set(body) == {"token", "expires_at", "refresh_token", "user"}
    assert body["expires_at"] == (NOW_S + ACCESS_TOKEN_S) * 1000
    claims = jwt.decode(body["token"], SECRET, ["HS256"], options={"verify_exp": False, "verify_iat": False})
    assert claims["sub"] == body["user"]["id"]
    assert (claims["av"], claims["role"], claims["exp"]) == (1, "viewer", NOW_S + ACCESS_TOKEN_S)
    assert claims["info"] == {"display_name": "Ada", "handle": "Ada_L"}
    me = await api.json("GET", "/api/auth/me", by=person(body))
    assert me["user"] == body["user"]
    assert me["user"] | {"id": "", "created_at": 0, "permissions": []} == {
        "id": "",
        "email": "ada@example.org",
        "email_verified": False,
        "has_password": True,
        "display_name": "Ada",
        "handle": "Ada_L",
        "avatar": None,
        "bio": "",
        "role": "viewer",
        "permissions": [],
        "created_at": 0,
    }
    assert "thread.create" in me["user"]["permissions"]
    assert "video.create" not in me["user"]["permissions"]


async def test_who_signs_up_is_sent_a_link(api: Api) -> None:
    await sign_up(api)
    assert await api.database.fetchval("select recipient from mail_outbox") == "ada@example.org"


async def test_the_password_is_kept_as_argon2id_only(api: Api) -> None:
    await sign_up(api)
    kept = await api.database.fetchval("select account::text from account")
    assert "$argon2id$" in kept
    assert PASSWORD not in kept


@pytest.mark.parametrize(
    ("more", "code", "field"),
    [
        ({"email": "ADA@example.org"}, "email_taken", "email"),
        ({"email": "eve@example.org", "handle": "ADA"}, "handle_taken", "handle"),
    ],
)
async def test_what_is_taken_is_a_conflict(api: Api, more: dict[str, str], code: str, field: str) -> None:
    await sign_up(api)
    problem = await api.json("POST", "/api/auth/signup", ADA | more, status=409)
    assert (problem["code"], problem["field"]) == (code, field)
    assert await api.database.fetchval("select count(*) from account") == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "ada"),
        ("email", "ada@"),
        ("email", "ada@example.org\r\nBcc: eve@example.org"),
        ("email", "a\x00da@example.org"),
        ("email", "a" * 300 + "@example.org"),
        ("email", None),
        ("email", 7),
        ("password", "short"),
        ("password", "x" * 201),
        ("password", None),
        ("password", ["correct horse battery"]),
        ("display_name", ""),
        ("display_name", "x" * 41),
        ("display_name", "a\x00b"),
        ("handle", "a"),
        ("handle", "no spaces"),
        ("handle", "admin"),
        ("handle", "ünder"),
        ("cookie", "perhaps"),
        ("role", "admin"),
    ],
)
async def test_a_field_that_will_not_do_is_named(api: Api, field: str, value: object) -> None:
    problem = await api.json("POST", "/api/auth/signup", ADA | {field: value}, status=400)
    assert (problem["code"], problem["field"]) == ("invalid_field", field)
    assert await api.database.fetchval("select count(*) from account") == 0


@pytest.mark.parametrize("path", ["signup", "login", "password", "refresh", "logout"])
@pytest.mark.parametrize(
    "body",
    [
        b"rubbish",
        b"[]",
        b"7",
        b"null",
        b"\xff",
        b"[" * 60_000,
        b'{"email":"\\ud800","password":"\\ud800\\ud800\\ud800\\ud800\\ud800\\ud800\\ud800\\ud800"}',
        b'{"email":"a@example.org","password":"\\u0000\\u0000\\u0000\\u0000\\u0000\\u0000\\u0000\\u0000\\u0000"}',
        b'{"refresh_token":7}',
        b'{"refresh_token":"\\ud800"}',
    ],
)
async def test_rubbish_is_refused_as_the_clients_fault(api: Api, path: str, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    response = await api.ask("POST", f"/api/auth/{path}", data=body, headers=headers)
    assert 400 <= response.status_code < 500
    assert response.content_type == "application/problem+json"


async def test_who_knows_the_password_logs_in(api: Api) -> None:
    signed_up = await sign_up(api)
    body = await log_in(api, email=" Ada@Example.org ")
    assert body["user"] == signed_up["user"]
    assert body["refresh_token"] != signed_up["refresh_token"]
    assert (await api.json("GET", "/api/auth/me", by=person(body)))["user"] == body["user"]


async def test_an_unknown_address_and_a_wrong_password_are_answered_alike(api: Api) -> None:
    await sign_up(api)
    await api.database.execute(
        "insert into account (email, handle, display_name) values ('g@g.g', 'gg', 'G')"
    )
    answers = []
    for email, password in (
        ("ada@example.org", "a wrong password"),
        ("eve@example.org", PASSWORD),
        ("g@g.g", PASSWORD),
        ("no address at all", PASSWORD),
        ("a\x00b@example.org", PASSWORD),
        ("", ""),
    ):
        response = await api.ask("POST", "/api/auth/login", {"email": email, "password": password})
        answers.append((response.status_code, await response.get_data()))
    assert len(set(answers)) == 1
    assert answers[0][0] == 401
    assert b'"invalid_credentials"' in answers[0][1]


async def test_a_password_is_the_same_however_its_letters_are_composed(api: Api) -> None:
    await sign_up(api, password="Zoe\u0308 \ufb01nds it")
    await log_in(api, password="Zo\u00eb finds it")


async def test_a_hash_of_old_parameters_is_made_anew(api: Api) -> None:
    await sign_up(api)
    old = PasswordHasher(time_cost=2, memory_cost=16, parallelism=1).hash(PASSWORD)
    await api.database.execute("update account set password_hash = $1", old)
    await log_in(api)
    fresh = await api.database.fetchval("select password_hash from account")
    assert fresh != old
    assert not QUICK.check_needs_rehash(fresh)
    await log_in(api)
    assert await api.database.fetchval("select password_hash from account") == fresh


async def test_a_hash_that_is_none_lets_nobody_in(api: Api) -> None:
    await sign_up(api)
    await api.database.execute("update account set password_hash = 'rubbish'")
    body = {"email": ADA["email"], "password": PASSWORD}
    await api.json("POST", "/api/auth/login", body, status=401)


async def test_who_is_banned_is_told_for_how_long_and_why(api: Api) -> None:
    body = await sign_up(api)
    await api.database.execute("update account set banned_until = '2999-01-01 00:00Z', ban_reason = 'spam'")
    tried = {"email": ADA["email"], "password": PASSWORD}
    for path, sent in (("login", tried), ("refresh", {"refresh_token": body["refresh_token"]})):
        problem = await api.json("POST", f"/api/auth/{path}", sent, status=403)
        assert problem["code"] == "banned"
        assert "until 2999-01-01 00:00 UTC: spam" in problem["detail"]
    assert (await api.json("GET", "/api/auth/me", by=person(body), status=403))["code"] == "banned"
    wrong = tried | {"password": "a wrong password"}
    assert (await api.json("POST", "/api/auth/login", wrong, status=401))["code"] == "invalid_credentials"
    await api.database.execute("update account set banned_until = 'infinity', ban_reason = null")
    assert "for good" in (await api.json("POST", "/api/auth/login", tried, status=403))["detail"]
    await api.database.execute("update account set banned_until = now()")
    await refresh(api, body["refresh_token"])


async def test_a_refresh_token_is_good_once_and_a_used_one_ends_its_family(api: Api) -> None:
    first = await sign_up(api)
    other = await log_in(api)
    second = await refresh(api, first["refresh_token"])
    assert (await refresh(api, first["refresh_token"], status=401))["code"] == "session_revoked"
    assert (await refresh(api, second["refresh_token"], status=401))["code"] == "invalid_token"
    for ended in (first, second):
        problem = await api.json("GET", "/api/auth/me", by=person(ended), status=401)
        assert problem["code"] == "session_revoked"
    await api.json("GET", "/api/auth/me", by=person(other))


async def test_of_two_who_use_a_token_at_once_at_most_one_gets_on(api: Api) -> None:
    body = await sign_up(api)
    statuses: list[int] = []

    async def use() -> None:
        sent = {"refresh_token": body["refresh_token"]}
        statuses.append((await api.ask("POST", "/api/auth/refresh", sent)).status_code)

    async with trio.open_nursery() as nursery:
        for _ in range(4):
            nursery.start_soon(use)
    assert sorted(statuses) == [200, 401, 401, 401]
    assert await api.database.fetchval("select count(*) from account_session") == 0


async def test_of_those_who_sign_up_with_one_address_at_once_one_gets_it(api: Api) -> None:
    statuses: list[int] = []

    async def try_it(name: str) -> None:
        response = await api.ask("POST", "/api/auth/signup", ADA | {"display_name": name})
        statuses.append(response.status_code)

    async with trio.open_nursery() as nursery:
        for name in ("Ada", "ada", "Eve", "Bob"):
            nursery.start_soon(try_it, name)
    assert sorted(statuses) == [201, 409, 409, 409]


async def test_of_those_who_have_one_name_each_gets_a_handle(api: Api) -> None:
    handles: set[str] = set()

    async def join(number: int) -> None:
        body = await sign_up(api, email=f"{number}@example.org")
        handles.add(body["user"]["handle"])

    async with trio.open_nursery() as nursery:
        for number in range(5):
            nursery.start_soon(join, number)
    assert len(handles) == 5
    assert "ada" in handles


async def test_an_access_token_expires(api: Api) -> None:
    body = await sign_up(api)
    api.steered.now_s = NOW_S + ACCESS_TOKEN_S
    assert (await api.json("GET", "/api/auth/me", by=person(body), status=401))["code"] == "token_expired"
    await api.json("GET", "/api/auth/me", by=person(await refresh(api, body["refresh_token"])))


async def test_what_changed_in_the_account_makes_its_tokens_stale(api: Api) -> None:
    body = await sign_up(api)
    await api.database.execute("update account set role = 'creator', authorization_version = 2")
    assert (await api.json("GET", "/api/auth/me", by=person(body), status=401))["code"] == "token_stale"
    fresh = await refresh(api, body["refresh_token"])
    me = await api.json("GET", "/api/auth/me", by=person(fresh))
    assert me["user"]["role"] == "creator"
    assert "video.create" in me["user"]["permissions"]


async def test_a_browser_keeps_the_refresh_token_where_no_script_sees_it(api: Api) -> None:
    signed_up = await api.ask("POST", "/api/auth/signup", ADA | {"cookie": True})
    assert (await signed_up.get_json())["refresh_token"] is None
    cookie = cookie_of(signed_up)
    assert cookie.startswith("hub_refresh=")
    for attribute in ("HttpOnly", "SameSite=Strict", "Path=/api/auth", "Max-Age=2592000"):
        assert attribute in cookie
    assert "Secure" not in cookie
    refreshed = await api.ask("POST", "/api/auth/refresh", {})
    assert refreshed.status_code == 200
    assert (await refreshed.get_json())["refresh_token"] is None
    assert cookie_of(refreshed).partition(";")[0] != cookie.partition(";")[0]
    assert (await api.ask("POST", "/api/auth/refresh")).status_code == 200
    out = await api.ask("POST", "/api/auth/logout")
    assert out.status_code == 204
    assert "Max-Age=0" in cookie_of(out)
    assert (await api.ask("POST", "/api/auth/refresh")).status_code == 401
    assert await api.database.fetchval("select count(*) from account_session") == 0


async def test_a_cookie_that_is_no_good_is_dropped(api: Api) -> None:
    signed_up = await api.ask("POST", "/api/auth/signup", ADA | {"cookie": True})
    used = cookie_of(signed_up).partition(";")[0]
    await api.ask("POST", "/api/auth/refresh")
    api.client.cookie_jar.clear()
    refused = await api.ask("POST", "/api/auth/refresh", headers={"Cookie": used})
    assert refused.status_code == 401
    assert "Max-Age=0" in cookie_of(refused)


async def test_the_cookie_goes_over_https_alone_where_there_is_https(
    database: Database, tmp_path: Path
) -> None:
    options = ApiOptions(1_000_000, public_url="https://hub.example.org")
    parts = {"passwords": Passwords(QUICK)}
    async with open_api(database, tmp_path, options, more=parts) as api:
        assert "Secure" in cookie_of(await api.ask("POST", "/api/auth/signup", ADA | {"cookie": True}))


@pytest.mark.parametrize(
    ("headers", "allowed"),
    [
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "same-site", "Origin": "http://localhost"}, False),
        ({"Origin": "https://evil.example"}, False),
        ({"Origin": "null"}, False),
        ({"Origin": "http://["}, False),
        ({"Origin": "http://localhost"}, True),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"}, True),
    ],
)
async def test_only_pages_of_the_own_origin_use_the_cookie(
    api: Api, headers: dict[str, str], allowed: bool
) -> None:
    await api.ask("POST", "/api/auth/signup", ADA | {"cookie": True})
    for path, json in (
        ("login", {"email": ADA["email"], "password": PASSWORD, "cookie": True}),
        ("refresh", None),
        ("logout", None),
    ):
        response = await api.ask("POST", f"/api/auth/{path}", json, headers=headers)
        if allowed:
            assert response.status_code in (200, 204)
        else:
            assert response.status_code == 403
            assert (await response.get_json(force=True))["code"] == "foreign_origin"
    assert await api.database.fetchval("select count(*) from account_session") == 1


async def test_what_is_shown_in_so_many_words_goes_before_the_cookie(api: Api) -> None:
    await api.ask("POST", "/api/auth/signup", ADA | {"cookie": True})
    guest = await api.guest("Eve")
    assert (await api.json("POST", "/api/auth/refresh", {}, by=guest))["user"]["id"] == guest.id
    bare = await log_in(api)
    assert (await refresh(api, bare["refresh_token"]))["refresh_token"] is not None


async def test_sessions_are_listed_and_ended_one_by_one(api: Api) -> None:
    here = await sign_up(api)
    there = await api.ask(
        "POST",
        "/api/auth/login",
        {"email": ADA["email"], "password": PASSWORD},
        headers={"User-Agent": "Probe/1.0 " + "x" * 500},
    )
    there = await there.get_json()
    items = (await api.json("GET", "/api/auth/sessions", by=person(here)))["items"]
    assert [each["current"] for each in items] == [False, True]
    assert items[0]["user_agent"].startswith("Probe/1.0 xxx")
    assert len(items[0]["user_agent"]) == 300
    assert items[0]["created_at"] <= items[0]["last_used_at"]
    path = f"/api/auth/sessions/{items[0]['id']}"
    assert await api.json("DELETE", path, by=person(here), status=204) is None
    await api.json("DELETE", path, by=person(here), status=404)
    assert (await api.json("GET", "/api/auth/me", by=person(there), status=401))["code"] == "session_revoked"
    assert (await refresh(api, there["refresh_token"], status=401))["code"] == "invalid_token"
    await api.json("DELETE", "/api/auth/sessions/rubbish%00", by=person(here), status=404)
    eve = await api.sign_in(name="Eve")
    [own] = (await api.json("GET", "/api/auth/sessions", by=person(here)))["items"]
    await api.json("DELETE", f"/api/auth/sessions/{own['id']}", by=eve, status=404)


async def test_logging_out_ends_this_session_and_logging_out_everywhere_all(api: Api) -> None:
    here, there, elsewhere = await sign_up(api), await log_in(api), await log_in(api)
    eve = await api.sign_in(name="Eve")
    await api.json("POST", "/api/auth/logout", by=person(here), status=204)
    await api.json("GET", "/api/auth/me", by=person(here), status=401)
    await api.json("GET", "/api/auth/me", by=person(there))
    await api.json("POST", "/api/auth/logout-all", by=person(there), status=204)
    for ended in (there, elsewhere):
        await api.json("GET", "/api/auth/me", by=person(ended), status=401)
        await refresh(api, ended["refresh_token"], status=401)
    await api.json("GET", "/api/auth/me", by=eve)


async def test_logging_out_by_a_refresh_token_needs_no_access_token(api: Api) -> None:
    body = await sign_up(api)
    api.steered.now_s = NOW_S + ACCESS_TOKEN_S
    sent = {"refresh_token": body["refresh_token"]}
    await api.json("POST", "/api/auth/logout", sent, by=person(body), status=204)
    await api.json("POST", "/api/auth/logout", sent, status=204)
    assert await api.database.fetchval("select count(*) from account_session") == 0
    assert (await api.json("POST", "/api/auth/logout", status=401))["code"] == "unauthorized"


async def test_a_new_password_ends_the_other_sessions(api: Api) -> None:
    here, there = await sign_up(api), await log_in(api)
    change = {"current": PASSWORD, "new": "another good password"}
    await api.json("POST", "/api/auth/password", change, by=person(here), status=204)
    await api.json("GET", "/api/auth/me", by=person(here))
    await api.json("GET", "/api/auth/me", by=person(there), status=401)
    await api.json("POST", "/api/auth/login", {"email": ADA["email"], "password": PASSWORD}, status=401)
    await log_in(api, password="another good password")
    problem = await api.json("POST", "/api/auth/password", change, by=person(here), status=401)
    assert (problem["code"], problem["field"]) == ("invalid_credentials", "current")
    assert (await api.json("POST", "/api/auth/password", change, status=401))["code"] == "unauthorized"
    guest = await api.guest()
    await api.json("POST", "/api/auth/password", change, by=guest, status=401)


async def test_who_has_no_password_sets_one_by_mail(api: Api) -> None:
    ada = await api.sign_in()
    change = {"current": "", "new": "another good password"}
    assert (await api.json("POST", "/api/auth/password", change, by=ada, status=409))["code"] == "conflict"


async def test_a_guest_is_told_what_a_guest_may(api: Api) -> None:
    guest = await api.guest("Ada")
    assert (await api.json("GET", "/api/auth/me", by=guest))["user"] == {
        "id": guest.id,
        "display_name": "Ada",
        "role": "guest",
        "permissions": ["post.write"],
    }
    assert (await api.json("GET", "/api/auth/me", status=401))["code"] == "unauthorized"
    for path in ("sessions", "logout-all"):
        method = "GET" if path == "sessions" else "POST"
        await api.json(method, f"/api/auth/{path}", by=guest, status=401)


async def test_passwords_are_not_tried_without_end(database: Database, tmp_path: Path) -> None:
    tried = {"email": "ada@example.org", "password": "a guess of many"}
    parts = {"passwords": Passwords(QUICK)}
    async with open_api(database, tmp_path, ApiOptions(), more=parts) as api:
        statuses = [(await api.ask("POST", "/api/auth/login", tried)).status_code for _ in range(11)]
        assert statuses == [401] * 10 + [429]
        refused = await api.ask("POST", "/api/auth/login", tried)
        assert int(refused.headers["Retry-After"]) >= 1


async def test_an_account_is_not_tried_without_end_from_many_addresses(
    database: Database, tmp_path: Path
) -> None:
    tried = {"email": "ada@example.org", "password": "a guess of many"}
    parts = {"passwords": Passwords(QUICK)}
    async with open_api(database, tmp_path, ApiOptions(trusted_proxies=1), more=parts) as api:
        statuses = []
        for number in range(11):
            headers = {"X-Forwarded-For": f"192.0.2.{number}"}
            statuses.append((await api.ask("POST", "/api/auth/login", tried, headers=headers)).status_code)
        assert statuses == [401] * 10 + [429]
        elsewhere = {"X-Forwarded-For": "192.0.2.99"}
        other = tried | {"email": "eve@example.org"}
        assert (await api.ask("POST", "/api/auth/login", other, headers=elsewhere)).status_code == 401
