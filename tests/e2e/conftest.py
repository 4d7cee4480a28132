"""What the end-to-end tests share: a hub that runs."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hub_process import HubProcess, new_hub

_HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test of this folder."""
    for item in items:
        if item.path.is_relative_to(_HERE):
            item.add_marker("e2e")


@pytest.fixture
def hub() -> Iterator[HubProcess]:
    """A hub with an empty data folder, started and ready."""
    with new_hub() as started:
        started.start()
        yield started
