"""The app that most tests of the API ask."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from store.database import Database
from tests.api.api_app import Api, open_api


@pytest.fixture
async def api(database: Database, tmp_path: Path) -> AsyncIterator[Api]:
    """The whole app on a clean database, without rate limits that a test would notice."""
    async with open_api(database, tmp_path) as opened:
        yield opened
