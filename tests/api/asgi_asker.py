"""Requests that schemathesis made, carried out in this process as a server would hand them over."""

from http import HTTPStatus
from typing import Any
from urllib.parse import unquote, urlsplit

import requests
import trio
from schemathesis import Response

BASE_URL = "http://localhost"


def prepared(case: Any, headers: dict[str, str]) -> requests.PreparedRequest:
    """Return a case as it would go over the wire."""
    arguments = case.as_transport_kwargs(base_url=BASE_URL, headers=headers)
    known = ("method", "url", "headers", "files", "data", "params", "auth", "cookies", "json")
    return requests.Request(**{name: arguments[name] for name in known if name in arguments}).prepare()


async def carry_out(app: Any, request: requests.PreparedRequest) -> Response:
    """Let `app` answer."""
    body = request.body or b""
    sent: list[Any] = []
    messages = [
        {
            "type": "http.request",
            "body": body.encode() if isinstance(body, str) else body,
            "more_body": False,
        }
    ]

    async def receive() -> Any:
        if messages:
            return messages.pop()
        return await trio.sleep_forever()

    async def send(message: Any) -> None:
        sent.append(message)

    await app(_scope(request), receive, send)
    return _response(request, sent)


def _scope(request: requests.PreparedRequest) -> dict[str, Any]:
    url = urlsplit(str(request.url))
    headers = [(name.lower(), value) for name, value in request.headers.items()]
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.1"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": "http",
        "path": unquote(url.path),
        "raw_path": url.path.encode("ascii"),
        "query_string": url.query.encode("ascii"),
        "root_path": "",
        "headers": [(_bytes(name), _bytes(value)) for name, value in [("host", "localhost"), *headers]],
        "client": ("127.0.0.1", 40_000),
        "server": ("127.0.0.1", 80),
        "extensions": {},
    }


def _bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode("latin-1")


def _response(request: requests.PreparedRequest, sent: list[Any]) -> Response:
    start = sent[0]
    headers: dict[str, list[str]] = {}
    for name, value in start["headers"]:
        headers.setdefault(name.decode("latin-1").lower(), []).append(value.decode("latin-1"))
    return Response(
        status_code=start["status"],
        headers=headers,
        content=b"".join(message.get("body", b"") for message in sent[1:]),
        request=request,
        elapsed=0.0,
        verify=False,
        message=HTTPStatus(start["status"]).phrase,
        encoding="utf-8",
    )
