"""Accounts on live connections: let in as they stand, and closed or changed the moment that they change."""

import uuid
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import pytest
import trio

from api.accounts.accounts import Account, NewAccount, create_account
from api.accounts.sessions import Device, SignedIn, end_session, end_sessions, open_session, use_refresh_token
from api.accounts.standing import CHANNEL, AccountStandings, notify_account_changed
from api.ports import Standing
from api.tokens import Tokens
from hub.wire import codes
from store.database import Connection, Database
from store.errors import DatabaseUnavailable
from store.notices import Notices
from store.postmaster import Postmaster
from tests.hub.live_hub import LOBBY, SECRET, LiveHub, RawClient, live_hub

TOKENS = Tokens(SECRET)
INVALID_TOKEN = (3500, "invalid token")


async def sign_in(database: Database, account: Account) -> SignedIn:
    return await database.transaction(lambda c: open_session(c, TOKENS, account, Device()))


async def sign_up(database: Database, name: str = "Ada") -> SignedIn:
    new = NewAccount(f"{name}@example.org", name)
    return await sign_in(database, await database.transaction(lambda c: create_account(c, new)))


async def change(database: Database, signed_in: SignedIn, what: str) -> None:
    """Change an account as another process would, and tell."""

    async def work(connection: Connection) -> None:
        await connection.execute(f"update account set {what} where id = $1", signed_in.account.id)
        await notify_account_changed(connection, signed_in.account.id)

    await database.transaction(work)


@asynccontextmanager
async def hub_over(database: Database, postgres: Postmaster) -> AsyncIterator[LiveHub]:
    """A hub that lets accounts in and hears of their changes."""
    async with live_hub(standings=AccountStandings(database)) as hub:
        accounts = hub.services.accounts
        notices = Notices(postgres.place.dsn, {CHANNEL: accounts.hear}, accounts.hear_of_all)
        hub.nursery.start_soon(notices.run)
        await hub.until(lambda: notices.statistics().listening)
        yield hub
        hub.nursery.cancel_scope.cancel()


@asynccontextmanager
async def connected(hub: LiveHub, signed_in: SignedIn) -> AsyncIterator[RawClient]:
    """A client that is connected as an account."""
    async with hub.client(None) as client:
        assert "client" in await client.ask("connect", {"token": signed_in.token})
        yield client


async def test_an_account_posts_under_its_name_of_today(database: Database, postgres: Postmaster) -> None:
    ada = await sign_up(database)
    await database.execute("update account set display_name = 'Ada L.'")
    async with hub_over(database, postgres) as hub, connected(hub, ada) as client:
        await client.subscribe()
        await client.post(1)
        [publication] = await client.publications(1)
        assert publication["data"]["user"] == {"id": str(ada.account.id), "display_name": "Ada L."}
        [seen] = (await client.ask("presence", {"channel": LOBBY}))["presence"].values()
        assert seen["conn_info"] == {"display_name": "Ada L.", "handle": "ada"}


async def test_a_room_knows_who_is_a_guest_and_who_is_none(database: Database, postgres: Postmaster) -> None:
    ada = await sign_up(database)
    guest = TOKENS.new_guest("Eve")
    async with hub_over(database, postgres) as hub, connected(hub, ada), hub.client(None) as client:
        await client.ask("connect", {"token": TOKENS.for_guest(guest)})
        assert [session.by.guest for session in hub.sessions()] == [False, True]


async def test_a_session_that_has_ended_is_not_let_in(database: Database, postgres: Postmaster) -> None:
    ada = await sign_up(database)
    await database.transaction(lambda c: end_sessions(c, ada.account.id))
    async with hub_over(database, postgres) as hub, hub.client(None) as client:
        await client.send("connect", {"token": ada.token})
        assert await client.closed() == INVALID_TOKEN


async def test_who_is_banned_is_not_let_in(database: Database, postgres: Postmaster) -> None:
    ada = await sign_up(database)
    await change(database, ada, "banned_until = 'infinity'")
    async with hub_over(database, postgres) as hub, hub.client(None) as client:
        await client.send("connect", {"token": ada.token})
        assert await client.closed() == INVALID_TOKEN


async def test_a_token_from_before_a_change_is_answered_as_expired_and_a_fresh_one_is_good(
    database: Database, postgres: Postmaster
) -> None:
    ada = await sign_up(database)
    await database.execute("update account set authorization_version = 2, role = 'admin'")
    async with hub_over(database, postgres) as hub, hub.client(None) as client:
        assert await client.error("connect", {"token": ada.token}) == 109
        assert hub.services.connections.of_accounts() == []
        fresh = await database.transaction(
            lambda c: use_refresh_token(c, TOKENS, ada.refresh_token, Device())
        )
        assert isinstance(fresh, SignedIn)
        assert "client" in await client.ask("connect", {"token": fresh.token})
        assert hub.sessions()[0].by.moderator


