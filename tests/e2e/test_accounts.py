"""Accounts of a real hub: made over HTTP, made admins by the operator, and shown the door while connected."""

import asyncio
import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from centrifuge import Client, ClientEventHandler, DisconnectedContext
from hub_process import HubProcess, new_hub, run_hub
from sdk_people import Change

PASSWORD = "correct horse battery"
ADA = {"email": "ada@example.org", "password": PASSWORD, "display_name": "Ada"}
FAILED, MISUSED = 1, 2


@pytest.fixture(scope="module")
def hub() -> Iterator[HubProcess]:
    """A hub for the tests of this module, each with accounts of its own."""
    with new_hub() as made:
        made.start()
        yield made


def ask(hub: HubProcess, method: str, path: str, body: Any = None, token: str = "") -> tuple[int, Any]:
    """Ask the API; return the status and what the body says."""
    headers = {"Content-Type": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(hub.url + path, data, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            status, answer = response.status, response.read()
    except urllib.error.HTTPError as refused:
        status, answer = refused.code, refused.read()
    return status, json.loads(answer) if answer else None


def grant(hub: HubProcess, email: str, role: str) -> Any:
    return run_hub("admin", "grant", email, role, HUB_DATA_DIR=str(hub.data_dir))


class Ending(ClientEventHandler):
    """Notes how a connection of the SDK ended."""

    def __init__(self) -> None:
        self.change = Change()
        self.ended: tuple[int, str] | None = None

    async def on_disconnected(self, context: DisconnectedContext) -> None:
        self.ended = (context.code, context.reason)
        self.change.happened()


def test_the_operator_makes_the_first_admin_while_the_hub_runs(hub: HubProcess) -> None:
    status, ada = ask(hub, "POST", "/api/auth/signup", ADA)
    assert status == 201
    assert ask(hub, "GET", "/api/admin/users", token=ada["token"])[0] == 403
    granted = grant(hub, "ADA@example.org", "admin")
    assert (granted.returncode, granted.stderr) == (0, "")
    assert granted.stdout == "ada@example.org (ada) has the role admin\n"
    status, stale = ask(hub, "GET", "/api/admin/users", token=ada["token"])
    assert (status, stale["code"]) == (401, "token_stale")
    status, fresh = ask(hub, "POST", "/api/auth/refresh", {"refresh_token": ada["refresh_token"]})
    assert status == 200
    status, users = ask(hub, "GET", "/api/admin/users?q=ada@", token=fresh["token"])
    assert status == 200
    assert [each["role"] for each in users["items"]] == ["admin"]
    again = grant(hub, ADA["email"], "viewer")
    assert again.returncode == FAILED
    assert "last admin" in again.stderr
    assert hub.is_ready()


def test_what_the_operator_got_wrong_is_one_line(hub: HubProcess) -> None:
    unknown = grant(hub, "nobody@example.org", "admin")
    assert (unknown.returncode, unknown.stdout) == (FAILED, "")
    assert unknown.stderr.count("\n") == 1
    assert "nobody@example.org" in unknown.stderr
    role = grant(hub, ADA["email"], "king")
    assert role.returncode == MISUSED
    for word in ("king", "viewer", "creator", "admin"):
        assert word in role.stderr


def test_a_role_is_granted_while_no_hub_runs() -> None:
    with new_hub() as hub:
        hub.start()
        assert ask(hub, "POST", "/api/auth/signup", ADA)[0] == 201
        assert hub.stop() == 0
        assert grant(hub, ADA["email"], "creator").returncode == 0
        assert hub.postmasters() == []
        hub.start()
        status, body = ask(hub, "POST", "/api/auth/login", {"email": ADA["email"], "password": PASSWORD})
        assert (status, body["user"]["role"]) == (200, "creator")


async def _is_shown_the_door(hub: HubProcess, account: dict[str, Any], act: Any) -> tuple[int, str]:
    """Connect as an account with the public SDK, let `act` happen, and return how the connection ended."""
    ending = Ending()
    client = Client(hub.websocket_url, events=ending, token=account["token"])
    await client.connect()
    await client.ready()
    await act()
    await ending.change.until(lambda: ending.ended is not None)
    assert ending.ended is not None
    return ending.ended


def test_a_session_that_is_ended_over_http_ends_its_live_connection_for_good(hub: HubProcess) -> None:
    eve = {"email": "eve@example.org", "password": PASSWORD, "display_name": "Eve"}
    account = ask(hub, "POST", "/api/auth/signup", eve)[1]

    async def log_out() -> None:
        status, _ = await asyncio.to_thread(ask, hub, "POST", "/api/auth/logout-all", {}, account["token"])
        assert status == 204

    assert asyncio.run(_is_shown_the_door(hub, account, log_out)) == (3500, "invalid token")


def test_nothing_that_is_secret_is_in_the_log(hub: HubProcess) -> None:
    status, body = ask(hub, "POST", "/api/auth/login", {"email": ADA["email"], "password": PASSWORD})
    assert status == 200
    log = hub.log_text()
    for secret in (PASSWORD, body["token"], body["refresh_token"]):
        assert secret not in log


async def _comes_again_with_a_fresh_token(hub: HubProcess, account: dict[str, Any]) -> list[str]:
    """Connect with a token that a change of role has made stale; return the tokens that the SDK was given."""
    given: list[str] = []

    async def get_token() -> str:
        sent = {"refresh_token": account["refresh_token"]}
        status, fresh = await asyncio.to_thread(ask, hub, "POST", "/api/auth/refresh", sent)
        assert status == 200
        given.append(fresh["token"])
        return given[-1]

    client = Client(hub.websocket_url, token=account["token"], get_token=get_token)
    await client.connect()
    await client.ready(timeout=30)
    await client.disconnect()
    return given


def test_an_sdk_whose_token_is_stale_fetches_a_fresh_one_and_is_in(hub: HubProcess) -> None:
    bob = {"email": "bob@example.org", "password": PASSWORD, "display_name": "Bob"}
    account = ask(hub, "POST", "/api/auth/signup", bob)[1]
    assert grant(hub, bob["email"], "creator").returncode == 0
    assert len(asyncio.run(_comes_again_with_a_fresh_token(hub, account))) == 1
