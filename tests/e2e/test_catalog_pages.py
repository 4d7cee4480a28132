"""Videos in a real browser on a real hub: found, watched, commented, kept, and made by their creators."""

import re
from collections.abc import Iterator

import pytest
from hub_process import HubProcess, await_until, new_hub
from page_visitor import Visit, answers_held
from playwright.sync_api import Browser, Locator, Page, expect
from site_members import Member, Recruit, check_page, recruiting

pytestmark = pytest.mark.browser

PAGE = 24  # videos that the page reads at once
VIEW_S_MAX = 30.0
OTHERS = 30  # published beside the named ones
NAMED = [
    ("Perseverance drives across the delta", "mars", ["rover"]),
    ("Docking with the International Space Station", "iss", ["docking"]),
    ("How a Raptor engine is made", "engineering", ["raptor", "engine"]),
]
NASTY = "<img src=x onerror=alert(1)> & <b>bold</b>"
PAGES = [
    "/videos",
    "/videos/{video}",
    "/search?q=raptor",
    "/search",
    "/videos?mine=1",
    "/history",
    "/lists",
    "/lists/{list}",
]


@pytest.fixture(scope="module")
def hub() -> Iterator[HubProcess]:
    """A hub for all tests of this file."""
    with new_hub(HUB_REQUESTS_PER_MINUTE="100000") as started:
        started.start()
        yield started


@pytest.fixture(scope="module")
def recruit(hub: HubProcess, browser: Browser) -> Iterator[Recruit]:
    """What makes members."""
    with recruiting(browser, hub) as make:
        yield make


@pytest.fixture(scope="module")
def people(recruit: Recruit) -> list[Member]:
    """Ada, who makes videos, and Zoë, who watches them."""
    return [recruit("Ada", "creator"), recruit("Zoe")]


@pytest.fixture(scope="module")
def videos(people: list[Member]) -> dict[str, str]:
    """Published videos: their ids by title."""
    others = [(f"Launch number {number}", "launches", ["launch"]) for number in range(OTHERS)]
    return {title: publish(people[0], title, category, tags) for title, category, tags in [*others, *NAMED]}


@pytest.fixture
def ada(people: list[Member]) -> Iterator[Member]:
    """A creator."""
    yield people[0]
    people[0].assert_all_was_well_since()


@pytest.fixture
def zoe(people: list[Member]) -> Iterator[Member]:
    """A viewer."""
    yield people[1]
    people[1].assert_all_was_well_since()


def publish(creator: Member, title: str, category: str, tags: list[str]) -> str:
    """Make and publish a video over REST and return its id."""
    body = {"title": title, "description": f"{title}, from the start.", "category": category, "tags": tags}
    video: str = creator.rest("POST", "/api/videos", body)["id"]
    creator.rest("POST", f"/api/videos/{video}/publish")
    return video


def views_of(somebody: Member, video: str) -> int:
    """Return how often a video was seen."""
    seen: int = somebody.rest("GET", f"/api/videos/{video}")["views"]
    return seen


def titles(page: Page) -> Locator:
    """Return the titles of the videos shown."""
    return page.locator(".video h3 a")


def expect_notice(page: Page, text: str) -> None:
    """Wait until the page says something."""
    expect(page.locator(".notice")).to_have_text(text)


def confirm(scope: Locator | Page, question: str) -> None:
    """Press the button to delete and, once it asks whether one is sure, again."""
    scope.get_by_role("button", name="Delete").click()
    scope.get_by_role("button", name=question).click()


def test_videos_come_page_by_page_each_once(visit: Visit, videos: dict[str, str]) -> None:
    page = visit().go("/videos")
    expect(titles(page)).to_have_count(PAGE)
    expect(titles(page).first).to_have_text(NAMED[-1][0])
    page.get_by_role("button", name="Show more").click()
    expect(titles(page)).to_have_count(len(videos))
    expect(titles(page).nth(PAGE)).to_be_focused()
    assert sorted(titles(page).all_inner_texts()) == sorted(videos)
    expect(page.get_by_role("button", name="Show more")).to_be_hidden()


