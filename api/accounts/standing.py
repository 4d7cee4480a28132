"""How accounts stand now, whatever their tokens say, and the word that spreads when that changes."""

import uuid
from collections.abc import Sequence

from api.accounts.roles import permissions_of
from api.accounts.times import to_ms
from api.ports import Standing
from api.tokens import is_uuid
from store.database import Connection, Database, Row

CHANNEL = "account_changed"

_STANDINGS = """
    select
        asked.place, account.id, role, display_name, handle, avatar, authorization_version,
        coalesce(banned_until > now(), false) as banned,
        case when muted_until > now() then muted_until end as muted_until,
        account_session.id is not null as session_alive
    from unnest($1::uuid[], $2::uuid[]) with ordinality as asked (account, session, place)
    join account on account.id = asked.account and deleted_at is null
    left join account_session on account_session.id = asked.session
        and account_session.account = account.id and expires_at > now()
"""


class AccountStandings:
    """Reads standings from the database, so that a change counts at once, on every node."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, user: str, session: str | None) -> Standing | None:
        """Return the standing of the account `user` and whether its session lives; None: no such account."""
        return (await self.of_many([(user, session)]))[0]

    async def of_many(self, asked: Sequence[tuple[str, str | None]]) -> list[Standing | None]:
        """Return the standings of pairs of account and session, in their order."""
        known = [(place, *pair) for place, pair in enumerate(asked) if is_uuid(pair[0])]
        found: list[Standing | None] = [None] * len(asked)
        if known:
            places, accounts, sessions = zip(*known, strict=True)
            for row in await self._database.run(
                lambda connection: connection.fetch(_STANDINGS, accounts, sessions), repeatable=True
            ):
                found[places[row["place"] - 1]] = _standing(row)
        return found


async def notify_account_changed(connection: Connection, account: uuid.UUID) -> None:
    """Let every hub look at an account's standing again once the transaction under way is committed."""
    await connection.execute("select pg_notify($1, $2)", CHANNEL, str(account))


def _standing(row: Row) -> Standing:
    return Standing(
        account=row["id"],
        role=row["role"],
        permissions=permissions_of(row["role"]),
        display_name=row["display_name"],
        handle=row["handle"],
        avatar=row["avatar"],
        banned=row["banned"],
        muted_until_ms=None if row["muted_until"] is None else to_ms(row["muted_until"]),
        authorization_version=row["authorization_version"],
        session_alive=row["session_alive"],
    )
