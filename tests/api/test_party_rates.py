"""How often one may open parties and knock at their doors."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from api.parties.door_routes import JOINS_PER_MINUTE
from api.parties.invite_routes import INVITES_PER_MINUTE
from api.parties.party_routes import PARTIES_PER_MINUTE
from api.services import ApiOptions
from store.database import Database
from tests.api.api_app import Api, open_api
from tests.api.party_goers import open_party


@pytest.fixture
async def api(database: Database, tmp_path: Path, autojump_clock: object) -> AsyncIterator[Api]:
    """An app that counts, on a clock on which nothing is filled up again."""
    async with open_api(database, tmp_path, ApiOptions()) as opened:
        yield opened


@pytest.mark.parametrize(
    ("path", "body", "per_minute"),
    [
        ("/api/parties", {"title": "T", "visibility": "secret"}, PARTIES_PER_MINUTE),
        ("/api/parties/{party}/join", {"invite": ""}, JOINS_PER_MINUTE),
        ("/api/parties/{party}/invites", {"uses": 0}, INVITES_PER_MINUTE),
    ],
)
async def test_beyond_so_many_a_minute_one_waits(
    api: Api, path: str, body: dict[str, object], per_minute: int
) -> None:
    party = (await open_party(api, await api.sign_in()))["id"]
    bob, address = await api.sign_in(), path.format(party=party)
    for _ in range(per_minute):
        assert (await api.ask("POST", address, body, bob)).status_code == 400
    late = await api.ask("POST", address, body, bob)
    assert (late.status_code, (await late.get_json(force=True))["code"]) == (429, "rate_limited")
    assert int(late.headers["Retry-After"]) >= 1
    assert (await api.ask("POST", address, body, await api.sign_in())).status_code == 400
