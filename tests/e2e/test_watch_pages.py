"""Watch parties in a real browser on a real hub: opened, joined, watched together, and watched again."""

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hub_process import HubProcess, await_until, new_hub
from page_visitor import Cable, Visit, Visitor
from player_stage import Stage, open_stage
from playwright.sync_api import Browser, Locator, Page, expect
from site_members import Member, Recruit, check_page, recruiting

from bench.sync.clips import make_clip, make_stream

pytestmark = pytest.mark.browser

CLIP_S = 60
FRAME_S = 0.05
PLAYS = "!video.paused && video.currentTime > 0.1"
STANDS = "video.paused && !video.seeking && video.readyState >= 2"
LISTED_S_MAX = 30.0
SENT_OUT = "You were sent out of this party. You may come again in a few minutes."
HOUR_MS = 3_600_000
NASTY = "<img src=x onerror=alert(1)> & <b>bold</b>"
GATE = "#gate"
WORDS = f"""#EXTM3U
#EXT-X-TARGETDURATION:{CLIP_S}
#EXT-X-PLAYLIST-TYPE:VOD
#EXTINF:{CLIP_S},
words.vtt
#EXT-X-ENDLIST
"""
LEVELS = """#EXTM3U
#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="words",NAME="English",LANGUAGE="en",URI="words.m3u8"
#EXT-X-STREAM-INF:BANDWIDTH=200000,RESOLUTION=320x180,SUBTITLES="words"
small.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=400000,RESOLUTION=640x360,SUBTITLES="words"
index.m3u8
"""


def make_levels(clip: Path, folder: Path) -> None:
    """Cut a clip into a stream of which there are two qualities, with captions."""
    folder.mkdir()
    make_stream(clip, folder)
    shutil.copy(folder / "index.m3u8", folder / "small.m3u8")
    (folder / "words.vtt").write_text(f"WEBVTT\n\n00:00.000 --> 00:{CLIP_S - 1}.000\nThe hatch opens\n")
    (folder / "words.m3u8").write_text(WORDS)
    (folder / "levels.m3u8").write_text(LEVELS)


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Where the films lie: on another address than the hub."""
    folder = tmp_path_factory.mktemp("films")
    make_clip(folder / "clip.mp4", CLIP_S)
    make_levels(folder / "clip.mp4", folder / "levels")
    with open_stage(folder) as opened:
        yield opened


@pytest.fixture(scope="module")
def hub() -> Iterator[HubProcess]:
    """A hub for all tests of this file; each has a party of its own."""
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
    """Ada, who opens parties, and Zoë."""
    return [recruit("Ada"), recruit("Zoe")]


@pytest.fixture
def ada(people: list[Member]) -> Iterator[Member]:
    """Who opens parties."""
    yield people[0]
    people[0].assert_all_was_well_since()


@pytest.fixture
def zoe(people: list[Member]) -> Iterator[Member]:
    """Somebody else with an account."""
    yield people[1]
    people[1].assert_all_was_well_since()


Guest = Callable[..., Visitor]


@pytest.fixture
def guest(visit: Visit, films: Stage) -> Iterator[Guest]:
    """What makes a visitor without an account, who may ask for films as well as for the hub."""
    guests: list[Visitor] = []

    def come(**options: Any) -> Visitor:
        guests.append(visit(**options))
        return guests[-1]

    yield come
    for each in guests:
        each.hosts.discard(re.sub("^http://|/.*$", "", films.url.removeprefix("http://")))


def film(films: Stage, name: str = "") -> str:
    """Return the address of a film; other names are other films."""
    return films.url.replace("/page/index.html", f"/clips/clip.mp4?{name}")


def new_party(owner: Member, films: Stage, title: str, **settings: Any) -> str:
    """Open a party over REST and return the path of its page."""
    items = [{"url": film(films), "title": f"{title}: the film", "duration_ms": CLIP_S * 1000}]
    body = {"title": title, "visibility": "public", "items": items, **settings}
    party: str = owner.rest("POST", "/api/parties", body)["party"]["id"]
    return f"/watch/{party}"


def come_in(member: Visitor, path: str) -> Page:
    """Go to a party and wait until one is in it."""
    page = member.go(path)
    member.await_connection("live")
    expect(page.locator("#acts [data-act=leave]")).to_be_visible()
    return page


def come_as_guest(visitor: Visitor, path: str, name: str) -> Page:
    """Go to a party without an account, by giving a name."""
    visitor.go(path)
    expect(visitor.page.locator(GATE)).to_be_visible()
    visitor.join(name)
    expect(visitor.page.locator(GATE)).to_be_hidden()
    return visitor.page


def start(page: Page, *others: Page) -> None:
    """Start the film and wait until it plays for everybody."""
    page.locator("#cover").get_by_role("button", name="Start now").click()
    for each in (page, *others):
        await_playing(each)


def await_playing(page: Page) -> None:
    """Wait until the film plays where the party is."""
    page.wait_for_function(f"() => {PLAYS}")
    expect(page.locator("#sync")).to_have_attribute("data-state", "good")
    expect(page.locator("#sync span").first).to_have_text("In sync")


def await_paused(*pages: Page, since_s: float = 0) -> float:
    """Wait until the film stands for all, on the same frame, not before a time; return where, in s."""
    for page in pages:
        expect(page.locator("#sync span").first).to_have_text("Paused")
    pages[0].wait_for_function(f"() => {STANDS} && video.currentTime > {since_s - FRAME_S}")
    place = float(pages[0].evaluate("video.currentTime"))
    for page in pages[1:]:
        page.wait_for_function(f"() => {STANDS} && Math.abs(video.currentTime - {place}) < {FRAME_S}")
    return place


def control(page: Page, name: str) -> Locator:
    """Return one of the film's controls."""
    return page.locator("#controls").get_by_role("button", name=name, exact=True)


