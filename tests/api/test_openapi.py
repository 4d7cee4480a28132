"""The OpenAPI document: whole, without doubles, and true about who may ask."""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import schemathesis

from api.app import create_app
from api.http.openapi import TAGS, document_of
from api.http.openapi_models import Models
from api.tokens import Tokens
from tests.api.api_bench import SECRET, Steered, open_client, services_without_database


def _document() -> dict[str, Any]:
    app = create_app(services_without_database(Path(), Steered(), Tokens(SECRET)))
    document: dict[str, Any] = json.loads(json.dumps(document_of(app)))
    return document


DOCUMENT = _document()
OPERATIONS = {
    f"{method.upper()} {path}": (path, method, operation)
    for path, operations in DOCUMENT["paths"].items()
    for method, operation in operations.items()
}


def test_it_is_an_openapi_document() -> None:
    assert DOCUMENT["openapi"].startswith("3.1")
    schemathesis.openapi.from_dict(DOCUMENT).validate()


def test_operations_have_names_of_their_own() -> None:
    names = sorted(operation["operationId"] for _, _, operation in OPERATIONS.values())
    assert [one for one, next_one in pairwise(names) if one == next_one] == []


def test_no_two_paths_mean_the_same() -> None:
    shapes = sorted(
        "/".join("{}" if "{" in word else word for word in p.split("/")) for p in DOCUMENT["paths"]
    )
    assert [one for one, next_one in pairwise(shapes) if one == next_one] == []


@pytest.mark.parametrize("label", OPERATIONS)
def test_an_operation_says_what_it_does(label: str) -> None:
    path, _, operation = OPERATIONS[label]
    assert operation["summary"].endswith(".")
    assert set(operation["tags"]) <= set(TAGS)
    assert operation["tags"]
    named = {each["name"] for each in operation["parameters"] if each["in"] == "path"}
    assert all(f"{{{name}}}" in path for name in named)
    assert len(named) == path.count("{")
    assert any(status.startswith(("2", "3")) for status in operation["responses"])
    assert {"400", "401", "403", "429", "503"} <= set(operation["responses"])
    assert "500" not in operation["responses"]


def test_every_reference_leads_somewhere() -> None:
    def references(value: Any) -> list[str]:
        if isinstance(value, list):
            return [found for each in value for found in references(each)]
        if not isinstance(value, dict):
            return []
        own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
        return own + [found for each in value.values() for found in references(each)]

    for reference in references(DOCUMENT):
        there: Any = DOCUMENT
        for word in reference.removeprefix("#/").split("/"):
            there = there[word]


async def test_it_is_served_and_asked_for_again_by_its_tag(tmp_path: Path) -> None:
    client, _ = open_client(tmp_path)
    response = await client.get("/api/openapi.json")
    assert await response.get_json() == DOCUMENT
    known = {"If-None-Match": response.headers["ETag"]}
    assert (await client.get("/api/openapi.json", headers=known)).status_code == 304


async def test_the_page_that_shows_it(tmp_path: Path) -> None:
    (tmp_path / "docs.html").write_text("<!doctype html><title>API</title>")
    client, _ = open_client(tmp_path)
    response = await client.get("/api/docs")
    assert (response.status_code, response.content_type) == (200, "text/html; charset=utf-8")
    assert "script-src 'self'" in response.headers["Content-Security-Policy"]


def test_two_models_of_one_name_are_told_apart() -> None:
    models = Models()
    reference = {"$ref": "#/components/schemas/Person"}
    first = models.named_apart({"/a": reference}, {"Person": {"type": "object"}})
    again = models.named_apart({"/b": reference}, {"Person": {"type": "object"}})
    other = models.named_apart({"/c": reference}, {"Person": {"type": "string"}})
    assert first == ({"/a": reference}, {"Person": {"type": "object"}})
    assert again[1] == first[1]
    assert other == ({"/c": {"$ref": "#/components/schemas/Person2"}}, {"Person2": {"type": "string"}})
