"""The pages of accounts in a real browser on a real hub: from signing up to leaving."""

import io
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from account_visitor import (
    PASSWORD,
    account_button,
    expect_notice,
    expect_signed_in,
    expect_signed_out,
    mailed_link,
    new_email,
    sign_in,
    sign_out,
    sign_up,
)
from hub_process import HubProcess, new_hub, run_hub
from page_checks import beyond_the_screen, faint_texts, read_out, repeated_ids, unnamed
from page_visitor import Visit, Visitor, answers_held
from PIL import Image
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

OTHER_PASSWORD = "another horse entirely"
FOREIGN_PLACES = [
    "//evil.example/x",
    "https://evil.example",
    "javascript:alert(1)",
    "\\\\evil.example",
    "https://[",
    "/.//evil.example/x",
]
OPEN_PAGES = ["/login", "/signup", "/reset", "/reset?link#token=x", "/api/docs"]


@pytest.fixture(scope="module")
def hub() -> Iterator[HubProcess]:
    """A hub for all tests of this file; each makes accounts of its own."""
    with new_hub(HUB_REQUESTS_PER_MINUTE="100000", HUB_COMMANDS_PER_SECOND="1000") as started:
        started.start()
        yield started


def test_an_account_is_made_left_and_found_again(visit: Visit) -> None:
    ada = visit()
    email = sign_up(ada, "Ada")
    expect_notice(ada.page, "Welcome, Ada! A mail is on its way to confirm your address.")
    ada.page.reload()
    expect_signed_in(ada.page, "Ada")
    sign_out(ada.page)
    expect_signed_out(ada.page)
    sign_in(ada, email, path="/login?next=/settings")
    ada.page.wait_for_url("**/settings")
    expect(ada.page.locator("#display_name")).to_have_value("Ada")


def test_who_is_signed_in_chats_under_the_accounts_name(visit: Visit) -> None:
    ada, reader = visit(), visit().come()
    sign_up(ada, "Ada Account")
    ada.await_connection("live")
    ada.say("account: hello")
    for visitor in (ada, reader):
        visitor.await_kept("account: hello")
        expect(visitor.message("account: hello").locator("b")).to_have_text("Ada Account")
    expect(ada.page.locator("#rename")).to_be_hidden()
    sign_out(ada.page)
    ada.await_connection("live")
    expect(ada.page.locator("#join")).to_be_visible()


def test_what_is_for_the_signed_in_is_asked_for_by_signing_in(visit: Visit) -> None:
    ada = visit()
    email = sign_up(ada, "Ada")
    other = visit()
    other.go("/settings")
    other.page.wait_for_url("**/login?next=%2Fsettings")
    other.page.fill("#email", email)
    other.page.fill("#password", PASSWORD)
    other.page.keyboard.press("Enter")
    other.page.wait_for_url("**/settings")
    expect(other.page.locator("#email")).to_have_text(email)


def test_signing_in_leads_to_no_foreign_place(visit: Visit) -> None:
    ada = visit()
    sign_up(ada, "Ada")
    for place in FOREIGN_PLACES:
        page = ada.go(f"/login?next={quote(place, safe='')}")
        page.wait_for_url(f"{ada.hub.url}/")
    ada.page.goto(f"{ada.hub.url}/login?next=%2Fsettings")
    ada.page.wait_for_url("**/settings")


def test_signing_up_needs_no_mouse(visit: Visit) -> None:
    page = visit().go("/signup")
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "display_name":
            break
    page.keyboard.type("Keyes")
    page.keyboard.press("Tab")
    page.keyboard.type(new_email("keyes"))
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(page.locator("#password")).to_have_attribute("type", "text")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect_signed_in(page, "Keyes")
    account_button(page).focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Profile")).to_be_focused()
    page.keyboard.press("Escape")
    expect(account_button(page)).to_be_focused()
    expect(page.get_by_role("link", name="Profile")).to_be_hidden()


def test_what_is_wrong_is_said_at_its_field(visit: Visit) -> None:
    ada = visit()
    email = sign_up(ada, "Ada")
    sign_out(ada.page)
    page = ada.go("/signup")
    page.get_by_role("button", name="Make the account").click()
    for field in ("display_name", "email", "password"):
        _expect_wrong(page, field)
    expect(page.locator("#display_name")).to_be_focused()
    page.fill("#display_name", "Ada again")
    expect(page.locator("#display_name-problem")).to_have_count(0)
    page.fill("#email", email)
    page.fill("#password", "short")
    page.keyboard.press("Enter")
    _expect_wrong(page, "password")
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    _expect_wrong(page, "email", "There is an account with this address")
    expect(page.locator("#email")).to_be_focused()
    sign_in(ada, email, "wrong" + PASSWORD)
    expect(ada.page.get_by_role("alert")).to_contain_text("password")
    expect_signed_out_of(ada)
    ada.forgive_refusals(401, 409)