def open_tab(page: Page, name: str) -> None:
    """Look at the people, the chat or the queue."""
    page.get_by_role("tab", name=re.compile(f"^{name}")).click()


def member_row(page: Page, name: str) -> Locator:
    """Return somebody's row among the people."""
    return page.locator("#roster > li", has_text=name)


def test_a_party_is_opened_by_the_form_and_found_while_somebody_is_there(
    ada: Member, visit: Visit, films: Stage
) -> None:
    page = ada.go("/watch")
    page.get_by_role("button", name="New party").click()
    page.get_by_role("button", name="Open the party").click()
    expect(page.locator("#title")).to_have_attribute("aria-invalid", "true")
    page.fill("#title", NASTY)
    page.fill("#item-0", "ftp://films.example/film.mp4")
    page.get_by_role("button", name="Open the party").click()
    expect(page.locator("#item-0")).to_have_attribute("aria-invalid", "true")
    page.fill("#item-0", film(films))
    page.get_by_role("button", name="One more").click()
    page.fill("#item-1", film(films, "second"))
    page.get_by_role("button", name="Open the party").click()
    page.wait_for_url("**/watch/*")
    ada.await_connection("live")
    expect(page.get_by_role("heading", name=NASTY)).to_be_visible()
    expect(page.locator("#cover h2")).to_have_text("clip.mp4")
    expect(page.locator("#tab-queue .count")).to_have_text("1")
    live = "/api/parties?state=live"
    await_until(
        lambda: NASTY in [each["title"] for each in ada.rest("GET", live)["items"]],
        LISTED_S_MAX,
        "the party is listed",
    )
    reader = visit().go("/watch")
    card = reader.locator("#live .party", has_text=NASTY)
    expect(card).to_contain_text("by Ada · 1 person here")
    expect(reader.locator("#own")).to_be_hidden()
    ada.go("/watch")
    expect(page.locator("#mine .party", has_text=NASTY)).to_contain_text("In the lobby")
    ada.forgive_refusals(400)


def test_who_is_invited_comes_in_with_a_name_and_sees_what_the_host_sees(
    ada: Member, guest: Guest, films: Stage
) -> None:
    path = new_party(ada, films, "invited", visibility="invite")
    stranger = guest()
    expect(stranger.go(path).locator(GATE)).to_contain_text("This party is not here")
    stranger.forgive_refusals(404)
    page = come_in(ada, path)
    page.get_by_role("button", name="Invite").click()
    page.get_by_role("button", name="Make a link").click()
    link = page.locator("#invite-url").input_value()
    expect(page.locator("dialog .rows li")).to_contain_text("0 of 20 came")
    page.keyboard.press("Escape")
    bob = guest()
    other = come_as_guest(bob, link.removeprefix(ada.hub.url), "Bob")
    assert "invite=" not in other.url
    for each in (page, other):
        expect(each.locator("#tab-people .count")).to_have_text("2")
    expect(control(other, "Play")).to_be_hidden()
    start(page, other)
    control(page, "Pause").click()
    await_paused(page, other)
    page.locator("#seek").fill("20000")
    expect(other.locator("#controls time")).to_have_text("0:20 / 1:00")
    assert await_paused(page, other, since_s=20) == pytest.approx(20, abs=FRAME_S)
    control(page, "Play").click()
    for each in (page, other):
        await_playing(each)
    open_tab(page, "People")
    expect(member_row(page, "Bob")).to_contain_text(re.compile(r"guest.*in sync · \d+ ms"))
    other.reload()
    await_playing(other)
    assert bob.message("nothing was said").count() == 0


