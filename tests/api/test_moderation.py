"""Moderation: reports and their resolution, mutes and bans, the word filter, and the record of it all."""

import uuid

import pytest

from rooms.kind import By
from tests.api.api_app import Api, Person
from tests.api.catalog_people import add_categories, problem, published


@pytest.fixture
async def admin(api: Api) -> Person:
    return await api.sign_in("admin", "Mod")


@pytest.fixture
async def ada(api: Api) -> Person:
    return await api.sign_in("viewer", "Ada")


@pytest.fixture
async def bob(api: Api) -> Person:
    return await api.sign_in("viewer", "Bob")


async def say(api: Api, who: Person, text: str, message_id: str = "m1") -> dict[str, str]:
    """Post in the lobby, and return what reports it."""
    command = {"type": "post", "id": message_id, "text": text}
    await api.services.rooms.command("thread:lobby", command, By(who.id, who.display_name))
    return {"kind": "post", "id": message_id, "thread": "lobby", "reason": "rude"}


async def acts(api: Api, admin: Person, **asked: str) -> list[tuple[str, str]]:
    """Return what the audit log tells: pairs of act and the id of its subject, newest first."""
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    page = await api.json("GET", f"/api/audit?{query}", by=admin)
    return [(each["act"], each["subject"]["id"]) for each in page["items"]]


async def test_a_post_is_reported_hidden_and_shown_again(
    api: Api, ada: Person, bob: Person, admin: Person
) -> None:
    reported = await say(api, ada, "you are all wrong")
    first = await api.json("POST", "/api/reports", reported, bob, 201)
    again = await api.json("POST", "/api/reports", {**reported, "reason": "very rude"}, bob, 201)
    assert again == first
    await api.json("POST", "/api/reports", reported, admin, 201)
    queue = (await api.json("GET", "/api/moderation/reports", by=admin))["items"]
    assert [(each["reason"], each["reports"], each["excerpt"]) for each in queue] == [
        ("very rude", 2, "you are all wrong"),
        ("rude", 2, "you are all wrong"),
    ]
    assert queue[0]["author"] == {"id": ada.id, "display_name": "Ada"}
    assert queue[0]["reporter"]["handle"] == bob.handle
    done = await api.json(
        "POST",
        f"/api/moderation/reports/{first['id']}/resolve",
        {"action": "hide", "reason": "be kind"},
        admin,
    )
    assert (done["state"], done["action"], done["resolution"]) == ("resolved", "hide", "be kind")
    assert done["resolved_by"]["id"] == admin.id
    assert (await api.json("GET", "/api/moderation/reports", by=admin))["items"] == []
    resolved = await api.json("GET", "/api/moderation/reports?state=resolved", by=admin)
    assert len(resolved["items"]) == 2
    hidden = "select hidden_at is not null from forum_post where id = 'm1'"
    assert await api.database.fetchval(hidden)
    await api.json("POST", "/api/moderation/posts/lobby/m1/unhide", {"reason": "well"}, admin, 204)
    assert not await api.database.fetchval(hidden)
    assert await acts(api, admin) == [
        ("thread.unhide", "lobby/m1"),
        ("report.hide", "lobby/m1"),
        ("thread.hide", "lobby/m1"),
    ]
    twice = f"/api/moderation/reports/{first['id']}/resolve"
    assert await problem(api, "POST", twice, {"action": "dismiss", "reason": "x"}, admin) == (
        409,
        "conflict",
        None,
    )


async def test_reports_are_paged(api: Api, ada: Person, bob: Person, admin: Person) -> None:
    for number in range(5):
        reported = await say(api, ada, f"text {number}", f"m{number}")
        await api.json("POST", "/api/reports", reported, bob, 201)
    seen, path = [], "/api/moderation/reports?limit=2"
    page = await api.json("GET", path, by=admin)
    while True:
        seen += [each["subject"] for each in page["items"]]
        if page["next"] is None:
            break
        page = await api.json("GET", f"{path}&cursor={page['next']}", by=admin)
    assert seen == ["m0", "m1", "m2", "m3", "m4"]


