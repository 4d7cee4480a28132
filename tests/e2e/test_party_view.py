"""The page's view of a party: folded event by event it is what the room's own snapshot tells."""

import random
from collections.abc import Iterator
from typing import Any

import pytest
from player_stage import open_stage
from playwright.sync_api import Browser, Page

from rooms.kind import By, Refused
from rooms.kinds.watch.snapshot import party_json
from tests.rooms.watch_bench import ADA, BOB, CAT, GUS, HUB, MODERATOR, Watched

pytestmark = pytest.mark.browser

STEPS = 150
PEOPLE = (ADA, BOB, CAT, GUS, MODERATOR)
FOLD = """async ([events, snapshot]) => {
    const { fold } = await import("/static/watch/party_view.js");
    const plain = (view) => ({ ...view, members: Object.fromEntries(view.members) });
    const views = events.map(((view) => (event) => (view = fold(view, event)))(null));
    const again = [...events, ...events].reduce(fold, null);
    return { folded: plain(views.at(-1)), again: plain(again), told: plain(fold(null, snapshot)) };
}"""


@pytest.fixture(scope="module")
def page(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """A page on which modules can be loaded."""
    with open_stage(tmp_path_factory.mktemp("clips")) as stage:
        opened = browser.new_context().new_page()
        opened.goto(stage.url.replace("index.html", "empty.html"))
        yield opened
        opened.context.close()


def a_command(chance: random.Random, party: Watched) -> tuple[By, str, dict[str, Any]]:
    """Choose who does what; much of it is refused."""
    item = chance.choice([*(each.id for each in party.state.queue), "clip"])
    user = chance.choice(PEOPLE).user
    words: list[tuple[str, dict[str, Any]]] = [
        ("enter", {}),
        ("leave", {}),
        ("play", {}),
        ("pause", {}),
        ("seek", {"position_ms": chance.randrange(50_000)}),
        ("rate", {"rate": chance.choice([0.5, 1, 1.5])}),
        ("next", {}),
        ("add", {"item": {"url": f"/{chance.randrange(1000)}.mp4", "title": "One more"}}),
        ("remove", {"item": item}),
        ("move", {"item": item, "place": 0}),
        ("vote", {"item": item, "vote": chance.random() < 0.8}),
        ("duration", {"item": item, "duration_ms": 9_000}),
        ("ready", {"ready": chance.random() < 0.5}),
        ("buffering", {"stalled": chance.random() < 0.5}),
        ("policy", {"policy": chance.choice(["none", "quorum", "all"])}),
        ("lock", {"locked": chance.random() < 0.3}),
        ("promote", {"user": user, "role": chance.choice(["host", "member", "guest"])}),
        ("hand_over", {"user": user}),
        ("settings", {"title": f"Night {chance.randrange(9)}", "visibility": "unlisted"}),
        ("ban", {"user": user, "banned": chance.random() < 0.3}),
        ("chat", {"id": str(chance.random()), "text": "Hello"}),
    ]
    return chance.choice(PEOPLE), *chance.choice(words)


def an_admission(chance: random.Random) -> dict[str, Any]:
    """Choose whom the hub lets in by an invitation, who may be there already."""
    who = chance.choice(PEOPLE)
    role = chance.choice(["host", "member", "guest"])
    return {"user": who.user, "display_name": who.display_name, "role": role, "via": "x"}


def happened(seed: int) -> Watched:
    """Let many things happen at a party."""
    chance, party = random.Random(seed), Watched(ADA, BOB, GUS)
    for _ in range(STEPS):
        by, word, fields = a_command(chance, party)
        if chance.random() < 0.1:
            by, word, fields = HUB, "admit", an_admission(chance)
        try:
            party.give(by, word, **fields)
        except Refused:
            party.tick(chance.random() * 5, lead_ms=chance.choice([None, 140, 220]))
    return party


@pytest.mark.parametrize("seed", range(8))
def test_what_is_folded_is_what_a_snapshot_tells(page: Page, seed: int) -> None:
    party = happened(seed)
    snapshot = {"type": "party", "n": party.state.n, "party": party_json(party.state)}
    views = page.evaluate(FOLD, [party.events, snapshot])
    expected = shown(views["told"])
    assert shown(views["folded"]) == expected
    assert shown(views["again"]) == expected
    assert len(views["told"]["members"]) == len(party.state.members)
    assert views["told"]["timeline"]["seq"] == party.state.timeline.seq
    assert views["folded"]["n"] == party.state.n


def shown(view: dict[str, Any]) -> dict[str, Any]:
    """Return what people see of a view: not why the film stands as it does, nor the hub's own accounts."""
    members = {
        name: {word: each[word] for word in ("display_name", "guest", "ready", "role")}
        for name, each in view["members"].items()
    }
    timeline = {name: value for name, value in view["timeline"].items() if name != "cause"}
    votes = {item: sorted(voters) for item, voters in view["votes"].items() if voters}
    return {
        **view,
        "members": members,
        "timeline": timeline,
        "votes": votes,
        "banned": sorted(view["banned"]),
    }
