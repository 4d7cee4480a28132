"""Answers: JSON of what routes have in hand, ETags, and edits that are bound to one."""

import enum
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson
import pytest
from pydantic import BaseModel

from api.app import create_app
from api.http.answers import answer, as_json, check_if_match, etag_of
from api.tokens import Tokens
from tests.api.api_bench import SECRET, Steered, services_without_database

ETAG = etag_of("video", 7)


@dataclass
class Point:
    x: int


class Named(BaseModel):
    name: str


@pytest.fixture
def client(tmp_path: Path) -> Any:
    """A client of an app with a thing that can be fetched and edited."""
    app = create_app(services_without_database(tmp_path, Steered(), Tokens(SECRET)))

    @app.get("/api/thing")
    async def thing() -> Any:
        return answer({"thing": 1}, etag=ETAG)

    @app.patch("/api/thing")
    async def edit() -> Any:
        check_if_match(ETAG)
        return answer(status=204)

    return app.test_client()


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (datetime(1970, 1, 1, 0, 0, 1, 234_000, UTC), 1234),
        (Point(3), {"x": 3}),
        (Named(name="Ada"), {"name": "Ada"}),
        ([Named(name="Ada"), Point(1)], [{"name": "Ada"}, {"x": 1}]),
        (Decimal("1.5"), 1.5),
        (frozenset({"b", "a"}), ["a", "b"]),
        (uuid.UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (enum.Enum("Sort", {"NEW": "newest"}).NEW, "newest"),  # type: ignore[attr-defined]
        (None, None),
    ],
)
def test_what_routes_have_in_hand_becomes_json(value: object, plain: object) -> None:
    assert orjson.loads(as_json(value)) == plain


def test_what_is_no_json_is_a_fault() -> None:
    with pytest.raises(TypeError):
        as_json(object())


def test_a_tag_is_the_same_as_long_as_all_parts_are() -> None:
    assert etag_of("a", 1, None) == etag_of("a", 1, None)
    different = {etag_of("a", 1), etag_of("a", 2), etag_of("a1"), etag_of("a", "1", ""), etag_of("\ud800")}
    assert len(different) == 5


@pytest.mark.parametrize("known", [ETAG, f"W/{ETAG}", f'"other", {ETAG}', "*"])
async def test_who_has_it_is_told_so(client: Any, known: str) -> None:
    response = await client.get("/api/thing", headers={"If-None-Match": known})
    assert response.status_code == 304
    assert await response.get_data() == b""
    assert response.headers["ETag"] == ETAG


@pytest.mark.parametrize("known", ["", '"other"', "rubbish", '"', "\xff"])
async def test_who_has_another_gets_the_thing(client: Any, known: str) -> None:
    response = await client.get("/api/thing", headers={"If-None-Match": known})
    assert (response.status_code, await response.get_json()) == (200, {"thing": 1})
    assert response.headers["Cache-Control"] == "private, no-cache"


async def test_a_head_is_a_get_without_the_body(client: Any) -> None:
    response = await client.head("/api/thing")
    assert response.status_code == 200
    assert response.headers["ETag"] == ETAG
    assert (await client.head("/api/thing", headers={"If-None-Match": ETAG})).status_code == 304


@pytest.mark.parametrize(
    ("meant", "status"),
    [({}, 204), ({"If-Match": ETAG}, 204), ({"If-Match": "*"}, 204), ({"If-Match": f'"x", {ETAG}'}, 204)]
    + [({"If-Match": other}, 412) for other in ('"x"', "", "rubbish", f"W/{ETAG}")],
)
async def test_an_edit_is_bound_to_the_state_it_is_meant_for(
    client: Any, meant: dict[str, str], status: int
) -> None:
    response = await client.patch("/api/thing", headers=meant)
    assert response.status_code == status
    if status == 412:
        assert (await response.get_json(force=True))["code"] == "precondition_failed"


def test_every_answer_is_kept_by_nobody_unless_it_says_so() -> None:
    assert answer({}).headers["Cache-Control"] == "no-store"
    assert answer({}, cache="public, max-age=60").headers["Cache-Control"] == "public, max-age=60"