def test_filters_stand_in_the_address(visit: Visit, videos: dict[str, str]) -> None:
    page = visit().go("/videos")
    page.get_by_role("link", name="Mars", exact=True).click()
    expect(titles(page)).to_have_text([NAMED[0][0]])
    expect(page).to_have_url(re.compile(r"/videos\?category=mars$"))
    expect(page.get_by_role("link", name="Mars", exact=True)).to_be_focused()
    page.get_by_role("button", name="Clear filters").click()
    expect(titles(page)).to_have_count(PAGE)
    page.get_by_label("Tag").fill("Raptor")
    page.keyboard.press("Enter")
    expect(titles(page)).to_have_text([NAMED[2][0]])
    page.go_back()
    expect(titles(page)).to_have_count(PAGE)
    page.go_back()
    expect(titles(page)).to_have_text([NAMED[0][0]])
    page.reload()
    expect(titles(page)).to_have_text([NAMED[0][0]])
    page.locator("select[name=sort]").select_option("popular")
    expect(page).to_have_url(re.compile("sort=popular"))
    page.goto(page.url.replace("mars", "moon"))
    expect(page.get_by_text("No videos here yet.")).to_be_visible()


def test_a_hub_that_does_not_answer_is_told_and_asked_again(visit: Visit, videos: dict[str, str]) -> None:
    visitor = visit()
    visitor.page.route("**/api/videos?*", lambda route: route.abort("connectionrefused"))
    page = visitor.go("/videos")
    expect(page.get_by_text("The hub cannot be reached; try again.")).to_be_visible()
    page.unroute("**/api/videos?*")
    page.get_by_role("button", name="Try again").click()
    expect(titles(page)).to_have_count(PAGE)
    visitor.forgive_absence_of_the_hub()


def test_a_search_forgives_a_slip_and_marks_what_it_found(visit: Visit, videos: dict[str, str]) -> None:
    page = visit().go("/search?q=perseverence")
    expect(titles(page)).to_have_text([NAMED[0][0]])
    page.get_by_role("combobox").fill("raptor")
    page.keyboard.press("Enter")
    expect(titles(page)).to_have_text([NAMED[2][0]])
    expect(page.locator("mark").first).to_have_text("Raptor")
    expect(page).to_have_url(re.compile(r"q=raptor"))
    page.get_by_role("link", name="People").click()
    expect(page.get_by_text("Nothing was found.")).to_be_visible()
    page.get_by_role("combobox").fill("ada")
    page.get_by_role("button", name="Search").click()
    expect(page.locator(".person b")).to_have_text("Ada")
    page.go_back()
    page.go_back()
    expect(titles(page)).to_have_text([NAMED[2][0]])


def test_suggestions_are_chosen_by_keyboard(visit: Visit, videos: dict[str, str]) -> None:
    page = visit().go("/search")
    field = page.get_by_role("combobox")
    expect(field).to_be_focused()
    page.keyboard.type("docki")
    option = page.get_by_role("option", name=NAMED[1][0])
    expect(option).to_be_visible()
    expect(field).to_have_attribute("aria-expanded", "true")
    for _ in range(10):
        page.keyboard.press("ArrowDown")
        if option.get_attribute("aria-selected") == "true":
            break
    expect(field).to_have_attribute("aria-activedescendant", option.get_attribute("id") or "")
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    page.keyboard.type("n")
    expect(option).to_be_visible()
    option.click()
    page.wait_for_url(f"**/videos/{videos[NAMED[1][0]]}")
    expect(page.get_by_role("heading", name=NAMED[1][0])).to_be_visible()


def test_a_video_is_liked_followed_and_remembered(zoe: Member, ada: Member, videos: dict[str, str]) -> None:
    video = videos[NAMED[0][0]]
    with zoe.page.expect_response(f"**/api/videos/{video}/progress"):
        page = zoe.go(f"/videos/{video}")
    expect(page.locator(".stage")).to_contain_text("Nothing has been uploaded yet.")
    await_until(lambda: views_of(ada, video) >= 1, VIEW_S_MAX, "the view is counted")
    for name, pressed, text in (("#like", "true", "♥ 1 like"), ("#follow", "true", "Following")):
        with page.expect_response(lambda answer: answer.request.method == "PUT"):
            page.locator(name).click()
        expect(page.locator(name)).to_have_attribute("aria-pressed", pressed)
        expect(page.locator(name)).to_have_text(text)
    page.reload()
    expect(page.locator("#like")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#follow")).to_have_text("Following")
    page.locator("#like").click()
    expect(page.locator("#like")).to_have_text("♥ 0 likes")
    zoe.rest("PUT", f"/api/videos/{video}/progress", {"position_s": 75})
    zoe.go("/history")
    expect(titles(page)).to_have_text([NAMED[0][0]])
    expect(page.locator(".video")).to_contain_text("up to 1:15")
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("You have not watched anything yet.")).to_be_visible()