def expect_signed_out_of(visitor: Visitor) -> None:
    """Check that the page to sign in is still shown."""
    expect(visitor.page.locator("#password")).to_be_visible()


def _expect_wrong(page: Page, field: str, text: str = "") -> None:
    problem = page.locator(f"#{field}-problem")
    expect(problem).to_contain_text(text)
    expect(problem).not_to_be_empty()
    expect(page.locator(f"#{field}")).to_have_attribute("aria-invalid", "true")
    assert f"{field}-problem" in (page.locator(f"#{field}").get_attribute("aria-describedby") or "").split()


def test_a_session_that_is_ended_elsewhere_is_over_at_once(visit: Visit) -> None:
    ada, phone = visit(), visit(user_agent="Mozilla/5.0 (iPhone) Safari/604.1")
    email = sign_up(ada, "Ada")
    sign_in(phone, email)
    expect_signed_in(phone.page, "Ada")
    phone.await_connection("live")
    page = ada.go("/settings")
    expect(page.locator("#sessions li")).to_have_count(2)
    expect(page.locator("#sessions li[data-current=true]")).to_contain_text("Chrome on Linux")
    page.get_by_role("button", name="Sign out Safari on iPhone").click()
    expect(page.locator("#sessions li")).to_have_count(1)
    expect_signed_out(phone.page)
    phone.await_connection("live")
    phone.forgive_refusals(401)


def test_signing_out_everywhere_ends_all_sessions(visit: Visit) -> None:
    ada, phone = visit(), visit()
    email = sign_up(ada, "Ada")
    sign_in(phone, email)
    expect_signed_in(phone.page, "Ada")
    ada.go("/settings").get_by_role("button", name="Sign out everywhere").click()
    ada.page.wait_for_url("**/login**")
    expect_notice(ada.page, "You are signed out everywhere.")
    expect_signed_out(phone.page)
    phone.forgive_refusals(401)


def test_a_forgotten_password_is_replaced_by_a_link_in_a_mail(visit: Visit, hub: HubProcess) -> None:
    ada, thief = visit(), visit()
    email = sign_up(ada, "Ada")
    sign_in(thief, email)
    expect_signed_in(thief.page, "Ada")
    sign_out(ada.page)
    page = ada.go("/login")
    page.get_by_role("link", name="Forgot your password?").click()
    page.fill("#email", email)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Look into your mail")).to_be_focused()
    ada.go(mailed_link(hub, email, "reset"))
    page.fill("#password", OTHER_PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/login")
    expect_notice(page, "Your new password is set. Sign in with it.")
    sign_in(ada, email, OTHER_PASSWORD)
    expect_signed_in(page, "Ada")
    expect_signed_out(thief.page)
    thief.forgive_refusals(401)


def test_a_link_is_good_once(visit: Visit, hub: HubProcess) -> None:
    ada = visit()
    email = sign_up(ada, "Ada")
    link = mailed_link(hub, email, "verify")
    page = ada.go("/settings")
    expect(page.locator("#verified")).to_have_text("not confirmed yet")
    ada.go(link)
    expect(page.locator("#state")).to_contain_text("is confirmed")
    assert "token" not in page.url
    page.goto("about:blank")
    ada.go(link)
    expect(page.locator("#state")).to_contain_text("ask for")
    ada.go("/settings")
    expect(page.locator("#verified")).to_have_text("confirmed")
    expect(page.locator("#unverified")).to_be_hidden()
    ada.forgive_refusals(400)


def test_a_profile_is_edited_and_seen_by_others(visit: Visit) -> None:
    ada, zoe = visit(), visit()
    sign_up(ada, "Ada")
    page = ada.go("/settings")
    page.fill("#display_name", "Ada Lovelace")
    page.fill("#handle", "enchantress")
    page.fill("#bio", "Poetical science.\n<b>Not bold</b>")
    page.locator("#profile button.main").click()
    expect_notice(page, "Your profile is saved.")
    _choose_picture(page)
    expect_notice(page, "Your picture is in use.")
    page.fill("#bio", "Poetical science.\n<b>Never bold</b>")
    page.locator("#profile button.main").click()
    expect_notice(page, "Your profile is saved.")
    sign_up(zoe, "Zoë")
    page = zoe.go("/u/enchantress")
    expect(page.get_by_role("heading", name="Ada Lovelace")).to_be_visible()
    expect(page.locator(".words")).to_have_text("Poetical science.\n<b>Never bold</b>")
    assert (
        page.locator("#profile img").evaluate("async (node) => (await node.decode(), node.naturalWidth)") > 0
    )
    page.get_by_role("button", name="Follow", exact=True).click()
    expect(page.get_by_role("button", name="Following", exact=True)).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="1 follower", exact=True).click()
    expect(page.get_by_role("dialog", name="Followers").locator("b")).to_have_text(["Zoë"])
    page.reload()
    page.get_by_role("button", name="Following", exact=True).click()
    expect(page.get_by_role("button", name="0 followers", exact=True)).to_be_visible()


