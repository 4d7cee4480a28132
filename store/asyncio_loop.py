"""The one asyncio loop of the process, for the libraries that know no Trio."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import trio_asyncio

_log = logging.getLogger(__name__)


@asynccontextmanager
async def open_asyncio_loop() -> AsyncIterator[None]:
    """Open the loop in which every `Database` below runs: once a process, outermost.

    trio-asyncio's own exception handler ends the loop, and with it every socket reader, for any report, even
    one that asyncpg makes about a cancelled transaction. Here a report is logged and the loop goes on.
    """
    async with trio_asyncio.open_loop() as loop:
        loop.set_exception_handler(_report)
        yield


def _report(_loop: object, context: dict[str, Any]) -> None:
    error = context.get("exception")
    level = logging.WARNING if error is None else logging.ERROR
    _log.log(level, "asyncio: %s", context.get("message", "an error nobody awaited"), exc_info=error)
