"""Those who look after accounts: find them, give roles that count at once, and never lose the last admin."""

from typing import Any

import orjson
import pytest
import trio

from api.accounts.role_changes import LastAdmin, change_role, check_not_last_admin
from tests.api.api_app import Api, Person


async def give(api: Api, person: Person, role: str, by: Person, status: int = 200) -> Any:
    body = {"role": role, "reason": "a good one"}
    return await api.json("PUT", f"/api/admin/users/{person.id}/role", body, by=by, status=status)


async def found(api: Api, by: Person, **query: Any) -> list[str]:
    """Return the names on all pages."""
    names: list[str] = []
    cursor = None
    while True:
        asked = query | ({"cursor": cursor} if cursor else {})
        page = await api.json("GET", "/api/admin/users", by=by, query_string=asked)
        names += [each["display_name"] for each in page["items"]]
        cursor = page["next"]
        if cursor is None:
            return names


async def test_a_role_counts_at_once_and_is_noted(api: Api) -> None:
    admin, ada = await api.sign_in("admin", "Boss"), await api.sign_in()
    given = await give(api, ada, "creator", admin)
    assert (given["id"], given["role"]) == (ada.id, "creator")
    assert "video.create" in given["permissions"]
    assert (await api.json("GET", "/api/auth/me", by=ada, status=401))["code"] == "token_stale"
    note = await api.database.fetchrow("select * from audit_log")
    assert note is not None
    assert (str(note["actor"]), note["act"], note["subject_kind"]) == (admin.id, "account.role", "account")
    assert (note["subject_id"], note["reason"]) == (ada.id, "a good one")
    assert orjson.loads(note["details"]) == {"from": "viewer", "to": "creator"}


async def test_a_role_that_somebody_has_already_changes_nothing(api: Api) -> None:
    admin, ada = await api.sign_in("admin", "Boss"), await api.sign_in("creator")
    assert (await give(api, ada, "creator", admin))["role"] == "creator"
    await api.json("GET", "/api/auth/me", by=ada)
    assert await api.database.fetchval("select count(*) from audit_log") == 0


async def test_nobody_changes_their_own_role(api: Api) -> None:
    admin = await api.sign_in("admin", "Boss")
    await api.sign_in("admin", "Other")
    assert (await give(api, admin, "viewer", admin, status=409))["code"] == "conflict"


@pytest.mark.parametrize("role", ["viewer", "creator"])
async def test_only_admins_give_roles_and_see_everybody(api: Api, role: str) -> None:
    ada, eve = await api.sign_in(role), await api.sign_in(name="Eve")
    assert "account.roles" in (await give(api, eve, "admin", ada, status=403))["detail"]
    assert (await api.json("GET", "/api/admin/users", by=ada, status=403))["code"] == "forbidden"
    assert (await api.json("GET", "/api/admin/users", by=await api.guest(), status=403))[
        "code"
    ] == "forbidden"
    assert (await api.json("GET", "/api/admin/users", status=401))["code"] == "unauthorized"


@pytest.mark.parametrize("user_id", ["rubbish", "%00", "00000000-0000-0000-0000-000000000000", "é"])
async def test_who_is_not_there_gets_no_role(api: Api, user_id: str) -> None:
    admin = await api.sign_in("admin", "Boss")
    path = f"/api/admin/users/{user_id}/role"
    assert (await api.json("PUT", path, {"role": "viewer", "reason": "x"}, by=admin, status=404))[
        "code"
    ] == "not_found"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"role": "king", "reason": "x"}, "role"),
        ({"role": None}, "role"),
        ({"role": "viewer", "reason": "x" * 501}, "reason"),
        ({"role": "viewer", "reason": "a\x00b"}, "reason"),
        ({"role": "viewer"}, "reason"),
        ({"role": "viewer", "reason": " "}, "reason"),
        ({"role": "viewer", "reason": "x", "more": 1}, "more"),
        ({}, "role"),
    ],
)
async def test_a_change_that_will_not_do_names_its_field(api: Api, body: Any, field: str) -> None:
    admin, ada = await api.sign_in("admin", "Boss"), await api.sign_in()
    problem = await api.json("PUT", f"/api/admin/users/{ada.id}/role", body, by=admin, status=400)
    assert problem["field"] == field


async def test_two_admins_who_dismiss_each_other_leave_one(api: Api) -> None:
    first, second = await api.sign_in("admin", "First"), await api.sign_in("admin", "Second")
    statuses: list[int] = []

    async def dismiss(by: Person, whom: Person) -> None:
        path = f"/api/admin/users/{whom.id}/role"
        statuses.append((await api.ask("PUT", path, {"role": "viewer", "reason": "x"}, by)).status_code)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(dismiss, first, second)
        nursery.start_soon(dismiss, second, first)
    assert sorted(statuses) in ([200, 401], [200, 403])
    assert await api.database.fetchval("select count(*) from account where role = 'admin'") == 1


