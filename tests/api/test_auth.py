"""Guests: a token for a name, a fresh one for the old, and what is refused in which words."""

from pathlib import Path
from typing import Any

import jwt
import pytest

from api.tokens import GUEST_TOKEN_S, REFRESH_GRACE_S
from tests.api.api_bench import NOW_S, SECRET, open_client


def claims(token: str) -> dict[str, Any]:
    return jwt.decode(token, SECRET, ["HS256"], options={"verify_exp": False, "verify_iat": False})


async def guest(client: Any, name: object = "Ada") -> dict[str, Any]:
    response = await client.post("/api/auth/guest", json={"display_name": name})
    assert response.status_code == 201
    return await response.get_json()


async def test_a_guest_gets_a_token_and_is_told_who_it_is(tmp_path: Path) -> None:
    client, _ = open_client(tmp_path)
    body = await guest(client)
    assert set(body) == {"token", "user"}
    assert body["user"]["display_name"] == "Ada"
    assert body["user"]["id"].startswith("guest-")
    assert claims(body["token"]) == {
        "sub": body["user"]["id"],
        "iat": NOW_S,
        "exp": NOW_S + GUEST_TOKEN_S,
        "info": {"display_name": "Ada"},
    }
    assert (await guest(client))["user"]["id"] != body["user"]["id"]


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("Zoë 🚀", "Zoë 🚀"),
        ("  Ada \n\t Lovelace ", "Ada Lovelace"),
        ("x" * 40, "x" * 40),
        (" " + "x" * 40 + " ", "x" * 40),
        ("محمد", "محمد"),
        ("<b>Ada</b>", "<b>Ada</b>"),
    ],
)
async def test_a_name_is_shown_as_written_but_for_white_space(tmp_path: Path, given: str, shown: str) -> None:
    client, _ = open_client(tmp_path)
    assert (await guest(client, given))["user"]["display_name"] == shown


@pytest.mark.parametrize(
    "name", [None, 7, [], {}, True, "", "  ", "x" * 41, "a\x00b", "a\x1bb", "\u202e\x07", "\ufdd0"]
)
async def test_a_bad_name_is_a_problem_with_its_field(tmp_path: Path, name: object) -> None:
    client, _ = open_client(tmp_path)
    response = await client.post("/api/auth/guest", json={"display_name": name})
    assert response.status_code == 400
    assert response.content_type == "application/problem+json"
    problem = await response.get_json(force=True)
    assert problem["field"] == "display_name"
    assert problem["detail"].startswith("display_name must be")
    assert (problem["status"], problem["code"]) == (400, "invalid_field")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"rubbish",
        b"[]",
        b'"Ada"',
        b"null",
        b"\xff\xfe",
        b"[" * 60_000,
        b'{"a":' * 12_000,
        b'{"display_name":"\\ud800"}',
        b'{"display_name":NaN}',
    ],
)
async def test_a_body_that_is_no_object_is_a_problem(tmp_path: Path, body: bytes) -> None:
    client, _ = open_client(tmp_path)
    response = await client.post("/api/auth/guest", data=body)
    assert response.status_code == 400
    assert (await response.get_json(force=True))["code"] == "invalid_body"


async def test_a_body_that_is_too_large_is_a_problem(tmp_path: Path) -> None:
    client, _ = open_client(tmp_path)
    response = await client.post("/api/auth/guest", data=b"x" * 70_000)
    assert response.status_code == 413
    assert response.content_type == "application/problem+json"


async def refresh(client: Any, token: str | None) -> Any:
    headers = {} if token is None else {"Authorization": token}
    return await client.post("/api/auth/refresh", headers=headers)


async def test_a_token_is_refreshed_before_and_for_long_after_it_expires(tmp_path: Path) -> None:
    client, steered = open_client(tmp_path)
    body = await guest(client)
    for later_s in (10, GUEST_TOKEN_S + 10, GUEST_TOKEN_S + REFRESH_GRACE_S - 1):
        steered.now_s = NOW_S + later_s
        response = await refresh(client, f"bearer {body['token']}")
        assert response.status_code == 200
        fresh = await response.get_json()
        assert fresh["user"] == body["user"]
        assert claims(fresh["token"])["exp"] == NOW_S + later_s + GUEST_TOKEN_S
    steered.now_s = NOW_S + GUEST_TOKEN_S + REFRESH_GRACE_S
    assert (await refresh(client, f"Bearer {body['token']}")).status_code == 401


@pytest.mark.parametrize(
    ("header", "code"),
    [
        (None, "unauthorized"),
        ("", "unauthorized"),
        ("Bearer", "unauthorized"),
        ("Bearer ", "unauthorized"),
        ("Basic YWRhOmFkYQ==", "unauthorized"),
        ("Bearer rubbish", "invalid_token"),
        ("Bearer " + jwt.encode({"sub": "guest-1"}, "x" * 32, "HS256"), "invalid_token"),
        ("Bearer " + jwt.encode({"sub": "ada"}, SECRET, "HS256"), "invalid_token"),
        ("Bearer " + jwt.encode({}, SECRET, "HS256"), "invalid_token"),
    ],
)
async def test_what_is_no_token_of_a_guest_is_refused(tmp_path: Path, header: str | None, code: str) -> None:
    client, _ = open_client(tmp_path)
    response = await refresh(client, header)
    assert response.status_code == 401
    problem = await response.get_json(force=True)
    assert problem["code"] == code
