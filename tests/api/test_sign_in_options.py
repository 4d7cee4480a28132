"""What a page to sign in may offer depends on what is set up."""

from dataclasses import replace
from pathlib import Path

import pytest

from store.database import Database
from tests.api.api_app import PLENTY, open_api


@pytest.mark.parametrize("google", [True, False])
async def test_google_is_offered_where_it_is_set_up(database: Database, tmp_path: Path, google: bool) -> None:
    async with open_api(database, tmp_path, replace(PLENTY, google=google)) as api:
        assert await api.json("GET", "/api/auth/options") == {"google": google}
