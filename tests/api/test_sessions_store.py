"""Accounts and sessions in the database: made, refreshed, ended, and what must not be."""

import uuid
from datetime import timedelta

import pytest

from api.accounts.accounts import (
    Account,
    EmailTaken,
    HandleTaken,
    NewAccount,
    account_by_email,
    account_by_id,
    create_account,
)
from api.accounts.refresh_tokens import new_refresh_token
from api.accounts.sessions import (
    SESSIONS_PER_ACCOUNT_MAX,
    Device,
    NotSignedIn,
    SignedIn,
    end_session,
    end_sessions,
    list_sessions,
    open_session,
    use_refresh_token,
)
from api.accounts.standing import AccountStandings
from api.tokens import Tokens
from store.database import Database

TOKENS = Tokens("a secret of at least thirty-two bytes")
DEVICE = Device("a browser", "192.0.2.1")


async def make(database: Database, email: str = "ada@example.org", name: str = "Ada", **more: str) -> Account:
    return await database.transaction(
        lambda connection: create_account(connection, NewAccount(email, name, **more))
    )


async def sign_in(database: Database, account: Account) -> SignedIn:
    return await database.transaction(lambda connection: open_session(connection, TOKENS, account, DEVICE))


async def refresh(database: Database, token: str) -> SignedIn | NotSignedIn:
    return await database.transaction(lambda connection: use_refresh_token(connection, TOKENS, token, DEVICE))


async def test_an_account_is_found_by_address_without_regard_to_case_and_by_id(database: Database) -> None:
    made = await make(database)
    assert (made.email, made.handle, made.role, made.email_verified_at) == (
        "ada@example.org",
        "ada",
        "viewer",
        None,
    )
    assert await database.run(lambda c: account_by_email(c, "Ada@Example.ORG")) == made
    assert await database.run(lambda c: account_by_id(c, made.id)) == made
    assert await database.run(lambda c: account_by_email(c, "bob@example.org")) is None
    assert await database.run(lambda c: account_by_id(c, uuid.uuid4())) is None


async def test_a_handle_is_made_of_the_name_and_is_ones_own(database: Database) -> None:
    first = await make(database, "a@example.org", "Zoë  Ångström!")
    second = await make(database, "b@example.org", "zoe angstrom")
    assert first.handle == "zoe_angstrom"
    assert second.handle.startswith("zoe_angstrom_")
    assert (await make(database, "c@example.org", "山田")).handle == "user"
    assert (await make(database, "d@example.org", "Admin")).handle == "user_admin"


async def test_what_is_taken_is_said_and_the_transaction_lives_on(database: Database) -> None:
    await make(database, handle="ada")

    async def try_both(connection: object) -> str:
        with pytest.raises(EmailTaken):
            await create_account(connection, NewAccount("ADA@example.org", "Eve", handle="eve"))
        with pytest.raises(HandleTaken):
            await create_account(connection, NewAccount("eve@example.org", "Eve", handle="ADA"))
        return (await create_account(connection, NewAccount("eve@example.org", "Eve"))).handle

    assert await database.transaction(try_both) == "eve"


async def test_a_refresh_token_is_good_once_and_a_used_one_ends_its_session(database: Database) -> None:
    ada = await make(database)
    first, other = await sign_in(database, ada), await sign_in(database, ada)
    second = await refresh(database, first.refresh_token)
    assert isinstance(second, SignedIn)
    assert second.session == first.session
    assert await refresh(database, first.refresh_token) is NotSignedIn.USED_BEFORE
    assert await refresh(database, second.refresh_token) is NotSignedIn.UNKNOWN
    assert isinstance(await refresh(database, other.refresh_token), SignedIn)
    standing = AccountStandings(database)
    assert not (await standing.of(str(ada.id), str(first.session))).session_alive
    assert (await standing.of(str(ada.id), str(other.session))).session_alive


async def test_an_old_token_is_recognised_after_many_that_followed(database: Database) -> None:
    signed_in = await sign_in(database, await make(database))
    oldest, token = signed_in.refresh_token, signed_in.refresh_token
    for _ in range(5):
        fresh = await refresh(database, token)
        assert isinstance(fresh, SignedIn)
        token = fresh.refresh_token
    assert await refresh(database, oldest) is NotSignedIn.USED_BEFORE


