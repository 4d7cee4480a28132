"""What the page of a watch party may load, and that no other page may."""

from pathlib import Path

import pytest

from api.http.headers import PAGE_HEADERS, WATCH_HEADERS
from tests.api.api_bench import open_client

OPEN = {"media-src", "connect-src", "worker-src"}


def directives(policy: str) -> dict[str, set[str]]:
    """Return the sources that a policy allows, by what they are for."""
    words = [part.split() for part in policy.split(";")]
    return {name: set(sources) for name, *sources in words}


async def policy_of(tmp_path: Path, path: str) -> str:
    client, _ = open_client(tmp_path)
    response = await client.get(path)
    policy: str = response.headers["Content-Security-Policy"]
    return policy


async def test_a_watch_page_loads_films_from_anywhere_and_nothing_else() -> None:
    strict, watch = (
        directives(headers["Content-Security-Policy"]) for headers in (PAGE_HEADERS, WATCH_HEADERS)
    )
    assert {name for name in watch if watch[name] != strict.get(name)} == OPEN
    anywhere = {"https:", "http://127.0.0.1:*", "http://localhost:*"}
    assert watch["connect-src"] - strict["connect-src"] == anywhere
    assert watch["media-src"] - strict["media-src"] == {*anywhere, "data:"}
    assert watch["worker-src"] == {"'self'", "blob:"}
    assert watch["script-src"] == {"'self'"}
    assert "unsafe" not in WATCH_HEADERS["Content-Security-Policy"]


async def test_the_page_of_a_party_says_so(tmp_path: Path) -> None:
    assert await policy_of(tmp_path, "/watch/abcdefABCDEF") == WATCH_HEADERS["Content-Security-Policy"]


@pytest.mark.parametrize("path", ["/", "/watch", "/watching", "/videos/watch", "/static/watch.html"])
async def test_other_pages_are_as_strict_as_before(tmp_path: Path, path: str) -> None:
    assert await policy_of(tmp_path, path) == PAGE_HEADERS["Content-Security-Policy"]
