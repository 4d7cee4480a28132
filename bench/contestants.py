"""Who is measured: each server with its name, how it is started and how it is spoken to."""

import contextlib
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from bench.crowd import Server
from bench.dialects import Plain, SocketIo
from bench.hub_process import running_hub
from bench.hub_rooms import HubDialect
from bench.node import node_server
from bench.processes import listening_child

_PROJECT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Contestant:
    """A server that can be started and loaded."""

    name: str
    start: Callable[[], AbstractContextManager[Server]]


@contextlib.contextmanager
def _send_loop() -> Iterator[Server]:
    with listening_child([sys.executable, "-m", "bench.send_loop"], folder=_PROJECT) as (pid, port):
        yield Server(pid, port, Plain())


@contextlib.contextmanager
def _hub(*, durable: bool) -> Iterator[Server]:
    with running_hub() as hub:
        yield Server(hub.pid, hub.port, HubDialect(hub, durable))


SEND_LOOP = Contestant("send loop", _send_loop)
WS = Contestant("ws", lambda: node_server("ws.mjs", Plain()))
SOCKET_IO = Contestant("socket.io", lambda: node_server("socket_io.mjs", SocketIo()))
HUB_VOLATILE = Contestant("hub", lambda: _hub(durable=False))
HUB_DURABLE = Contestant("hub, durable", lambda: _hub(durable=True))