def test_who_may_not_pause_asks_who_may(ada: Member, guest: Guest, films: Stage) -> None:
    path = new_party(ada, films, "asking")
    page, bob = come_in(ada, path), guest()
    other = come_as_guest(bob, path, "Bob")
    start(page, other)
    control(other, "Ask to pause").click()
    expect(page.locator("#asked")).to_contain_text("Bob asks: please pause")
    expect(other.locator("#asked")).to_be_hidden()
    page.locator("#asked").get_by_role("button", name="Pause").click()
    await_paused(page, other)
    expect(page.locator("#asked")).to_be_hidden()
    expect(control(other, "Ask to play")).to_be_visible()


def test_films_are_added_moved_voted_for_and_played(ada: Member, zoe: Member, films: Stage) -> None:
    path = new_party(ada, films, "queue")
    page, other = come_in(ada, path), come_in(zoe, path)
    for each in (page, other):
        open_tab(each, "Queue")
    other.fill("#address", "nowhere")
    other.get_by_role("button", name="Add").click()
    expect(other.locator("#address")).to_have_attribute("aria-invalid", "true")
    for name in ("first", "second"):
        other.fill("#address", film(films, name).replace("clip.mp4", f"{name}.mp4"))
        other.get_by_role("button", name="Add").click()
        expect(other.locator("#address")).to_have_value("")
    titles = page.locator("#queue [data-now=false] b")
    expect(titles).to_have_text(["first.mp4", "second.mp4"])
    page.get_by_role("button", name="Move up: second.mp4").click()
    for each in (page, other):
        expect(each.locator("#queue [data-now=false] b")).to_have_text(["second.mp4", "first.mp4"])
    other.get_by_role("button", name="Vote for first.mp4").click()
    for each in (page, other):
        expect(each.locator("#queue li", has_text="first.mp4").locator(".vote")).to_have_text("▲ 1")
    other.get_by_role("button", name="Remove: second.mp4").click()
    expect(titles).to_have_text(["first.mp4"])
    expect(other.get_by_role("button", name="Play now: first.mp4")).to_have_count(0)
    page.get_by_role("button", name="Play now: first.mp4").click()
    for each in (page, other):
        expect(each.locator("#queue [data-now=true]")).to_contain_text("first.mp4")


def test_each_chooses_a_quality_and_captions(ada: Member, zoe: Member, films: Stage) -> None:
    stream = film(films).replace("clip.mp4?", "levels/levels.m3u8")
    path = new_party(ada, films, "levels", items=[{"url": stream}])
    come_in(ada, path)
    page = come_in(zoe, path)
    start(ada.page, page)
    control(page, "Speed, quality and captions").click()
    expect(page.get_by_label("Speed", exact=True)).to_be_disabled()
    quality = page.get_by_label("Quality", exact=True)
    expect(quality.locator("option")).to_have_text(["Automatic", "180p", "360p"])
    quality.select_option("180p")
    page.get_by_label("Captions", exact=True).select_option("English")
    page.wait_for_function(
        "() => [...video.textTracks].some(({activeCues}) => activeCues?.[0]?.text === 'The hatch opens')"
    )
    page.keyboard.press("Escape")
    control(page, "Speed, quality and captions").click()
    expect(page.get_by_label("Quality", exact=True).locator("option:checked")).to_have_text("180p")
    await_playing(page)


def test_a_film_that_was_away_is_shown_when_it_is_there(ada: Member, films: Stage) -> None:
    path = new_party(ada, films, "away")
    page = ada.page.context.new_page()
    page.route("**/clip.mp4*", lambda route: route.abort())
    page.goto(f"{ada.hub.url}{path}")
    page.locator("#cover").get_by_role("button", name="Start now").click()
    expect(page.locator("#cover")).to_contain_text("This video cannot be played here.")
    page.unroute("**/clip.mp4*")
    await_playing(page)
    expect(page.locator("#cover")).to_be_empty()
    page.close()