async def test_anything_can_be_reported_that_others_see(
    api: Api, ada: Person, bob: Person, admin: Person
) -> None:
    await add_categories(api.database)
    creator = await api.sign_in("creator", "Grace")
    video = await published(api, creator)
    comment = await api.json("POST", f"/api/videos/{video['id']}/comments", {"text": "meh"}, ada, 201)
    for kind, named in [("comment", comment["id"]), ("video", video["id"]), ("user", ada.id)]:
        body = {"kind": kind, "id": named, "reason": "look"}
        report = await api.json("POST", "/api/reports", body, bob, 201)
        action = "mute" if kind == "user" else "hide"
        path = f"/api/moderation/reports/{report['id']}/resolve"
        await api.json("POST", path, {"action": action, "reason": "yes"}, admin)
    assert await problem(api, "GET", f"/api/videos/{video['id']}") == (404, "not_found", None)
    assert await api.database.fetchval("select hidden_at is not null from comment")
    assert [act for act, _ in await acts(api, admin)] == [
        "report.mute",
        "account.mute",
        "report.hide",
        "video.hide",
        "report.hide",
        "comment.hide",
    ]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"kind": "post", "id": "m1", "reason": "x"}, (400, "invalid_field", "thread")),
        ({"kind": "post", "id": "m1", "thread": "nowhere", "reason": "x"}, (404, "not_found", "id")),
        ({"kind": "thread", "id": "nothing", "reason": "x"}, (404, "not_found", "id")),
        ({"kind": "video", "id": "no uuid", "reason": "x"}, (404, "not_found", "id")),
        ({"kind": "user", "id": str(uuid.UUID(int=0)), "reason": "x"}, (404, "not_found", "id")),
        ({"kind": "user", "id": "x", "reason": " "}, (400, "invalid_field", "reason")),
        ({"kind": "planet", "id": "x", "reason": "x"}, (400, "invalid_field", "kind")),
    ],
)
async def test_a_report_about_nothing_is_refused(
    api: Api, ada: Person, body: dict[str, str], expected: tuple[int, str, str]
) -> None:
    assert await problem(api, "POST", "/api/reports", body, ada) == expected


async def test_who_may_do_what(api: Api, ada: Person) -> None:
    why, nobody = {"reason": "x"}, str(uuid.UUID(int=0))
    for method, path, body in [
        ("GET", "/api/moderation/reports", None),
        ("POST", f"/api/moderation/reports/{nobody}/resolve", {"action": "dismiss", "reason": "x"}),
        ("POST", "/api/moderation/posts/lobby/m1/hide", why),
        ("POST", "/api/moderation/threads/lobby/hide", why),
        ("POST", f"/api/moderation/comments/{nobody}/hide", why),
        ("POST", f"/api/moderation/users/{nobody}/ban", why),
        ("POST", f"/api/moderation/users/{nobody}/unmute", why),
        ("GET", "/api/moderation/word-filter", None),
        ("PUT", "/api/moderation/word-filter", {"words": []}),
        ("GET", "/api/audit", None),
    ]:
        assert await problem(api, method, path, body) == (401, "unauthorized", None)
        assert await problem(api, method, path, body, ada) == (403, "forbidden", None)


async def test_a_mute_leaves_reading_and_ends(api: Api, ada: Person, admin: Person) -> None:
    path = f"/api/moderation/users/{ada.id}"
    soon_ms = int(api.steered.now_s * 1000) + 10 * 365 * 86_400_000
    await api.json("POST", f"{path}/mute", {"until": soon_ms, "reason": "spam"}, admin, 204)
    standing = await api.services.standings.of(ada.id, None)
    assert standing is not None
    assert standing.muted_until_ms == soon_ms
    await api.json("POST", f"{path}/mute", {"reason": "for good"}, admin, 204)
    assert (await api.json("GET", "/api/auth/me", by=ada))["user"]["id"] == ada.id
    await api.json("POST", f"{path}/unmute", {"reason": "sorry"}, admin, 204)
    standing = await api.services.standings.of(ada.id, None)
    assert standing is not None
    assert standing.muted_until_ms is None
    assert await acts(api, admin, subject=ada.id) == [
        ("account.unmute", ada.id),
        ("account.mute", ada.id),
        ("account.mute", ada.id),
    ]


