"""The forum in a real browser on a real hub: boards that move, threads that are live, and moderators."""

import re
from collections.abc import Iterator

import pytest
from hub_process import HubProcess, new_hub
from page_visitor import Cable, Visit, answers_held
from playwright.sync_api import Browser, Locator, Page, expect
from site_members import Member, Recruit, check_page, recruiting

pytestmark = pytest.mark.browser

NASTY = "<img src=x onerror=alert(1)> & <b>bold</b>"
LONG_WORD = "Llanfairpwllgwyngyllgogerychwyrndrobwll" * 2
PAGES = [
    "/forum",
    "/forum/iss",
    "/threads/{thread}",
    "/moderation",
    "/moderation?tab=words",
    "/moderation?tab=log",
]


@pytest.fixture(scope="module")
def hub() -> Iterator[HubProcess]:
    """A hub for all tests of this file; each writes into threads of its own."""
    with new_hub(HUB_REQUESTS_PER_MINUTE="100000", HUB_COMMANDS_PER_SECOND="1000") as started:
        started.start()
        yield started


@pytest.fixture(scope="module")
def recruit(hub: HubProcess, browser: Browser) -> Iterator[Recruit]:
    """What makes members."""
    with recruiting(browser, hub) as make:
        yield make


@pytest.fixture(scope="module")
def people(recruit: Recruit) -> list[Member]:
    """Ada and Zoë, and Kath, who moderates."""
    return [recruit("Ada"), recruit("Zoe"), recruit("Kath", "admin")]


@pytest.fixture
def ada(people: list[Member]) -> Iterator[Member]:
    """Somebody who writes."""
    yield people[0]
    people[0].assert_all_was_well_since()


@pytest.fixture
def zoe(people: list[Member]) -> Iterator[Member]:
    """Somebody else who writes."""
    yield people[1]
    people[1].assert_all_was_well_since()


@pytest.fixture
def kath(people: list[Member]) -> Iterator[Member]:
    """Somebody who moderates."""
    yield people[2]
    people[2].assert_all_was_well_since()


def new_thread(author: Member, title: str, board: str = "iss") -> str:
    """Begin a thread over REST and return its id."""
    body = {"title": title, "text": f"{title}: the first post"}
    made: str = author.rest("POST", f"/api/boards/{board}/threads", body)["id"]
    return made


def new_thread_for(visitors: list[Member], title: str) -> str:
    """Let the first begin a thread, and all of them look at it."""
    thread = new_thread(visitors[0], title)
    for visitor in visitors:
        visitor.go(f"/threads/{thread}")
        visitor.await_kept(f"{title}: the first post")
        expect(visitor.page.locator("#text")).to_be_visible()
    return thread


def choose_act(page: Page, name: str) -> None:
    """Choose an item of the thread's menu."""
    page.get_by_role("button", name="What you can do with this thread").click()
    page.locator("#thread-menu").get_by_role("button", name=name, exact=True).click()


def give_reason(page: Page, reason: str) -> None:
    """Fill in a dialog that asks why, and send it."""
    page.fill("#reason", reason)
    page.locator("dialog button.main").click()
    expect(page.locator("dialog")).to_have_count(0)


def rows(page: Page) -> Locator:
    """Return the titles in the list of threads."""
    return page.locator(".thread .headline a")