async def test_a_revoked_session_is_closed_and_the_others_stay(
    database: Database, postgres: Postmaster
) -> None:
    here = await sign_up(database)
    there = await sign_in(database, here.account)
    eve = await sign_up(database, "Eve")
    async with (
        hub_over(database, postgres) as hub,
        connected(hub, here) as mine,
        connected(hub, there) as other,
        connected(hub, eve) as eves,
    ):
        await database.transaction(lambda c: end_session(c, here.account.id, here.session))
        assert await mine.closed() == INVALID_TOKEN
        await hub.until(lambda: len(hub.sessions()) == 2)
        assert await other.ask("ping", {}) == {}
        assert await eves.ask("ping", {}) == {}
        await database.transaction(lambda c: end_sessions(c, here.account.id))
        assert await other.closed() == INVALID_TOKEN
        await hub.until(lambda: len(hub.services.connections.of_accounts()) == 1)
        assert hub.services.accounts.statistics().closed == 2


async def test_a_copied_refresh_token_closes_its_connections(
    database: Database, postgres: Postmaster
) -> None:
    ada = await sign_up(database)
    async with hub_over(database, postgres) as hub, connected(hub, ada) as client:
        for _ in range(2):
            await database.transaction(lambda c: use_refresh_token(c, TOKENS, ada.refresh_token, Device()))
        assert await client.closed() == INVALID_TOKEN


async def test_a_ban_closes_all_connections_of_an_account(database: Database, postgres: Postmaster) -> None:
    here = await sign_up(database)
    there = await sign_in(database, here.account)
    async with (
        hub_over(database, postgres) as hub,
        connected(hub, here) as mine,
        connected(hub, there) as other,
    ):
        await change(database, here, "banned_until = now() + interval '1 hour'")
        assert await mine.closed() == INVALID_TOKEN
        assert await other.closed() == INVALID_TOKEN


async def test_a_deleted_account_is_gone(database: Database, postgres: Postmaster) -> None:
    ada = await sign_up(database)

    async with hub_over(database, postgres) as hub, connected(hub, ada) as client:
        await change(database, ada, "deleted_at = now()")
        assert await client.closed() == INVALID_TOKEN


async def test_roles_names_and_mutes_count_at_once_on_a_live_connection(
    database: Database, postgres: Postmaster
) -> None:
    ada = await sign_up(database)

    async with hub_over(database, postgres) as hub, connected(hub, ada) as client:
        await client.subscribe()
        [session] = hub.sessions()
        assert (session.by.moderator, session.by.muted_until_ms) == (False, None)
        await change(database, ada, "role = 'admin', display_name = 'Boss', authorization_version = 2")
        await hub.until(lambda: session.by.moderator)
        assert session.by.display_name == "Boss"
        [seen] = (await client.ask("presence", {"channel": LOBBY}))["presence"].values()
        assert seen["conn_info"]["display_name"] == "Boss"
        await change(database, ada, "muted_until = '2999-01-01 00:00Z'")
        await hub.until(lambda: session.by.muted_until_ms == 32_472_144_000_000)
        assert session.by.moderator
        await change(database, ada, "muted_until = null")
        await hub.until(lambda: session.by.muted_until_ms is None)
        assert await client.ask("ping", {}) == {}


async def test_a_live_connection_goes_on_with_a_fresh_token(database: Database, postgres: Postmaster) -> None:
    ada = await sign_up(database)
    eve = await sign_up(database, "Eve")
    async with hub_over(database, postgres) as hub, connected(hub, ada) as client:
        again = await sign_in(database, ada.account)
        assert (await client.ask("refresh", {"token": again.token}))["expires"]
        await database.transaction(lambda c: end_session(c, ada.account.id, ada.session))
        await change(database, ada, "muted_until = 'infinity'")
        await hub.until(lambda: hub.sessions()[0].by.muted_until_ms)
        await client.send("refresh", {"token": eve.token})
        assert await client.closed() == INVALID_TOKEN


async def test_a_live_connection_ends_with_a_token_of_an_ended_session(
    database: Database, postgres: Postmaster
) -> None:
    ada = await sign_up(database)
    other = await sign_in(database, ada.account)
    await database.transaction(lambda c: end_session(c, ada.account.id, other.session))
    async with hub_over(database, postgres) as hub, connected(hub, ada) as client:
        await client.send("refresh", {"token": other.token})
        assert await client.closed() == INVALID_TOKEN