def test_what_is_typed_while_a_form_is_saved_stays(visit: Visit) -> None:
    ada = visit()
    sign_up(ada, "Hasty")
    page = ada.go("/settings")
    page.fill("#bio", "Saved")
    with answers_held(page, "/api/me$"):
        with page.expect_request("**/api/me"):
            page.locator("#profile button.main").click()
        page.fill("#bio", "Typed while it is saved")
    expect_notice(page, "Your profile is saved.")
    expect(page.locator("#bio")).to_have_value("Typed while it is saved")
    page.locator("#profile button.main").click()
    expect(page.locator("#profile")).to_have_attribute("aria-busy", "false")
    page.reload()
    expect(page.locator("#bio")).to_have_value("Typed while it is saved")


def _choose_picture(page: Page) -> None:
    picture = io.BytesIO()
    Image.new("RGB", (64, 48), "teal").save(picture, "PNG")
    expect(page.get_by_role("button", name="Use this picture")).to_be_disabled()
    page.set_input_files("#file", {"name": "me.png", "mimeType": "image/png", "buffer": picture.getvalue()})
    expect(page.get_by_alt_text("Your new picture")).to_be_visible()
    page.get_by_role("button", name="Use this picture").click()


def test_a_handle_that_somebody_has_is_refused_at_its_field(visit: Visit) -> None:
    ada, zoe = visit(), visit()
    sign_up(ada, "Taken Handle")
    sign_up(zoe, "Zoë")
    page = zoe.go("/settings")
    page.fill("#handle", "taken_handle")
    page.locator("#profile button.main").click()
    _expect_wrong(page, "handle", "is taken")
    page.fill("#handle", "no spaces")
    page.locator("#profile button.main").click()
    _expect_wrong(page, "handle")
    zoe.forgive_refusals(409)


def test_a_password_is_changed_by_who_knows_it(visit: Visit) -> None:
    ada = visit()
    email = sign_up(ada, "Ada")
    page = ada.go("/settings")
    page.fill("#current", "not it at all")
    page.fill("#new", OTHER_PASSWORD)
    page.get_by_role("button", name="Change the password").click()
    expect(page.locator("#secret .bad", has_text="password")).to_be_visible()
    page.fill("#current", PASSWORD)
    page.get_by_role("button", name="Change the password").click()
    expect_notice(page, "Your password is changed.")
    sign_out(page)
    sign_in(ada, email, OTHER_PASSWORD)
    expect_signed_in(page, "Ada")
    ada.forgive_refusals(400, 401, 403)


def test_an_account_takes_its_data_along_and_goes(visit: Visit) -> None:
    ada = visit()
    email = sign_up(ada, "Leaver")
    page = ada.go("/settings")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    assert email in download.value.path().read_text("utf-8")
    page.get_by_text("I want to delete my account").click()
    page.fill("#leave #password", PASSWORD)
    page.get_by_role("button", name="Delete my account for good").click()
    expect_notice(page, "Your account is deleted.")
    expect_signed_out(page)
    sign_in(ada, email)
    expect(page.get_by_role("alert")).not_to_be_empty()
    ada.go("/u/leaver")
    expect(page.locator("#profile")).to_contain_text("Nobody has this name here.")
    ada.forgive_refusals(401, 404)


def test_tabs_stay_signed_in_together(visit: Visit) -> None:
    ada = visit()
    sign_up(ada, "Ada")
    tabs = [ada.page, *(ada.page.context.new_page() for _ in range(2))]
    for _ in range(2):
        for tab in tabs:
            tab.goto(f"{ada.hub.url}/not-here")
            tab.evaluate("sessionStorage.clear()")
        for tab in tabs:
            tab.evaluate("(address) => void location.assign(address)", f"{ada.hub.url}/settings")
        for tab in tabs:
            expect(tab.locator("#display_name")).to_have_value("Ada")
            expect(tab.locator("#sessions li")).to_have_count(1)
    sign_out(tabs[0])
    for tab in tabs[1:]:
        tab.wait_for_url("**/login**")
    ada.forgive_refusals(404)


