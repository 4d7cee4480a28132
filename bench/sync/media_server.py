"""Serves a folder of clips with byte ranges to any origin: `python -m bench.sync.media_server FOLDER`.

It prints `listening PORT` and ends with its standard input. Clips do not pass the members' lines: what is
measured is how well they agree on time, and a line that starves a player measures its buffer instead.
"""

import re
import sys
import threading
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

_RANGE = re.compile(r"bytes=(\d+)-(\d*)")
_PIECE_BYTES = 64 * 1024


class _Handler(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path = Path(self.translate_path(self.path))
        if not path.is_file():
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        size = path.stat().st_size
        asked = _RANGE.fullmatch(self.headers.get("Range", ""))
        first = int(asked[1]) if asked else 0
        last = min(int(asked[2]), size - 1) if asked and asked[2] else size - 1
        self.send_response(HTTPStatus.PARTIAL_CONTENT if asked else HTTPStatus.OK)
        self.send_header("Content-Type", self.guess_type(path))
        self.send_header("Content-Length", str(last - first + 1))
        self.send_header("Accept-Ranges", "bytes")
        if asked:
            self.send_header("Content-Range", f"bytes {first}-{last}/{size}")
        self.send_header("Access-Control-Allow-Origin", "*")
        self.end_headers()
        self._send_file(path, first, last)

    def _send_file(self, path: Path, first: int, last: int) -> None:
        with path.open("rb") as file:
            file.seek(first)
            left = last - first + 1
            try:
                while left and (piece := file.read(min(_PIECE_BYTES, left))):
                    self.wfile.write(piece)
                    left -= len(piece)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True  # the player has enough of it

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # named so by the base class
        """Say nothing of requests."""


def _main(folder: str) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, directory=folder)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        print(f"listening {server.server_port}", flush=True)
        sys.stdin.read()
        server.shutdown()


if __name__ == "__main__":
    _main(sys.argv[1])