def test_a_thread_is_begun_and_found_on_its_board(ada: Member, visit: Visit) -> None:
    page = ada.go("/forum")
    page.get_by_role("link", name="Astrophotography").click()
    expect(page.get_by_role("heading", name="Astrophotography")).to_be_visible()
    expect(page.get_by_text("No threads here yet.")).to_be_visible()
    page.get_by_role("button", name="New thread").click()
    page.fill("#thread-title", NASTY)
    page.fill("#thread-text", f"begun: {NASTY}")
    page.fill("#thread-tags", "Orion Nebula, #m42")
    page.get_by_role("button", name="Begin the thread").click()
    page.wait_for_url("**/threads/*")
    ada.await_kept(f"begun: {NASTY}")
    expect(page.locator("#title")).to_have_text(NASTY)
    expect(page.locator("#badges")).to_have_text("#orion-nebula#m42")
    reader = visit()
    reader.go("/forum/astrophotography").get_by_role("link", name=NASTY).click()
    reader.await_kept(f"begun: {NASTY}")
    expect(reader.page.locator("#closed")).to_contain_text("Only those who are signed in write here.")
    expect(reader.page.locator("#write")).to_be_hidden()


def test_what_is_wrong_with_a_new_thread_is_said_and_nothing_is_lost(ada: Member) -> None:
    page = ada.go("/forum/iss")
    page.get_by_role("button", name="New thread").click()
    page.fill("#thread-title", "wrong: tags")
    page.fill("#thread-text", "wrong: the text stays")
    page.fill("#thread-tags", "a, b, c, d, e, f, g")
    page.get_by_role("button", name="Begin the thread").click()
    expect(page.locator("#thread-tags")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#thread-text")).to_have_value("wrong: the text stays")
    page.keyboard.press("Escape")
    expect(page.locator("dialog")).to_have_count(0)
    ada.forgive_refusals(400)


def test_posts_of_two_pages_and_of_a_program_are_one_conversation(
    ada: Member, zoe: Member, kath: Member
) -> None:
    thread = new_thread_for([ada, zoe], "talk")
    texts = ["talk: the first post"]
    for number in range(3):
        for writer in (ada, zoe):
            texts.append(f"talk: {number} from {writer.name}")
            writer.say(texts[-1])
            for visitor in (ada, zoe):
                visitor.await_kept(texts[-1])
        texts.append(f"talk: {number} from a program")
        kath.rest("POST", f"/api/threads/{thread}/posts", {"text": texts[-1]})
    for visitor in (ada, zoe):
        visitor.await_kept(texts[-1])
        assert [text for _, text in visitor.shown("talk:")] == texts
    assert ada.shown("talk:") == zoe.shown("talk:")
    listed = kath.rest("GET", f"/api/threads/{thread}/posts?limit=100")["items"]
    assert [(post["offset"], post["text"]) for post in listed] == ada.shown("talk:")


def test_a_new_post_moves_its_thread_up_while_one_looks(ada: Member, zoe: Member, visit: Visit) -> None:
    old, new = new_thread(ada, "up: the old one", "launches"), new_thread(ada, "up: the new one", "launches")
    reader = visit()
    for looker in (zoe, reader):
        looker.go("/forum/launches")
        looker.await_connection("live")
        expect(rows(looker.page).first).to_have_text("up: the new one")
    ada.rest("POST", f"/api/threads/{old}/posts", {"text": "up: and it moves"})
    for looker in (zoe, reader):
        expect(rows(looker.page)).to_have_text(["up: the old one", "up: the new one"])
        expect(looker.page.locator(".thread").first).to_have_class(re.compile("fresh"))
        expect(looker.page.locator(".thread").first).to_contain_text("2 posts")
        expect(looker.page.locator("#news")).to_have_text("New post in up: the old one")
    ada.rest("POST", f"/api/threads/{new}/posts", {"text": "up: this one, too"})
    expect(rows(reader.page)).to_have_text(["up: the new one", "up: the old one"])
    newest = new_thread(zoe, "up: the newest", "launches")
    expect(rows(reader.page)).to_have_text(["up: the newest", "up: the new one", "up: the old one"])
    reader.page.locator("#sort").select_option("unanswered")
    expect(rows(reader.page)).to_have_text(["up: the newest"])
    assert reader.page.locator(".thread").get_attribute("data-id") == newest


def test_what_is_unread_is_counted_until_it_is_read(ada: Member, zoe: Member) -> None:
    thread = new_thread_for([ada, zoe], "unread")
    with zoe.page.expect_response("**/read"):
        zoe.await_kept("unread: the first post")
    zoe.go("/forum/iss")
    zoe.await_connection("live")
    row = zoe.page.locator(f'.thread[data-id="{thread}"]')
    expect(row).to_be_visible()
    for number in range(1, 3):
        ada.rest("POST", f"/api/threads/{thread}/posts", {"text": f"unread: {number}, look @zoe"})
        expect(row.locator(".count")).to_have_text(f"{number} unread")
    page = zoe.go("/forum")
    expect(page.locator("#unread")).to_contain_text("2 new posts")
    expect(page.locator("#mentions li").first).to_contain_text("Ada named you in unread")
    page.locator("#unread").get_by_role("link", name="unread").click()
    with page.expect_response("**/read"):
        zoe.await_kept("unread: 2, look @zoe")
    expect(zoe.message("unread: 2, look @zoe").locator(".mention.me")).to_have_text("@zoe")
    zoe.go("/forum/iss")
    expect(row).to_be_visible()
    expect(row.locator(".count")).to_have_count(0)


def test_a_message_is_answered_and_the_answer_leads_to_it(ada: Member, zoe: Member) -> None:
    new_thread_for([ada, zoe], "quote")
    ada.say("quote: how bright is it?")
    zoe.await_kept("quote: how bright is it?")
    zoe.do("quote: how bright is it?", "Answer")
    expect(zoe.page.locator(".editing")).to_contain_text("Answering Ada")
    expect(zoe.page.locator("#text")).to_be_focused()
    zoe.say("quote: minus four")
    for visitor in (ada, zoe):
        visitor.await_kept("quote: minus four")
        expect(visitor.message("quote: minus four").locator(".quote")).to_have_text(
            "Ada quote: how bright is it?"
        )
    ada.message("quote: minus four").locator(".quote").click()
    expect(ada.message("quote: how bright is it?")).to_be_focused()
    expect(zoe.page.locator(".editing")).to_be_hidden()


def test_what_is_changed_is_changed_for_the_other_and_its_past_can_be_seen(ada: Member, zoe: Member) -> None:
    thread = new_thread_for([ada, zoe], "change")
    ada.say("change: befor")
    ada.await_kept("change: befor")
    ada.do("change: befor", "Edit")
    ada.say("change: before")
    zoe.await_kept("change: before")
    zoe.do("change: before", "React with 🚀")
    for visitor in (ada, zoe):
        expect(visitor.message("change: before").locator(".reactions")).to_have_text("🚀 1")
    zoe.message("change: before").get_by_role("button", name="Edited").click()
    expect(zoe.page.locator("dialog .words")).to_have_text(["change: befor", "change: before"])
    zoe.page.keyboard.press("Escape")
    post = ada.message("change: before").get_attribute("data-id")
    ada.do("change: before", "Delete", "Really?")
    for visitor in (ada, zoe):
        gone = visitor.page.locator(f'.message[data-id="{post}"]')
        expect(gone).to_have_attribute("data-deleted", "true")
        expect(gone.locator(".text")).to_have_text("This message was deleted.")
    assert ada.rest("GET", f"/api/threads/{thread}/posts/{post}")["deleted"]


def test_the_author_says_what_solved_it(ada: Member, zoe: Member) -> None:
    thread = new_thread_for([ada, zoe], "solved")
    zoe.say("solved: try the other antenna")
    ada.await_kept("solved: try the other antenna")
    expect(
        zoe.message("solved: try the other antenna").get_by_role("button", name="Mark as the solution")
    ).to_have_count(0)
    ada.do("solved: try the other antenna", "Mark as the solution")
    for visitor in (ada, zoe):
        expect(visitor.page.locator("#badges")).to_have_text("Solved")
        expect(visitor.message("solved: try the other antenna").locator(".solution")).to_have_text(
            "✓ Solution"
        )
    zoe.page.reload()
    expect(zoe.message("solved: try the other antenna").locator(".solution")).to_have_text("✓ Solution")
    ada.do("solved: try the other antenna", "No solution")
    for visitor in (ada, zoe):
        expect(visitor.page.locator("#badges")).to_have_text("")
    assert not ada.rest("GET", f"/api/threads/{thread}")["solved"]


def test_a_locked_thread_refuses_what_is_written_even_before_one_knew(
    ada: Member, kath: Member, visit: Visit
) -> None:
    thread = new_thread_for([ada, kath], "lock")
    ada.page.fill("#text", "lock: half written")
    choose_act(kath.page, "Lock")
    expect(ada.page.locator("#closed")).to_contain_text("This thread is locked")
    expect(ada.page.locator("#write")).to_be_hidden()
    expect(ada.page.locator("#badges")).to_have_text("Locked")
    expect(kath.page.locator("#write")).to_be_visible()
    reader = visit()
    reader.go("/forum/iss")
    expect(reader.page.locator(f'.thread[data-id="{thread}"]')).to_contain_text("Locked")
    choose_act(kath.page, "Unlock")
    expect(ada.page.locator("#text")).to_be_visible()
    expect(ada.page.locator("#text")).to_have_value("lock: half written")
    Cable(ada)
    ada.page.reload()
    expect(ada.page.locator("#text")).to_have_value("lock: half written")


def test_what_is_refused_is_kept_and_told(ada: Member, kath: Member) -> None:
    thread = new_thread_for([ada], "refused")
    cable = Cable(ada)
    ada.page.reload()
    ada.await_connection("live")
    cable.cut()
    ada.await_connection("waiting")
    ada.say("refused: too late")
    expect(ada.message("refused: too late")).to_have_attribute("data-state", "waiting")
    kath.rest("POST", f"/api/threads/{thread}/lock", {"reason": "done"})
    cable.mend()
    expect(ada.message("refused: too late")).to_have_attribute("data-state", "failed")
    expect(ada.message("refused: too late").locator(".trouble")).to_contain_text("locked")
    kath.rest("POST", f"/api/threads/{thread}/unlock", {})
    ada.message("refused: too late").get_by_role("button", name="Try again").click()
    ada.await_kept("refused: too late")


def test_a_hidden_message_is_withheld_from_all_but_moderators(ada: Member, zoe: Member, kath: Member) -> None:
    new_thread_for([ada, zoe, kath], "hide")
    zoe.say("hide: buy my pills")
    kath.await_kept("hide: buy my pills")
    post = kath.message("hide: buy my pills").get_attribute("data-id")
    kath.do("hide: buy my pills", "Hide it from everybody")
    give_reason(kath.page, "advertising")
    for visitor in (ada, zoe):
        text = visitor.page.locator(f'.message[data-id="{post}"] .text')
        expect(text).to_have_text("A moderator hid this message: advertising")
    expect(kath.page.locator(f'.message[data-id="{post}"] .veiled')).to_have_text("hide: buy my pills")
    ada.page.reload()
    expect(ada.page.locator(f'.message[data-id="{post}"] .text')).to_have_text(
        "A moderator hid this message: advertising"
    )
    hidden = kath.page.locator(f'.message[data-id="{post}"]')
    hidden.hover()
    hidden.get_by_role("button", name="Show it to everybody again").click()
    ada.await_kept("hide: buy my pills")


def test_moderators_pin_rename_and_take_a_thread_down(ada: Member, kath: Member) -> None:
    thread = new_thread_for([ada, kath], "order")
    choose_act(kath.page, "Pin")
    expect(ada.page.locator("#badges")).to_have_text("Pinned")
    choose_act(kath.page, "Change title")
    kath.page.fill("#new-title", "order: a better title")
    kath.page.locator("dialog button.main").click()
    expect(ada.page.locator("#title")).to_have_text("order: a better title")
    choose_act(kath.page, "Take down")
    give_reason(kath.page, "enough")
    expect(kath.page.locator("#badges")).to_contain_text("Taken down")
    ada.go("/forum/iss")
    expect(ada.page.locator("#threads")).to_have_attribute("aria-busy", "false")
    expect(ada.page.locator(f'.thread[data-id="{thread}"]')).to_have_count(0)
    ada.forgive_refusals(404)  # how far she has read it is not kept any more


def test_in_slow_mode_the_second_message_waits(ada: Member, kath: Member) -> None:
    new_thread_for([ada, kath], "slow")
    choose_act(kath.page, "Slow mode")
    kath.page.locator("#seconds").select_option("3600")
    kath.page.locator("dialog button.main").click()
    expect(ada.page.locator("#pace")).to_have_text("Slow mode: a message each 3600 s")
    ada.say("slow: one")
    ada.await_kept("slow: one")
    ada.say("slow: two")
    expect(ada.message("slow: two")).to_have_attribute("data-state", re.compile("waiting|sending"))
    choose_act(kath.page, "Slow mode")
    kath.page.locator("#seconds").select_option("0")
    kath.page.locator("dialog button.main").click()
    expect(ada.page.locator("#pace")).to_have_text("")
    ada.await_kept("slow: two")


def test_reports_are_worked_off_and_stand_in_the_log(ada: Member, zoe: Member, kath: Member) -> None:
    new_thread_for([ada, zoe], "report")
    zoe.say("report: something rude")
    ada.await_kept("report: something rude")
    ada.do("report: something rude", "Report this message of Zoe")
    give_reason(ada.page, "that is rude")
    expect(ada.page.locator(".notice")).to_have_text("Thank you: a moderator will look at it.")
    page = kath.go("/moderation")
    report = page.locator(".report", has_text="report: something rude")
    expect(report).to_contain_text("that is rude")
    report.get_by_role("button", name="Hide it").click()
    give_reason(page, "no rudeness here")
    expect(report).to_have_count(0)
    expect(zoe.page.locator("#log")).to_contain_text("A moderator hid this message: no rudeness here")
    page.locator("#state").select_option("resolved")
    expect(report).to_contain_text("hide: no rudeness here")
    page.get_by_role("link", name="Log").click()
    expect(page.locator("tbody tr").first).to_contain_text("no rudeness here")


def test_the_word_filter_keeps_words_out(ada: Member, kath: Member) -> None:
    new_thread_for([ada], "words")
    page = kath.go("/moderation?tab=words")
    page.fill("#words", "flatearth\nflatearth\nmoonhoax*")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".notice")).to_have_text("Saved.")
    expect(page.locator("#words")).to_have_value("flatearth\nmoonhoax*")
    page.fill("#words", "moonhoax*")
    with answers_held(page, "/word-filter$"):
        with page.expect_request("**/word-filter"):
            page.get_by_role("button", name="Save").click()
        page.fill("#words", "moonhoax*\nflatearth")
    expect(page.locator(".word-list")).to_have_attribute("aria-busy", "false")
    expect(page.locator("#words")).to_have_value("moonhoax*\nflatearth")
    ada.say("words: the moonhoaxers again")
    expect(ada.message("words: the moonhoaxers again").locator(".trouble")).to_contain_text("Not sent:")
    ada.message("words: the moonhoaxers again").get_by_role("button", name="Remove").click()
    expect(ada.message("words: the moonhoaxers again")).to_have_count(0)


