"""Where the player is looked at by itself: modules, clips and a bare page, under the hub's own headers."""

import re
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from hub_process import PROJECT

from api.http.headers import PAGE_HEADERS

PAGE = Path(__file__).parent / "player_page"
_RANGE = re.compile(r"bytes=(\d+)-(\d*)")
_PIECE_BYTES = 64 * 1024
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mp4": "video/mp4",
    ".m3u8": "application/vnd.apple.mpegurl",
    ".ts": "video/mp2t",
    ".vtt": "text/vtt",
}


class ClipGate:
    """Lets clips through, or holds them back as a line does that has gone silent."""

    def __init__(self) -> None:
        self._open = threading.Event()
        self._open.set()
        self.asked: list[str] = []

    def close(self) -> None:
        """Hold back from now on; what was sent is sent."""
        self._open.clear()

    def open(self) -> None:
        """Let everything through again."""
        self._open.set()

    def wait(self) -> None:
        """Wait until the gate is open."""
        self._open.wait()


class Stage:
    """The address of the bare page, and what holds clips back."""

    def __init__(self, port: int, gate: ClipGate) -> None:
        self.url = f"http://127.0.0.1:{port}/page/index.html"
        self.gate = gate


class _Handler(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __init__(self, *arguments: object, folders: Mapping[str, Path], gate: ClipGate) -> None:
        self._folders, self._gate = folders, gate
        super().__init__(*arguments)

    def translate_path(self, path: str) -> str:
        _, top, *rest = urlsplit(path).path.split("/")
        return str(self._folders.get(top, PAGE).joinpath(*rest))

    def do_GET(self) -> None:
        path = Path(self.translate_path(self.path))
        if self.path.startswith("/clips/"):
            self._gate.asked.append(self.path)
        if not path.is_file():
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        first, last = self._asked(path.stat().st_size)
        self.send_response(HTTPStatus.PARTIAL_CONTENT if "Range" in self.headers else HTTPStatus.OK)
        self._send_headers(path, first, last)
        self._send_body(path, first, last)

    def _asked(self, size: int) -> tuple[int, int]:
        asked = _RANGE.fullmatch(self.headers.get("Range", ""))
        first, last = asked.groups() if asked else ("0", "")
        return int(first), min(int(last or size - 1), size - 1)

    def _send_headers(self, path: Path, first: int, last: int) -> None:
        self.send_header("Content-Type", _TYPES[path.suffix])
        self.send_header("Content-Length", str(last - first + 1))
        self.send_header("Content-Range", f"bytes {first}-{last}/{path.stat().st_size}")
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("Cache-Control", "no-store")
        self.send_header("Access-Control-Allow-Origin", "*")
        for name, value in PAGE_HEADERS.items():
            self.send_header(name, value)
        self.end_headers()

    def _send_body(self, path: Path, first: int, last: int) -> None:
        with path.open("rb") as file:
            file.seek(first)
            left = last - first + 1
            try:
                while left and (piece := file.read(min(_PIECE_BYTES, left))):
                    if self.path.startswith("/clips/"):
                        self._gate.wait()
                    self.wfile.write(piece)
                    left -= len(piece)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True  # the player has enough of it

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # named so by the base class
        """Say nothing of requests."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of browsers that hang up."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


@contextmanager
def open_stage(clips: Path) -> Iterator[Stage]:
    """Serve the page, the modules and the clips of a folder on a free port."""
    gate = ClipGate()
    folders = {"static": PROJECT / "web_static", "page": PAGE, "clips": clips}
    handler = partial(_Handler, folders=folders, gate=gate)
    with _Server(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield Stage(server.server_port, gate)
        finally:
            gate.open()
            server.shutdown()
            thread.join()
