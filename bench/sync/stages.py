"""Where a party is held: pages of a strategy on the relay or on a hub, each behind a line of its own."""

import contextlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from bench.processes import listening_child
from bench.sync.hub_party import PASSWORD, HubParty, email_of
from bench.sync.members import APP_CLOCKS, Member, bare_page, open_line
from bench.sync.profiles import Profile
from bench.sync.strategies import WHOLE_PAGE, Strategy

_PROJECT = Path(__file__).resolve().parents[2]
_OWNER = 1
"""The member that gives the commands is the party's owner."""


@dataclass(frozen=True)
class Venue:
    """What parties are held with: the browser, the clip as MP4 and as HLS, and the port of a hub."""

    browser: Browser
    clip: str
    stream: str
    hub_port: int


@contextlib.contextmanager
def serving(module: str, *arguments: str) -> Iterator[int]:
    """Run one of the bench's servers; yield its port."""
    with listening_child([sys.executable, "-m", module, *arguments], folder=_PROJECT) as (_, port):
        yield port


@contextlib.contextmanager
def open_members(venue: Venue, strategy: Strategy, profile: Profile, count: int) -> Iterator[list[Member]]:
    """Open the pages of a party's members; none has joined yet."""
    with contextlib.ExitStack() as stack:
        stage = stack.enter_context(serving("bench.sync.stage", strategy.name))
        clip = venue.stream if strategy.streams else venue.clip
        party = None if strategy.room else HubParty(venue.hub_port, clip, f"owner{stage}")
        members = []
        for number, line in enumerate(profile.lines(count)):
            seed = f"{profile.name} {number}"
            port = stack.enter_context(open_line(stage if party is None else venue.hub_port, line, seed))
            member = Member(venue.browser, f"member {number + 1}", APP_CLOCKS[number % len(APP_CLOCKS)])
            stack.callback(member.close)
            if party is not None and strategy is WHOLE_PAGE:
                _open_own_page(member, port, party, number)
            else:
                config = _on_relay(port, number) if party is None else _on_hub(port, party, number)
                config |= {"clip": clip, **strategy.options}
                member.go(bare_page(stage, strategy.module, config))
            member.page.wait_for_function("() => globalThis.member")
            members.append(member)
        yield members


def _on_relay(port: int, number: int) -> dict[str, Any]:
    return {"socket": f"ws://127.0.0.1:{port}/relay?{number}"}


def _on_hub(port: int, party: HubParty, number: int) -> dict[str, Any]:
    visitor = party.owner if number == _OWNER else party.guest(f"Member {number + 1}")
    return {"hub": f"http://127.0.0.1:{port}", "party": party.id, "token": visitor.token}


def _open_own_page(member: Member, port: int, party: HubParty, number: int) -> None:
    """Open the hub's page of the party as a visitor does, who signs in before when the party is theirs."""
    origin = f"http://127.0.0.1:{port}"
    if number == _OWNER:
        _sign_in(member.page, origin, party.owner.name)
    member.act_as_visitor()
    member.go(f"{origin}/watch/{party.id}")
    if number != _OWNER:
        member.page.wait_for_selector("#join:not([hidden])")


def _sign_in(page: Page, origin: str, name: str) -> None:
    page.goto(f"{origin}/login")
    page.fill("#email", email_of(name))
    page.fill("#password", PASSWORD)
    page.locator("#login button.main").click()
    page.wait_for_url(lambda url: "/login" not in url)