def test_moderation_is_for_moderators(zoe: Member, visit: Visit) -> None:
    page = zoe.go("/moderation")
    expect(page.get_by_role("alert")).to_have_text("This page is for moderators.")
    stranger = visit()
    stranger.go("/moderation")
    stranger.page.wait_for_url("**/login?next=%2Fmoderation")


def test_a_thread_that_is_not_there_is_told(visit: Visit) -> None:
    visitor = visit()
    page = visitor.go("/threads/nothingthere")
    expect(page.get_by_role("heading", name="This thread is not here")).to_be_visible()
    visitor.forgive_refusals(404)


def test_a_board_that_is_not_there_is_told(visit: Visit) -> None:
    page = visit().go("/forum/nothingthere")
    expect(page.get_by_role("heading", name="This board is not here")).to_be_visible()
    for part in ("#connection", "#sort", "#new", "#threads"):
        expect(page.locator(part)).to_be_hidden()


def test_threads_are_found_by_what_their_titles_say(ada: Member, visit: Visit) -> None:
    thread = new_thread(ada, "Retrograde orbits of moons")
    page = visit().go("/search?q=retrograde&type=threads")
    expect(page.locator("#results h3")).to_have_text("Retrograde orbits of moons")
    expect(page.locator("#results mark").first).to_have_text("Retrograde")
    page.locator("#results h3 a").click()
    page.wait_for_url(f"**/threads/{thread}")


