"""Limits as clients meet them: by user and by address, told in headers, tighter for single routes."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from api.http.answers import answer
from api.http.counting import PICTURES, PICTURES_A_REQUEST, SHARED_ADDRESS
from api.http.rate_limits import limited, take_for
from api.services import ApiOptions
from store.database import Database
from tests.api.api_app import Api, Person, open_api


@pytest.fixture
def options() -> ApiOptions:
    return ApiOptions(requests_per_minute=3, trusted_proxies=1)


@pytest.fixture
async def api(
    database: Database, tmp_path: Path, options: ApiOptions, autojump_clock: object
) -> AsyncIterator[Api]:
    """An app that counts."""
    async with open_api(database, tmp_path, options) as opened:

        @opened.app.get("/api/test/free")
        async def free() -> Any:
            return answer({})

        @opened.app.post("/api/test/tight")
        @limited("tight", per_minute=50)
        async def tight() -> Any:
            return answer({})

        @opened.app.post("/api/test/at/<whom>")
        async def at(whom: str) -> Any:
            take_for("reset", whom, 50)
            return answer({})

        yield opened


async def statuses(
    api: Api, count: int, by: Person | None = None, address: str = "203.0.113.1", path: str = "/api/test/free"
) -> list[int]:
    method = "GET" if path.endswith("free") else "POST"
    asked = [await api.ask(method, path, by=by, headers={"X-Forwarded-For": address}) for _ in range(count)]
    return [each.status_code for each in asked]


async def test_the_pictures_of_a_page_do_not_use_up_what_one_may_ask(api: Api) -> None:
    for _ in range(3 * PICTURES_A_REQUEST):
        assert (await api.ask("GET", f"{PICTURES}0.webp")).status_code == 404
    assert (await api.ask("GET", f"{PICTURES}0.webp")).status_code == 429
    assert (await api.ask("GET", "/api/test/free")).status_code == 200


async def test_what_is_left_is_told_and_then_when_to_come_again(api: Api) -> None:
    answers = [await api.ask("GET", "/api/test/free") for _ in range(4)]
    assert [each.status_code for each in answers] == [200, 200, 200, 429]
    assert [each.headers["RateLimit-Limit"] for each in answers] == ["3"] * 4
    assert [each.headers["RateLimit-Remaining"] for each in answers] == ["2", "1", "0", "0"]
    assert [each.headers["RateLimit-Reset"] for each in answers] == ["20", "40", "60", "60"]
    assert answers[-1].headers["Retry-After"] == "20"
    problem = await answers[-1].get_json(force=True)
    assert (problem["code"], problem["number"]) == ("rate_limited", 111)
    assert "20 s" in problem["detail"]


async def test_each_address_counts_by_itself(api: Api) -> None:
    assert await statuses(api, 4) == [200, 200, 200, 429]
    assert await statuses(api, 1, address="203.0.113.2") == [200]


async def test_an_ipv6_subscriber_is_one_address(api: Api) -> None:
    assert await statuses(api, 3, address="2001:db8:1:2::1") == [200] * 3
    assert await statuses(api, 1, address="2001:db8:1:2:ffff::2") == [429]
    assert await statuses(api, 1, address="2001:db8:1:3::1") == [200]


async def test_an_ipv4_address_is_the_same_however_it_is_written(api: Api) -> None:
    assert await statuses(api, 3, address="::ffff:203.0.113.1") == [200] * 3
    assert await statuses(api, 1, address="203.0.113.1") == [429]
    assert await statuses(api, 1, address="::ffff:203.0.113.2") == [200]


async def test_people_with_ipv4_are_not_one_subscriber_where_the_hub_listens_on_ipv6(api: Api) -> None:
    assert await statuses(api, 3, address="::ffff:203.0.113.1") == [200] * 3
    assert await statuses(api, 1, address="203.0.113.1") == [429]
    assert await statuses(api, 1, address="::ffff:203.0.113.2") == [200]


async def test_accounts_behind_one_address_do_not_use_up_each_others(api: Api) -> None:
    ada, grace = await api.sign_in(name="Ada"), await api.sign_in(name="Grace")
    assert await statuses(api, 4, ada) == [200, 200, 200, 429]
    assert await statuses(api, 3, grace) == [200] * 3
    assert await statuses(api, 1) == [200]


async def test_an_address_with_endless_accounts_has_an_end(api: Api) -> None:
    allowed = 0
    for _ in range(SHARED_ADDRESS + 2):
        allowed += (await statuses(api, 3, await api.sign_in())).count(200)
    assert allowed == 3 * SHARED_ADDRESS


async def test_a_user_counts_the_same_from_everywhere(api: Api) -> None:
    ada = await api.sign_in()
    assert await statuses(api, 2, ada) == [200, 200]
    assert await statuses(api, 2, ada, "198.51.100.7") == [200, 429]


async def test_a_new_guest_is_no_way_round(api: Api) -> None:
    assert await statuses(api, 3, await api.guest()) == [200] * 3
    assert await statuses(api, 1, await api.guest()) == [429]


@pytest.mark.parametrize("options", [ApiOptions(requests_per_minute=100, trusted_proxies=1)])
async def test_a_tighter_limit_is_in_proportion(api: Api) -> None:
    assert (await statuses(api, 51, path="/api/test/tight")).count(200) == 50
    assert await statuses(api, 1) == [200]
    ada = await api.sign_in()
    assert (await statuses(api, 51, ada, path="/api/test/tight")).count(200) == 50


@pytest.mark.parametrize("options", [ApiOptions(requests_per_minute=4, trusted_proxies=1)])
async def test_what_concerns_somebody_counts_from_all_addresses(api: Api) -> None:
    asked = [await statuses(api, 1, address=f"203.0.113.{n}", path="/api/test/at/ada") for n in range(4)]
    assert asked == [[200], [200], [429], [429]]
    assert await statuses(api, 1, address="203.0.113.9", path="/api/test/at/grace") == [200]


async def test_health_page_files_and_preflights_are_not_counted(api: Api) -> None:
    for _ in range(10):
        assert (await api.ask("GET", "/health/live")).status_code == 200
        assert (await api.ask("GET", "/static/nothing.js")).status_code == 404
        assert (await api.ask("OPTIONS", "/api/test/free")).status_code == 204
    response = await api.ask("GET", "/health/live")
    assert "RateLimit-Limit" not in response.headers
    assert (await api.ask("GET", "/api/test/free")).status_code == 200


async def test_what_is_not_there_is_counted_too(api: Api) -> None:
    asked = [await api.ask("GET", "/api/nowhere") for _ in range(4)]
    assert [each.status_code for each in asked] == [404, 404, 404, 429]
