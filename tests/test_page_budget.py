"""The page stays light and self-contained: its size, no script or style in the markup, no other host."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

WEB_STATIC = Path(__file__).resolve().parent.parent / "web_static"
BYTES_MAX = 60_000
OWN_FILES = sorted(
    path
    for path in WEB_STATIC.rglob("*")
    if path.is_file() and "vendor" not in path.relative_to(WEB_STATIC).parts
)
SCRIPTS = [path for path in OWN_FILES if path.suffix == ".js"]
NAMESPACES = {"http://www.w3.org/2000/svg"}  # names, which nobody fetches


class _Elements(HTMLParser):
    """Collects each element with its attributes, and the text inside scripts and styles."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.code: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.cdata_elem is not None:
            self.code.append(data)


@pytest.fixture(scope="module")
def index() -> _Elements:
    """The elements of the one page."""
    elements = _Elements()
    elements.feed((WEB_STATIC / "index.html").read_text("utf-8"))
    return elements


def test_the_pages_own_files_keep_the_budget() -> None:
    sizes = {path.name: path.stat().st_size for path in OWN_FILES}
    assert {"index.html", "style.css", "main.js"} <= sizes.keys()
    assert sum(sizes.values()) < BYTES_MAX, sizes


def test_no_script_or_style_stands_in_the_markup(index: _Elements) -> None:
    assert index.code == []
    assert [tag for tag, _ in index.found if tag == "style"] == []
    assert [tag for tag, attributes in index.found if tag == "script" and "src" not in attributes] == []
    names = {name for _, attributes in index.found for name in attributes}
    assert [name for name in names if name == "style" or name.startswith("on")] == []


def test_everything_that_the_markup_asks_for_is_the_hubs_and_is_there(index: _Elements) -> None:
    asked = [attributes.get("src") or attributes.get("href") or "#" for _, attributes in index.found]
    files = [address for address in asked if not address.startswith("#")]
    assert len(files) >= 4
    for address in files:
        assert address.startswith("/static/")
        name = address.removeprefix("/static/")
        assert name.startswith("vendor/") or (WEB_STATIC / name).is_file(), address


@pytest.mark.parametrize("path", OWN_FILES, ids=lambda path: path.name)
def test_no_file_names_another_host(path: Path) -> None:
    text = path.read_text("utf-8")
    assert set(re.findall(r"\b(?:https?|wss?)://[^\s\"'`)]+", text)) <= NAMESPACES
    assert re.findall(r"[\"'(]//[\w-]+\.", text) == []


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_every_import_names_a_file_that_is_there(path: Path) -> None:
    imported = re.findall(r"^import .* from \"(.*)\";$", path.read_text("utf-8"), re.MULTILINE)
    assert [name for name in imported if not (path.parent / name).is_file()] == []


def test_nothing_runs_text_as_code_or_markup() -> None:
    scripts = "".join(path.read_text("utf-8") for path in SCRIPTS)
    dangers = r"(?:inner|outer|insertAdjacent)HTML|document\.write|\beval\(|new Function"
    assert re.findall(dangers, scripts) == []
