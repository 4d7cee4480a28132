"""What nobody tends is cleaned: rows without a room, old invitations, and parties that were abandoned."""

import pytest

from api.parties import cleaning
from api.parties.cleaning import clean_once
from rooms.kind import Refused
from tests.api.api_app import Api
from tests.api.party_goers import AWAY, Faltering, act, invite, join, open_party

WEEK_AGO = "now() - interval '8 days'"


async def statuses(api: Api) -> dict[str, str]:
    rows = await api.database.fetch("select title, status from party")
    return {row["title"]: row["status"] for row in rows}


async def clean(api: Api) -> None:
    await clean_once(api.database, api.services.rooms)


async def test_a_row_without_a_room_goes_after_an_hour(api: Api) -> None:
    ada = await api.sign_in()
    for title in ("fresh", "old", "opened"):
        await open_party(api, ada, title=title)
    await api.database.execute("update party set status = 'opening' where title <> 'opened'")
    await api.database.execute("update party set created_at = now() - interval '2 h' where title <> 'fresh'")
    await clean(api)
    assert await statuses(api) == {"fresh": "opening", "opened": "lobby"}


async def test_a_party_in_which_nobody_was_for_a_week_ends_in_its_room_as_well(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cleaning, "PARTIES_AT_ONCE", 2)
    ada = await api.sign_in()
    parties = {
        title: (await open_party(api, ada, title=title))["id"]
        for title in ("alive", "young", "coming", "a", "b", "c", "gone")
    }
    await act(api, ada, parties["gone"], "end")
    await api.database.execute(f"update party set alive_at = {WEEK_AGO} where title <> 'alive'")
    await api.database.execute(f"update party set created_at = {WEEK_AGO} where title <> 'young'")
    await api.database.execute("update party set starts_at = now() + interval '1 h' where title = 'coming'")
    await clean(api)
    kept = {"alive": "lobby", "young": "lobby", "coming": "lobby"}
    assert await statuses(api) == {**kept, **dict.fromkeys(("a", "b", "c", "gone"), "ended")}
    with pytest.raises(Refused, match="ended"):
        await act(api, ada, parties["a"], "lock", locked=True)


async def test_a_room_that_cannot_be_asked_has_its_turn_the_next_time(api: Api) -> None:
    await open_party(api, await api.sign_in(), title="a")
    await api.database.execute(f"update party set alive_at = {WEEK_AGO}, created_at = {WEEK_AGO}")
    rooms = Faltering(api.services.rooms)
    rooms.before = AWAY
    await clean_once(api.database, rooms)
    assert await statuses(api) == {"a": "lobby"}
    rooms.before = None
    await clean_once(api.database, rooms)
    assert await statuses(api) == {"a": "ended"}


async def test_invitations_go_a_month_after_their_time(api: Api) -> None:
    ada = await api.sign_in()
    party = (await open_party(api, ada))["id"]
    made = [await invite(api, ada, party) for _ in range(3)]
    for each in made:
        await join(api, await api.sign_in(), party, each["secret"])
    for each, over in zip(
        made, ("- interval '31 days'", "- interval '29 days'", "+ interval '1 h'"), strict=True
    ):
        await api.database.execute(
            f"update party_invite set expires_at = now() {over} where id::text = $1", each["id"]
        )
    await clean(api)
    rows = await api.database.fetch("select id::text from party_invite")
    assert {row["id"] for row in rows} == {made[1]["id"], made[2]["id"]}
    assert await api.database.fetchval("select count(*) from party_invite_use") == 2
