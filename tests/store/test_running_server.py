"""The server of a hub that runs, as another process finds it."""

from pathlib import Path

import pytest

from store.database import open_database
from store.embedded import open_embedded_postgres
from store.errors import EmbeddedPostgresError
from store.folder_lock import is_held, locked_folder
from store.running_server import find_running_server


async def test_a_server_that_runs_is_found_and_answers(data_dir: Path, asyncio_loop: None) -> None:
    assert find_running_server(data_dir) is None
    async with open_embedded_postgres(data_dir) as server:
        found = find_running_server(data_dir)
        assert found == server.dsn
        async with open_database(found) as database:
            assert await database.fetchval("select 1") == 1
    assert find_running_server(data_dir) is None


async def test_a_hub_that_is_starting_is_waited_for_by_whoever_asks(data_dir: Path) -> None:
    with locked_folder(data_dir), pytest.raises(EmbeddedPostgresError, match="try again in a moment"):
        find_running_server(data_dir)


def test_a_folder_is_held_by_who_has_its_lock(tmp_path: Path) -> None:
    assert not is_held(tmp_path / "nowhere")
    assert not is_held(tmp_path)
    with locked_folder(tmp_path):
        assert is_held(tmp_path)
    assert not is_held(tmp_path)
