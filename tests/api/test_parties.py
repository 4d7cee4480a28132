"""Watch parties over HTTP: opening, listing, showing and ending them, and who may."""

import uuid
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from api.parties import opening
from api.parties.cleaning import clean_once
from rooms.kind import Refused
from store.database import Database
from tests.api.api_app import Api, Person, open_api
from tests.api.forum_talk import refused
from tests.api.party_goers import AWAY, Faltering, act, events, invite, join, open_party, promote


async def told(api: Api, party: str, **fields: Any) -> None:
    """Let a row say what its room would tell."""
    for name, value in fields.items():
        await api.database.execute(f'update party set "{name}" = $2 where id = $1', party, value)


async def titles(api: Api, query: str, by: Person | None = None) -> list[str]:
    page = await api.json("GET", query, by=by)
    return [each["title"] for each in page["items"]]


async def test_a_party_is_opened_and_shown(api: Api) -> None:
    ada = await api.sign_in(name="Ada", handle="ada")
    response = await api.ask(
        "POST", "/api/parties", {"title": " Launch  night ", "visibility": "public"}, ada
    )
    party = (await response.get_json())["party"]
    assert response.status_code == 201
    assert response.headers["Location"] == f"/api/parties/{party['id']}"
    assert party["owner"] == {"id": ada.id, "display_name": "Ada", "handle": "ada", "avatar": None}
    assert (party["title"], party["visibility"], party["status"]) == ("Launch night", "public", "lobby")
    assert (party["starts_at"], party["members"], party["item_title"], party["ended_at"]) == (
        None,
        0,
        None,
        None,
    )
    assert party["channel"] == f"watch:{party['id']}"
    assert len(party["id"]) == 12
    assert await api.json("GET", f"/api/parties/{party['id']}") == {"party": party}
    assert await api.json("GET", "/api/me/parties", by=ada) == {"items": [party], "next": None}
    assert await events(api, party["id"]) >= 1


async def test_who_may_not_open_parties(api: Api) -> None:
    new = {"title": "T", "visibility": "public"}
    assert await refused(api, "POST", "/api/parties", None, new) == (401, "unauthorized")
    assert await refused(api, "POST", "/api/parties", await api.guest(), new) == (403, "forbidden")
    muted = await api.sign_in()
    await api.database.execute("update account set muted_until = now() + interval '1 h'")
    assert await refused(api, "POST", "/api/parties", muted, new) == (403, "muted")
    assert await api.database.fetchval("select count(*) from party") == 0
    assert await refused(api, "GET", "/api/me/parties", await api.guest()) == (401, "unauthorized")


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"title": ""}, "title"),
        ({"visibility": "private"}, "visibility"),
        ({"policy": "some"}, "policy"),
        ({"starts_at": 1}, "starts_at"),
        ({"starts_at": 1 << 62}, "starts_at"),
        ({"items": [{}]}, "items.0.video"),
        ({"items": [{"url": "/a.mp4"}, {"url": "http://films.example/a.mp4"}]}, "items.1.url"),
        ({"items": [{"url": "https://films.example/a"}]}, "items.0.kind"),
        ({"items": [{"url": "/a.mp4", "duration_ms": 0}]}, "items.0.duration_ms"),
        ({"items": [{"url": "/a.mp4"}] * 51}, "items"),
    ],
)
async def test_a_party_that_cannot_be(api: Api, more: dict[str, Any], field: str) -> None:
    ada = await api.sign_in()
    new = {"title": "T", "visibility": "public", **more}
    problem = await api.json("POST", "/api/parties", new, ada, status=400)
    assert (problem["code"], problem["field"]) == ("invalid_field", field)
    assert await api.database.fetchval("select count(*) from party") == 0