def test_the_lobby_is_a_thread_like_any_other_and_open_to_guests(visit: Visit, ada: Member) -> None:
    guest = visit()
    guest.go("/threads/lobby")
    guest.await_connection("live")
    expect(guest.page.locator("#title")).to_have_text("The lobby")
    guest.join("Gwen")
    guest.say("lobby: hello from the forum")
    ada.go("/")
    ada.await_kept("lobby: hello from the forum")


def test_the_keyboard_is_enough(zoe: Member, ada: Member) -> None:
    new_thread(ada, "keys: by hand", "watch-parties")
    page = zoe.go("/forum")
    page.get_by_role("link", name="Watch parties").focus()
    page.keyboard.press("Enter")
    expect(rows(page)).to_have_text(["keys: by hand"])
    page.locator("#sort").focus()
    page.keyboard.press("Tab")
    expect(rows(page).first).to_be_focused()
    page.keyboard.press("Enter")
    zoe.await_kept("keys: by hand: the first post")
    expect(page.locator("#text")).to_be_visible()
    page.locator("#text").focus()
    page.keyboard.type("keys: typed")
    page.keyboard.press("Enter")
    zoe.await_kept("keys: typed")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("ArrowUp")
    expect(zoe.message("keys: typed")).to_be_focused()
    for _ in range(7):
        page.keyboard.press("Tab")
    expect(zoe.message("keys: typed").get_by_role("button", name="Answer")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".editing")).to_contain_text("Answering Zoe")
    page.keyboard.press("Escape")
    expect(page.locator(".editing")).to_be_hidden()


def test_every_page_can_be_read_by_everybody_everywhere(kath: Member, ada: Member) -> None:
    thread = new_thread(ada, f"read: {LONG_WORD}")
    for path in PAGES:
        check_page(kath.look_at(path.format(thread=thread)))


def test_a_thread_goes_on_after_the_hub_was_killed(ada: Member, zoe: Member, hub: HubProcess) -> None:
    new_thread_for([ada, zoe], "plug")
    texts = [f"plug: {number}" for number in range(4)]
    ada.say(texts[0])
    zoe.await_kept(texts[0])
    hub.kill()
    for visitor in (ada, zoe):
        visitor.await_connection("waiting")
    for text in texts[1:3]:
        ada.say(text)
        expect(ada.message(text)).to_have_attribute("data-state", "waiting")
    hub.start()
    for visitor in (ada, zoe):
        visitor.await_connection("live")
        visitor.await_kept(texts[2])
    zoe.say(texts[3])
    for visitor in (ada, zoe):
        visitor.await_kept(texts[3])
        assert [text for _, text in visitor.shown("plug:")][1:] == texts
        visitor.forgive_absence_of_the_hub()
    assert ada.shown() == zoe.shown()
