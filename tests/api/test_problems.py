"""Errors and what every answer carries: problem details, correlation ids, headers that keep browsers safe."""

from pathlib import Path

import pytest
import structlog

from api.correlation import correlation_id
from api.http.headers import API_HEADERS, PAGE_HEADERS
from tests.api.api_bench import Steered, open_client


async def test_what_is_not_there(tmp_path: Path) -> None:
    client, _ = open_client(tmp_path)
    response = await client.get("/nowhere")
    assert response.status_code == 404
    assert response.content_type == "application/problem+json"
    problem = await response.get_json(force=True)
    assert (problem["type"], problem["status"], problem["code"]) == ("about:blank", 404, "not_found")
    assert problem["detail"]


async def test_a_method_that_is_not_allowed_names_those_that_are(tmp_path: Path) -> None:
    client, _ = open_client(tmp_path)
    response = await client.get("/api/auth/guest")
    assert response.status_code == 405
    assert response.content_type == "application/problem+json"
    assert "POST" in response.headers["Allow"]


async def test_a_fault_of_ours_is_logged_with_its_correlation_id_and_says_nothing_of_itself(
    tmp_path: Path,
) -> None:
    client, _ = open_client(tmp_path, Steered(fault=ZeroDivisionError("the secret reason")))
    merge = [structlog.contextvars.merge_contextvars]
    with structlog.testing.capture_logs(processors=merge) as logs:
        response = await client.get("/health/ready", headers={"X-Correlation-ID": "trace-9"})
    assert response.status_code == 500
    assert (await response.get_json(force=True))["code"] == "internal"
    assert b"secret reason" not in await response.get_data()
    assert response.headers["X-Correlation-ID"] == "trace-9"
    failed, request = logs
    assert (failed["event"], failed["correlation_id"]) == ("request_failed", "trace-9")
    assert isinstance(failed["exc_info"], ZeroDivisionError)
    assert (request["event"], request["status"], request["path"]) == ("request", 500, "/health/ready")


@pytest.mark.parametrize("path", ["/", "/health/live", "/nowhere", "/metrics", "/api/auth/guest"])
async def test_every_answer_carries_its_correlation_id_and_keeps_browsers_safe(
    tmp_path: Path, path: str
) -> None:
    client, _ = open_client(tmp_path)
    response = await client.get(path, headers={"X-Correlation-ID": "trace:1.2-3_4"})
    assert response.headers["X-Correlation-ID"] == "trace:1.2-3_4"
    for name, value in (API_HEADERS if path.startswith("/api/") else PAGE_HEADERS).items():
        assert response.headers[name] == value
    fresh = [(await client.get(path)).headers["X-Correlation-ID"] for _ in range(2)]
    assert fresh[0] != fresh[1]
    assert all(len(each) == 36 for each in fresh)


@pytest.mark.parametrize("brought", ["", "a b", "a\r\nX: y", "a\n", "\x00", "é", "x" * 129, "<", "a,b", "{}"])
def test_a_correlation_id_that_is_unfit_is_replaced(brought: str) -> None:
    assert len(correlation_id(brought)) == 36
    assert correlation_id(brought) != correlation_id(brought)


async def test_the_websocket_says_how_to_come_in_to_who_does_not_upgrade(tmp_path: Path) -> None:
    client, _ = open_client(tmp_path)
    response = await client.get("/connection/websocket")
    assert response.status_code == 426
    assert response.headers["Upgrade"] == "websocket"
    assert (await response.get_json(force=True))["code"] == "upgrade_required"


async def test_two_slashes_are_sent_to_the_right_place(tmp_path: Path) -> None:
    client, _ = open_client(tmp_path)
    response = await client.get("/health//live")
    assert response.status_code == 308
    assert response.headers["Location"].endswith("/health/live")


async def test_a_preflight_learns_what_it_may_do(tmp_path: Path) -> None:
    client, _ = open_client(tmp_path)
    asked = {"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "POST"}
    response = await client.options("/api/auth/guest", headers=asked)
    assert response.status_code == 204
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert "POST" in response.headers["Access-Control-Allow-Methods"]
    for name in ("Authorization", "Idempotency-Key", "If-Match", "Content-Type"):
        assert name in response.headers["Access-Control-Allow-Headers"]
    assert "Access-Control-Allow-Credentials" not in response.headers


async def test_a_page_of_another_origin_may_read_the_headers_that_matter(tmp_path: Path) -> None:
    client, _ = open_client(tmp_path)
    response = await client.get("/api/openapi.json", headers={"Origin": "https://elsewhere.example"})
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    for name in ("ETag", "Retry-After", "RateLimit-Remaining", "Idempotent-Replayed"):
        assert name in response.headers["Access-Control-Expose-Headers"]


@pytest.mark.parametrize("path", ["/", "/health/live", "/static/x.js"])
async def test_pages_are_for_their_own_origin(tmp_path: Path, path: str) -> None:
    client, _ = open_client(tmp_path)
    for method in ("GET", "OPTIONS"):
        response = await client.open(path, method=method, headers={"Origin": "https://elsewhere.example"})
        assert [name for name, _ in response.headers if name.startswith("Access-Control")] == []


async def test_the_policy_of_pages_lets_nothing_foreign_in() -> None:
    policy = PAGE_HEADERS["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "http:" not in policy
    assert "https:" not in policy
    assert "*" not in policy


async def test_a_head_is_answered_like_a_get(tmp_path: Path) -> None:
    client, _ = open_client(tmp_path)
    for path, status in (("/health/live", 200), ("/api/openapi.json", 200), ("/api/nowhere", 404)):
        assert (await client.head(path)).status_code == status


@pytest.mark.parametrize("name", ["Remote-Addr", "X-Forwarded-For", "Host", "X-Http-Method-Override"])
async def test_a_header_of_a_clients_own_changes_nothing(tmp_path: Path, name: str) -> None:
    client, _ = open_client(tmp_path)
    response = await client.get("/health/live", headers={name: "6.6.6.6"})
    assert response.status_code == 200