async def test_the_lists_of_public_parties(api: Api) -> None:
    ada = await api.sign_in()
    opened = {
        title: (await open_party(api, ada, title=title))["id"]
        for title in ("empty", "live", "silent", "early", "late", "over")
    }
    for visibility in ("unlisted", "invite"):
        hidden = (await open_party(api, ada, title=visibility, visibility=visibility))["id"]
        await told(api, hidden, members=2)
    await told(api, opened["live"], members=3, status="playing", item_title="Dragon docks")
    await told(api, opened["silent"], members=3)
    await api.database.execute(
        "update party set alive_at = now() - interval '2 minutes' where title = 'silent'"
    )
    await api.database.execute("update party set starts_at = now() + interval '2 h' where title = 'late'")
    await api.database.execute("update party set starts_at = now() + interval '1 h' where title = 'early'")
    await told(api, opened["early"], members=1)
    await told(api, opened["over"], status="ended")
    assert await titles(api, "/api/parties") == ["live"]
    assert await titles(api, "/api/parties?state=upcoming") == ["early", "late"]
    assert await titles(api, "/api/parties?state=ended") == ["over"]
    assert len(await titles(api, "/api/me/parties", ada)) == 8
    [live] = (await api.json("GET", "/api/parties"))["items"]
    assert (live["members"], live["status"], live["item_title"]) == (3, "playing", "Dragon docks")
    silent = (await api.json("GET", f"/api/parties/{opened['silent']}"))["party"]
    assert silent["members"] == 0


@pytest.mark.parametrize(
    ("query", "change", "expected"),
    [
        ("/api/parties?state=live&limit=2", "members = 1", ["4", "3", "2", "1", "0"]),
        (
            "/api/parties?state=upcoming&limit=2",
            "starts_at = now() + title::integer * interval '1 h' + interval '1 h'",
            ["0", "1", "2", "3", "4"],
        ),
        ("/api/parties?state=ended&limit=2", "status = 'ended'", ["4", "3", "2", "1", "0"]),
        ("/api/me/parties?limit=2", "members = 1", ["4", "3", "2", "1", "0"]),
    ],
)
async def test_a_list_is_walked_by_cursors(api: Api, query: str, change: str, expected: list[str]) -> None:
    ada = await api.sign_in()
    for number in range(5):
        party = await open_party(api, ada, title=str(number))
        await api.database.execute(f"update party set {change} where id = $1", party["id"])
    found: list[str] = []
    cursor = ""
    while cursor is not None:
        page = await api.json("GET", f"{query}&cursor={cursor}", by=ada)
        assert len(page["items"]) <= 2
        found += [each["title"] for each in page["items"]]
        cursor = page["next"]
    assert found == expected


async def test_a_cursor_of_another_list_is_refused(api: Api) -> None:
    ada = await api.sign_in()
    for _ in range(2):
        await open_party(api, ada)
    cursor = (await api.json("GET", "/api/me/parties?limit=1", by=ada))["next"]
    path = f"/api/parties?state=upcoming&cursor={cursor}"
    assert await refused(api, "GET", path) == (400, "invalid_cursor")
    assert await refused(api, "GET", "/api/parties?state=past") == (400, "invalid_field")


async def test_a_party_by_invitation_is_not_there_for_strangers(api: Api) -> None:
    ada, bob, admin, guest = [await api.sign_in(role) for role in ("viewer", "viewer", "admin")] + [
        await api.guest()
    ]
    path = f"/api/parties/{(await open_party(api, ada, visibility='invite'))['id']}"
    for who in (None, guest, bob):
        assert await refused(api, "GET", path, who) == (404, "not_found")
        assert await refused(api, "GET", f"{path}?invite=wrong", who) == (404, "not_found")
    for known in (ada, admin):
        assert (await api.json("GET", path, by=known))["party"]["visibility"] == "invite"
    secret = (await invite(api, ada, path.rpartition("/")[2]))["secret"]
    assert (await api.json("GET", f"{path}?invite={secret}"))["party"]["title"] == "Launch night"
    await join(api, bob, path.rpartition("/")[2], secret)
    await api.json("GET", path, by=bob)
    assert await refused(api, "GET", path, guest) == (404, "not_found")


