"""The documents cannot fall behind: settings, routes, refusal codes and the commands stand in the README."""

import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from api.app import create_app
from api.http.openapi import document_of
from api.tokens import Tokens
from hub.main import COMMANDS
from hub.settings import settings_table
from rooms import refusals
from rooms.kinds.watch.kind import _CHANGES, _TALK
from rooms.kinds.watch.parsing import _PARSERS
from rooms.kinds.watch.roles import NEEDED
from rooms.kinds.watch.story import UNNUMBERED
from tests.api.api_bench import services_without_database
from tests.rooms.watch_bench import ADA, BOB, CLIP, HUB, Watched

ROOT = Path(__file__).resolve().parent.parent
PARTIES = (ROOT / "docs" / "watch-parties.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_table_of_settings_is_the_readmes() -> None:
    assert settings_table() in README


REFUSAL_CODES = {
    value
    for name, value in vars(refusals).items()
    if name.isupper() and isinstance(value, int) and value < 2_000
}


@pytest.mark.parametrize("code", sorted(REFUSAL_CODES))
def test_every_refusal_code_is_explained(code: int) -> None:
    assert re.search(rf"^\| (\d+, )*{code}(, \d+)* \|", README, re.MULTILINE)


def test_every_route_is_listed() -> None:
    unused: Any = None
    app = create_app(services_without_database(ROOT / "web_static", unused, Tokens("s" * 32)))
    described = set(document_of(app)["paths"])
    routes = {re.sub(r"<(?:[^:>]+:)?(\w+)>", r"{\1}", rule.rule) for rule in app.url_map.iter_rules()}
    unnamed = routes - described - {"/", "/favicon.ico", "/static/{name}"}
    assert [route for route in sorted(unnamed) if f"{route}`" not in README] == []


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_in_the_changelog(command: str) -> None:
    assert f"`{command}`" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_the_map_of_the_house_fits_on_a_napkin() -> None:
    assert len((ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8").splitlines()) <= 150


def test_no_file_that_the_documents_name_is_missing() -> None:
    for document in (README, (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")):
        for name in re.findall(r"`((?:hub|api|rooms|store|telemetry|actors|tests)/[\w/.]+)`", document):
            assert "NNNN" in name or (ROOT / name).exists(), name


def table_of(heading: str) -> dict[str, list[str]]:
    """Return the rows of the table below a heading about watch parties, by what is named in them."""
    section = PARTIES.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in section.splitlines()
        if "| `" in line
    ]
    assert len({row[0] for row in rows}) == len(rows)
    return {row[0].strip("`"): row[1:] for row in rows if row[0].startswith("`")}


def named_in(cell: str) -> set[str]:
    """Return the fields that a cell names, but for what stands in braces: the parts of a field."""
    return set(re.findall(r"`(\w+)`", re.sub(r"\{[^}]*\}", "", cell)))


def test_every_command_to_a_party_is_in_the_table_with_who_may() -> None:
    table = table_of("Commands to `watch:{id}`")
    assert set(table) == set(_PARSERS)
    for command, needed in NEEDED.items():
        said, who, _ = table[_word_of(command)]
        assert {field.name for field in fields(command)} == named_in(said), command
        assert needed is None or re.match(rf"{needed}\b", who), command


def test_every_event_of_a_party_is_in_the_table_with_its_fields() -> None:
    table = table_of("Events of `watch:{id}`")
    assert set(table) == {"party", *_CHANGES, *_TALK, "ask", "beacon", "roster"}
    for word, (lasts, numbered, _) in table.items():
        assert (lasts == "yes") == (word not in ("ask", "beacon", "roster"))
        assert (numbered == "yes") == (lasts == "yes" and word not in UNNUMBERED)
    told = events_of_all_types()
    assert {data["type"] for data in told} == set(table) - {"roster"}
    for data in told:
        said = table[data["type"]][2]
        named = named_in(said)
        if data["type"] == "beacon":
            named = (named | named_in(table["state"][2])) - {"state", "cause"}
        told_of = set(data) - {"type", "n", "user", "at", "op"}
        assert named - set(re.findall(r"`(\w+)`\?", said)) <= told_of <= named, data["type"]


def events_of_all_types() -> list[dict[str, Any]]:
    """Return what a party tells in which everything happens once."""
    party = Watched(ADA, BOB, policy="all")
    party.give(HUB, "admit", user="cat", display_name="Cat", role="member", via="x")
    party.give(ADA, "add", item={"url": "/unknown.mp4", "id": "unknown"})
    party.give(ADA, "duration", item="unknown", duration_ms=1_000)
    party.give(BOB, "vote", item=CLIP["id"], vote=True)
    party.give(BOB, "ready", ready=True)
    party.playing()
    party.give(BOB, "buffering", stalled=True, duration_ms=450)
    party.give(BOB, "buffering", stalled=False)
    party.give(BOB, "chat", id="1", text="Hello")
    party.give(BOB, "delete", id="1")
    party.give(BOB, "react", emoji="👍")
    party.give(ADA, "invite", id="invite", role="guest")
    party.give(ADA, "lock", locked=True)
    party.give(ADA, "promote", user="bob", role="host")
    party.give(ADA, "ban", user="bob", banned=True)
    return [*party.events, *party.give(ADA, "ask", word="pause"), *party.tick(1, beat=0, lead_ms=300)]


def _word_of(command: type) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", command.__name__).lower()
