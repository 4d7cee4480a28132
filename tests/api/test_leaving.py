"""Leaving: nothing that tells who somebody was stays, and nothing is left out of what they take along."""

import json
import uuid
from datetime import timedelta
from typing import Any

import pytest

from api.accounts import export
from api.accounts.erasure import ERASURES
from api.accounts.export import SECTIONS
from rooms.kind import By
from store.database import Database
from tests.api.api_app import Api, Person

PASSWORD = "correct horse battery"
STAYS = {
    "account_session",  # ended, which deletes it
    "audit_log",  # who moderated what has to be known afterwards
    "comment",
    "party",  # goes on for who is in it, else the cleaning of parties ends it
    "report",
    "thread_read",  # the forum forgets it by itself
    "video",
    "video_like",
}


async def sign_up(api: Api, name: str = "Ada") -> Person:
    """Return somebody with a password."""
    wanted = {"email": f"{name}@example.org", "password": PASSWORD, "display_name": name, "handle": name}
    body = await api.json("POST", "/api/auth/signup", wanted, status=201)
    return Person(body["user"]["id"], name, body["token"], name)


async def leave(api: Api, who: Person, status: int = 204, password: str | None = PASSWORD) -> Any:
    return await api.json("DELETE", "/api/me", {"password": password}, who, status=status)


async def live_a_little(api: Api, ada: Person, grace: Person) -> str:
    """Let Ada leave traces wherever she can, and return the id of her thread."""
    await api.json("PATCH", "/api/me", {"bio": "A bio of Ada Lovelace"}, ada)
    await api.json("PUT", f"/api/users/{grace.handle}/follow", by=ada, status=204)
    await api.json("PUT", f"/api/users/{ada.handle}/follow", by=grace, status=204)
    await api.json("POST", "/api/auth/verify/request", by=ada, status=202)
    account = uuid.UUID(ada.id)
    await api.database.execute(
        "insert into google_identity values ('https://issuer', 'subject-of-ada', $1)", account
    )
    await api.database.execute("insert into avatar values ($1, 'picture-of-ada', 'x')", account)
    await have_a_category(api)
    video = await api.database.fetchval(
        "insert into video (creator, title, category, published_at)"
        " values ($1, 'First light', 'moon', now()) returning id",
        account,
    )
    await api.database.execute(
        "insert into video (creator, title, category, visibility, published_at, deleted_at, hidden_at) values"
        " ($1, 'Draft', 'moon', 'public', null, null, null),"
        " ($1, 'Private', 'moon', 'private', now(), null, null),"
        " ($1, 'Deleted', 'moon', 'public', now(), now(), null),"
        " ($1, 'Hidden', 'moon', 'private', now(), null, now())",
        account,
    )
    comment = "insert into comment (video, author, text) values ($1, $2, 'A comment')"
    await api.database.execute(comment, video, account)
    await api.database.execute("insert into video_like (video, account) values ($1, $2)", video, account)
    await api.database.execute(
        "insert into watch_progress (video, account, position_s) values ($1, $2, 7.5)", video, account
    )
    saved = await api.database.fetchval(
        "insert into saved_list (owner, title) values ($1, 'Watch later') returning id", account
    )
    await api.database.execute("insert into saved_list_item values ($1, $2, 1)", saved, video)
    await api.services.rooms.command(
        "thread:lobby", {"type": "post", "id": "p1", "text": "Hello from Ada"}, by_of(ada)
    )
    return str(video)


async def have_a_category(api: Api) -> None:
    await api.database.execute(
        "insert into category (slug, title) values ('moon', 'Moon') on conflict do nothing"
    )


def by_of(person: Person) -> Any:
    return By(person.id, person.display_name)


async def test_nothing_that_tells_who_it_was_is_left(api: Api) -> None:
    ada, grace = await sign_up(api, "ada_lovelace"), await sign_up(api, "grace")
    await live_a_little(api, ada, grace)
    await api.json("POST", "/api/reports", {"kind": "user", "id": ada.id, "reason": "?"}, grace, 201)
    response = await api.ask("DELETE", "/api/me", {"password": PASSWORD}, ada)
    assert response.status_code == 204
    assert "hub_refresh=;" in response.headers["Set-Cookie"]
    row = await api.database.fetchrow("select * from account where id = $1", uuid.UUID(ada.id))
    assert row["handle"].startswith("deleted_")
    assert row["display_name"] == "Deleted account"
    assert (row["email"], row["password_hash"], row["bio"], row["avatar"]) == (None, None, "", None)
    left = await rows_that_tell(api.database, "ada_lovelace")
    assert left <= {"event", "mail_outbox"}  # what happened in rooms, and the farewell
    assert await api.database.fetchval("select text from comment") == "A comment"
    stay = await api.database.fetch("select title from video order by title")
    assert [row["title"] for row in stay] == ["First light", "Hidden"]
    assert await api.database.fetchval("select name from forum_post") == "Deleted account"
    assert await api.database.fetchval("select last_author_name from thread") == "Deleted account"
    assert await api.database.fetchval("select count(*) from mail_outbox where recipient like 'ada%'") == 1


async def rows_that_tell(database: Database, word: str) -> set[str]:
    """Return the tables of which a row holds a word, in any column."""
    tables = await database.fetch("select tablename from pg_tables where schemaname = 'public'")
    return {
        row["tablename"]
        for row in tables
        if await database.fetchval(
            f'select exists (select from "{row["tablename"]}" as r where r::text ilike $1)', f"%{word}%"
        )
    }