async def test_what_changed_while_nobody_listened_is_found_when_listening_begins_anew(
    database: Database, postgres: Postmaster
) -> None:
    ada, eve = await sign_up(database), await sign_up(database, "Eve")
    cut = "select pg_terminate_backend(pid) from pg_stat_activity where query like 'LISTEN%'"
    async with (
        hub_over(database, postgres) as hub,
        connected(hub, ada) as client,
        connected(hub, eve) as eves,
    ):
        await database.execute("delete from account_session where account = $1", ada.account.id)
        assert await client.ask("ping", {}) == {}
        await database.execute(cut)
        assert await client.closed() == INVALID_TOKEN
        assert await eves.ask("ping", {}) == {}


async def test_notices_that_make_no_sense_do_no_harm(database: Database, postgres: Postmaster) -> None:
    ada = await sign_up(database)
    async with hub_over(database, postgres) as hub, connected(hub, ada) as client:
        for payload in ("", "rubbish", str(uuid.uuid4())):
            await database.execute("select pg_notify($1, $2)", CHANNEL, payload)
        await change(database, ada, "muted_until = 'infinity'")
        await hub.until(lambda: hub.sessions()[0].by.muted_until_ms)
        assert await client.ask("ping", {}) == {}


class SteeredStandings:
    """Answers one after the other, and the last for ever; an answer may be an error, or what makes one."""

    def __init__(self, *answers: Standing | Exception | Callable[[], Standing | None] | None) -> None:
        self.answers = list(answers)
        self.asked = 0

    async def of_many(self, asked: Sequence[tuple[str, str | None]]) -> list[Standing | None]:
        self.asked += 1
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        await trio.lowlevel.checkpoint()
        if isinstance(answer, Exception):
            raise answer
        return [answer() if callable(answer) else answer] * len(asked)


ACCOUNT = uuid.uuid4()


def standing(**more: object) -> Standing:
    usual = {
        "account": ACCOUNT,
        "role": "viewer",
        "permissions": frozenset(),
        "display_name": "Ada",
        "handle": "ada",
        "banned": False,
        "muted_until_ms": None,
        "authorization_version": 1,
        "session_alive": True,
    }
    return Standing(**(usual | more))


def token(hub: LiveHub) -> str:
    return hub.token(str(ACCOUNT), sid=str(uuid.uuid4()), av=1)


async def test_a_change_that_overtakes_the_look_at_an_account_is_seen() -> None:
    overtaken: list[LiveHub] = []

    def changed_meanwhile() -> Standing:
        overtaken[0].services.accounts.hear(str(ACCOUNT))
        return standing()

    standings = SteeredStandings(changed_meanwhile, standing(banned=True))
    async with live_hub(standings=standings) as hub, hub.client(None) as client:
        overtaken.append(hub)
        await client.send("connect", {"token": token(hub)})
        assert await client.closed() == INVALID_TOKEN
        assert standings.asked == 2


async def test_the_database_is_waited_for_when_an_account_has_changed() -> None:
    away = DatabaseUnavailable("away")
    standings = SteeredStandings(standing(), away, away, standing(session_alive=False))
    async with live_hub(standings=standings) as hub, hub.client(None) as client:
        await client.ask("connect", {"token": token(hub)})
        hub.services.accounts.hear(str(ACCOUNT))
        assert await client.closed() == INVALID_TOKEN


async def test_who_connects_while_the_database_is_away_is_asked_to_come_again() -> None:
    standings = SteeredStandings(DatabaseUnavailable("away"), standing())
    async with live_hub(standings=standings) as hub, hub.client(None) as client:
        refusal = await client.refusal("connect", {"token": token(hub)})
        assert (refusal["code"], refusal["temporary"]) == (codes.INTERNAL.code, True)
        assert "client" in await client.ask("connect", {"token": token(hub)})


async def test_more_changes_than_can_be_noted_are_a_look_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.account_changes.ACCOUNTS_NOTED_MAX", 3)
    standings = SteeredStandings(standing(), standing(banned=True))
    async with live_hub(standings=standings) as hub, hub.client(None) as client:
        await client.ask("connect", {"token": token(hub)})
        for number in range(4):
            hub.services.accounts.hear(f"somebody else {number}")
        assert await client.closed() == INVALID_TOKEN


async def test_an_account_is_not_let_in_where_there_are_none() -> None:
    async with live_hub() as hub, hub.client(None) as client:
        await client.send("connect", {"token": token(hub)})
        assert await client.closed() == INVALID_TOKEN


async def test_a_client_that_is_refused_may_come_in_as_somebody_else() -> None:
    standings = SteeredStandings(standing(authorization_version=2), standing())
    async with live_hub(standings=standings) as hub, hub.client(None) as client:
        assert await client.error("connect", {"token": token(hub)}) == 109
        assert "client" in await client.ask("connect", {})
        assert hub.sessions()[0].claims.user == ""
        assert hub.services.connections.of_accounts() == []