async def test_a_ban_shuts_out_until_it_is_lifted(api: Api, ada: Person, admin: Person) -> None:
    path = f"/api/moderation/users/{ada.id}"
    await api.json("POST", f"{path}/ban", {"until": None, "reason": "threats"}, admin, 204)
    assert await problem(api, "GET", "/api/auth/me", None, ada) == (403, "banned", None)
    await api.json("POST", f"{path}/unban", {"reason": "appeal"}, admin, 204)
    assert await problem(api, "GET", "/api/auth/me", None, ada) == (401, "token_stale", None)


async def test_who_cannot_be_banned(api: Api, ada: Person, admin: Person) -> None:
    other = await api.sign_in("admin", "Other")
    ban, past = {"reason": "x"}, {"reason": "x", "until": 1}
    base = "/api/moderation/users"
    assert await problem(api, "POST", f"{base}/{admin.id}/ban", ban, admin) == (409, "conflict", None)
    assert await problem(api, "POST", f"{base}/{other.id}/ban", ban, admin) == (409, "conflict", None)
    assert await problem(api, "POST", f"{base}/{ada.id}/ban", past, admin) == (400, "invalid_field", "until")
    assert await problem(api, "POST", f"{base}/nobody/ban", ban, admin) == (404, "not_found", None)
    assert await acts(api, admin) == []


async def test_a_guests_post_is_hidden_but_a_guest_is_not_banned(
    api: Api, bob: Person, admin: Person
) -> None:
    guest = await api.guest("Eve")
    await api.services.rooms.command(
        "thread:lobby", {"type": "post", "id": "g1", "text": "buy"}, By(guest.id, "Eve", guest=True)
    )
    body = {"kind": "post", "id": "g1", "thread": "lobby", "reason": "ad"}
    report = await api.json("POST", "/api/reports", body, bob, 201)
    path = f"/api/moderation/reports/{report['id']}/resolve"
    assert await problem(api, "POST", path, {"action": "ban", "reason": "x"}, admin) == (
        409,
        "conflict",
        None,
    )
    await api.json("POST", path, {"action": "hide", "reason": "x"}, admin)


async def test_blocked_words_are_refused_everywhere(api: Api, ada: Person, admin: Person) -> None:
    filter_path = "/api/moderation/word-filter"
    kept = await api.json("PUT", filter_path, {"words": ["Spam", "casino*", "spam "]}, admin)
    assert kept == {"words": ["Spam", "casino*", "spam"]}
    response = await api.ask("GET", filter_path, by=admin)
    etag = response.headers["ETag"]
    await add_categories(api.database)
    video = await published(api, await api.sign_in("creator", "Grace"))
    comments = f"/api/videos/{video['id']}/comments"
    assert await problem(api, "POST", comments, {"text": "SPÁM!"}, ada) == (400, "blocked_word", "text")
    await api.json("POST", comments, {"text": "spammer"}, ada, 201)
    await api.json("PUT", filter_path, {"words": []}, admin, headers={"If-Match": etag})
    stale = await api.ask("PUT", filter_path, {"words": ["x"]}, admin, headers={"If-Match": etag})
    assert stale.status_code == 412
    await api.json("POST", comments, {"text": "spam"}, ada, 201)
    page = await api.json("GET", "/api/audit?act=words.set", by=admin)
    assert [each["details"] for each in page["items"]] == [
        {"added": [], "removed": ["Spam", "casino*", "spam"]},
        {"added": ["Spam", "casino*", "spam"], "removed": []},
    ]


async def test_the_audit_log_is_paged_and_filtered(api: Api, ada: Person, bob: Person, admin: Person) -> None:
    for who in (ada, bob, ada):
        await api.json("POST", f"/api/moderation/users/{who.id}/mute", {"reason": "x"}, admin, 204)
    page = await api.json("GET", "/api/audit?limit=2", by=admin)
    rest = await api.json("GET", f"/api/audit?limit=2&cursor={page['next']}", by=admin)
    subjects = [each["subject"]["id"] for each in page["items"] + rest["items"]]
    assert subjects == [ada.id, bob.id, ada.id]
    assert rest["next"] is None
    assert page["items"][0]["actor"]["id"] == admin.id
    assert len(await acts(api, admin, actor=admin.id, act="account.mute")) == 3
    assert await acts(api, admin, actor=ada.id) == []
    assert await problem(api, "GET", "/api/audit?actor=nobody", None, admin) == (
        400,
        "invalid_field",
        "actor",
    )