async def test_the_operator_cannot_dismiss_the_last_admin_either(api: Api) -> None:
    admin = await api.sign_in("admin", "Boss")
    account = await api.database.fetchval("select id from account")

    async def dismiss(connection: Any) -> None:
        with pytest.raises(LastAdmin):
            await check_not_last_admin(connection, account)
        await change_role(connection, None, account, "viewer", "")

    with pytest.raises(LastAdmin):
        await api.database.transaction(dismiss)
    await api.sign_in("admin", "Other")
    await api.database.transaction(lambda c: check_not_last_admin(c, account))
    await api.database.transaction(lambda c: change_role(c, None, account, "viewer", ""))
    assert (await api.json("GET", "/api/auth/me", by=admin, status=401))["code"] == "token_stale"


async def test_everybody_is_listed_newest_first_a_page_at_a_time(api: Api) -> None:
    admin = await api.sign_in("admin", "Boss")
    names = [f"Person {number}" for number in range(7)]
    for number, name in enumerate(names):
        await api.sign_in(name=name, handle=f"person_{number}")
    await api.database.execute("update account set deleted_at = now() where handle = 'person_3'")
    names.remove("Person 3")
    assert await found(api, admin, limit=2) == [*reversed(names), "Boss"]
    [item] = (await api.json("GET", "/api/admin/users?limit=1", by=admin))["items"]
    assert item | {"id": "", "created_at": 0} == {
        "id": "",
        "display_name": "Person 6",
        "handle": "person_6",
        "avatar": None,
        "email": "person_6@example.org",
        "email_verified": False,
        "role": "viewer",
        "banned_until": None,
        "ban_reason": None,
        "muted_until": None,
        "created_at": 0,
    }


async def test_accounts_are_found_by_role_and_by_parts_of_names_and_addresses(api: Api) -> None:
    admin = await api.sign_in("admin", "Boss", "boss")
    await api.sign_in("creator", "Zoë Ångström", "zoe_1")
    await api.sign_in(name="100% Ada", handle="ada_l")
    for query, names in (
        ({"role": "creator"}, ["Zoë Ångström"]),
        ({"q": "ÅNGSTRÖM"}, ["Zoë Ångström"]),
        ({"q": "boss@EXAMPLE"}, ["Boss"]),
        ({"q": "a_l"}, ["100% Ada"]),
        ({"q": "0% a"}, ["100% Ada"]),
        ({"q": "%"}, ["100% Ada"]),
        ({"q": "\\"}, []),
        ({"q": "a_l", "role": "admin"}, []),
        ({"q": "", "role": "admin"}, ["Boss"]),
    ):
        assert await found(api, admin, **query) == names, query


async def test_bans_and_mutes_are_seen_while_they_last(api: Api) -> None:
    admin = await api.sign_in("admin", "Boss")
    await api.sign_in(handle="ada_l")
    await api.database.execute(
        "update account set banned_until = '2999-01-01 00:00Z', ban_reason = 'spam', muted_until = 'infinity'"
        " where handle = 'ada_l'"
    )
    [ada] = (await api.json("GET", "/api/admin/users?q=ada_l", by=admin))["items"]
    assert (ada["banned_until"], ada["ban_reason"], ada["muted_until"]) == (
        32472144000000,
        "spam",
        253402300799999,
    )
    await api.database.execute("update account set banned_until = now(), muted_until = now()")
    [ada] = (await api.json("GET", "/api/admin/users?q=ada_l", by=admin))["items"]
    assert (ada["banned_until"], ada["ban_reason"], ada["muted_until"]) == (None, None, None)


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=x", "role=king", "cursor=rubbish", "q=%00", "cursor=W251bGwsbnVsbF0"]
)
async def test_a_query_that_will_not_do_is_refused(api: Api, query: str) -> None:
    admin = await api.sign_in("admin", "Boss")
    problem = await api.json("GET", f"/api/admin/users?{query}", by=admin, status=400)
    assert problem["field"] == query.partition("=")[0]


async def test_the_last_admin_does_not_delete_themself(api: Api) -> None:
    admin = await api.sign_in("admin", "Boss")
    assert (await api.json("DELETE", "/api/me", {}, by=admin, status=409))["code"] == "conflict"
    await api.sign_in("admin", "Other")
    await api.json("DELETE", "/api/me", {}, by=admin, status=204)
