"""The web client: pages under clean addresses and their files, kept in memory, compressed, with ETags."""

import gzip
import hashlib
import mimetypes
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISREG

from quart import Blueprint, Response, has_request_context, request
from quart_schema import hide
from werkzeug.exceptions import NotFound

from api.problems import CONTENT_TYPE as PROBLEM_TYPE
from api.problems import Problem
from api.services import ApiServices

PAGES = {
    "/": "index.html",
    "/login": "login.html",
    "/signup": "signup.html",
    "/reset": "reset.html",
    "/verify": "verify.html",
    "/settings": "settings.html",
    "/u/<name>": "profile.html",
    "/admin/users": "users.html",
    "/watch": "parties.html",
    "/watch/<name>": "watch.html",
    "/videos": "videos.html",
    "/videos/<name>": "video.html",
    "/lists": "lists.html",
    "/lists/<name>": "list.html",
    "/history": "history.html",
    "/search": "search.html",
    "/forum": "forum.html",
    "/forum/<name>": "board.html",
    "/threads/<name>": "thread.html",
    "/moderation": "moderation.html",
}
NOT_FOUND_PAGE = "not_found.html"

SERVED = {".html", ".css", ".js", ".json", ".svg", ".png", ".ico", ".webmanifest"}
FILE_BYTES_MAX = 4 * 1024 * 1024
COMPRESSED = {".html", ".css", ".js", ".json", ".svg", ".webmanifest"}
CACHE_CONTROL = "no-cache"  # kept by the browser, asked for again by ETag: an update shows at once
_MODULES = {
    ".html": re.compile(rb'<script src="/static/([^"]+)" type="module">'),
    ".js": re.compile(rb'^(?:import |export \{)[^;"]*"(\.[^"]+)";', re.MULTILINE),
}
mimetypes.add_type("text/javascript", ".js")
mimetypes.add_type("application/manifest+json", ".webmanifest")


@dataclass(frozen=True, slots=True)
class PageFile:
    """A file as it goes out; `modules` are the files below the folder that it loads or imports."""

    body: bytes
    compressed: bytes | None
    content_type: str
    etag: str
    modified_ns: int
    modules: tuple[str, ...]


class PageFiles:
    """The files below one folder; a changed file is read anew."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()
        self._files: dict[Path, PageFile] = {}

    def get(self, name: str) -> PageFile | None:
        """Return a file by its path in the folder, None when there is none that is served."""
        try:
            path = (self._folder / name).resolve()
            status = path.stat()
        except (OSError, ValueError):  # no such file, a name that is too long, or one with a NUL
            return None
        if path.suffix not in SERVED or not path.is_relative_to(self._folder) or not S_ISREG(status.st_mode):
            return None
        if status.st_size > FILE_BYTES_MAX:
            return None
        return self._current(path, status.st_mtime_ns)

    def modules_of(self, name: str) -> list[str]:
        """Return the modules that a page loads, with all that they import, each once."""
        known: list[str] = []
        waiting = [name]
        while waiting:
            found = self.get(waiting.pop())
            fresh = [each for each in found.modules if each not in known] if found else []
            known += fresh
            waiting += fresh
        return known

    def _current(self, path: Path, modified_ns: int) -> PageFile:
        """Return the file of this very path, of which there is one, whatever names lead to it."""
        known = self._files.get(path)
        if known is None or known.modified_ns != modified_ns:
            known = self._files[path] = _read(self._folder, path, modified_ns)
        return known


def _read(folder: Path, path: Path, modified_ns: int) -> PageFile:
    body = path.read_bytes()
    compressed = gzip.compress(body, mtime=0) if path.suffix in COMPRESSED else None
    content_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    if content_type.startswith("text/"):
        content_type += "; charset=utf-8"
    etag = hashlib.sha256(body).hexdigest()[:32]
    return PageFile(body, compressed, content_type, etag, modified_ns, _modules(folder, path, body))


def _modules(folder: Path, path: Path, body: bytes) -> tuple[str, ...]:
    named = _MODULES[path.suffix].findall(body) if path.suffix in _MODULES else []
    near = folder if path.suffix == ".html" else path.parent
    modules = [(near / name.decode()).resolve() for name in named]
    return tuple(module.relative_to(folder).as_posix() for module in modules if module.is_relative_to(folder))


def pages_blueprint(services: ApiServices) -> Blueprint:
    """Return the pages, `/static/…`, and what is said about an address where nothing is."""
    pages = Blueprint("pages", __name__)
    files = PageFiles(services.web_static)

    for rule, file in PAGES.items():
        pages.add_url_rule(rule, file.removesuffix(".html"), hide(_page(files, file)))

    @pages.get("/favicon.ico")
    @hide
    async def icon() -> Response:
        return page_response(files, "app/icon.svg")

    @pages.get("/static/<path:name>")
    @hide
    async def static_file(name: str) -> Response:
        return page_response(files, name)

    @pages.app_errorhandler(NotFound)
    async def nothing_here(error: NotFound) -> Response:
        if not _reads_pages() or files.get(NOT_FOUND_PAGE) is None:
            return Problem(404, "not_found", error.description or error.name).response()
        response = page_response(files, NOT_FOUND_PAGE)
        response.status_code = 404
        return response

    return pages


def _page(files: PageFiles, file: str) -> Callable[..., Awaitable[Response]]:
    async def show(name: str = "") -> Response:
        """Show the page; what the address names is looked up by the page itself."""
        return page_response(files, file)

    return show


def _reads_pages() -> bool:
    """Tell a person's browser, which asks for HTML, from a program, which takes what comes."""
    types = [PROBLEM_TYPE, "application/json", "text/html"]
    if not has_request_context() or request.path.startswith("/api/"):
        return False
    return request.accept_mimetypes.best_match(types) == "text/html"


def page_response(files: PageFiles, name: str) -> Response:
    """Answer with a page file, 304 to who has it; raise 404."""
    found = files.get(name)
    if found is None:
        raise Problem(404, "not_found", f"there is no page file {name!r}")
    headers = {"Cache-Control": CACHE_CONTROL, "ETag": f'"{found.etag}"', "Vary": "Accept-Encoding"}
    if modules := files.modules_of(name) if name.endswith(".html") else []:
        # The browser asks for all at once, not for one row of imports after the other.
        headers["Link"] = ", ".join(f"</static/{module}>; rel=modulepreload" for module in modules)
    if request.if_none_match.contains_weak(found.etag):
        return Response(b"", status=304, headers=headers)
    if found.compressed is not None and request.accept_encodings.quality("gzip") > 0:
        return Response(
            found.compressed,
            headers={**headers, "Content-Encoding": "gzip"},
            content_type=found.content_type,
        )
    return Response(found.body, headers=headers, content_type=found.content_type)
