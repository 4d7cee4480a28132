"""The reference server: one plain send() a subscriber and message, nothing joined."""

import os
import selectors
import socket
import sys

from bench.websocket import server_text, take_frame, upgrade_response

_BACKLOG = 4096
_REQUEST_MAX = 4096


class SendLoop:
    """Sends what comes from /publish to all of /subscribe, a WebSocket frame a message."""

    def __init__(self, selector: selectors.BaseSelector) -> None:
        self._selector = selector
        self._subscribers: list[socket.socket] = []

    def accept(self, listener: socket.socket) -> None:
        """Answer one upgrade and remember the connection by its path."""
        peer, _ = listener.accept()
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        request = b""
        while b"\r\n\r\n" not in request:
            request += peer.recv(_REQUEST_MAX)
        if request.startswith(b"GET /subscribe "):
            self._subscribers.append(peer)
        else:
            self._selector.register(peer, selectors.EVENT_READ, bytearray())
        peer.sendall(upgrade_response(request))

    def receive(self, publisher: socket.socket, inbox: bytearray) -> None:
        """Read what this publisher sent and send each message to all subscribers."""
        data = publisher.recv(65536)
        if not data:
            self._selector.unregister(publisher)
        inbox += data
        while frame := take_frame(inbox):
            self._send_to_all(server_text(frame.payload))

    def _send_to_all(self, frame: bytes) -> None:
        for subscriber in self._subscribers:
            subscriber.send(frame)


def main() -> None:
    """Serve on a free port until stdin ends."""
    selector = selectors.DefaultSelector()
    loop = SendLoop(selector)
    listener = socket.create_server(("127.0.0.1", 0), backlog=_BACKLOG)
    selector.register(listener, selectors.EVENT_READ)
    selector.register(sys.stdin.fileno(), selectors.EVENT_READ)
    print(f"listening {listener.getsockname()[1]}", flush=True)
    while True:
        for key, _ in selector.select():
            if key.fileobj is listener:
                loop.accept(listener)
            elif isinstance(key.fileobj, socket.socket):
                loop.receive(key.fileobj, key.data)
            elif not os.read(key.fd, 1024):
                return


if __name__ == "__main__":
    main()
