"""Serving: from the first listener to the last farewell."""

import errno
import gc
import os
import signal
from collections.abc import Awaitable, Callable
from contextlib import suppress

import structlog
import trio

from hub import __version__
from hub.front_door import FrontDoor
from hub.settings import Settings
from hub.wiring import Hub, open_hub
from store.asyncio_loop import open_asyncio_loop

REQUESTS_GRACE_S = 1.0  # to end while there are rooms to ask
ROOMS_GRACE_S = 1.5  # to commit what was accepted
FAREWELL_S = 1.5  # for clients and requests to end by themselves
BACKLOG = 1024
COLLECT_AFTER = (50_000, 10, 20)  # objects made; at 10,000 a busy chat looks for cycles 6 % of its time

log = structlog.get_logger(__name__)


class CannotStart(Exception):
    """A reason for which the hub does not start, in one line that says what to do."""


async def serve(settings: Settings, say: Callable[[str], None]) -> None:
    """Serve until SIGTERM or SIGINT; `say` prints a line for people. Raises CannotStart."""
    stop = trio.Event()
    async with open_asyncio_loop(), trio.open_nursery() as nursery:
        await nursery.start(_listen_to_signals, stop)
        listeners = await _listen(settings)
        nursery.start_soon(_until, stop, nursery.cancel_scope, lambda: _run(settings, listeners, stop, say))


async def _until(stop: trio.Event, scope: trio.CancelScope, run: Callable[[], Awaitable[None]]) -> None:
    await run()
    stop.set()
    scope.cancel()


async def _run(
    settings: Settings,
    listeners: list[trio.SocketListener],
    stop: trio.Event,
    say: Callable[[str], None],
) -> None:
    async with open_hub(settings) as hub, hub.http.running(), trio.open_nursery() as connections:
        door = FrontDoor(hub.http.serve, hub.websockets.serve, hub.connections_max)
        async with trio.open_nursery() as accepting:
            accepting.start_soon(door.accept, listeners, connections)
            _greet(listeners, hub, say)
            gc.set_threshold(*COLLECT_AFTER)
            gc.freeze()  # what was made so far stays: the collector need not look at it again
            await stop.wait()
            accepting.cancel_scope.cancel()
        await _say_goodbye(hub, door, listeners)
        connections.cancel_scope.cancel()


async def _say_goodbye(hub: Hub, door: FrontDoor, listeners: list[trio.SocketListener]) -> None:
    """Stop accepting, finish what is under way, commit what was accepted, tell the clients, in this order."""
    hub.wellness.stopping = True
    log.info("stopping", connections=door.open_connections)
    for listener in listeners:
        await listener.aclose()
    await hub.http.finish(REQUESTS_GRACE_S)
    await hub.rooms.close(ROOMS_GRACE_S)
    await hub.connections.close_all()
    with trio.move_on_after(FAREWELL_S):
        await door.wait_until_empty()
    hub.http.cut_off()


async def _listen(settings: Settings) -> list[trio.SocketListener]:
    try:
        return await trio.open_tcp_listeners(settings.port, host=settings.host, backlog=BACKLOG)
    except OSError as error:
        raise CannotStart(_why_not_listening(settings, error)) from error


def _why_not_listening(settings: Settings, error: OSError) -> str:
    codes = {each.errno for each in [error, error.__cause__] if isinstance(each, OSError)}
    if isinstance(error.__cause__, BaseExceptionGroup):
        codes |= {each.errno for each in error.__cause__.exceptions if isinstance(each, OSError)}
    if errno.EADDRINUSE in codes:
        return (
            f"PORT={settings.port} is taken on {settings.host}: stop the other program or choose another PORT"
        )
    return f"cannot listen on HOST={settings.host} PORT={settings.port}: {error}"


def _greet(listeners: list[trio.SocketListener], hub: Hub, say: Callable[[str], None]) -> None:
    host, port = listeners[0].socket.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    say(f"CosmoHub {__version__} is ready: http://{shown}:{port}")
    for part in hub.embedded:
        say(f"  embedded: {part}")
    log.info("ready", host=host, port=port, embedded=list(hub.embedded))


async def _listen_to_signals(
    stop: trio.Event, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED
) -> None:
    """Stop in good order at the first signal, at once at the second."""
    with trio.open_signal_receiver(signal.SIGTERM, signal.SIGINT) as signals:
        task_status.started()
        async for number in signals:
            if stop.is_set():
                with suppress(OSError):
                    os.write(2, b"stopped at once\n")
                os._exit(128 + number)
            stop.set()
