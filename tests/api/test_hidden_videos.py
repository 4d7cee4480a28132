"""A video that moderators hid stays hidden until one of them shows it again."""

import pytest

from tests.api.api_app import Api, Person
from tests.api.catalog_people import add_categories, problem, published


async def hidden_video(api: Api, creator: Person, admin: Person) -> str:
    """Return the path of a video that was reported and hidden."""
    video = await published(api, creator)
    report = {"kind": "video", "id": video["id"], "reason": "stolen"}
    made = await api.json("POST", "/api/reports", report, admin, 201)
    hide = {"action": "hide", "reason": "stolen"}
    await api.json("POST", f"/api/moderation/reports/{made['id']}/resolve", hide, admin)
    return f"/api/videos/{video['id']}"


@pytest.mark.parametrize(
    ("method", "act", "edit"),
    [
        ("PATCH", "", {"visibility": "public"}),
        ("PATCH", "", {"visibility": "premium", "title": "Mine"}),
        ("POST", "/unlist", None),
    ],
)
async def test_its_creator_does_not_show_it_again(
    api: Api, method: str, act: str, edit: dict[str, str] | None
) -> None:
    await add_categories(api.database)
    eve, admin = await api.sign_in("creator", "Eve"), await api.sign_in("admin", "Mod")
    video = await hidden_video(api, eve, admin)
    assert await problem(api, method, video + act, edit, eve) == (403, "forbidden", None)
    await api.json("DELETE", video, by=eve, status=204)
    await api.json("POST", f"{video}/restore", by=eve)
    await api.json("PATCH", video, {"title": "Repaired", "visibility": "private"}, eve)
    assert await problem(api, method, video + act, edit, eve) == (403, "forbidden", None)
    assert await problem(api, "GET", video) == (404, "not_found", None)


async def test_once_a_moderator_has_shown_it_it_is_its_creators_again(api: Api) -> None:
    await add_categories(api.database)
    eve, admin = await api.sign_in("creator", "Eve"), await api.sign_in("admin", "Mod")
    video = await hidden_video(api, eve, admin)
    await api.json("PATCH", video, {"visibility": "public"}, admin)
    await api.json("POST", f"{video}/unlist", by=eve)
    assert (await api.json("GET", video))["visibility"] == "unlisted"
