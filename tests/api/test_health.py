"""Health and figures, as a load balancer and Prometheus read them."""

from pathlib import Path

from tests.api.api_bench import Steered, open_client


async def test_a_process_that_turns_is_alive_whatever_else(tmp_path: Path) -> None:
    client, _ = open_client(tmp_path, Steered(reasons=["all is lost"]))
    response = await client.get("/health/live")
    assert response.status_code == 200
    assert await response.get_json() == {"status": "alive"}


async def test_ready_until_something_is_not_well(tmp_path: Path) -> None:
    client, steered = open_client(tmp_path)
    response = await client.get("/health/ready")
    assert (response.status_code, await response.get_json()) == (200, {"status": "ready"})
    steered.reasons = ["the database does not answer: no answer in time", "the log writer does not write"]
    response = await client.get("/health/ready")
    assert response.status_code == 503
    assert await response.get_json() == {"status": "not ready", "reasons": steered.reasons}


async def test_the_figures(tmp_path: Path) -> None:
    client, _ = open_client(tmp_path)
    response = await client.get("/metrics")
    assert response.content_type.startswith("text/plain; version=")
    assert await response.get_data() == b"cosmohub_rooms 3.0\n"
