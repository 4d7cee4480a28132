"""No input of any operation breaks the API: requests made from the whole OpenAPI document, good ones and bad.

Each operation is asked as everybody, with what is there and with what is not. Whatever comes back is one of
the answers that the document names, in the shape it names, and never a fault of ours.
"""

import json
import traceback
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import schemathesis
import structlog
import trio
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api.app import create_app
from api.http.openapi import document_of
from api.tokens import Tokens
from tests.api.api_app import Api
from tests.api.api_bench import SECRET, Steered, services_without_database
from tests.api.asgi_asker import carry_out, prepared
from tests.api.schema_world import NOTHING, PICTURE, ROLES, World, new_world
from tests.api.sensible import sensible_body, sensible_query

EXAMPLES = 15
OFTEN = (*ROLES, "creator", "admin")
NEED_A_SECRET = {
    "GET /api/auth/google/callback",
    "GET /api/auth/google/start",
    "POST /api/auth/login",
    "POST /api/auth/password",
    "POST /api/auth/reset",
    "POST /api/auth/verify",
}
NOT_SET_UP = ["google_not_configured"]


def not_our_fault(ctx: Any, response: Any, case: Any) -> None:
    """Look whether this is an answer, not a fault; what the operator has not set up may say so."""
    if response.status_code >= 500:
        assert response.status_code == 503, response.content
        assert response.json()["code"] in NOT_SET_UP, response.content


CHECKS = [
    not_our_fault,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


def _document() -> dict[str, Any]:
    app = create_app(services_without_database(Path(), Steered(), Tokens(SECRET)))
    document: dict[str, Any] = json.loads(json.dumps(document_of(app)))
    return document


DOCUMENT = _document()
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)
OPERATIONS = {each.ok().label: each.ok() for each in SCHEMA.get_all_operations()}


@dataclass
class Exploration:
    """One operation, tried by all kinds of people; `seen` counts the statuses that came."""

    operation: Any
    world: World
    seen: Counter[int] = field(default_factory=Counter)

    @property
    def known(self) -> dict[str, str]:
        """Return values for the path that name what is there."""
        return self.world.parameters_of(self.operation.path)

    @property
    def closed(self) -> bool:
        """Say whether the document lets nobody in without a token."""
        raw = DOCUMENT["paths"][self.operation.path][self.operation.method.lower()]
        return {} not in raw["security"]

    def sensible(self) -> dict[str, Any]:
        """Return the parts of a request that somebody would make who means well."""
        raw = DOCUMENT["paths"][self.operation.path][self.operation.method.lower()]
        parts: dict[str, Any] = {"query": sensible_query(raw.get("parameters", []))}
        content = raw.get("requestBody", {}).get("content", {})
        if "application/json" in content:
            parts["body"] = sensible_body(content["application/json"]["schema"], self.world.things)
            parts["media_type"] = "application/json"
        elif "image/*" in content:
            parts |= {"body": PICTURE, "media_type": "image/png"}
        return parts

    def named(self) -> list[dict[str, str]]:
        """Return values for the path, once for each of the words that may end it."""
        parameters = DOCUMENT["paths"][self.operation.path][self.operation.method.lower()]["parameters"]
        words = [each for each in parameters if each["in"] == "path" and "enum" in each["schema"]]
        if not words:
            return [self.known]
        return [{**self.known, words[0]["name"]: word} for word in words[0]["schema"]["enum"]]

    async def ask(self, case: Any, role: str) -> Any:
        """Let somebody of this role make a request."""
        request = prepared(case, await self.world.headers_of(role))
        response = await carry_out(self.world.api.app, request)
        self.seen[response.status_code] += 1
        assert role != "anonymous" or response.status_code >= 400 or not self.closed
        if response.status_code == 401:
            self.world.forget(role)
        return response

    def check(self, case: Any, role: str) -> None:
        """Ask from a thread, and look whether the answer is one of the document's."""
        case.validate_response(trio.from_thread.run(self.ask, case, role), checks=CHECKS)

    def cases(self) -> st.SearchStrategy[Any]:
        """Return good and bad requests, about what is there and about what is not."""
        good, bad = GenerationMode.POSITIVE, GenerationMode.NEGATIVE
        there = {"path_parameters": self.known} if self.known else {}
        strategies = [self.operation.as_strategy(good), self.operation.as_strategy(good, **there)]
        if self.operation.body or self.operation.query or self.operation.headers:
            strategies.append(self.operation.as_strategy(bad, **there))
        return st.one_of(strategies)

    def run(self) -> None:
        """Try what makes sense as everybody, then what a generator thinks of."""
        sensible = self.sensible()
        for role, named in product(ROLES, self.named()):
            self.check(self.operation.Case(path_parameters=named, **sensible), role)

        @settings(
            max_examples=EXAMPLES,
            derandomize=True,
            deadline=None,
            database=None,
            phases=(Phase.generate,),
            suppress_health_check=list(HealthCheck),
        )
        @given(self.cases(), st.sampled_from(OFTEN), st.data())
        def explore(case: Any, role: str, data: st.DataObject) -> None:
            _mix(case, sensible, data)
            self.check(case, role)

        explore()


def _mix(case: Any, sensible: dict[str, Any], data: st.DataObject) -> None:
    """Let, often, a body be sensible but for one field, so that the field is looked at."""
    body = sensible.get("body")
    if isinstance(body, dict) and isinstance(case.body, dict) and case.body and data.draw(st.booleans()):
        odd = data.draw(st.sampled_from(sorted(case.body, key=str)))
        case.body = {**body, odd: case.body[odd]}


@pytest.fixture
async def world(api: Api) -> World:
    """One of each thing."""
    return await new_world(api)


async def test_the_world_has_one_of_each(world: World) -> None:
    assert [name for name, value in world.things.items() if value == NOTHING] == []
    for operation in OPERATIONS.values():
        parameters = Exploration(operation, world).named()
        assert all(len(each) == operation.path.count("{") for each in parameters), operation.path


@pytest.mark.parametrize("label", OPERATIONS)
async def test_no_input_breaks_an_operation(label: str, world: World) -> None:
    exploration = Exploration(OPERATIONS[label], world)
    with structlog.testing.capture_logs() as logs:
        try:
            await trio.to_thread.run_sync(exploration.run)
        except BaseException as error:
            error.add_note(_faults(logs))
            raise
    assert _faults(logs) == ""
    done = [status for status in exploration.seen if status < 400]
    assert bool(done) is (label not in NEED_A_SECRET), exploration.seen


def _faults(logs: Sequence[Any]) -> str:
    """Return the traceback of what broke, or of what the database had to refuse."""
    faults = [entry["exc_info"] for entry in logs if entry["event"] in ("request_failed", "unstorable")]
    return "\n".join("".join(traceback.format_exception(each)) for each in faults[:1])