def test_what_is_wrong_with_a_new_party_is_said_in_plain_words(ada: Member, films: Stage) -> None:
    page = ada.go("/watch")
    page.get_by_role("button", name="New party").click()
    form = page.locator("dialog form")
    form.get_by_label("Title").fill("Wrong")
    form.get_by_role("button", name="One more").click()
    form.get_by_label("Address 2").fill("ftp://nowhere/film.mp4")
    form.get_by_role("button", name="Open the party").click()
    expect(form.get_by_label("Address 2")).to_be_focused()
    expect(form.get_by_label("Address 2")).to_have_accessible_description(
        re.compile("^Give the https address")
    )
    form.get_by_label("Address 2").fill(film(films))
    form.get_by_label("Starts").fill("2020-01-01T10:00")
    form.get_by_role("button", name="Open the party").click()
    expect(form.get_by_label("Starts")).to_have_accessible_description(
        re.compile("Choose a time that is still to come")
    )
    ada.problems = [problem for problem in ada.problems if "400" not in problem]


def test_what_is_said_carries_the_moment_of_the_film(ada: Member, guest: Guest, films: Stage) -> None:
    path = new_party(ada, films, "talk")
    page, bob = come_in(ada, path), guest()
    other = come_as_guest(bob, path, "Bob")
    page.locator("#seek").fill("42000")
    expect(other.locator("#controls time")).to_have_text("0:42 / 1:00")
    bob.say("talk: look at that")
    for visitor in (ada, bob):
        visitor.await_kept("talk: look at that")
        expect(visitor.message("talk: look at that").locator(".moment")).to_have_text("at 0:42")
    other.get_by_role("button", name="React with 🚀").click()
    for each in (page, other):
        expect(each.locator(".float")).to_have_text("🚀Bob")
    open_tab(page, "People")
    bob.say("talk: and that")
    expect(page.locator("#tab-chat .count")).to_have_text("1")
    open_tab(page, "Chat")
    expect(page.locator("#tab-chat .count")).to_have_text("")
    ada.do("talk: and that", "Delete", "Really?")
    gone = other.locator('.message[data-deleted="true"]')
    expect(gone.locator(".text")).to_have_text("This message was deleted.")


def test_who_is_waited_for_is_said_and_nobody_waits_for_ever(ada: Member, guest: Guest, films: Stage) -> None:
    path = new_party(ada, films, "waiting", policy="all")
    page, bob = come_in(ada, path), guest()
    other = come_as_guest(bob, path, "Bob")
    start(page, other)
    ada.rest("POST", f"/api/parties/{path.split('/')[2]}/items", {"url": film(films, "slow")})
    films.gate.close()
    control(page, "Next").click()
    for each in (page, other):
        expect(each.locator("#waiting")).to_contain_text(re.compile(r"Waiting for .*you.* s at most"))
        expect(each.locator("#sync span").first).to_have_text(re.compile("Waiting|Stalled|Loading"))
    expect(other.locator("#waiting").get_by_role("button")).to_have_count(0)
    films.gate.open()
    for each in (page, other):
        expect(each.locator("#waiting")).to_be_hidden()
        await_playing(each)


def test_who_is_kicked_is_out_and_told(ada: Member, guest: Guest, films: Stage) -> None:
    path = new_party(ada, films, "kick")
    page, bob = come_in(ada, path), guest()
    other = come_as_guest(bob, path, "Bob")
    open_tab(page, "People")
    member_row(page, "Bob").get_by_role("button", name="What you can do about Bob").click()
    page.get_by_role("button", name="Kick out").click()
    page.get_by_role("button", name="Really kick?").click()
    expect(member_row(page, "Bob")).to_have_count(0)
    expect(other.locator("#refused")).to_have_text(SENT_OUT)
    other.reload()
    expect(other.locator("#refused")).to_contain_text("You were sent out of this party")
    bob.forgive_refusals(403)


def test_the_party_goes_on_when_its_host_is_lost(ada: Member, zoe: Member, films: Stage) -> None:
    path = new_party(ada, films, "succession")
    page, other = come_in(ada, path), come_in(zoe, path)
    start(page, other)
    expect(control(other, "Ask to pause")).to_be_visible()
    ada.go("/watch")
    expect(control(other, "Pause")).to_be_visible()
    open_tab(other, "People")
    expect(member_row(other, "Zoe")).to_contain_text("host")
    await_playing(other)


def test_who_was_slower_hears_who_was_faster(ada: Member, zoe: Member, films: Stage) -> None:
    path = new_party(ada, films, "stale", everyone_controls=True)
    page = come_in(ada, path)
    Cable(zoe, [('"type":"(state|beacon)"', '"type":"lost"')])
    other = come_in(zoe, path)
    page.locator("#seek").fill("7000")
    expect(page.locator("#controls time")).to_have_text("0:07 / 1:00")
    other.locator("#cover").get_by_role("button", name="Start now").click()
    expect(other.locator(".notice")).to_have_text("Somebody was faster: lobby at 0:07.")
    expect(page.locator("#stage")).to_have_attribute("data-status", "lobby")


