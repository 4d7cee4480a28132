"""A request that ends early, whatever ends it, leaves nothing half done in a real database."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import trio

from api.http import deadlines
from api.http.answers import answer
from api.http.deadlines import lasting
from rooms.kind import Refused
from store.database import Connection, Database, DatabaseBusy, DatabaseRefused, DatabaseUnavailable
from tests.api.api_app import Api, open_api

FAULTS: dict[str, Exception] = {
    "busy": DatabaseBusy("all 8 connections were in use for 5 s"),
    "away": DatabaseUnavailable("gone"),
    "refused": DatabaseRefused("wrong password"),
    "crashed": Refused(100, "the room is being restarted: try again", temporary=True),
}
_OPEN_TRANSACTIONS = "select count(*) from pg_stat_activity where state like 'idle in transaction%'"


class Steps:
    """Stops in the middle of a transaction as long as a test wants it to."""

    def __init__(self) -> None:
        self.halfway = trio.Event()
        self.pause_s = 0.0


@pytest.fixture
def steps() -> Steps:
    return Steps()


@pytest.fixture
async def api(database: Database, tmp_path: Path, steps: Steps) -> AsyncIterator[Api]:
    """An app with a route of two steps in one transaction."""
    async with open_api(database, tmp_path) as opened:
        token = trio.lowlevel.current_trio_token()

        async def two_steps() -> Any:
            async def work(connection: Connection) -> None:
                await connection.execute("insert into account (handle, display_name) values ('a', 'A')")
                token.run_sync_soon(steps.halfway.set)
                await asyncio.sleep(steps.pause_s)
                await connection.execute("insert into account (handle, display_name) values ('b', 'B')")

            await opened.database.transaction(work)
            return answer(status=204)

        opened.app.add_url_rule("/api/test/steps", "steps", two_steps, methods=["POST"])
        opened.app.add_url_rule("/api/test/brief", "brief", lasting(1)(_brief(two_steps)), methods=["POST"])

        @opened.app.get("/api/test/fault/<name>")
        async def fail(name: str) -> Any:
            raise FAULTS[name]

        @opened.app.get("/api/test/number/<int:number>")
        async def number(number: int) -> Any:
            return answer({"it": await opened.database.fetchval("select $1::bigint", number)})

        @opened.app.get("/api/test/text")
        async def nul() -> Any:
            return answer({"it": await opened.database.fetchval("select $1::text", "a\x00b")})

        yield opened


def _brief(handler: Any) -> Any:
    async def brief() -> Any:
        return await handler()

    return brief


async def accounts(api: Api) -> list[str]:
    return [row["handle"] for row in await api.database.fetch("select handle from account order by handle")]


async def test_both_steps_or_none(api: Api) -> None:
    assert (await api.ask("POST", "/api/test/steps")).status_code == 204
    assert await accounts(api) == ["a", "b"]


async def test_a_client_that_goes_halfway(api: Api, steps: Steps) -> None:
    steps.pause_s = 60
    gone = trio.Event()
    messages = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> Any:
        if messages:
            return messages.pop()
        await gone.wait()
        return {"type": "http.disconnect"}

    async def ask() -> None:
        await api.app(_scope("/api/test/steps"), receive, _unheard)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(ask)
        await steps.halfway.wait()
        gone.set()
    assert await accounts(api) == []
    assert await api.database.fetchval(_OPEN_TRANSACTIONS) == 0


async def test_a_request_that_takes_too_long(api: Api, steps: Steps) -> None:
    steps.pause_s = 60
    problem = await api.json("POST", "/api/test/brief", status=503)
    assert (problem["code"], "try again" in problem["detail"]) == ("timeout", True)
    assert steps.halfway.is_set()
    assert await accounts(api) == []
    assert await api.database.fetchval(_OPEN_TRANSACTIONS) == 0


async def test_every_route_has_a_deadline(api: Api, steps: Steps, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deadlines, "REQUEST_S_MAX", 0.05)
    steps.pause_s = 60
    response = await api.ask("POST", "/api/test/steps")
    assert (response.status_code, response.headers["Retry-After"]) == (503, "5")
    assert await accounts(api) == []


@pytest.mark.parametrize("name", FAULTS)
async def test_what_is_away_for_a_moment_says_when_to_come_again(api: Api, name: str) -> None:
    response = await api.ask("GET", f"/api/test/fault/{name}")
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "1"
    problem = await response.get_json(force=True)
    assert (problem["code"], "password" in problem["detail"]) == ("unavailable", False)


async def test_a_value_that_the_database_cannot_hold_is_the_askers_fault(api: Api) -> None:
    assert await api.json("GET", f"/api/test/number/{2**63 - 1}") == {"it": 2**63 - 1}
    for path in (f"/api/test/number/{2**63}", f"/api/test/number/{10**200}", "/api/test/text"):
        assert (await api.json("GET", path, status=400))["code"] == "invalid_field"


async def test_a_transaction_that_another_one_raced_may_be_tried_again(api: Api) -> None:
    handle = uuid.uuid4().hex

    @api.app.post("/api/test/raced")
    async def raced() -> Any:
        async def work(connection: Any) -> None:
            await connection.execute("insert into account (handle, display_name) values ($1, 'A')", handle)
            await connection.execute("do $$ begin raise serialization_failure; end $$")

        await api.database.transaction(work)

    response = await api.ask("POST", "/api/test/raced")
    assert (response.status_code, response.headers["Retry-After"]) == (503, "1")
    assert await accounts(api) == []


def _scope(path: str) -> dict[str, Any]:
    return {
        "type": "http",
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(b"host", b"localhost")],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
        "extensions": {},
    }


async def _unheard(message: Any) -> None:
    """Nobody listens."""
