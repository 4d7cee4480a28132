"""Expired sessions go, some at a time; the others stay."""

import pytest
import trio

from api.accounts import cleaning
from api.accounts.cleaning import clean_sessions, remove_expired
from store.database import Database, DatabaseRefused, DatabaseUnavailable

FILL = """
    with one as (insert into account (handle, display_name) values ('ada', 'Ada') returning id)
    insert into account_session (account, refresh_hash, expires_at)
    select one.id, ''::bytea, now() + make_interval(hours => hours) from one, generate_series(-6, 2) as hours
"""


async def test_what_has_expired_goes_in_small_batches(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cleaning, "AT_ONCE", 3)
    await database.execute(FILL)
    await remove_expired(database)
    assert await database.fetchval("select count(*) from account_session") == 2
    assert await database.fetchval("select bool_and(expires_at > now()) from account_session")


class Broken:
    """A database that fails, and counts how often it was asked."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)

    async def transaction(self, work: object) -> bool:
        await trio.lowlevel.checkpoint()
        raise self.errors.pop(0)


async def test_cleaning_outlives_a_database_that_is_away(autojump_clock: trio.testing.MockClock) -> None:
    broken = Broken(DatabaseUnavailable("away"), DatabaseRefused("never"))
    with pytest.raises(DatabaseRefused):
        await clean_sessions(broken)
    assert trio.current_time() >= cleaning.EVERY_S