async def test_who_left_is_signed_out_and_not_found_and_may_come_again(api: Api) -> None:
    ada = await sign_up(api)
    await leave(api, ada)
    assert (await api.json("GET", "/api/auth/me", by=ada, status=401))["code"] in (
        "session_revoked",
        "invalid_token",
    )
    await api.json("GET", "/api/users/ada", status=404)
    login = {"email": "ada@example.org", "password": PASSWORD}
    await api.json("POST", "/api/auth/login", login, status=401)
    again = await sign_up(api)
    assert again.id != ada.id
    handle = await api.database.fetchval("select handle from account where id = $1", uuid.UUID(ada.id))
    await api.json("GET", f"/api/users/{handle}", status=404)


async def test_followers_are_not_left_with_somebody_who_is_gone(api: Api) -> None:
    ada, grace = await sign_up(api), await sign_up(api, "Grace")
    await api.json("PUT", "/api/users/Ada/follow", by=grace, status=204)
    await api.json("PUT", "/api/users/Grace/follow", by=ada, status=204)
    await leave(api, ada)
    seen = (await api.json("GET", "/api/users/grace"))["user"]
    assert (seen["followers"], seen["following"]) == (0, 0)


@pytest.mark.parametrize("password", ["wrong", "", None])
async def test_it_takes_the_password(api: Api, password: str | None) -> None:
    ada = await sign_up(api)
    problem = await leave(api, ada, 401, password)
    assert (problem["code"], problem["field"]) == ("invalid_credentials", "password")
    await api.json("GET", "/api/auth/me", by=ada)


async def test_without_a_password_it_takes_a_fresh_sign_in(api: Api) -> None:
    ada = await api.sign_in(handle="ada")
    await api.database.execute(
        "update account_session set created_at = now() - $1::interval", timedelta(minutes=11)
    )
    assert (await leave(api, ada, 403, None))["code"] == "forbidden"
    fresh = Person(ada.id, "Ada", await api.token_of(uuid.UUID(ada.id)), "ada")
    await leave(api, fresh, 204, None)


async def test_the_last_admin_stays(api: Api) -> None:
    ada, grace = await sign_up(api), await sign_up(api, "Grace")
    await api.database.execute("update account set role = 'admin'")
    await leave(api, ada)
    assert (await leave(api, grace, 409))["code"] == "conflict"
    await api.json("GET", "/api/auth/me", by=grace)


async def test_only_an_account_can_be_deleted_or_exported(api: Api) -> None:
    for who in (None, await api.guest()):
        await api.json("DELETE", "/api/me", {}, who, status=401)
        await api.json("GET", "/api/me/export", by=who, status=401)


@pytest.mark.parametrize(
    "body", [{"password": 7}, {"password": "x" * 201}, {"more": 1}, [], "x", {"password": "\x00"}]
)
async def test_rubbish_deletes_nothing(api: Api, body: Any) -> None:
    ada = await sign_up(api)
    assert (await api.ask("DELETE", "/api/me", body, ada)).status_code in (400, 401)
    await api.json("GET", "/api/auth/me", by=ada)


async def test_all_that_is_known_is_exported(api: Api) -> None:
    ada, grace = await sign_up(api), await sign_up(api, "Grace")
    video = await live_a_little(api, ada, grace)
    response = await api.ask("GET", "/api/me/export", by=ada)
    assert response.headers["Content-Disposition"] == 'attachment; filename="cosmohub-Ada.json"'
    assert response.content_type == "application/json"
    told = await response.get_json()
    assert list(told) == list(SECTIONS)
    [account] = told["account"]
    assert (account["id"], account["email"], account["bio"]) == (
        ada.id,
        "Ada@example.org",
        "A bio of Ada Lovelace",
    )
    assert isinstance(account["created_at"], int)
    assert "password_hash" not in account
    assert [each["handle"] for each in told["following"] + told["followers"]] == ["Grace", "Grace"]
    titles = ["Deleted", "Draft", "First light", "Hidden", "Private"]
    assert sorted(each["title"] for each in told["videos"]) == titles
    assert [each["text"] for each in told["comments"] + told["posts"]] == ["A comment", "Hello from Ada"]
    assert (told["likes"][0]["video"], told["history"][0]["position_s"]) == (video, 7.5)
    assert told["lists"][0]["videos"] == [video]
    assert told["google"][0]["subject"] == "subject-of-ada"
    assert len(told["sessions"]) == 1


async def test_a_long_export_comes_in_pieces_and_is_whole(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "ROWS_AT_ONCE", 3)
    monkeypatch.setattr(export, "PIECE_BYTES", 100)
    ada = await sign_up(api)
    await have_a_category(api)
    for count in (2, 3, 7):
        await api.database.execute(
            "insert into video (creator, title, category)"
            " select $1, 'Video ' || n, 'moon' from generate_series(1, $2) as n",
            uuid.UUID(ada.id),
            count,
        )
        pieces = [piece async for piece in export.export_account(api.database, uuid.UUID(ada.id))]
        assert len(pieces) > 1
        told = json.loads(b"".join(pieces))
        titles = sorted(each["title"] for each in told["videos"])
        assert titles == sorted(f"Video {n}" for n in range(1, count + 1))
        await api.database.execute("delete from video")


async def test_every_table_that_knows_accounts_is_thought_of(database: Database) -> None:
    tables = await database.fetch(
        "select distinct conrelid::regclass::text as name from pg_constraint"
        " where confrelid = 'account'::regclass"
    )
    unthought = {
        row["name"]
        for row in tables
        if row["name"] not in STAYS and not any(f" {row['name']} " in f"{sql} " for sql in ERASURES.values())
    }
    assert unthought == set(), "say in api/accounts/erasure.py what becomes of it when an account is deleted"
    unexported = {row["name"] for row in tables if not any(row["name"] in sql for sql in SECTIONS.values())}
    assert unexported <= {"account_link", "avatar"}, "say in api/accounts/export.py what is exported of it"
