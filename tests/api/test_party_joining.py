"""Coming into a party: who gets a token, by which invitation, and how often an invitation is good."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import trio

from api.parties import invites
from rooms.kind import Refused
from rooms.kinds.watch import people
from store.database import Database
from tests.api.api_app import Api, Person, open_api
from tests.api.forum_talk import refused
from tests.api.hanging_up import ask_and_hang_up
from tests.api.party_goers import AWAY, Faltering, act, events, invite, join, open_party, promote


@pytest.fixture
async def rooms() -> list[Faltering]:
    """The rooms of the app, which a test may let break."""
    return []


@pytest.fixture
async def api(database: Database, tmp_path: Path, rooms: list[Faltering]) -> AsyncIterator[Api]:
    """The whole app on a clean database."""

    def falter(services: Any) -> Any:
        rooms.append(Faltering(services.rooms))
        return replace(services, rooms=rooms[0])

    async with open_api(database, tmp_path, change=falter) as opened:
        yield opened


async def used(api: Api, party: str) -> list[int]:
    """Return how often the invitations of a party were used, as it is told and as it is kept."""
    rows = await api.database.fetch(
        "select used, (select count(*) from party_invite_use where invite = id) as kept"
        " from party_invite where party = $1 order by created_at",
        party,
    )
    assert all(row["used"] == row["kept"] for row in rows)
    return [row["used"] for row in rows]


async def may_steer(api: Api, by: Person, party: str) -> bool:
    """Say whether somebody may lock the party, which hosts may."""
    try:
        await act(api, by, party, "lock", locked=True)
    except Refused:
        return False
    return True


async def test_a_token_for_the_channel_is_given_to_accounts_and_guests(api: Api) -> None:
    ada, bob, guest = await api.sign_in(), await api.sign_in(), await api.guest()
    party = (await open_party(api, ada))["id"]
    before = await events(api, party)
    for who, role in ((ada, "owner"), (bob, "member"), (guest, "guest")):
        entry = await join(api, who, party)
        claims = api.services.tokens.read(entry["token"])
        assert (entry["channel"], entry["role"]) == (f"watch:{party}", role)
        assert (claims.user, claims.channel) == (who.id, entry["channel"])
        assert entry["expires_at"] == claims.expires_at * 1000  # type: ignore[operator]
        assert entry["expires_at"] == (api.steered.now_s + 600) * 1000
        bearer = Person(who.id, who.display_name, entry["token"])
        assert await refused(api, "GET", "/api/auth/me", bearer) == (401, "invalid_token")
    assert await events(api, party) == before
    assert await refused(api, "POST", f"/api/parties/{party}/join", None, {}) == (401, "unauthorized")


async def test_a_banned_account_comes_in_nowhere(api: Api) -> None:
    party = (await open_party(api, await api.sign_in()))["id"]
    bob = await api.sign_in(handle="bob")
    await api.database.execute("update account set banned_until = 'infinity' where handle = 'bob'")
    assert (await join(api, bob, party, status=403))["code"] == "banned"


@pytest.mark.parametrize("visibility", ["public", "invite"])
async def test_whom_the_party_has_put_out_does_not_come_in(api: Api, visibility: str) -> None:
    ada, bob, eve = await api.sign_in(), await api.sign_in(), await api.guest()
    party = (await open_party(api, ada, visibility=visibility))["id"]
    secret = (await invite(api, ada, party))["secret"]
    for who in (bob, eve):
        await join(api, who, party, secret)
        await act(api, who, party, "enter")
    await act(api, ada, party, "ban", user=bob.id, banned=True)
    await act(api, ada, party, "kick", user=eve.id)
    for who in (bob, eve):
        for by in (secret, None):
            assert (await join(api, who, party, by, status=403))["code"] == "banned_here"
    fresh = (await invite(api, ada, party))["secret"]
    assert (await join(api, bob, party, fresh, status=403))["code"] == "banned_here"
    assert await used(api, party) == [2, 0]
    await act(api, ada, party, "ban", user=bob.id, banned=False)
    await join(api, bob, party, secret)


async def test_a_party_by_invitation_takes_an_invitation(api: Api) -> None:
    ada, bob, guest, admin = [await api.sign_in() for _ in range(2)] + [
        await api.guest(),
        await api.sign_in("admin"),
    ]
    party = (await open_party(api, ada, visibility="invite"))["id"]
    assert (await join(api, bob, party, status=403))["code"] == "invite_needed"
    wrong = await join(api, bob, party, "wrong", status=404)
    assert (wrong["code"], wrong["field"]) == ("not_found", "invite")
    secret = (await invite(api, ada, party, role="member"))["secret"]
    for who in (bob, guest):
        assert (await join(api, who, party, secret))["role"] == "member"
        assert (await join(api, who, party))["channel"] == f"watch:{party}"
        await act(api, who, party, "enter")
    await join(api, admin, party)
    assert await used(api, party) == [2]


async def test_an_invitation_to_another_party_opens_nothing(api: Api) -> None:
    ada, bob = await api.sign_in(), await api.sign_in()
    here, there = [(await open_party(api, ada, visibility="invite"))["id"] for _ in range(2)]
    secret = (await invite(api, ada, there))["secret"]
    assert (await join(api, bob, here, secret, status=404))["code"] == "not_found"
    assert await refused(api, "GET", f"/api/parties/{here}?invite={secret}", bob) == (404, "not_found")


async def test_a_use_counts_once_a_person(api: Api) -> None:
    ada, bob, eve = [await api.sign_in() for _ in range(3)]
    party = (await open_party(api, ada, visibility="invite"))["id"]
    secret = (await invite(api, ada, party, uses=1))["secret"]
    for _ in range(3):
        await join(api, bob, party, secret)
    assert (await join(api, eve, party, secret, status=410))["code"] == "invite_used_up"
    assert (await join(api, ada, party, secret))["role"] == "owner"
    assert await used(api, party) == [1]


async def test_of_many_at_once_as_many_come_in_as_may(api: Api) -> None:
    ada = await api.sign_in()
    party = (await open_party(api, ada, visibility="invite"))["id"]
    secret = (await invite(api, ada, party, uses=3))["secret"]
    statuses: list[int] = []

    async def try_it(who: Person) -> None:
        answer = await api.ask("POST", f"/api/parties/{party}/join", {"invite": secret}, who)
        statuses.append(answer.status_code)

    async with trio.open_nursery() as nursery:
        for who in [await api.guest() for _ in range(8)]:
            nursery.start_soon(try_it, who)
            nursery.start_soon(try_it, who)
    assert sorted(statuses) == [200] * 6 + [410] * 10
    assert await used(api, party) == [3]


@pytest.mark.parametrize("visibility", ["public", "invite"])
async def test_an_invitation_whose_time_is_over_is_for_who_came_before(api: Api, visibility: str) -> None:
    ada, bob, eve = [await api.sign_in() for _ in range(3)]
    party = (await open_party(api, ada, visibility=visibility))["id"]
    made = [await invite(api, ada, party) for _ in range(2)]
    for each in made:
        await join(api, bob, party, each["secret"])
    await api.database.execute(
        "update party_invite set expires_at = now() where id::text = $1", made[0]["id"]
    )
    await api.json("DELETE", f"/api/parties/{party}/invites/{made[1]['id']}", by=ada, status=204)
    for each in made:
        assert (await join(api, eve, party, each["secret"], status=410))["code"] == "invite_expired"
        await join(api, bob, party, each["secret"])
    assert await used(api, party) == [1, 1]


async def test_an_invitation_never_lowers_a_role(api: Api) -> None:
    ada, bob = await api.sign_in(), await api.sign_in()
    party = (await open_party(api, ada))["id"]
    secrets = [(await invite(api, ada, party, role=role))["secret"] for role in ("host", "guest")]
    assert not await may_steer(api, bob, party)
    for secret in secrets:
        await join(api, bob, party, secret)
        assert await may_steer(api, bob, party)


async def test_who_was_made_less_is_not_made_more_by_the_same_invitation(api: Api) -> None:
    ada, bob = await api.sign_in(), await api.sign_in()
    party = (await open_party(api, ada, visibility="invite"))["id"]
    secret = (await invite(api, ada, party, role="host"))["secret"]
    await join(api, bob, party, secret)
    await promote(api, ada, party, bob, "member")
    await join(api, bob, party, secret)
    assert not await may_steer(api, bob, party)


async def test_a_use_of_which_the_room_has_not_heard_is_told_again(api: Api, rooms: list[Faltering]) -> None:
    ada, bob = await api.sign_in(), await api.sign_in()
    party = (await open_party(api, ada, visibility="invite"))["id"]
    secret = (await invite(api, ada, party))["secret"]
    rooms[0].before = AWAY
    assert (await join(api, bob, party, secret, status=503))["code"] == "unavailable"
    assert await used(api, party) == [1]
    rooms[0].before = None
    await join(api, bob, party, secret)
    await act(api, bob, party, "enter")
    assert await used(api, party) == [1]


async def test_a_full_party_lets_in_who_was_invited_when_somebody_has_left(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people, "PRESENT_MAX", 1)
    ada, bob, eve = [await api.sign_in() for _ in range(3)]
    party = (await open_party(api, ada))["id"]
    await promote(api, ada, party, eve, "guest")
    await act(api, eve, party, "leave")
    await act(api, ada, party, "enter")
    secret = (await invite(api, ada, party, uses=1))["secret"]
    for _ in range(2):
        assert (await join(api, bob, party, secret, status=409))["code"] == "party_full"
    assert (await join(api, eve, party, status=409))["code"] == "party_full"
    await act(api, ada, party, "settings", visibility="invite")
    await api.database.execute("update party set visibility = 'invite'")
    for who in (bob, eve):
        await api.json("GET", f"/api/parties/{party}", by=who)
    await join(api, ada, party)
    await act(api, ada, party, "leave")
    await join(api, bob, party, secret)
    assert await used(api, party) == [1]


async def test_a_party_that_has_ended_can_be_looked_at(api: Api) -> None:
    ada, bob, eve = [await api.sign_in() for _ in range(3)]
    party = (await open_party(api, ada, visibility="invite"))["id"]
    secret = (await invite(api, ada, party))["secret"]
    await join(api, bob, party, secret)
    await api.json("DELETE", f"/api/parties/{party}", by=ada, status=204)
    for who in (ada, bob):
        await join(api, who, party)
    assert (await join(api, eve, party, status=403))["code"] == "invite_needed"
    assert (await join(api, eve, party, secret, status=410))["code"] == "party_ended"
    assert await used(api, party) == [1]


async def test_making_listing_and_withdrawing_invitations(api: Api) -> None:
    ada, bob, admin = await api.sign_in(), await api.sign_in(), await api.sign_in("admin")
    party = (await open_party(api, ada))["id"]
    path = f"/api/parties/{party}/invites"
    assert await refused(api, "POST", path, bob, {}) == (403, "forbidden")
    assert await refused(api, "POST", path, None, {}) == (401, "unauthorized")
    assert await api.database.fetchval("select count(*) from party_invite") == 0
    await promote(api, ada, party, bob, "host")
    his = await invite(api, bob, party, role="guest", uses=2, expires_in_s=60)
    hers = await invite(api, ada, party)
    assert hers["url"] == f"http://127.0.0.1:8000/watch/{party}#invite={hers['secret']}"
    assert (his["role"], his["uses"], his["used"]) == ("guest", 2, 0)
    assert his["expires_at"] - his["created_at"] == 60_000
    for who, expected in ((ada, [hers, his]), (admin, [hers, his]), (bob, [his])):
        listed = (await api.json("GET", path, by=who))["items"]
        assert [each["id"] for each in listed] == [each["id"] for each in expected]
        assert all("secret" not in each and "url" not in each for each in listed)
    assert await refused(api, "DELETE", f"{path}/{hers['id']}", bob) == (404, "not_found")
    await api.json("DELETE", f"{path}/{his['id']}", by=ada, status=204)
    assert await refused(api, "DELETE", f"{path}/{his['id']}", ada) == (404, "not_found")
    assert await refused(api, "DELETE", f"{path}/x", ada) == (404, "not_found")
    assert len((await api.json("GET", path, by=ada))["items"]) == 1
    kept = await api.database.fetchval("select string_agg(i::text, ' ') from party_invite as i")
    assert hers["secret"] not in kept


async def test_who_may_not_invite_leaves_nothing_behind_even_by_hanging_up(api: Api) -> None:
    ada, eve = await api.sign_in(), await api.sign_in()
    party = (await open_party(api, ada))["id"]
    before = await events(api, party)
    for steps in range(0, 400, 20):
        await ask_and_hang_up(api, "POST", f"/api/parties/{party}/invites", eve, {}, after_steps=steps)
    assert await api.database.fetchval("select count(*) from party_invite") == 0
    assert await events(api, party) == before


async def test_an_invitation_that_found_no_room_is_no_event_either(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(invites, "INVITES_MAX", 0)
    ada = await api.sign_in()
    party = (await open_party(api, ada))["id"]
    before = await events(api, party)
    assert await refused(api, "POST", f"/api/parties/{party}/invites", ada, {}) == (409, "limit_exceeded")
    assert await events(api, party) == before


async def test_a_host_invites_no_hosts(api: Api) -> None:
    ada, bob = await api.sign_in(), await api.sign_in()
    party = (await open_party(api, ada))["id"]
    await promote(api, ada, party, bob, "host")
    path = f"/api/parties/{party}/invites"
    assert await refused(api, "POST", path, bob, {"role": "host"}) == (403, "forbidden")
    await invite(api, bob, party, role="member")
    await invite(api, ada, party, role="host")


@pytest.mark.parametrize(
    "body",
    [{"role": "owner"}, {"expires_in_s": 59}, {"expires_in_s": 30 * 86_400 + 1}, {"uses": 0}, {"uses": 501}],
)
async def test_an_invitation_that_cannot_be(api: Api, body: dict[str, Any]) -> None:
    ada = await api.sign_in()
    party = (await open_party(api, ada))["id"]
    problem = await api.json("POST", f"/api/parties/{party}/invites", body, ada, status=400)
    assert (problem["code"], problem["field"]) == ("invalid_field", next(iter(body)))


async def test_a_party_has_so_many_invitations(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(invites, "INVITES_MAX", 2)
    ada = await api.sign_in()
    party = (await open_party(api, ada))["id"]
    made = [await invite(api, ada, party) for _ in range(2)]
    path = f"/api/parties/{party}/invites"
    assert await refused(api, "POST", path, ada, {}) == (409, "limit_exceeded")
    await api.json("DELETE", f"{path}/{made[0]['id']}", by=ada, status=204)
    await invite(api, ada, party)
