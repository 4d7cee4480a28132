"""What the end-to-end tests share: a hub that runs, a browser, and people at it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hub_process import HubProcess, new_hub
from page_visitor import Visit, Visitor, open_browser
from playwright.sync_api import Browser

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


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser for all tests of a file; each visitor has a context of their own."""
    with open_browser() as started:
        yield started


@pytest.fixture
def visit(hub: HubProcess, browser: Browser) -> Iterator[Visit]:
    """What makes a visitor; at the end nothing may have been complained about in any page."""
    visitors: list[Visitor] = []

    def make(**options: Any) -> Visitor:
        visitors.append(Visitor(browser, hub, **options))
        return visitors[-1]

    yield make
    for visitor in visitors:
        visitor.page.context.close()
    for visitor in visitors:
        visitor.assert_all_was_well()
