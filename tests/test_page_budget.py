"""Each page stays light and self-contained: its size, no script or style in the markup, no other host."""

import gzip
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from api.pages import NOT_FOUND_PAGE, PAGES

WEB_STATIC = Path(__file__).resolve().parent.parent / "web_static"
BYTES_MAX = 60_000
WIRE_BYTES_MAX = 45_000  # compressed, with what comes after the page is there
WIRE_BYTES_MAX_OF = {"watch.html": 86_000}  # a player that keeps time, a conversation, and a party
OWN_FILES = sorted(
    path
    for path in WEB_STATIC.rglob("*")
    if path.is_file() and "vendor" not in path.relative_to(WEB_STATIC).parts
)
SCRIPTS = [path for path in OWN_FILES if path.suffix == ".js"]
PAGE_FILES = [path for path in OWN_FILES if path.suffix == ".html"]
NAMESPACES = {"http://www.w3.org/2000/svg"}  # names, which nobody fetches
STATIC_IMPORT = re.compile(r"^(?:import|export)\b[^;]*?\bfrom \"(.+?)\";|^import \"(.+?)\";", re.MULTILINE)
LATER_IMPORT = re.compile(r"\bimport\(\"(.+?)\"\)")
NAMED_IMPORT = re.compile(r"^(?:import|export) \{([^}]*)\} from \"(.+?)\";", re.MULTILINE)
EXPORTED = re.compile(r"^export (?:async )?(?:function|const|let|class) (\w+)", re.MULTILINE)
PASSED_ON = re.compile(r"^export \{([^}]*)\} from ", re.MULTILINE)
ALL_FILES = pytest.mark.parametrize("path", OWN_FILES, ids=lambda path: path.name)
ALL_SCRIPTS = pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
ALL_PAGES = pytest.mark.parametrize("path", PAGE_FILES, ids=lambda path: path.name)


class _Elements(HTMLParser):
    """Collects each element with its attributes, and the text inside scripts and styles."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.code: list[str] = []
        self.feed(page.read_text("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.cdata_elem is not None:
            self.code.append(data)

    def asked_for(self) -> list[str]:
        """Return the addresses of files that the page loads."""
        loading = [attributes for tag, attributes in self.found if tag in ("script", "link", "img")]
        return [str(attributes.get("src") or attributes.get("href")) for attributes in loading]


def _own_code(page: Path) -> set[Path]:
    """Return the page's markup with its own scripts and styles."""
    files = [WEB_STATIC / address.removeprefix("/static/") for address in _Elements(page).asked_for()]
    return {page} | {file for file in files if file in OWN_FILES and file.suffix in (".css", ".js")}


def _with_imports(files: set[Path], kinds: list[re.Pattern[str]]) -> set[Path]:
    """Return files with all that they import, directly or through others."""
    known: set[Path] = set()
    while fresh := files - known:
        known |= fresh
        files = known | {imported for file in fresh for imported in _imports(file, kinds)}
    return known


def _imports(file: Path, kinds: list[re.Pattern[str]]) -> list[Path]:
    if file.suffix != ".js":
        return []
    text = file.read_text("utf-8")
    names = [name for kind in kinds for match in kind.finditer(text) for name in match.groups() if name]
    return [(file.parent / name).resolve() for name in names]


@ALL_PAGES
def test_a_page_loads_less_than_60_kb_of_our_own_code(path: Path) -> None:
    sizes = {file.name: file.stat().st_size for file in _with_imports(_own_code(path), [STATIC_IMPORT])}
    assert {path.name, "base.css", "shell.js"} <= sizes.keys()
    assert sum(sizes.values()) < BYTES_MAX, (sum(sizes.values()), sizes)


@ALL_PAGES
def test_what_a_page_may_load_later_is_light_on_the_wire_too(path: Path) -> None:
    files = _with_imports(_own_code(path), [STATIC_IMPORT, LATER_IMPORT])
    sent = {file.name: len(gzip.compress(file.read_bytes())) for file in files}
    assert sum(sent.values()) < WIRE_BYTES_MAX_OF.get(path.name, WIRE_BYTES_MAX), (sum(sent.values()), sent)


def test_every_page_has_an_address() -> None:
    assert {path.name for path in PAGE_FILES} <= {*PAGES.values(), NOT_FOUND_PAGE, "docs.html"}


@ALL_PAGES
def test_no_script_or_style_stands_in_the_markup(path: Path) -> None:
    page = _Elements(path)
    assert page.code == []
    assert [tag for tag, _ in page.found if tag == "style"] == []
    assert [tag for tag, attributes in page.found if tag == "script" and "src" not in attributes] == []
    names = {name for _, attributes in page.found for name in attributes}
    assert [name for name in names if name == "style" or name.startswith("on")] == []


@ALL_PAGES
def test_everything_that_the_markup_asks_for_is_the_hubs_and_is_there(path: Path) -> None:
    addresses = _Elements(path).asked_for()
    assert len(addresses) >= 3
    for address in addresses:
        assert address.startswith("/static/")
        name = address.removeprefix("/static/")
        assert name.startswith("vendor/") or (WEB_STATIC / name).is_file(), address


@ALL_PAGES
def test_a_page_can_be_read_out(path: Path) -> None:
    found = _Elements(path).found
    tags = [tag for tag, _ in found]
    assert ("html", {"lang": "en"}) in found
    assert (tags.count("h1"), tags.count("main"), tags.count("title")) == (1, 1, 1)
    ids = [attributes["id"] for _, attributes in found if "id" in attributes]
    assert sorted(ids, key=str) == sorted(set(ids), key=str)
    labelled = {attributes.get("for") for tag, attributes in found if tag == "label"}
    for tag, attributes in found:
        if tag in ("input", "textarea", "select") and attributes.get("type") != "hidden":
            assert attributes.get("aria-label") or attributes.get("id") in labelled, attributes
        assert tag != "img" or "alt" in attributes


@ALL_FILES
def test_no_file_names_another_host(path: Path) -> None:
    text = path.read_text("utf-8")
    assert set(re.findall(r"\b(?:https?|wss?)://[^\s\"'`)]+", text)) <= NAMESPACES
    assert re.findall(r"[\"'(]//[\w-]+\.", text) == []


@ALL_SCRIPTS
def test_every_import_names_a_file_that_is_there(path: Path) -> None:
    missing = [file for file in _imports(path, [STATIC_IMPORT, LATER_IMPORT]) if not file.is_file()]
    assert missing == []
    words = re.findall(r"^import\b|\bimport\(", path.read_text("utf-8"), re.MULTILINE)
    assert len(_imports(path, [STATIC_IMPORT, LATER_IMPORT])) >= len(words)


@ALL_SCRIPTS
def test_every_imported_name_is_exported(path: Path) -> None:
    missing = []
    for names, file in NAMED_IMPORT.findall(path.read_text("utf-8")):
        text = (path.parent / file).read_text("utf-8")
        exported = {*EXPORTED.findall(text), *_names(",".join(PASSED_ON.findall(text)))}
        missing += [f"{name} of {file}" for name in _names(names) - exported]
    assert missing == []


def _names(listed: str) -> set[str]:
    return {name.split(" as ")[0].strip() for name in listed.split(",") if name.strip()}


def test_nothing_runs_text_as_code_or_markup() -> None:
    scripts = "".join(path.read_text("utf-8") for path in SCRIPTS)
    dangers = r"(?:inner|outer|insertAdjacent)HTML|document\.write|\beval\(|new Function"
    assert re.findall(dangers, scripts) == []
