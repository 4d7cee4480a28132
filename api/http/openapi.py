"""The OpenAPI 3.1 document: what the routes say of themselves, and what all of them share."""

import re
from collections.abc import Callable
from typing import Any

from quart import Quart
from quart_schema import QuartSchema
from quart_schema.openapi import HttpSecurityScheme, Info, OpenAPIProvider, Tag
from werkzeug.routing.rules import Rule

from api.http.asking import BODY_BYTES_MAX_OF
from api.http.described import answered_by
from api.http.idempotency import ATTRIBUTE as IDEMPOTENT
from api.http.openapi_models import Models
from api.http.openapi_shared import PROBLEM_RESPONSES, SHARED_SCHEMAS, description, parameters, plain
from api.http.openapi_traits import Traits, problem_statuses

VERSION = "0.1.0"
BEARER = "bearer"
TAGS = {
    "Accounts": "Signing up, in and out, sessions, and the account itself.",
    "Users": "Who people are, and who follows whom.",
    "Videos": "The catalog: videos, their assets, views, likes and progress.",
    "Comments": "What people say about a moment of a video.",
    "Lists": "Videos that somebody saved together.",
    "Categories": "The shelves of the catalog.",
    "Search": "Finding videos, creators and threads.",
    "Forum": "Boards, threads and posts.",
    "Watch parties": "Watching together: parties, invitations, and the way in.",
    "Moderation": "Reports, and what is done about them.",
    "Administration": "Roles, and the audit log.",
}
_PARAMETER = re.compile(r"<(?:[^:<>]*:)?([^<>]+)>")  # quart-schema's own runs over from one to the next
_ALIASES = {"Auth": "Accounts", "Admin": "Administration", "Profile": "Users", "Me": "Accounts"}


def describe(app: Quart) -> None:
    """Let the routes of `app` say what they take and give."""
    QuartSchema(
        app,
        openapi_path=None,
        info=Info(title="CosmoHub", version=VERSION, description=description()),
        tags=[Tag(name, about) for name, about in TAGS.items()],
        security_schemes={BEARER: HttpSecurityScheme(scheme="bearer", bearer_format="JWT")},
        conversion_preference="pydantic",
        openapi_provider_class=HubProvider,
    )
    del app.make_response  # quart-schema's would dump every answer through pydantic; ours are JSON by then


def document_of(app: Quart) -> dict[str, Any]:
    """Return the document."""
    document: dict[str, Any] = app.extensions["QUART_SCHEMA"].openapi_provider.schema()
    return document


class HubProvider(OpenAPIProvider):
    """Builds the document; quart-schema knows the routes and models, this adds what they have in common."""

    def schema(self) -> dict[str, Any]:
        """Return the document."""
        self._models = Models()
        document: dict[str, Any] = super().schema()
        document["info"]["license"] = {"name": "Apache License 2.0", "identifier": "Apache-2.0"}
        document["paths"] = {path: document["paths"][path] for path in sorted(document["paths"])}
        document["components"]["schemas"] = plain(document["components"]["schemas"]) | SHARED_SCHEMAS
        document["components"]["responses"] = PROBLEM_RESPONSES
        return document

    def build_paths(self, rule: Rule) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return what one rule answers to, and the models that this names."""
        handler = self._app.view_functions[rule.endpoint]
        built, models = super().build_paths(rule)
        paths = {_PARAMETER.sub(r"{\1}", rule.rule): operations for operations in built.values()}
        paths, models = self._models.named_apart(paths, models)
        for path, operations in paths.items():
            for method, operation in operations.items():
                operation["operationId"] = _operation_id(method, path)
                self._complete(operation, _traits(path, method, handler, operation), handler)
        return paths, models

    def _complete(self, operation: dict[str, Any], traits: Traits, handler: Callable[..., Any]) -> None:
        operation["tags"] = sorted(map(_tag, operation.get("tags", [])))
        operation["security"] = operation.get("security") or _security(traits)
        operation["parameters"] = [*map(plain, operation["parameters"]), *parameters(traits)]
        if "requestBody" in operation:
            _complete_body(operation["requestBody"])
        elif traits.upload:
            operation["requestBody"] = {"required": True, "content": {"image/*": {"schema": {}}}}
        operation["responses"] = _responses(operation["responses"], traits, handler)


def _operation_id(method: str, path: str) -> str:
    """Name an operation by its method and what its path says."""
    return "_".join([method, *re.findall(r"\w+", path.removeprefix("/api/"))])


def _traits(path: str, method: str, handler: Callable[..., Any], operation: dict[str, Any]) -> Traits:
    return Traits(
        path=path,
        method=method,
        body="requestBody" in operation,
        upload=method == "put" and path in BODY_BYTES_MAX_OF,
        idempotent=getattr(handler, IDEMPOTENT, False),
    )


def _responses(documented: dict[int, Any], traits: Traits, handler: Callable[..., Any]) -> dict[str, Any]:
    responses = {str(status): plain(response) for status, response in documented.items()}
    for answered in answered_by(handler):
        responses[str(answered.status)] = {"description": answered.description}
        if answered.content_type:
            responses[str(answered.status)]["content"] = {answered.content_type: {"schema": {}}}
    if not responses:
        responses["204"] = {"description": "Done."}
    if traits.method == "get":
        responses.setdefault("304", {"description": "It is as the one with this ETag."})
    for status in problem_statuses(traits):
        responses.setdefault(str(status), {"$ref": f"#/components/responses/{status}"})
    return dict(sorted(responses.items()))


def _security(traits: Traits) -> list[dict[str, list[str]]]:
    return [{BEARER: []}] if traits.needs_token else [{}, {BEARER: []}]


def _complete_body(body: dict[str, Any]) -> None:
    for content in body["content"].values():
        content["schema"] = plain(content["schema"])
        body["required"] = bool(content["schema"].get("required"))


def _tag(name: str) -> str:
    capitalized = name[:1].upper() + name[1:]
    return _ALIASES.get(capitalized, capitalized)
