"""What goes wrong below a route, under the same code words as on the wire, each with what to do."""

import ast
from pathlib import Path
from typing import Annotated, Any

import pytest
from pydantic import Field
from quart_schema import validate_querystring, validate_request

from api.app import create_app
from api.http.answers import answer
from api.http.faults import REFUSED_CODES, problem_of_refusal
from api.http.openapi_shared import codes_table, description
from api.http.texts import Body, Paged, line
from api.problem_codes import PROBLEM_CODES
from api.problems import Problem
from api.tokens import Tokens
from hub.wire import codes
from rooms import refusals
from rooms.kind import Refused
from tests.api.api_bench import SECRET, Steered, services_without_database

ROOT = Path(__file__).resolve().parent.parent.parent
RAISED = ("Problem", "problem")
REFUSALS = sorted(
    value
    for name, value in vars(refusals).items()
    if name.isupper() and isinstance(value, int) and value < 2_000
)


class Inner(Body):
    at: Annotated[int, Field(ge=0)]


class Thing(Body):
    title: Annotated[str, line(1, 5)]
    inner: list[Inner] = Field(default_factory=list)


@pytest.fixture
def client(tmp_path: Path) -> Any:
    """A client of an app that takes things."""
    app = create_app(services_without_database(tmp_path, Steered(), Tokens(SECRET)))

    @app.post("/api/test/things")
    @validate_request(Thing)
    async def things(data: Thing) -> Any:
        return answer(data, 201)

    @app.get("/api/test/pages")
    @validate_querystring(Paged)
    async def pages(query_args: Paged) -> Any:
        return answer(query_args)

    return app.test_client()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "title"),
        ({"title": None}, "title"),
        ({"title": 7}, "title"),
        ({"title": "toolong"}, "title"),
        ({"title": "a\x00b"}, "title"),
        ({"title": "a", "other": 1}, "other"),
        ({"title": "a", "inner": [{"at": 1}, {"at": -1}]}, "inner.1.at"),
        ({"title": "a", "inner": {}}, "inner"),
    ],
)
async def test_a_bad_field_is_named_by_its_path(client: Any, body: object, field: str) -> None:
    response = await client.post("/api/test/things", json=body)
    assert (response.status_code, response.content_type) == (400, "application/problem+json")
    problem = await response.get_json(force=True)
    assert (problem["code"], problem["field"], problem["number"]) == ("invalid_field", field, 400)
    assert problem["detail"].startswith(f"{field}: ")


@pytest.mark.parametrize("body", [b"[]", b"null", b"7", b'"a"', b"", b"{", b"\xff", b'{"title": "\\ud800"}'])
async def test_a_body_of_another_shape(client: Any, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    response = await client.post("/api/test/things", data=body, headers=headers)
    assert (response.status_code, (await response.get_json(force=True))["code"]) == (400, "invalid_body")


@pytest.mark.parametrize(
    "content_type", ["text/plain", "multipart/form-data; boundary=x", "rubbish", "a/b;c"]
)
async def test_a_body_of_another_type(client: Any, content_type: str) -> None:
    headers = {"Content-Type": content_type}
    response = await client.post("/api/test/things", data=b"{}", headers=headers)
    assert response.status_code == 415
    assert (await response.get_json(force=True))["code"] == "unsupported_media_type"


@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", "Application/JSON", "a/b+json"])
async def test_json_by_its_names(client: Any, content_type: str) -> None:
    headers = {"Content-Type": content_type}
    response = await client.post("/api/test/things", data=b'{"title": "a"}', headers=headers)
    assert response.status_code == 201


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=many", "limit=1&limit=2", f"cursor={'x' * 1001}", "limit=%00"]
)
async def test_a_bad_query_is_named(client: Any, query: str) -> None:
    response = await client.get(f"/api/test/pages?{query}")
    problem = await response.get_json(force=True)
    assert (response.status_code, problem["code"]) == (400, "invalid_field")
    assert problem["field"] == query.split("=")[0]


@pytest.mark.parametrize("number", REFUSALS)
def test_every_refusal_of_a_room_has_a_problem(number: int) -> None:
    status, code = REFUSED_CODES[number]
    assert status in PROBLEM_CODES[code].statuses
    problem = problem_of_refusal(Refused(number, "text must be a text"))
    assert (problem.status, problem.code, problem.field) == (status, code, "text" if number == 400 else None)


def test_a_refusal_that_may_pass_says_when_to_try_again() -> None:
    problem = problem_of_refusal(Refused(100, "the room is being restarted", temporary=True))
    assert (problem.status, problem.code, problem.headers) == (503, "unavailable", {"Retry-After": "1"})


def test_the_numbers_are_those_of_the_wire() -> None:
    on_the_wire = {each.code for each in vars(codes).values() if isinstance(each, codes.Error)}
    ours = {code.number for code in PROBLEM_CODES.values() if code.number is not None}
    assert ours <= on_the_wire | set(REFUSED_CODES)


def raised_codes() -> dict[str, set[int]]:
    """Return every code that the source raises, with its statuses."""
    found: dict[str, set[int]] = {}
    for file in sorted((ROOT / "api").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in RAISED and len(node.args) >= 2:
                status, code = node.args[:2]
                if isinstance(status, ast.Constant) and isinstance(code, ast.Constant):
                    found.setdefault(str(code.value), set()).add(int(status.value))  # type: ignore[arg-type]
    return found


def test_every_code_that_is_raised_is_in_the_table() -> None:
    raised = raised_codes()
    assert len(raised) > 15
    assert {code: statuses for code, statuses in raised.items() if code not in PROBLEM_CODES} == {}
    for code, statuses in raised.items():
        assert statuses <= set(PROBLEM_CODES[code].statuses), code


def test_every_code_is_documented() -> None:
    assert codes_table() in (ROOT / "docs" / "problems.md").read_text("utf-8")
    assert codes_table() in description()


def test_a_detail_with_a_lone_surrogate_goes_out() -> None:
    assert Problem(404, "not_found", "there is no \ud800").response().status_code == 404
