"""The asyncpg pool beneath a Database, and what a connection of it is told at its beginning."""

import asyncio
from typing import Any

import asyncpg

_CLOSE_S_MAX = 2.0


async def make_pool(dsn: str, pool_size: int, connect_s_max: float, command_s_max: float) -> Any:
    """Return an asyncpg pool that has no connection yet."""
    return await asyncpg.create_pool(
        dsn,
        init_size=0,
        min_size=0,  # no maintenance task: a lost connection is replaced by whoever needs it
        max_size=pool_size,
        max_inactive_connection_lifetime=0,
        timeout=connect_s_max,
        command_timeout=command_s_max,
        init=_plan_for_growth,
        reset=_leave_as_is,
    )


async def _plan_for_growth(connection: Any) -> None:
    """Keep to indexes: a prepared plan made while a table is tiny stays in use while it grows by thousands.

    Older servers put a price on the scans this forbids that would make them compile even a query of one row.
    """
    await connection.execute("set enable_seqscan = off; set jit = off")


async def _leave_as_is(_connection: object) -> None:
    """Save the four RESET statements a release: nothing here changes a session's settings."""


async def close_pool(pool: Any) -> None:
    """Close all connections, by force those that are not given back in time."""
    try:
        await asyncio.wait_for(pool.close(), _CLOSE_S_MAX)
    except (TimeoutError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
        pool.terminate()