def test_who_is_not_signed_in_is_asked_to(visit: Visit, videos: dict[str, str]) -> None:
    page = visit().go(f"/videos/{videos[NAMED[0][0]]}")
    expect(page.locator("#writing")).to_have_text("Sign in to comment.")
    page.locator("#like").click()
    page.wait_for_url("**/login?next=%2Fvideos%2F*")


def test_comments_are_written_changed_answered_and_deleted(
    zoe: Member, ada: Member, videos: dict[str, str]
) -> None:
    page = zoe.go(f"/videos/{videos[NAMED[1][0]]}")
    expect(page.get_by_text("No comments yet.")).to_be_visible()
    page.fill("#comment-text", NASTY)
    page.fill("#comment-moment", "1:0x")
    page.get_by_role("button", name="Comment", exact=True).click()
    expect(page.locator("#comment-moment")).to_have_attribute("aria-invalid", "true")
    page.fill("#comment-moment", "1:05")
    page.get_by_role("button", name="Comment", exact=True).click()
    comment = page.locator("#thread > .comment")
    expect(comment.locator(".words").first).to_have_text(f"1:05 {NASTY}")
    comment.get_by_role("button", name="Edit").click()
    comment.get_by_label("Your comment").fill("A smooth docking")
    comment.get_by_role("button", name="Save").click()
    expect(comment.locator(".words").first).to_have_text("1:05 A smooth docking")
    expect(comment).to_contain_text("edited")
    other = ada.go(f"/videos/{videos[NAMED[1][0]]}")
    other.get_by_role("button", name="Answer").click()
    other.get_by_label("Your answer").fill("Thank you")
    other.locator("#thread").get_by_role("button", name="Answer").last.click()
    expect(other.locator(".answers .comment .words")).to_have_text("Thank you")
    page.reload()
    page.get_by_role("button", name="1 answer").click()
    expect(page.locator(".answers .comment .words")).to_have_text("Thank you")
    expect(page.locator(".answers").get_by_role("button", name="Edit")).to_have_count(0)
    confirm(comment.locator("> .stack > .acts"), "Really?")
    expect_notice(page, "The comment is deleted.")
    page.locator("#order").select_option("time")
    expect(page.locator("#thread .words").first).to_contain_text("This comment was deleted.")


def test_a_comment_stays_when_those_before_come_later(zoe: Member, videos: dict[str, str]) -> None:
    page = zoe.page
    zoe.go(f"/videos/{videos['Launch number 0']}")
    expect(page.get_by_text("No comments yet.")).to_be_visible()
    with answers_held(page, r"/comments\?"):
        with page.expect_request("**/comments?*"):
            page.locator("#order").select_option("time")
        page.fill("#comment-text", "First")
        with page.expect_response(lambda answer: answer.request.method == "POST"):
            page.get_by_role("button", name="Comment", exact=True).click()
    expect(page.locator("#thread .words")).to_have_text(["First"])
    expect(page.locator("#comment-text")).to_have_value("")


