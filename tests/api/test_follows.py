"""Following: again is the same, nobody follows themselves, and pages stay right while people come."""

import pytest

from api.accounts import follows
from tests.api.api_app import Api, Person


async def crowd(api: Api, count: int) -> list[Person]:
    return [await api.sign_in(name=f"Fan {number}", handle=f"fan_{number}") for number in range(count)]


async def test_following_is_seen_from_both_sides(api: Api) -> None:
    ada, grace = await api.sign_in(handle="ada"), await api.sign_in(name="Grace", handle="grace")
    for _ in range(2):
        await api.json("PUT", "/api/users/Grace/follow", by=ada, status=204)
    seen = (await api.json("GET", "/api/users/grace", by=ada))["user"]
    assert (seen["followers"], seen["following"], seen["followed_by_me"]) == (1, 0, True)
    assert not (await api.json("GET", "/api/users/grace", by=grace))["user"]["followed_by_me"]
    assert (await api.json("GET", "/api/users/ada"))["user"]["following"] == 1
    people = {"id": grace.id, "display_name": "Grace", "handle": "grace", "avatar": None}
    assert await api.json("GET", "/api/users/ada/following") == {"items": [people], "next": None}
    followers = await api.json("GET", "/api/users/grace/followers")
    assert [each["handle"] for each in followers["items"]] == ["ada"]
    for _ in range(2):
        await api.json("DELETE", "/api/users/grace/follow", by=ada, status=204)
    assert (await api.json("GET", "/api/users/grace", by=ada))["user"]["followers"] == 0


async def test_pages_hold_each_once_the_latest_first_while_others_come(api: Api) -> None:
    await api.sign_in(handle="star")
    fans = await crowd(api, 7)
    for fan in fans[:6]:
        await api.json("PUT", "/api/users/star/follow", by=fan, status=204)
    pages, cursor = [], ""
    while cursor is not None:
        page = await api.json("GET", f"/api/users/star/followers?limit=4&cursor={cursor}")
        pages.append([each["handle"] for each in page["items"]])
        cursor = page["next"]
        await api.json("PUT", "/api/users/star/follow", by=fans[6], status=204)
    assert pages == [["fan_5", "fan_4", "fan_3", "fan_2"], ["fan_1", "fan_0"]]


async def test_those_of_one_moment_are_paged_too(api: Api) -> None:
    await api.sign_in(handle="star")
    for fan in await crowd(api, 5):
        await api.json("PUT", "/api/users/star/follow", by=fan, status=204)
    await api.database.execute("update follow set at = '2026-01-01'")
    seen, cursor = [], ""
    while cursor is not None:
        page = await api.json("GET", f"/api/users/star/followers?limit=2&cursor={cursor}")
        seen += [each["handle"] for each in page["items"]]
        cursor = page["next"]
    assert sorted(seen) == [f"fan_{number}" for number in range(5)]


async def test_there_is_a_limit_and_nobody_follows_themselves(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follows, "FOLLOWING_MAX", 2)
    ada = await api.sign_in(handle="ada")
    await crowd(api, 3)
    assert (await api.json("PUT", "/api/users/ada/follow", by=ada, status=409))["code"] == "conflict"
    for handle in ("fan_0", "fan_1", "fan_1"):
        await api.json("PUT", f"/api/users/{handle}/follow", by=ada, status=204)
    problem = await api.json("PUT", "/api/users/fan_2/follow", by=ada, status=409)
    assert problem["code"] == "limit_exceeded"


async def test_it_needs_an_account_and_somebody_to_follow(api: Api) -> None:
    ada = await api.sign_in(handle="ada")
    await api.json("PUT", "/api/users/ada/follow", status=401)
    await api.json("PUT", "/api/users/ada/follow", by=await api.guest(), status=403)
    await api.json("PUT", "/api/users/nobody/follow", by=ada, status=404)
    await api.json("DELETE", "/api/users/nobody/follow", by=ada, status=404)


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=101", "limit=x", "cursor=rubbish", "cursor=W10", "cursor=" + "x" * 1001]
)
async def test_a_page_that_cannot_be_is_refused(api: Api, query: str) -> None:
    await api.sign_in(handle="ada")
    problem = await api.json("GET", f"/api/users/ada/followers?{query}", status=400)
    assert problem["field"] == query.split("=")[0]
