"""Profiles: what is seen, what may be changed, by whom, and lost updates."""

from typing import Any

import pytest

from tests.api.api_app import Api


async def test_anybody_sees_a_profile(api: Api) -> None:
    ada = await api.sign_in(name="Ada", handle="ada")
    body = await api.json("GET", "/api/users/ADA")
    created_at = body["user"].pop("created_at")
    assert created_at > 1_700_000_000_000
    assert body == {
        "user": {
            "id": ada.id,
            "handle": "ada",
            "display_name": "Ada",
            "bio": "",
            "avatar": None,
            "role": "viewer",
            "followers": 0,
            "following": 0,
            "followed_by_me": False,
        }
    }


@pytest.mark.parametrize(
    "handle", ["nobody", "a", "x" * 40, "a%00b", "%ED%A0%80", "%F0%9F%9A%80", "a%2Fb", "..", "a b"]
)
@pytest.mark.parametrize("rest", ["", "/followers", "/following"])
async def test_who_is_not_there_is_not_found(api: Api, handle: str, rest: str) -> None:
    response = await api.ask("GET", f"/api/users/{handle}{rest}")
    assert response.status_code == 404
    assert (await response.get_json(force=True))["code"] == "not_found"


async def test_a_profile_is_not_sent_twice(api: Api) -> None:
    await api.sign_in(handle="ada")
    first = await api.ask("GET", "/api/users/ada")
    again = await api.ask("GET", "/api/users/ada", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, await again.get_data()) == (304, b"")


async def test_what_is_changed_is_seen_and_the_rest_stays(api: Api) -> None:
    ada = await api.sign_in(handle="ada")
    assert (await api.json("PATCH", "/api/me", {"bio": " Stars\r\nand engines "}, ada))["user"][
        "bio"
    ] == "Stars\nand engines"
    body = await api.json("PATCH", "/api/me", {"display_name": " Ada   L. ", "handle": "ada_l"}, ada)
    assert body["user"]["display_name"] == "Ada L."
    assert body["user"]["email"] == "ada@example.org"
    seen = (await api.json("GET", "/api/users/ada_l"))["user"]
    assert (seen["bio"], seen["display_name"]) == ("Stars\nand engines", "Ada L.")
    await api.json("GET", "/api/users/ada", status=404)
    assert (await api.json("GET", "/api/me", by=ada))["user"] == body["user"]


async def test_nothing_changes_nothing(api: Api) -> None:
    ada = await api.sign_in(handle="ada")
    before = await api.json("GET", "/api/me", by=ada)
    assert await api.json("PATCH", "/api/me", {}, ada) == before
    assert await api.json("PATCH", "/api/me", {"bio": None, "handle": None}, ada) == before


async def test_a_lost_update_is_refused(api: Api) -> None:
    ada = await api.sign_in(handle="ada")
    etag = (await api.ask("GET", "/api/me", by=ada)).headers["ETag"]
    first = await api.ask("PATCH", "/api/me", {"bio": "one"}, ada, headers={"If-Match": etag})
    assert first.status_code == 200
    late = await api.ask("PATCH", "/api/me", {"bio": "two"}, ada, headers={"If-Match": etag})
    assert late.status_code == 412
    after = await api.ask(
        "PATCH", "/api/me", {"bio": "two"}, ada, headers={"If-Match": first.headers["ETag"]}
    )
    assert after.status_code == 200
    again = await api.ask("PATCH", "/api/me", {"bio": "three"}, ada, headers={"If-Match": "*"})
    assert again.status_code == 200


async def test_a_handle_is_somebodys_without_regard_to_case(api: Api) -> None:
    await api.sign_in(handle="grace")
    ada = await api.sign_in(handle="ada")
    problem = await api.json("PATCH", "/api/me", {"handle": "GRACE", "bio": "x"}, ada, status=409)
    assert (problem["code"], problem["field"]) == ("handle_taken", "handle")
    assert (await api.json("GET", "/api/me", by=ada))["user"]["bio"] == ""
    await api.json("PATCH", "/api/me", {"handle": "Ada"}, ada)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"handle": "ab"}, "handle"),
        ({"handle": "a" * 31}, "handle"),
        ({"handle": "a b c"}, "handle"),
        ({"handle": "adä"}, "handle"),
        ({"handle": "admin"}, "handle"),
        ({"handle": "Deleted_1234"}, "handle"),
        ({"handle": 7}, "handle"),
        ({"display_name": ""}, "display_name"),
        ({"display_name": "x" * 41}, "display_name"),
        ({"display_name": "a\x00b"}, "display_name"),
        ({"bio": "x" * 501}, "bio"),
        ({"bio": "a\x00b"}, "bio"),
        ({"bio": []}, "bio"),
        ({"role": "admin"}, "role"),
    ],
)
async def test_what_cannot_be_is_a_problem_with_its_field(api: Api, change: Any, field: str) -> None:
    ada = await api.sign_in(handle="ada")
    problem = await api.json("PATCH", "/api/me", change, ada, status=400)
    assert (problem["code"], problem["field"]) == ("invalid_field", field)


async def test_only_who_has_an_account_has_a_profile_to_change(api: Api) -> None:
    await api.json("PATCH", "/api/me", {"bio": "x"}, status=401)
    await api.json("PATCH", "/api/me", {"bio": "x"}, await api.guest(), status=403)
    await api.json("GET", "/api/me", by=await api.guest(), status=401)
