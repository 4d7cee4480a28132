"""The page in a real browser, on a real hub: what people at it see, and that nothing is lost on the way."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from hub_process import HubProcess, new_hub
from page_checks import faint_texts, read_out, repeated_ids, unnamed
from page_visitor import Cable, Visit, Visitor
from playwright.sync_api import expect
from sdk_people import in_the_lobby, run

pytestmark = pytest.mark.browser

OLD_POSTS = 340  # more than the page holds at once
HELD_MAX = 300
DAY_S = 86_400
NASTY = "<img src=x onerror=alert(1)><script>alert(2)</script> & \"quoted\" &amp; 'so'"
LONG_WORD = "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch" * 3


@pytest.fixture(scope="module")
def hub() -> Iterator[HubProcess]:
    """A hub for all tests of this file; each writes texts of its own."""
    with new_hub(HUB_COMMANDS_PER_SECOND="1000") as started:
        started.start()
        yield started


def test_the_station_moves_and_its_figures_are_live(visit: Visit) -> None:
    page = visit().come().page
    expect(page.locator("#figures")).to_have_attribute("data-state", "live")
    expect(page.locator('[data-figure="altitude"]')).to_have_text(re.compile(r"^[34]\d\d\.\d$"))
    expect(page.locator('[data-figure="longitude"]')).to_have_text(re.compile(r"^\d+\.\d\d° [EW]$"))
    before = float(page.locator("#map").get_attribute("data-longitude") or "nan")
    page.wait_for_function(
        """(before) => {
            const moved = Math.abs(document.querySelector("#map").dataset.longitude - before) % 360;
            return Math.min(moved, 360 - moved) > 0.1;
        }""",
        arg=before,
    )
    expect(page.locator('[data-figure="heard"]')).to_have_text("now")


def test_the_station_moves_between_the_seconds(visit: Visit) -> None:
    page = visit().come().page
    page.wait_for_selector("#map[data-longitude]")
    places_a_position = page.evaluate(
        """() => new Promise((resolve) => {
            const places = new Set();
            const positions = new Set();
            const map = document.querySelector("#map");
            new MutationObserver((_, observer) => {
                places.add(map.dataset.longitude);
                positions.add(document.querySelector('[data-figure="longitude"]').textContent);
                if (positions.size < 4) return;
                observer.disconnect();
                resolve(places.size / positions.size);
            }).observe(map, { attributes: true });
        })"""
    )
    assert places_a_position > 3


@pytest.mark.parametrize(
    ("age_s", "shown", "warning"),
    [
        (DAY_S // 2, "12.0 h", ""),
        (5 * DAY_S, "5.0 days", "Orbit data over 3 days old: the position is approximate."),
    ],
)
def test_an_old_orbit_is_called_approximate(visit: Visit, age_s: int, shown: str, warning: str) -> None:
    visitor = visit()
    Cable(visitor, edits=[(r'"age_s":-?[\d.]+', f'"age_s":{age_s}')])
    page = visitor.come().page
    expect(page.locator('[data-figure="elements"]')).to_have_text(shown)
    expect(page.locator("#figures")).to_have_attribute("data-old", str(bool(warning)).lower())
    expect(page.locator("#warning")).to_have_text(warning)


def test_readers_are_counted_and_people_named(visit: Visit) -> None:
    reader, ada = visit().come(), visit().come()
    expect(ada.page.locator("#people summary")).to_have_text("2 watching")
    ada.join("Ada Presence")
    for visitor in (reader, ada):
        expect(visitor.page.locator("#people")).to_have_attribute("data-count", "1")
        expect(visitor.page.locator("#people summary")).to_have_text("1 here · 1 watching")
    reader.page.locator("#people summary").click()
    expect(reader.page.locator("#people li").first).to_have_text("Ada Presence")
    ada.page.context.close()
    expect(reader.page.locator("#people summary")).to_have_text("1 watching")


def test_two_people_chat(visit: Visit) -> None:
    ada, zoe = visit().come().join("Ada"), visit().come().join("Zoë")
    for number in range(3):
        ada.say(f"chat: {number} from Ada")
        zoe.await_kept(f"chat: {number} from Ada")
        zoe.say(f"chat: {number} from Zoë")
        ada.await_kept(f"chat: {number} from Zoë")
    assert ada.shown("chat:") == zoe.shown("chat:")
    assert [text for _, text in ada.shown("chat:")] == [
        f"chat: {number} from {name}" for number in range(3) for name in ("Ada", "Zoë")
    ]
    expect(ada.message("chat: 0 from Ada")).to_have_attribute("data-own", "true")
    expect(zoe.message("chat: 0 from Ada")).to_have_attribute("data-own", "false")


def test_typing_shows_until_the_message_comes(visit: Visit) -> None:
    ada, zoe = visit().come().join("Ada"), visit().come().join("Zoë")
    zoe.page.locator("#text").press_sequentially("typing: done")
    expect(ada.page.locator("#typing")).to_have_text("Zoë writing…")
    expect(zoe.page.locator("#typing")).to_have_text("")
    zoe.page.keyboard.press("Enter")
    ada.await_kept("typing: done")
    expect(ada.page.locator("#typing")).to_have_text("")


def test_what_is_changed_is_changed_for_the_other_too(visit: Visit) -> None:
    ada, zoe = visit().come().join("Ada"), visit().come().join("Zoë")
    ada.say("change: befor")
    ada.await_kept("change: befor")
    ada.do("change: befor", "Edit")
    ada.page.fill("#text", "change: before")
    ada.page.press("#text", "Enter")
    zoe.await_kept("change: before")
    expect(zoe.message("change: before").locator(".heading")).to_contain_text("edited")
    zoe.do("change: before", "React with 🚀")
    for visitor in (ada, zoe):
        expect(visitor.message("change: before").locator(".reactions")).to_have_text("🚀 1")
    zoe.message("change: before").locator(".reactions button").click()
    expect(ada.message("change: before").locator(".reactions")).to_have_text("")
    expect(zoe.message("change: before").locator('[data-action="edit"]')).to_have_count(0)
    message_id = ada.message("change: before").get_attribute("data-id")
    ada.do("change: before", "Delete", "Really?")
    for visitor in (ada, zoe):
        gone = visitor.page.locator(f'.message[data-id="{message_id}"]')
        expect(gone).to_have_attribute("data-deleted", "true")
        expect(gone.locator(".text")).to_have_text("This message was deleted.")


def test_both_go_on_after_the_hub_was_killed(visit: Visit, hub: HubProcess) -> None:
    ada, zoe = visit().come().join("Ada"), visit().come().join("Zoë")
    texts = [f"plug: {number}" for number in range(6)]
    for text in texts[:2]:
        ada.say(text)
    zoe.await_kept(texts[1])
    ada.say(texts[2])
    hub.kill()
    for visitor in (ada, zoe):
        visitor.await_connection("waiting")
    for text in texts[3:5]:
        ada.say(text)
        expect(ada.message(text)).to_have_attribute("data-state", "waiting")
    hub.start()
    for visitor in (ada, zoe):
        visitor.await_connection("live")
        visitor.await_kept(texts[4])
    zoe.say(texts[5])
    for visitor in (ada, zoe):
        visitor.await_kept(texts[5])
        assert [text for _, text in visitor.shown("plug:")] == texts
        visitor.forgive_absence_of_the_hub()
    assert ada.shown() == zoe.shown()


def test_unsent_messages_and_drafts_outlast_a_reload(visit: Visit) -> None:
    ada, zoe = visit(), visit().come()
    cable = Cable(ada)
    ada.come().join("Ada")
    cable.cut()
    ada.await_connection("waiting")
    ada.say("reload: unsent")
    ada.page.fill("#text", "reload: half writ")
    ada.page.reload()
    expect(ada.message("reload: unsent")).to_have_attribute("data-state", "waiting")
    expect(ada.page.locator("#text")).to_have_value("reload: half writ")
    cable.mend()
    for visitor in (ada, zoe):
        visitor.await_kept("reload: unsent")
    ada.page.locator("#text").press_sequentially("ten")
    ada.page.keyboard.press("Enter")
    zoe.await_kept("reload: half written")


def test_text_is_shown_as_text(visit: Visit) -> None:
    ada, zoe = visit().come().join("<b>Ada</b>"), visit().come()
    ada.say(NASTY)
    for visitor in (ada, zoe):
        visitor.await_kept(NASTY)
        expect(visitor.message(NASTY).locator("b")).to_have_text("<b>Ada</b>")
        expect(visitor.page.locator("#log :is(img, script, b b)")).to_have_count(0)


def test_the_page_runs_no_foreign_script(visit: Visit) -> None:
    visitor = visit().come()
    blocked = visitor.page.evaluate(
        """() => new Promise((resolve) => {
            addEventListener("securitypolicyviolation", (event) => resolve(event.effectiveDirective));
            const script = document.createElement("script");
            script.textContent = "window.foreign = true";
            document.body.append(script);
        })"""
    )
    assert blocked.startswith("script-src")
    assert visitor.page.evaluate("window.foreign") is None
    assert [problem for problem in visitor.problems if "Content Security Policy" not in problem] == []
    visitor.problems.clear()


def test_the_keyboard_is_enough(visit: Visit) -> None:
    visitor = visit().come()
    header = ["a.brand", "a", "a", "a", "a", "input", "a.button"]
    assert _tab_to(visitor, "#name") == ["a.skip", *header, "summary", "#log", "#name"]
    visitor.page.keyboard.type("Keyes")
    visitor.page.keyboard.press("Enter")
    expect(visitor.page.locator("#text")).to_be_focused()
    visitor.page.keyboard.type("keys: one")
    visitor.page.keyboard.press("Shift+Enter")
    visitor.page.keyboard.type("two")
    visitor.page.keyboard.press("Enter")
    expect(visitor.page.locator(".message .text").last).to_have_text("keys: one\ntwo", use_inner_text=True)
    expect(visitor.page.locator(".message").last).to_have_attribute("data-state", "kept")
    visitor.page.keyboard.press("Shift+Tab")
    expect(visitor.page.locator("#log")).to_be_focused()
    visitor.page.keyboard.press("ArrowUp")
    expect(visitor.page.locator(".message").last).to_be_focused()
    visitor.page.keyboard.press("Tab")
    visitor.page.keyboard.press("Enter")
    expect(visitor.page.locator(".message").last.locator(".reactions")).to_have_text("👍 1")


def _tab_to(visitor: Visitor, wanted: str, presses_max: int = 20) -> list[str]:
    """Press Tab until an element has the focus, and name those that had it."""
    stops: list[str] = []
    while wanted not in stops:
        assert len(stops) < presses_max, stops
        visitor.page.keyboard.press("Tab")
        stops.append(
            visitor.page.evaluate(
                """() => {
                    const { id, className, localName } = document.activeElement;
                    return id ? `#${id}` : className ? `${localName}.${className}` : localName;
                }"""
            )
        )
    return stops


@pytest.mark.parametrize(("width", "height"), [(390, 844), (320, 568), (844, 390), (820, 1180)])
def test_a_small_screen_shows_all_without_scrolling_sideways(visit: Visit, width: int, height: int) -> None:
    visitor = visit(viewport={"width": width, "height": height}, is_mobile=True, has_touch=True)
    cable = Cable(visitor)
    visitor.come()
    _assert_fits(visitor, "#name")
    visitor.join("Wolfeschlegelsteinhausenbergerdorff Sr")
    text = f"{LONG_WORD}{width}"
    visitor.say(text)
    visitor.await_kept(text)
    _assert_fits(visitor, "#text")
    tools = visitor.message(text).locator(".tools")
    visitor.message(text).tap()
    expect(tools).to_be_visible()
    _assert_fits(visitor, "#text")
    tools.get_by_role("button", name="Delete").tap()
    tools.get_by_role("button", name="Really?").tap()
    expect(visitor.page.locator(".message").last).to_have_attribute("data-deleted", "true")
    cable.cut()
    visitor.await_connection("waiting")
    _assert_fits(visitor, "#text")


def _assert_fits(visitor: Visitor, field: str) -> None:
    """Check that nothing is wider than the screen and that the field to write in is on it."""
    page = visitor.page
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert page.evaluate("document.documentElement.scrollHeight - innerHeight") <= 0
    beside = page.evaluate(
        """() => [...document.querySelectorAll("header *, #figures *, .chat *")]
            .filter((node) => node.getBoundingClientRect().right > innerWidth + 0.5 && node.checkVisibility())
            .map((node) => node.outerHTML)"""
    )
    assert beside == []
    expect(page.locator(field)).to_be_in_viewport(ratio=1)


def test_older_messages_come_when_one_scrolls_to_them(visit: Visit, hub: HubProcess) -> None:
    texts = [f"old: {number}" for number in range(OLD_POSTS)]
    with ThreadPoolExecutor() as threads:  # the browser's driver has the main thread's loop
        threads.submit(run, _post_all(hub, texts)).result()
    visitor = visit().come()
    visitor.await_kept(texts[-1])
    seen = dict(visitor.shown())
    edge = visitor.page.locator(".edge")
    while min(seen) > 1:
        reading = _scroll_to_top_and_read_on(visitor)
        assert reading["moved_px"] < 1
        shown = visitor.shown()
        assert len(shown) <= HELD_MAX
        assert shown == sorted(shown)
        seen |= dict(shown)
    expect(edge).to_have_text("The conversation begins here.")
    assert [text for _, text in sorted(seen.items()) if text.startswith("old:")] == texts
    visitor.page.locator("#newest").click()
    expect(visitor.message(texts[-1])).to_be_in_viewport()
    expect(visitor.page.locator("#newest")).to_be_hidden()


async def _post_all(hub: HubProcess, texts: list[str]) -> None:
    async with in_the_lobby(hub, "Archivist") as archivist:
        for text in texts:
            await archivist.post(text, text)


def _scroll_to_top_and_read_on(visitor: Visitor) -> dict[str, float]:
    """Scroll to the first message held and wait for those before; tell how far it moved on the screen."""
    moved: dict[str, float] = visitor.page.evaluate(
        """() => new Promise((resolve) => {
            const log = document.querySelector("#log");
            const first = log.querySelector(".message");
            log.scrollTop = first.offsetTop;
            const top = first.getBoundingClientRect().top;
            new MutationObserver((_, observer) => {
                if (log.querySelector(".message") === first) return;
                observer.disconnect();
                resolve({ moved_px: Math.abs(first.getBoundingClientRect().top - top) });
            }).observe(log.querySelector("ol"), { childList: true });
        })"""
    )
    return moved


@pytest.mark.parametrize("joined", [False, True])
def test_everything_has_a_name_that_can_be_read_out(visit: Visit, joined: bool) -> None:
    visitor = visit().come()
    if joined:
        visitor.join("Ada")
        visitor.say("names: a message with tools")
        visitor.await_kept("names: a message with tools")
        visitor.message("names: a message with tools").hover()
    nodes = read_out(visitor.page)
    assert unnamed(nodes) == []
    assert {
        ("main", ""),
        ("banner", ""),
        ("region", "International Space Station"),
        ("region", "Lobby"),
        ("log", "Messages"),
        ("heading", "CosmoHub"),
    } <= set(nodes)
    assert repeated_ids(visitor.page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_what_is_behind_it(visit: Visit, scheme: str) -> None:
    visitor = visit(color_scheme=scheme).come().join("Ada")
    visitor.say(f"contrast: {scheme}")
    visitor.await_kept(f"contrast: {scheme}")
    expect(visitor.page.locator("#figures")).to_have_attribute("data-state", "live")
    assert faint_texts(visitor.page) == []
