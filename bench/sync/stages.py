"""Where a party is held: pages of a strategy on the relay or on a hub, each behind a line of its own."""

import contextlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser

from bench.processes import listening_child
from bench.sync.hub_party import HubParty
from bench.sync.members import APP_CLOCKS, Member, bare_page, open_line
from bench.sync.profiles import Profile
from bench.sync.rivals import Strategy

_PROJECT = Path(__file__).resolve().parents[2]
_OWNER = 1
"""The member that gives the commands is the party's owner."""


@dataclass(frozen=True)
class Venue:
    """What parties are held with: the browser, the address of the clip, and the port of a hub."""

    browser: Browser
    clip: str
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
        party = None if strategy.room else HubParty(venue.hub_port, venue.clip, f"{count}.{stage}")
        members = []
        for number, line in enumerate(profile.lines(count)):
            seed = f"{profile.name} {number}"
            port = stack.enter_context(open_line(stage if party is None else venue.hub_port, line, seed))
            member = Member(venue.browser, f"member {number + 1}", APP_CLOCKS[number % len(APP_CLOCKS)])
            stack.callback(member.close)
            config = _on_relay(port, number) if party is None else _on_hub(port, party, number)
            config |= {"clip": venue.clip, **strategy.options}
            member.go(bare_page(stage, strategy.module, config))
            member.page.wait_for_function("() => globalThis.member")
            members.append(member)
        yield members


def _on_relay(port: int, number: int) -> dict[str, Any]:
    return {"socket": f"ws://127.0.0.1:{port}/relay?{number}"}


def _on_hub(port: int, party: HubParty, number: int) -> dict[str, Any]:
    visitor = party.owner if number == _OWNER else party.guest(f"Member {number + 1}")
    return {"hub": f"http://127.0.0.1:{port}", "party": party.id, "token": visitor.token}