async def test_who_was_there_before_it_was_closed_still_sees_it(api: Api) -> None:
    ada, bob = await api.sign_in(), await api.sign_in(name="Bob")
    party = (await open_party(api, ada))["id"]
    await promote(api, ada, party, bob, "host")
    await act(api, ada, party, "settings", visibility="invite")
    await told(api, party, visibility="invite")
    await api.json("GET", f"/api/parties/{party}", by=bob)
    assert await refused(api, "GET", f"/api/parties/{party}", await api.sign_in()) == (404, "not_found")


@pytest.mark.parametrize("party", ["0" * 12, "x", "a" * 13, "%00" * 12, "é" * 12])
async def test_what_is_no_party(api: Api, party: str) -> None:
    ada = await api.sign_in()
    assert await refused(api, "GET", f"/api/parties/{party}", ada) == (404, "not_found")
    assert await refused(api, "DELETE", f"/api/parties/{party}", ada) == (404, "not_found")
    assert await refused(api, "POST", f"/api/parties/{party}/join", ada, {}) == (404, "not_found")
    assert await refused(api, "GET", f"/api/parties/{party}/invites", ada) == (404, "not_found")


async def test_an_account_has_so_many_parties_at_once(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "PARTIES_OPEN_MAX", 2)
    ada, new = await api.sign_in(), {"title": "T", "visibility": "public"}
    first = (await open_party(api, ada))["id"]
    await open_party(api, ada)
    assert await refused(api, "POST", "/api/parties", ada, new) == (409, "limit_exceeded")
    await open_party(api, await api.sign_in())
    await api.json("DELETE", f"/api/parties/{first}", by=ada, status=204)
    await open_party(api, ada)


async def test_a_party_ends_for_good(api: Api) -> None:
    ada, bob = await api.sign_in(), await api.sign_in()
    path = f"/api/parties/{(await open_party(api, ada))['id']}"
    assert await refused(api, "DELETE", path) == (401, "unauthorized")
    assert await refused(api, "DELETE", path, bob) == (403, "forbidden")
    await told(api, path.rpartition("/")[2], members=4)
    await api.json("DELETE", path, by=ada, status=204)
    ended = (await api.json("GET", path))["party"]
    assert (ended["status"], ended["members"]) == ("ended", 0)
    assert ended["ended_at"] >= ended["created_at"]
    assert await refused(api, "DELETE", path, ada) == (410, "party_ended")
    await told(api, ended["id"], status="playing", members=3, ended_at=None)  # told late
    assert (await api.json("GET", path))["party"] == ended
    assert await api.database.fetchval("select count(*) from audit_log") == 0


async def test_a_moderator_ends_anybodys_party_and_it_is_written_down(api: Api) -> None:
    ada, admin = await api.sign_in(), await api.sign_in("admin")
    party = (await open_party(api, ada))["id"]
    await api.json("DELETE", f"/api/parties/{party}", by=admin, status=204)
    row = await api.database.fetchrow("select actor::text, act, subject_kind, subject_id from audit_log")
    assert tuple(row or ()) == (admin.id, "party.end", "party", party)


async def test_an_end_that_was_not_written_down_is_noticed(api: Api) -> None:
    ada = await api.sign_in()
    party = (await open_party(api, ada))["id"]
    await act(api, ada, party, "end")
    assert await refused(api, "DELETE", f"/api/parties/{party}", ada) == (410, "party_ended")
    assert (await api.json("GET", f"/api/parties/{party}"))["party"]["status"] == "ended"


