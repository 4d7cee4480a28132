"""What people try who mean no good: each of these was a way through, and is none."""

import io
import uuid
from dataclasses import replace

import pytest
from PIL import Image

from rooms.kind import By
from tests.api.api_app import Api, Person
from tests.api.catalog_people import add_categories, draft, problem, published
from tests.api.forum_talk import open_thread, say

FOR_GOOD = {"until": None, "reason": "spam"}


@pytest.fixture
async def admin(api: Api) -> Person:
    return await api.sign_in("admin", "Mod")


async def block(api: Api, admin: Person, *words: str) -> None:
    """Let nobody write these words."""
    await api.json("PUT", "/api/moderation/word-filter", {"words": list(words)}, admin)


async def acts(api: Api, admin: Person) -> list[tuple[str, str]]:
    """Return what the audit log tells: pairs of act and reason, newest first."""
    page = await api.json("GET", "/api/audit", by=admin)
    return [(each["act"], each["reason"]) for each in page["items"]]


@pytest.mark.parametrize("change", [{"bio": "spam"}, {"display_name": "Spam"}, {"handle": "spam_here"}])
async def test_who_is_muted_does_not_write_in_their_profile(
    api: Api, admin: Person, change: dict[str, str]
) -> None:
    eve = await api.sign_in(name="Eve")
    await api.json("POST", f"/api/moderation/users/{eve.id}/mute", FOR_GOOD, admin, 204)
    assert (await problem(api, "PATCH", "/api/me", change, eve))[:2] == (403, "muted")


async def test_who_is_muted_shows_no_picture(api: Api, admin: Person) -> None:
    eve = await api.sign_in(name="Eve")
    await api.json("POST", f"/api/moderation/users/{eve.id}/mute", FOR_GOOD, admin, 204)
    picture = io.BytesIO()
    Image.new("RGB", (8, 8)).save(picture, "PNG")
    upload = {"data": picture.getvalue(), "headers": {"Content-Type": "image/png"}}
    assert (await problem(api, "PUT", "/api/me/avatar", None, eve, **upload))[:2] == (403, "muted")


async def test_blocked_words_stand_in_no_name(api: Api, admin: Person) -> None:
    await block(api, admin, "casino*")
    eve = await api.sign_in(name="Eve")
    for field in ("display_name", "bio"):
        refused = await problem(api, "PATCH", "/api/me", {field: "Best Casino"}, eve)
        assert refused == (400, "blocked_word", field)
    new = {"email": "eve@example.org", "password": "long enough", "display_name": "Casinos"}
    assert await problem(api, "POST", "/api/auth/signup", new) == (400, "blocked_word", "display_name")
    guest = {"display_name": "Casino"}
    assert await problem(api, "POST", "/api/auth/guest", guest) == (400, "blocked_word", "display_name")


@pytest.mark.parametrize(
    "spelling", ["casino", "\U0001d402ASINO", "ca\u200bsino", "c\u0301asino", "ca\u20ddsino"]
)
async def test_a_blocked_word_is_found_in_any_spelling(api: Api, admin: Person, spelling: str) -> None:
    await block(api, admin, "casino")
    eve = await api.sign_in(name="Eve")
    new = {"title": "Dragon", "text": f"the best {spelling}!"}
    assert (await problem(api, "POST", "/api/boards/iss/threads", new, eve))[:2] == (400, "blocked_word")


async def test_a_blocked_word_is_no_tag_and_no_emoji(api: Api, admin: Person) -> None:
    await block(api, admin, "casino")
    eve = await api.sign_in(name="Eve")
    new = {"title": "Dragon", "text": "Hi", "tags": ["casino"]}
    assert (await problem(api, "POST", "/api/boards/iss/threads", new, eve))[:2] == (400, "blocked_word")
    thread = (await open_thread(api, eve))["id"]
    post = (await say(api, eve, thread))["id"]
    emoji = f"/api/threads/{thread}/posts/{post}/reactions/casino"
    assert (await problem(api, "PUT", emoji, None, eve))[:2] == (400, "blocked_word")
    await api.json("DELETE", emoji, by=eve, status=204)