def test_a_page_that_is_left_while_it_renews_its_token_stays_signed_in(visit: Visit) -> None:
    ada = visit()
    sign_up(ada, "Ada")
    ada.page.evaluate("sessionStorage.clear()")
    with ada.page.expect_request("**/api/auth/refresh"):
        ada.page.goto(f"{ada.hub.url}/u/ada", wait_until="commit")
    ada.page.goto(f"{ada.hub.url}/settings")
    expect(ada.page.locator("#display_name")).to_have_value("Ada")
    expect(ada.page.locator("#sessions li")).to_have_count(1)


def test_roles_are_given_by_who_may(visit: Visit, hub: HubProcess) -> None:
    chief, zoe = visit(), visit()
    email = sign_up(chief, "Chief")
    sign_up(zoe, "Zoë Promoted")
    page = chief.go("/admin/users")
    expect(page.locator("#state")).to_contain_text("for those who give out roles")
    granted = run_hub("admin", "grant", email, "admin", HUB_DATA_DIR=str(hub.data_dir))
    assert granted.returncode == 0, granted.stderr
    chief.go("/admin/users")
    row = page.locator("#users li")
    expect(row.first).to_be_visible()  # the page opens anew for who was given the role
    page.fill("#q", "promoted")
    expect(row).to_have_count(1)
    row.get_by_role("button").click()
    page.select_option("#new_role", "creator")
    page.get_by_role("button", name="Change the role", exact=True).click()
    _expect_wrong(page, "reason")
    page.fill("#reason", "Makes good films")
    page.get_by_role("button", name="Change the role", exact=True).click()
    expect_notice(page, "Zoë Promoted is creator now.")
    expect(row.get_by_role("button")).to_have_text("creator")
    zoe.go("/u/zoe_promoted")
    expect(zoe.page.locator("#profile .tag")).to_have_text("creator")
    for visitor in (chief, zoe):
        visitor.forgive_refusals(401)


def test_an_address_where_nothing_is_shows_a_page_that_says_so(visit: Visit) -> None:
    visitor = visit()
    page = visitor.go("/no/such/page")
    expect(page.get_by_role("heading", name="There is nothing here")).to_be_visible()
    visitor.go("/u/nobody_at_all")
    expect(page.locator("#profile")).to_contain_text("Nobody has this name here.")
    visitor.forgive_refusals(404)


def test_the_api_is_described_and_each_route_has_an_address(visit: Visit) -> None:
    page = visit().go("/api/docs")
    page.get_by_role("link", name="PATCH /api/me", exact=True).click()
    article = page.locator("#patch-api-me")
    expect(article).to_be_in_viewport()
    expect(article.locator("code", has_text="display_name").first).to_be_visible()
    expect(article).to_contain_text("409")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_can_be_read_by_all(visit: Visit, scheme: str) -> None:
    visitor = visit(color_scheme=scheme)
    for path in OPEN_PAGES:
        visitor.go(path)
        _expect_readable(visitor)
    sign_up(visitor, "Walker")
    for path in _own_pages(visitor):
        visitor.go(path)
        expect(account_button(visitor.page)).to_be_visible()
        _expect_readable(visitor)


def _own_pages(visitor: Visitor) -> list[str]:
    handle = visitor.page.evaluate("JSON.parse(localStorage.getItem('cosmohub.account')).handle")
    return ["/settings", f"/u/{handle}"]


def _expect_readable(visitor: Visitor) -> None:
    page = visitor.page
    expect(page.get_by_role("navigation", name="Pages")).to_be_visible()
    expect(page.locator("[aria-busy=true]")).to_have_count(0)
    nodes = read_out(page)
    assert unnamed(nodes) == []
    assert {("main", ""), ("banner", ""), ("navigation", "Pages")} <= set(nodes)
    assert len([name for role, name in nodes if role == "heading"]) >= 1
    assert repeated_ids(page) == []
    assert faint_texts(page) == []


@pytest.mark.parametrize(("width", "height"), [(320, 568), (390, 844), (820, 1180)])
def test_every_page_fits_a_small_screen(visit: Visit, width: int, height: int) -> None:
    visitor = visit(viewport={"width": width, "height": height}, is_mobile=True, has_touch=True)
    for path in OPEN_PAGES:
        visitor.go(path)
        expect(visitor.page.get_by_role("navigation", name="Pages")).to_be_visible()
        assert beyond_the_screen(visitor.page) == []
    sign_up(visitor, "Wolfeschlegelsteinhausenbergerdorffwelch")
    for path in _own_pages(visitor):
        visitor.go(path)
        expect(account_button(visitor.page)).to_be_visible()
        expect(visitor.page.locator("[aria-busy=true]")).to_have_count(0)
        assert beyond_the_screen(visitor.page) == []
