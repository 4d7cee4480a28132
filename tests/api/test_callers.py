"""Who asks: what a token lets one do, and that a change of the account counts at once."""

import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import jwt
import pytest

from api.http.answers import answer
from api.http.caller import caller, need, need_account
from store.database import Database
from tests.api.api_app import Api, Person, open_api
from tests.api.api_bench import NOW_S, SECRET


@pytest.fixture
async def asked(database: Database, tmp_path: Path) -> AsyncIterator[Api]:
    """An app that tells who asks."""
    async with open_api(database, tmp_path) as api:

        @api.app.get("/api/test/who")
        async def who() -> Any:
            by = await caller()
            assert by is await caller()
            return answer(
                {
                    "user": by.user,
                    "role": by.role,
                    "name": by.display_name,
                    "is": [by.anonymous, by.guest, by.account],
                    "permissions": by.permissions,
                    "moderator": by.by().moderator,
                    "address": by.address,
                }
            )

        @api.app.get("/api/test/moderate")
        async def moderate() -> Any:
            return answer({"by": (await need("post.moderate")).account_id})

        @api.app.get("/api/test/account")
        async def account() -> Any:
            return answer({"by": (await need_account()).account_id})

        yield api


async def refused(api: Api, by: Person | None, status: int, path: str = "/api/test/who") -> str:
    body = await api.json("GET", path, by=by, status=status)
    return str(body["code"])


async def test_without_a_token_one_is_nobody(asked: Api) -> None:
    who = await asked.json("GET", "/api/test/who")
    assert who["is"] == [True, False, False]
    assert (who["user"], who["permissions"]) == ("", [])
    assert await refused(asked, None, 401, "/api/test/moderate") == "unauthorized"
    assert await refused(asked, None, 401, "/api/test/account") == "unauthorized"


async def test_a_guest_has_a_name_and_little_else(asked: Api) -> None:
    guest = await asked.guest("Ada")
    who = await asked.json("GET", "/api/test/who", by=guest)
    assert who["is"] == [False, True, False]
    assert (who["user"], who["name"], who["permissions"]) == (guest.id, "Ada", ["post.write"])
    assert await refused(asked, guest, 403, "/api/test/moderate") == "forbidden"
    assert await refused(asked, guest, 401, "/api/test/account") == "unauthorized"


@pytest.mark.parametrize(("role", "status"), [("viewer", 403), ("creator", 403), ("admin", 200)])
async def test_what_an_account_may_do_follows_from_its_role(asked: Api, role: str, status: int) -> None:
    person = await asked.sign_in(role)
    who = await asked.json("GET", "/api/test/who", by=person)
    assert who["is"] == [False, False, True]
    assert (who["user"], who["role"], who["moderator"]) == (person.id, role, role == "admin")
    assert (await asked.ask("GET", "/api/test/moderate", by=person)).status_code == status
    assert await asked.json("GET", "/api/test/account", by=person) == {"by": person.id}


async def test_the_role_is_that_of_the_account_not_that_of_the_token(asked: Api) -> None:
    person = await asked.sign_in("viewer")
    await asked.database.execute("update account set role = 'creator' where id = $1", uuid.UUID(person.id))
    assert (await asked.json("GET", "/api/test/who", by=person))["role"] == "creator"


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ("update account set authorization_version = 2", 401, "token_stale"),
        ("update account set banned_until = 'infinity'", 403, "banned"),
        ("update account set deleted_at = now()", 401, "invalid_token"),
        ("delete from account_session", 401, "session_revoked"),
        ("update account_session set expires_at = now()", 401, "session_revoked"),
    ],
)
async def test_a_change_counts_at_once(asked: Api, change: str, status: int, code: str) -> None:
    person = await asked.sign_in("admin")
    assert (await asked.ask("GET", "/api/test/who", by=person)).status_code == 200
    await asked.database.execute(change)
    assert await refused(asked, person, status) == code


def signed(**claims: Any) -> str:
    return jwt.encode(claims, SECRET, "HS256")


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("", "unauthorized"),
        ("Bearer", "unauthorized"),
        ("Basic YTpi", "unauthorized"),
        ("Bearer rubbish", "invalid_token"),
        ("Bearer \xff\xfe", "invalid_token"),
        (f"Bearer {signed(sub='guest-1', exp=NOW_S)}", "token_expired"),
        (f"Bearer {signed(sub='ada', exp=NOW_S + 9)}", "invalid_token"),
        (f"Bearer {signed(sub='guest-1', channel='watch:a', exp=NOW_S + 9)}", "invalid_token"),
        (f"Bearer {signed(sub=str(uuid.uuid4()), sid=str(uuid.uuid4()), av=1)}", "invalid_token"),
        (f"Bearer {jwt.encode({'sub': 'guest-1'}, 'x' * 32, 'HS256')}", "invalid_token"),
    ],
)
async def test_a_token_that_is_not_good(asked: Api, header: str, code: str) -> None:
    body = await asked.json("GET", "/api/test/who", status=401, headers={"Authorization": header})
    assert body["code"] == code


async def test_a_bearer_is_spelled_as_people_like(asked: Api) -> None:
    guest = await asked.guest()
    who = await asked.json("GET", "/api/test/who", headers={"authorization": f"bEaReR   {guest.token} "})
    assert who["user"] == guest.id