def test_videos_are_kept_in_lists(zoe: Member, visit: Visit, videos: dict[str, str]) -> None:
    for title, _, _ in NAMED[:2]:
        page = zoe.go(f"/videos/{videos[title]}")
        page.locator("#save").click()
        if title == NAMED[0][0]:
            page.fill("#list-title", "For the class")
            page.get_by_role("button", name="Make and save").click()
        else:
            page.get_by_role("button", name="Save (For the class)").click()
        expect(page.get_by_role("button", name="Saved: take out (For the class)")).to_be_visible()
        page.keyboard.press("Escape")
    page = zoe.go("/lists")
    expect(page.locator("#lists li")).to_contain_text("private · 2 videos")
    page.get_by_role("link", name="For the class").click()
    expect(titles(page)).to_have_text([NAMED[0][0], NAMED[1][0]])
    stranger = visit()
    expect(stranger.go(zoe.page.url.removeprefix(zoe.hub.url)).locator("#videos + .edge")).to_contain_text(
        "no list"
    )
    stranger.forgive_refusals(404)
    page.get_by_role("button", name="Edit").click()
    page.fill("#list-title", "For everybody")
    page.locator("#list-visibility").select_option("public")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="For everybody")).to_be_visible()
    stranger.page.reload()
    expect(titles(stranger.page)).to_have_text([NAMED[0][0], NAMED[1][0]])
    page.get_by_role("button", name=f"Remove {NAMED[0][0]}").click()
    expect(titles(page)).to_have_text([NAMED[1][0]])
    confirm(page, "Really delete?")
    page.wait_for_url("**/lists")
    expect(page.get_by_text("You have no lists yet.")).to_be_visible()


def test_a_creator_makes_publishes_unlists_deletes_and_restores(ada: Member, visit: Visit) -> None:
    page = ada.go("/videos?mine=1")
    with answers_held(page, "/api/categories$"):
        for _ in range(2):
            page.get_by_role("button", name="New video").click()
    expect(page.get_by_role("dialog")).to_have_count(1)
    page.get_by_role("button", name="Create").click()
    expect(page.locator("#title")).to_have_attribute("aria-invalid", "true")
    page.fill("#title", NASTY)
    page.fill("#description", "First line.\nSecond line.")
    page.locator("#category").select_option("moon")
    page.fill("#tags-given", "Crater, far side")
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_role("heading", name=NASTY)).to_be_visible()
    expect(page.locator(".owner")).to_contain_text("Not published: only you see it.")
    path = page.url.removeprefix(ada.hub.url)
    stranger = visit()
    expect(stranger.go(path).get_by_role("heading", name="This video is not here")).to_be_visible()
    page.get_by_role("button", name="Publish").click()
    expect(page.locator(".owner")).to_contain_text("Published for everybody.")
    stranger.page.reload()
    expect(stranger.page.get_by_role("heading", name=NASTY)).to_be_visible()
    expect(stranger.page.locator(".words").first).to_have_text(
        "First line.\nSecond line.", use_inner_text=True
    )
    page.get_by_role("button", name="Unlist").click()
    expect(page.locator(".owner")).to_contain_text("Published for whoever has the link.")
    confirm(page, "Really delete?")
    expect(page.locator(".owner")).to_contain_text("Deleted: only you see it.")
    ada.go("/videos?mine=1&deleted=true")
    titles(page).get_by_text(NASTY).click()
    page.get_by_role("button", name="Restore").click()
    expect(page.locator(".owner")).to_contain_text("Published for whoever has the link.")
    stranger.forgive_refusals(404)


def test_two_edits_at_once_do_not_lose_one(ada: Member) -> None:
    video = publish(ada, "edits: before", "earth", [])
    page = ada.go(f"/videos/{video}")
    page.get_by_role("button", name="Edit").click()
    expect(page.locator("#title")).to_have_value("edits: before")
    ada.rest("PATCH", f"/api/videos/{video}", {"title": "edits: from elsewhere"})
    page.fill("#description", "Described here")
    page.locator("dialog button.main").click()
    expect(page.get_by_role("alert")).to_contain_text("This video was changed meanwhile")
    expect(page.locator("#description")).to_have_value("Described here")
    page.get_by_role("button", name="Load what is there now").click()
    expect(page.locator("#title")).to_have_value("edits: from elsewhere")
    page.fill("#description", "Described here, again")
    page.locator("dialog button.main").click()
    expect(page.locator("dialog")).to_have_count(0)
    expect(page.get_by_role("heading", name="edits: from elsewhere")).to_be_visible()
    expect(page.locator("#video .words")).to_have_text("Described here, again")
    ada.forgive_refusals(412)


def test_every_page_can_be_read_by_everybody_everywhere(zoe: Member, videos: dict[str, str]) -> None:
    video = videos[NAMED[2][0]]
    made = zoe.rest("POST", "/api/lists", {"title": "Something"})["id"]
    zoe.rest("PUT", f"/api/lists/{made}/items/{video}")
    for path in PAGES:
        check_page(zoe.look_at(path.format(video=video, list=made)))
