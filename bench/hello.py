"""The reference of the API: a bare quart-trio app that says hello, served as the hub serves its own."""

import os

import trio
from quart_trio import QuartTrio

from hub.http_server import HttpServer

_BACKLOG = 4096


def _app() -> QuartTrio:
    app = QuartTrio("hello")

    @app.get("/hello")
    async def hello() -> str:
        return "hello"

    return app


async def _serve() -> None:
    """Serve on a free port until stdin ends."""
    http = HttpServer(_app())
    listeners = await trio.open_tcp_listeners(0, host="127.0.0.1", backlog=_BACKLOG)
    print(f"listening {listeners[0].socket.getsockname()[1]}", flush=True)
    async with http.running(), trio.open_nursery() as nursery:
        nursery.start_soon(trio.serve_listeners, http.serve, listeners)
        await trio.to_thread.run_sync(os.read, 0, 1, abandon_on_cancel=True)
        nursery.cancel_scope.cancel()


if __name__ == "__main__":
    trio.run(_serve)
