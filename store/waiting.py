"""Waiting for what has no event: a process of somebody else, a file."""

from collections.abc import Callable

import trio

LOOK_EVERY_S = 0.02  # a look reads one small file, and only while something begins or ends


async def until(holds: Callable[[], bool], every_s: float = LOOK_EVERY_S) -> None:
    """Look every `every_s` seconds until the condition holds."""
    while not holds():  # noqa: ASYNC110  # nothing tells us
        await trio.sleep(every_s)