def test_after_a_broken_line_the_page_is_where_the_party_is(ada: Member, zoe: Member, films: Stage) -> None:
    path = new_party(ada, films, "line")
    page = come_in(ada, path)
    cable = Cable(zoe)
    other = come_in(zoe, path)
    cable.cut()
    zoe.await_connection("waiting")
    expect(other.locator("#connection")).to_contain_text("Reconnecting")
    expect(other.locator("#sync span").first).to_have_text("Offline")
    start(page)
    page.locator("#seek").fill("30000")
    control(page, "Pause").click()
    cable.mend()
    zoe.await_connection("live")
    await_paused(page, other, since_s=30)


def test_in_the_lobby_one_counts_down_and_says_who_is_ready(ada: Member, guest: Guest, films: Stage) -> None:
    now_ms = ada.rest("GET", "/api/parties?state=live") and ada.page.evaluate("Date.now()")
    path = new_party(ada, films, "lobby", starts_at=now_ms + HOUR_MS)
    page, bob = come_in(ada, path), guest()
    other = come_as_guest(bob, path, "Bob")
    for each in (page, other):
        expect(each.locator("#cover .count")).to_have_text(re.compile(r"59:\d\d$"))
        expect(each.locator("#cover")).to_contain_text("0 of 2 ready · not yet: Ada, Bob")
    other.get_by_role("button", name="I am ready").click()
    for each in (page, other):
        expect(each.locator("#cover")).to_contain_text("1 of 2 ready · not yet: Ada")
    expect(other.get_by_role("button", name="✓ I am ready")).to_be_focused()
    listed = ada.go("/watch").locator("#upcoming .party", has_text="lobby")
    expect(listed).to_be_visible()


def test_a_party_that_is_over_is_watched_again_with_what_was_said(
    ada: Member, guest: Guest, films: Stage
) -> None:
    path = new_party(ada, films, "again")
    page, bob = come_in(ada, path), guest()
    other = come_as_guest(bob, path, "Bob")
    for at_ms, text in ((1000, "again: early"), (50_000, "again: late")):
        page.locator("#seek").fill(str(at_ms))
        expect(other.locator("#seek")).to_have_js_property("value", str(at_ms))
        bob.say(text)
        ada.await_kept(text)
    page.get_by_role("button", name="Settings").click()
    page.get_by_role("button", name="End the party").click()
    page.get_by_role("button", name="Really end it for everybody?").click()
    for each in (page, other):
        expect(each.locator("#cover")).to_contain_text("The party is over")
        expect(each.locator("#write")).to_be_hidden()
    other.get_by_role("link", name="Watch it again").click()
    other.wait_for_function(f"() => {PLAYS}")
    expect(other.locator("#facts")).to_contain_text("watched again")
    expect(bob.message("again: early")).to_be_visible()
    expect(bob.message("again: late")).to_have_count(0)
    other.locator("#seek").fill("51000")
    expect(bob.message("again: late")).to_be_visible()
    other.locator("#seek").fill("0")
    expect(bob.message("again: late")).to_have_count(0)
    control(other, "Pause").click()
    other.wait_for_function(f"() => {STANDS}")
    expect(other.locator("#closed")).to_have_text("The party is over.")


def test_the_keyboard_is_enough(ada: Member, films: Stage) -> None:
    page = come_in(ada, new_party(ada, films, "keys"))
    start(page)
    page.locator("#stage").focus()
    page.keyboard.press("Space")
    before = await_paused(page)
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    assert await_paused(page, since_s=before + 15) == pytest.approx(before + 15, abs=FRAME_S)
    page.locator("#tab-chat").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#tab-people")).to_be_focused()
    expect(page.locator("#roster")).to_be_visible()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Tab")
    expect(page.locator("#address")).to_be_focused()


def test_every_page_can_be_read_by_everybody_everywhere(ada: Member, guest: Guest, films: Stage) -> None:
    path = new_party(ada, films, "Llanfairpwllgwyngyllgogerychwyrndrobwll" * 2)
    check_page(ada.look_at("/watch"))
    page = come_in(ada, path)
    check_page(page)
    start(page)
    for tab in ("People", "Queue"):
        open_tab(page, tab)
        check_page(page)
    stranger = guest()
    stranger.go(path)
    expect(stranger.page.locator(GATE)).to_be_visible()
    check_page(stranger.page)
