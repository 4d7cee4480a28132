"""The HTTP app without a hub: parts that a test steers, and a client of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from quart.typing import TestClientProtocol

from api.app import create_app
from api.services import ApiServices
from api.tokens import Tokens

SECRET = "a secret of at least thirty-two bytes"
NOW_S = 1_790_000_000


@dataclass
class Steered:
    """What the app asks of the hub; a test sets the answers and the clock."""

    reasons: list[str] = field(default_factory=list)
    now_s: float = NOW_S
    fault: Exception | None = None

    async def troubles(self) -> Sequence[str]:
        if self.fault is not None:
            raise self.fault
        return self.reasons

    def exposition(self) -> tuple[bytes, str]:
        return b"cosmohub_rooms 3.0\n", "text/plain; version=1.0.0; charset=utf-8"


def open_client(web_static: Path, steered: Steered | None = None) -> tuple[TestClientProtocol, Steered]:
    """Return a client of the app over the files in `web_static`."""
    parts = steered or Steered()
    services = services_without_database(web_static, parts, Tokens(SECRET, lambda: parts.now_s))
    return create_app(services).test_client(), parts


def services_without_database(web_static: Path, parts: Any, tokens: Tokens) -> ApiServices:
    """Return what an app needs of which no test asks anything that lasts."""
    unused: Any = None
    return ApiServices(
        tokens=tokens,
        wellness=parts,
        figures=parts,
        web_static=web_static,
        database=unused,
        rooms=unused,
        standings=unused,
    )