async def test_when_an_owner_leaves_the_hub_parties_without_anybody_end(api: Api) -> None:
    ada = await api.sign_in()
    empty, live = (await open_party(api, ada))["id"], (await open_party(api, ada))["id"]
    await told(api, live, members=2)
    secret = (await invite(api, ada, live))["secret"]
    await api.json("DELETE", "/api/me", {"password": None}, ada, status=204)
    await join(api, await api.sign_in(), live, secret, status=404)

    async def statuses() -> list[str]:
        await clean_once(api.database, api.services.rooms)
        shown = [(await api.json("GET", f"/api/parties/{each}"))["party"] for each in (empty, live)]
        assert {each["owner"]["display_name"] for each in shown} == {"Deleted account"}
        return [each["status"] for each in shown]

    assert await statuses() == ["ended", "lobby"]
    await told(api, live, members=0)
    assert await statuses() == ["ended", "ended"]


@pytest.fixture
async def faltering(database: Database, tmp_path: Path) -> AsyncIterator[tuple[Api, Faltering]]:
    """An app whose rooms break when they are told to."""
    holder: list[Faltering] = []

    def falter(services: Any) -> Any:
        holder.append(Faltering(services.rooms))
        return replace(services, rooms=holder[0])

    async with open_api(database, tmp_path, change=falter) as api:
        yield api, holder[0]


@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_party_that_was_half_opened_is_opened_by_the_same_request(
    faltering: tuple[Api, Faltering], when: str
) -> None:
    api, rooms = faltering
    ada, new = await api.sign_in(), {"title": "T", "visibility": "public"}
    key = {"Idempotency-Key": "k1"}
    setattr(rooms, when, AWAY)
    assert (await api.ask("POST", "/api/parties", new, ada, headers=key)).status_code == 503
    [half] = await api.database.fetch("select id, status from party")
    assert half["status"] == "opening"
    assert await titles(api, "/api/me/parties", ada) == []
    assert await refused(api, "GET", f"/api/parties/{half['id']}", ada) == (404, "not_found")
    assert await refused(api, "POST", f"/api/parties/{half['id']}/join", ada, {}) == (404, "not_found")
    setattr(rooms, when, None)
    opened = await api.json("POST", "/api/parties", new, ada, status=201, headers=key)
    assert (opened["party"]["id"], opened["party"]["status"]) == (half["id"], "lobby")
    again = await api.ask("POST", "/api/parties", new, ada, headers=key)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert await again.get_json() == opened
    assert await api.database.fetchval("select count(*) from party") == 1
    await join(api, ada, half["id"])


async def test_a_key_is_its_owners(api: Api) -> None:
    key, new = {"Idempotency-Key": "k1"}, {"title": "T", "visibility": "public"}
    made = [
        (await api.json("POST", "/api/parties", new, by, status=201, headers=key))["party"]["id"]
        for by in (await api.sign_in(), await api.sign_in())
    ]
    assert len(set(made)) == 2


async def test_a_party_that_its_room_turns_down_is_not_there(faltering: tuple[Api, Faltering]) -> None:
    api, rooms = faltering
    ada = await api.sign_in()
    rooms.before = Refused(409, "another message has the id")
    new = {"title": "T", "visibility": "public"}
    assert await refused(api, "POST", "/api/parties", ada, new) == (409, "id_taken")
    assert await api.database.fetchval("select count(*) from party") == 0


async def test_the_export_knows_parties_and_invitations(api: Api) -> None:
    ada, bob = await api.sign_in(), await api.sign_in()
    party = (await open_party(api, ada))["id"]
    made = await invite(api, ada, party, role="guest")
    await join(api, bob, party, made["secret"])
    hers, his = [await api.json("GET", "/api/me/export", by=who) for who in (ada, bob)]
    assert [each["id"] for each in hers["parties"]] == [party]
    assert [(each["id"], each["used"]) for each in hers["party_invites"]] == [(made["id"], 1)]
    assert [each["party"] for each in his["party_visits"]] == [party]
    assert "hash" not in hers["party_invites"][0]
    await api.json("DELETE", "/api/me", {"password": None}, bob, status=204)
    left = await api.database.fetchval(
        "select count(*) from party_invite_use where person = $1", str(uuid.UUID(bob.id))
    )
    assert left == 0
