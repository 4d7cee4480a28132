"""What a page to sign in may offer depends on what is set up."""

from pathlib import Path

import pytest

from api.accounts.google.sign_in import GoogleSignIn
from store.database import Database
from tests.api.api_app import open_api

GOOGLE = GoogleSignIn("https://accounts.example", "client", "secret", "https://hub.example/callback")


@pytest.mark.parametrize("google", [GOOGLE, None])
async def test_google_is_offered_where_it_is_set_up(
    database: Database, tmp_path: Path, google: GoogleSignIn | None
) -> None:
    async with open_api(database, tmp_path, more={"google": google}) as api:
        assert await api.json("GET", "/api/auth/options") == {"google": google is not None}
