"""Repeats under an Idempotency-Key: carried out once, answered alike, and never stuck."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import trio
from quart import request

from api.http import idempotency_store as store
from api.http.answers import answer
from api.http.idempotency import STORED_BYTES_MAX, idempotent
from api.problems import Problem
from store.database import Database
from tests.api.api_app import Api, Person, open_api

PATH = "/api/test/things"


class Maker:
    """Makes things, or fails as a test wants it."""

    def __init__(self) -> None:
        self.made = 0
        self.fault: BaseException | None = None
        self.go_on: trio.Event | None = None
        self.begun = trio.Event()
        self.size = 0

    async def make(self) -> Any:
        if self.fault is not None:
            raise self.fault
        self.begun.set()
        if self.go_on is not None:
            await self.go_on.wait()
        self.made += 1
        return answer(
            {"made": self.made, "filling": "x" * self.size}, 201, headers={"Location": f"{PATH}/{self.made}"}
        )


@pytest.fixture
def maker() -> Maker:
    return Maker()


@pytest.fixture
async def api(database: Database, tmp_path: Path, maker: Maker) -> AsyncIterator[Api]:
    """An app in which things are made."""
    async with open_api(database, tmp_path) as opened:

        @opened.app.post(PATH)
        @idempotent
        async def make() -> Any:
            await request.get_json()
            return await maker.make()

        yield opened


async def ask(api: Api, key: str | None, body: object = None, by: Person | None = None) -> Any:
    headers = {} if key is None else {"Idempotency-Key": key}
    return await api.ask("POST", PATH, {"title": "a"} if body is None else body, by, headers=headers)


async def code(response: Any) -> str:
    return str((await response.get_json(force=True))["code"])


async def test_a_repeat_gets_the_first_answer_again(api: Api, maker: Maker) -> None:
    first, second = await ask(api, "k1"), await ask(api, "k1")
    assert (first.status_code, second.status_code, maker.made) == (201, 201, 1)
    assert await first.get_data() == await second.get_data()
    assert "Idempotent-Replayed" not in first.headers
    assert second.headers["Idempotent-Replayed"] == "true"
    for name in ("Location", "Content-Type", "Cache-Control"):
        assert second.headers[name] == first.headers[name]


async def test_without_a_key_everything_is_carried_out(api: Api, maker: Maker) -> None:
    await ask(api, None)
    await ask(api, None)
    await ask(api, "k1")
    await ask(api, "k2")
    assert maker.made == 4


async def test_another_request_under_the_key_is_refused(api: Api, maker: Maker) -> None:
    await ask(api, "k1")
    other = await ask(api, "k1", {"title": "b"})
    assert (other.status_code, await code(other), maker.made) == (422, "idempotency_key_reused", 1)
    queried = await api.ask("POST", PATH + "?a=1", {"title": "a"}, headers={"Idempotency-Key": "k1"})
    assert queried.status_code == 422


async def test_keys_of_different_people_have_nothing_to_do_with_each_other(api: Api, maker: Maker) -> None:
    for by in (None, await api.guest(), await api.sign_in(), await api.sign_in()):
        assert (await ask(api, "k1", by=by)).status_code == 201
    assert maker.made == 4


@pytest.mark.parametrize("key", ["", " ", "a b", "x" * 201, "é", "a\x7f"])
async def test_a_key_is_visible_ascii(api: Api, maker: Maker, key: str) -> None:
    response = await ask(api, key)
    assert response.status_code == 400
    problem = await response.get_json(force=True)
    assert (problem["code"], problem["field"], maker.made) == ("invalid_field", "Idempotency-Key", 0)


@pytest.mark.parametrize(
    ("fault", "status"), [(ZeroDivisionError("a bug"), 500), (Problem(409, "conflict", "not now"), 409)]
)
async def test_after_an_error_the_key_may_be_tried_again(
    api: Api, maker: Maker, fault: Exception, status: int
) -> None:
    maker.fault = fault
    assert (await ask(api, "k1")).status_code == status
    maker.fault = None
    assert (await ask(api, "k1", {"title": "b"})).status_code == 201


async def test_while_the_first_runs_the_second_is_told_so(api: Api, maker: Maker) -> None:
    maker.go_on = trio.Event()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(ask, api, "k1")
        await maker.begun.wait()
        second = await ask(api, "k1")
        assert (second.status_code, await code(second)) == (409, "in_progress")
        assert second.headers["Retry-After"] == "1"
        maker.go_on.set()
    assert (await ask(api, "k1")).headers["Idempotent-Replayed"] == "true"
    assert maker.made == 1


async def test_a_request_whose_client_goes_leaves_no_key_stuck(api: Api, maker: Maker) -> None:
    maker.go_on = trio.Event()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(ask, api, "k1")
        await maker.begun.wait()
        nursery.cancel_scope.cancel()
    maker.go_on = None
    assert (await ask(api, "k1")).status_code == 201
    assert maker.made == 1


async def test_a_hub_that_died_in_the_middle_leaves_no_key_stuck(api: Api, maker: Maker) -> None:
    await ask(api, "k1")
    await api.database.execute("update idempotent_request set status = null, running_until = now()")
    assert (await ask(api, "k1")).status_code == 201
    assert maker.made == 2


async def test_after_a_day_a_key_is_as_new(api: Api, maker: Maker) -> None:
    for key in ("k1", "k2", "k3"):
        await ask(api, key)
    await api.database.execute("update idempotent_request set created_at = now() - interval '25 hours'")
    assert (await ask(api, "k1", {"title": "b"})).status_code == 201
    assert await api.database.fetchval("select count(*) from idempotent_request") == 1


async def test_a_person_has_so_many_keys(api: Api, maker: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "KEYS_PER_OWNER_MAX", 3)
    ada = await api.sign_in()
    for number in range(6):
        await ask(api, f"k{number}", by=ada)
    await ask(api, "of somebody else".replace(" ", "-"))
    kept = await api.database.fetch(
        "select key from idempotent_request where owner = $1 order by key", ada.id
    )
    assert [row["key"] for row in kept] == ["k3", "k4", "k5"]


async def test_an_answer_that_is_too_long_to_keep_is_given_all_the_same(api: Api, maker: Maker) -> None:
    maker.size = STORED_BYTES_MAX
    assert (await ask(api, "k1")).status_code == 201
    assert await api.database.fetchval("select count(*) from idempotent_request") == 0
