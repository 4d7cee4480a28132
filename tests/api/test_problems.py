"""Errors and what every answer carries: problem details, correlation ids, headers that keep browsers safe."""

from pathlib import Path

import pytest
import structlog

from api.correlation import correlation_id
from api.http.headers import SECURITY_HEADERS
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
    for name, value in SECURITY_HEADERS.items():
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