async def test_a_session_lasts_thirty_days_after_its_last_use(database: Database) -> None:
    signed_in = await sign_in(database, await make(database))
    expires_in = await database.fetchval("select expires_at - now() from account_session")
    assert timedelta(days=29, hours=23) < expires_in <= timedelta(days=30)
    await database.execute("update account_session set expires_at = now()")
    assert not (
        await AccountStandings(database).of(str(signed_in.account.id), str(signed_in.session))
    ).session_alive
    assert await refresh(database, signed_in.refresh_token) is NotSignedIn.USED_BEFORE


@pytest.mark.parametrize("token", ["", "x", "ü" * 40, "A" * 107, "A" * 100_000, "\x00", "\ud800", "=" * 8])
async def test_what_is_no_refresh_token(database: Database, token: str) -> None:
    assert await refresh(database, token) is NotSignedIn.UNKNOWN


async def test_a_forged_token_ends_no_session(database: Database) -> None:
    signed_in = await sign_in(database, await make(database))
    elsewhere = Tokens("another secret of at least thirty-two bytes")
    assert await refresh(database, new_refresh_token(elsewhere, signed_in.session)) is NotSignedIn.UNKNOWN
    assert isinstance(await refresh(database, signed_in.refresh_token), SignedIn)


async def test_the_tokens_themselves_are_nowhere_in_the_database(database: Database) -> None:
    signed_in = await sign_in(database, await make(database))
    kept = await database.fetchval("select string_agg(s::text, '') from account_session s")
    assert signed_in.refresh_token not in kept
    assert signed_in.refresh_token.encode().hex() not in kept


async def test_sessions_are_listed_and_ended_one_by_one_and_all_but_one(database: Database) -> None:
    ada, eve = await make(database), await make(database, "eve@example.org", "Eve")
    mine = [await sign_in(database, ada) for _ in range(4)]
    await sign_in(database, eve)
    listed = await database.run(lambda c: list_sessions(c, ada.id, str(mine[1].session)))
    assert {each["id"] for each in listed} == {str(each.session) for each in mine}
    assert [each["id"] for each in listed if each["current"]] == [str(mine[1].session)]
    assert not await database.transaction(lambda c: end_session(c, eve.id, mine[0].session))
    assert await database.transaction(lambda c: end_session(c, ada.id, mine[0].session))
    assert not await database.transaction(lambda c: end_session(c, ada.id, mine[0].session))
    assert await database.transaction(lambda c: end_sessions(c, ada.id, mine[1].session)) == 2
    assert await database.transaction(lambda c: end_sessions(c, ada.id)) == 1
    assert len(await database.run(lambda c: list_sessions(c, eve.id, None))) == 1


async def test_the_session_unused_longest_makes_room_for_a_new_one(database: Database) -> None:
    ada = await make(database)
    oldest = await sign_in(database, ada)
    for _ in range(SESSIONS_PER_ACCOUNT_MAX):
        newest = await sign_in(database, ada)
    listed = await database.run(lambda c: list_sessions(c, ada.id, None))
    assert len(listed) == SESSIONS_PER_ACCOUNT_MAX
    assert str(oldest.session) not in {each["id"] for each in listed}
    assert listed[0]["id"] == str(newest.session)


async def test_standings_come_in_the_order_in_which_they_were_asked_for(database: Database) -> None:
    ada, eve = await make(database), await make(database, "eve@example.org", "Eve")
    mine = await sign_in(database, ada)
    asked = [
        ("", None),
        (str(eve.id), str(mine.session)),
        ("ada", None),
        (str(ada.id), str(mine.session)),
        (str(uuid.uuid4()), str(mine.session)),
        (str(ada.id), None),
    ]
    found = await AccountStandings(database).of_many(asked)
    assert [each and (each.handle, each.session_alive) for each in found] == [
        None,
        ("eve", False),
        None,
        ("ada", True),
        None,
        ("ada", False),
    ]
    assert await AccountStandings(database).of_many([]) == []


async def test_a_ban_and_a_silence_are_over_when_their_time_is(database: Database) -> None:
    ada = await make(database)
    standings = AccountStandings(database)
    await database.execute("update account set banned_until = 'infinity', muted_until = 'infinity'")
    standing = await standings.of(str(ada.id), None)
    assert standing.banned
    assert standing.muted_until_ms == 253402300799999
    await database.execute("update account set banned_until = now(), muted_until = now()")
    standing = await standings.of(str(ada.id), None)
    assert (standing.banned, standing.muted_until_ms) == (False, None)
    await database.execute("update account set deleted_at = now()")
    assert await standings.of(str(ada.id), None) is None
