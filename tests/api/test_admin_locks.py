"""Whoever changes roles or imposes a ban holds nothing that the event log waits for when it notes an act."""

import uuid
from collections.abc import Awaitable, Callable

import asyncpg
import pytest

from api.accounts.role_changes import change_role, check_not_last_admin
from api.moderation.sanctions import impose, lift
from store.database import Connection
from store.postmaster import Postmaster
from tests.api.api_app import Api

Work = Callable[[Connection, uuid.UUID, uuid.UUID], Awaitable[object]]

WORKS: dict[str, Work] = {
    "role": lambda c, admin, other: change_role(c, admin, other, "creator", "new here"),
    "leaving": lambda c, admin, other: check_not_last_admin(c, other),
    "ban": lambda c, admin, other: impose(c, admin, other, "ban", None, "spam"),
    "unban": lambda c, admin, other: lift(c, admin, other, "unban", "well"),
}


@pytest.mark.parametrize("name", WORKS)
async def test_an_act_is_noted_meanwhile(api: Api, postgres: Postmaster, name: str) -> None:
    admin, other = uuid.UUID((await api.sign_in("admin")).id), uuid.UUID((await api.sign_in()).id)

    async def work(connection: Connection) -> None:
        await WORKS[name](connection, admin, other)
        beside = await asyncpg.connect(postgres.place.dsn)
        try:
            async with beside.transaction():
                # What the reference of an entry in the audit log takes.
                needed = "select from account where id = any($1) for key share nowait"
                await beside.execute(needed, [admin, other])
        finally:
            await beside.close()

    await api.database.transaction(work)
