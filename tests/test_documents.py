"""The documents cannot fall behind: settings, routes, refusal codes and the commands stand in the README."""

import re
from pathlib import Path
from typing import Any

import pytest

from api.app import create_app
from api.http.openapi import document_of
from api.tokens import Tokens
from hub.main import COMMANDS
from hub.settings import settings_table
from rooms import refusals
from tests.api.api_bench import services_without_database

ROOT = Path(__file__).resolve().parent.parent
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