async def test_every_act_of_those_in_charge_is_noted(api: Api, admin: Person) -> None:
    eve = await api.sign_in(name="Eve")
    board = {"slug": "news", "title": "News", "about": ""}
    await api.json("POST", "/api/boards", board, admin, 201)
    await api.json("PATCH", "/api/boards/news", {"title": "Olds"}, admin)
    report = {"kind": "user", "id": eve.id, "reason": "rude"}
    made = await api.json("POST", "/api/reports", report, admin, 201)
    close = {"action": "dismiss", "reason": "not so"}
    await api.json("POST", f"/api/moderation/reports/{made['id']}/resolve", close, admin)
    assert await acts(api, admin) == [("report.dismiss", "not so"), ("board.edit", ""), ("board.add", "")]


async def test_a_moderator_without_an_account_is_noted_by_name(api: Api, admin: Person) -> None:
    thread = (await open_thread(api, admin))["id"]
    by = By("robot", "Robot", moderator=True)
    await api.services.rooms.command(f"thread:{thread}", {"type": "lock", "reason": "night"}, by)
    [entry] = (await api.json("GET", "/api/audit", by=admin))["items"]
    assert (entry["act"], entry["actor"], entry["reason"]) == ("thread.lock", None, "night")
    assert entry["details"]["user"] == {"id": "robot", "display_name": "Robot"}


@pytest.mark.parametrize("name", ["\u200b\u2060", "\u3164", "\u202eadA", "\u0301"])
async def test_nobody_is_called_by_a_name_that_is_not_seen_or_reads_backwards(api: Api, name: str) -> None:
    refused = (400, "invalid_field", "display_name")
    assert await problem(api, "POST", "/api/auth/guest", {"display_name": name}) == refused
    new = {"email": "eve@example.org", "password": "long enough", "display_name": name}
    assert await problem(api, "POST", "/api/auth/signup", new) == refused
    eve = await api.sign_in(name="Eve")
    assert await problem(api, "PATCH", "/api/me", {"display_name": name}, eve) == refused


async def test_who_is_no_creator_any_more_only_takes_away(api: Api, admin: Person) -> None:
    await add_categories(api.database)
    eve = await api.sign_in("creator", "Eve")
    video, waiting = await published(api, eve), await draft(api, eve)
    role = {"role": "viewer", "reason": "spam"}
    await api.json("PUT", f"/api/admin/users/{eve.id}/role", role, admin)
    eve = replace(eve, token=await api.token_of(uuid.UUID(eve.id)))
    await only_takes_away(api, eve, video["id"], waiting["id"], "forbidden")


async def test_who_is_muted_only_takes_videos_away(api: Api, admin: Person) -> None:
    await add_categories(api.database)
    eve = await api.sign_in("creator", "Eve")
    video, waiting = await published(api, eve), await draft(api, eve)
    await api.json("POST", f"/api/moderation/users/{eve.id}/mute", FOR_GOOD, admin, 204)
    await only_takes_away(api, eve, video["id"], waiting["id"], "muted")


async def only_takes_away(api: Api, eve: Person, video: str, waiting: str, code: str) -> None:
    """Check that somebody may hide and delete their videos, and nothing else."""
    assert await problem(api, "POST", f"/api/videos/{waiting}/publish", None, eve) == (403, code, None)
    edit = {"visibility": "premium"}
    assert await problem(api, "PATCH", f"/api/videos/{video}", edit, eve) == (403, code, None)
    await api.json("POST", f"/api/videos/{video}/unlist", by=eve)
    await api.json("DELETE", f"/api/videos/{video}", by=eve, status=204)
    assert await problem(api, "POST", f"/api/videos/{video}/restore", None, eve) == (403, code, None)


async def test_a_comment_that_one_does_not_see_is_not_reported(api: Api) -> None:
    await add_categories(api.database)
    eve = await api.sign_in("creator", "Eve")
    video = f"/api/videos/{(await published(api, eve))['id']}"
    comment = (await api.json("POST", f"{video}/comments", {"text": "hm"}, eve, 201))["id"]
    await api.json("PATCH", video, {"visibility": "private"}, eve)
    report = {"kind": "comment", "id": comment, "reason": "?"}
    bob = await api.sign_in(name="Bob")
    assert await problem(api, "POST", "/api/reports", report, bob) == (404, "not_found", "id")
