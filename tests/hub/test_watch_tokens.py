"""Who may read a watch party: who holds a token for it, until the party sends them away."""

import time
from typing import Any

import pytest
import trio
from trio.testing import MockClock

from hub.expulsions import BANNED_MS, KICKED_MS, Expulsions
from hub.welcome import check_welcome
from hub.wire import codes
from rooms.kind import By
from rooms.kinds.watch.commands import Enter
from rooms.kinds.watch.state import PRESENT_MAX
from rooms.presence import Presence
from rooms.room import Request
from store.memory_log import MemoryEventLog
from tests.hub.live_hub import LOBBY, LiveHub, RawClient
from tests.hub.live_party import PARTY, command, listener, member, order, party_hub, report, ticket, told

READING = ("history", "presence", "presence_stats")


async def refused(client: RawClient, token: str = "") -> int:
    """Try to listen to the party and return the error's code."""
    return await client.error("subscribe", {"channel": PARTY, "token": token})


async def test_listening_needs_a_token_of_ones_own_for_this_very_party() -> None:
    async with party_hub() as hub, hub.client("ada") as ada, hub.client("") as nobody:
        assert await refused(ada) == 103
        assert await refused(ada, hub.token("ada")) == 103
        assert await refused(ada, ticket(hub, "bob")) == 103
        assert await refused(ada, ticket(hub, "ada", "watch:Another12345")) == 103
        assert await refused(nobody) == 103
        assert await refused(nobody, ticket(hub, "ada")) == 103
        assert hub.services.fanout.topic(PARTY) is None
        assert (await ada.subscribe(PARTY, token=ticket(hub, "ada")))["expires"]


async def test_the_refusal_says_where_the_token_is_had() -> None:
    async with party_hub() as hub, hub.client("ada") as ada:
        refusal = await ada.refusal("subscribe", {"channel": PARTY})
        assert "POST /api/parties/{id}/join" in refusal["message"]


async def test_a_token_that_expired_is_to_be_fetched_anew() -> None:
    async with party_hub() as hub, hub.client("ada") as ada:
        assert await refused(ada, hub.token("ada", channel=PARTY, exp=int(time.time()) - 1)) == 109


@pytest.mark.parametrize("channel", ["watch:Never1234567", "watch:"])
async def test_a_token_opens_no_party_that_is_not_there(channel: str) -> None:
    async with party_hub() as hub, hub.client("ada") as ada:
        request = {"channel": channel, "token": ticket(hub, "ada", channel)}
        assert await ada.error("subscribe", request) == 102
        assert (await hub.log.position(channel)).offset == 0


@pytest.mark.parametrize("method", READING)
async def test_reading_is_for_who_listens(method: str) -> None:
    async with party_hub() as hub, hub.client("eve") as eve, hub.client("") as nobody:
        request = {"channel": PARTY, "limit": 1}
        assert await eve.error(method, request) == 103
        assert await nobody.error(method, request) == 103
        await eve.subscribe(PARTY, token=ticket(hub, "eve"))
        assert "error" not in await eve.ask(method, request)
        await eve.ask("unsubscribe", {"channel": PARTY})
        assert await eve.error(method, request) == 103


@pytest.mark.parametrize("method", READING)
async def test_other_channels_are_read_as_before(method: str) -> None:
    async with party_hub() as hub, hub.client("") as nobody:
        assert "error" not in await nobody.ask(method, {"channel": LOBBY, "limit": 1})
        assert await nobody.subscribe(LOBBY)


async def test_who_listens_goes_on_with_a_fresh_token() -> None:
    async with party_hub() as hub, hub.client("ada") as ada:
        request = {"channel": PARTY, "token": ticket(hub, "ada")}
        assert await ada.error("sub_refresh", request) == 103
        await ada.subscribe(PARTY, token=hub.token("ada", channel=PARTY, exp=int(time.time()) + 5))
        assert (await ada.ask("sub_refresh", request))["ttl"] > 500
        hub.tick(wall_later_s=60)
        assert "error" not in await ada.ask("presence_stats", {"channel": PARTY})
        assert await ada.error("sub_refresh", request | {"token": ticket(hub, "bob")}) == 103


async def test_who_does_not_refresh_listens_no_more() -> None:
    async with party_hub() as hub, hub.client("ada") as ada:
        await ada.subscribe(PARTY, token=hub.token("ada", channel=PARTY, exp=int(time.time()) + 5))
        hub.tick(wall_later_s=60)
        assert (await ada.push("unsubscribe"))["unsubscribe"]["code"] == 2501
        assert await ada.error("history", {"channel": PARTY}) == 103


async def test_what_was_missed_is_recovered_with_a_token_alone() -> None:
    async with party_hub() as hub, member(hub, "ada") as ada, hub.client("bob") as bob:
        since = await bob.subscribe(PARTY, token=ticket(hub, "bob"))
        await bob.ask("unsubscribe", {"channel": PARTY})
        await command(ada, type="chat", id="1", text="Hello")
        back = {"recover": True, "epoch": since["epoch"], "offset": since["offset"]}
        assert await bob.error("subscribe", {"channel": PARTY, **back}) == 103
        found = await bob.subscribe(PARTY, token=ticket(hub, "bob"), **back)
        assert found["recovered"]
        assert [each["data"]["text"] for each in found["publications"]] == ["Hello"]


async def test_what_was_deleted_is_read_and_recovered_without_its_text() -> None:
    async with party_hub() as hub, member(hub, "ada") as ada, hub.client("bob") as bob:
        for number in range(3):
            await command(ada, type="chat", id=str(number), text="Hello")
        await order(ada, type="delete", id="1")
        shown = [("0", "Hello", False), ("1", "", True), ("2", "Hello", False)]
        page = await ada.ask("history", {"channel": PARTY, "limit": 5})
        recovered = await bob.subscribe(PARTY, token=ticket(hub, "bob"), recover=True, offset=1)
        assert chats(page) == chats(recovered) == shown


def chats(result: dict[str, Any]) -> list[tuple[str, str, bool]]:
    """Return id, text and whether it was withheld of each message."""
    said = [each["data"] for each in result["publications"] if each["data"]["type"] == "chat"]
    return [(each["id"], each["text"], each.get("withheld", False)) for each in said]


async def test_a_token_for_a_channel_lets_nobody_in() -> None:
    async with party_hub() as hub, hub.client(None) as ada:
        await ada.send("connect", {"token": ticket(hub, "ada")})
        assert await ada.closed() == (3500, "invalid token")


async def ended(client: RawClient) -> dict[str, Any]:
    """Return the push that ends a subscription."""
    push = await client.push("unsubscribe")
    assert push["channel"] == PARTY
    unsubscribe: dict[str, Any] = push["unsubscribe"]
    return unsubscribe


@pytest.mark.parametrize(
    ("how", "why"), [({"type": "kick"}, "kicked"), ({"type": "ban", "banned": True}, "banned")]
)
async def test_who_is_sent_away_listens_no_more_on_any_connection(how: dict[str, Any], why: str) -> None:
    async with (
        party_hub() as hub,
        member(hub, "owner") as owner,
        member(hub, "eve") as eve,
        listener(hub, "eve") as phone,
        member(hub, "bob") as bob,
    ):
        await eve.subscribe(LOBBY)
        await order(owner, user="eve", **how)
        for client in (eve, phone):
            assert await ended(client) == {"code": 2003, "reason": why}
            assert told(client, "leave")[-1]["reason"] == why
            assert (await report(client))["code"] == 103
            assert await client.error("history", {"channel": PARTY}) == 103
            assert await refused(client, ticket(hub, "eve")) == 103
        assert "error" not in await eve.post(1)
        await bob.ask("ping", {})
        assert "unsubscribe" not in [kind for push in bob.pushes for kind in push]
        assert (await command(eve, type="enter"))["error"]["code"] == 440
        assert hub.services.expulsions.ended == 2


async def test_who_only_listens_is_banned_as_well() -> None:
    async with party_hub() as hub, member(hub, "owner") as owner, listener(hub, "eve") as eve:
        await order(owner, type="ban", user="eve", banned=True)
        assert (await ended(eve))["reason"] == "banned"


async def test_a_ban_that_is_lifted_lets_them_listen_at_once() -> None:
    async with party_hub() as hub, member(hub, "owner") as owner, hub.client("eve") as eve:
        await order(owner, type="ban", user="eve", banned=True)
        assert await refused(eve, ticket(hub, "eve")) == 103
        await order(owner, type="ban", user="eve", banned=False)
        assert "error" not in await eve.subscribe(PARTY, token=ticket(hub, "eve"))


@pytest.mark.parametrize("reason", ["left", "silent"])
async def test_who_left_or_fell_silent_goes_on_listening(reason: str, autojump_clock: MockClock) -> None:
    async with party_hub() as hub, member(hub, "ada") as ada:
        if reason == "left":
            await command(ada, type="leave")
        else:
            await trio.sleep(12)
        await ada.ask("ping", {})
        assert [each["reason"] for each in told(ada, "leave")] == [reason]
        assert await command(ada, type="enter") == {}
        assert "error" not in await ada.ask("history", {"channel": PARTY})


async def test_who_was_kicked_may_listen_again_after_a_while(autojump_clock: MockClock) -> None:
    async with party_hub() as hub:
        async with member(hub, "owner") as owner, member(hub, "eve") as eve:
            await order(owner, type="kick", user="eve")
            await ended(eve)
        await trio.sleep(KICKED_MS / 1000 - 1)
        async with hub.client("eve") as eve:
            assert await refused(eve, ticket(hub, "eve")) == 103
            await trio.sleep(2)
            assert "error" not in await eve.subscribe(PARTY, token=ticket(hub, "eve"))


@pytest.mark.parametrize("how", [{"type": "kick"}, {"type": "ban", "banned": True}])
async def test_an_earlier_token_opens_nothing_in_a_hub_that_began_anew_either(how: dict[str, Any]) -> None:
    log = MemoryEventLog()
    async with party_hub(log) as hub, member(hub, "owner") as owner, member(hub, "eve") as eve:
        token = ticket(hub, "eve")
        await order(owner, user="eve", **how)
        await ended(eve)
    async with party_hub(log) as hub, hub.client("eve") as eve, hub.client("ada") as ada:
        with pytest.raises(codes.Rejected):
            await check_welcome(hub.services.rooms, PARTY, By("eve"))
        assert await refused(eve, token) == 103
        assert await eve.error("history", {"channel": PARTY}) == 103
        assert "error" not in await ada.subscribe(PARTY, token=ticket(hub, "ada"))


async def test_a_token_from_before_the_party_was_closed_opens_it_to_nobody_new() -> None:
    async with party_hub() as hub, member(hub, "owner") as owner, member(hub, "ada"):
        await order(owner, type="settings", visibility="invite")
        async with hub.client("eve") as eve, hub.client("ada") as phone:
            refusal = await eve.refusal("subscribe", {"channel": PARTY, "token": ticket(hub, "eve")})
            assert (refusal["code"], refusal["message"].partition(":")[0]) == (
                103,
                "this party is by invitation",
            )
            assert "error" not in await phone.subscribe(PARTY, token=ticket(hub, "ada"))


async def test_moderators_listen_anywhere_and_a_full_party_may_be_listened_to() -> None:
    async with party_hub() as hub:
        rooms = hub.services.rooms
        await check_welcome(rooms, PARTY, By("ada"))
        for number in range(PRESENT_MAX):
            await rooms.ref(PARTY).ask(Request(Enter(), By(f"user-{number}")), 5)
        await check_welcome(rooms, PARTY, By("ada"))
        async with member(hub, "owner") as owner:
            await order(owner, type="ban", user="mo", banned=True)
        await check_welcome(rooms, PARTY, By("mo", moderator=True))
        with pytest.raises(codes.Rejected, match="you are banned"):
            await check_welcome(rooms, PARTY, By("mo"))


def expulsions_of(hub: LiveHub, now_ms: list[float]) -> Expulsions:
    return Expulsions(hub.services.connections, Presence(), lambda: now_ms[0])


async def test_what_is_told_again_long_after_expels_nobody() -> None:
    async with party_hub() as hub:
        now_ms = [1_000_000.0]
        expulsions = expulsions_of(hub, now_ms)
        ban = {"type": "ban", "member": "eve", "banned": True, "at": 1_000_000}
        expulsions.hear(PARTY, ban)
        with pytest.raises(codes.Rejected, match="you were banned"):
            expulsions.check(PARTY, "eve")
        expulsions.check(PARTY, "ada")
        expulsions.check("watch:Another12345", "eve")
        now_ms[0] += BANNED_MS
        expulsions.check(PARTY, "eve")
        expulsions.hear(PARTY, ban)
        expulsions.check(PARTY, "eve")


async def test_so_many_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.expulsions.REMEMBERED_MAX", 3)
    async with party_hub() as hub:
        expulsions = expulsions_of(hub, [0.0])
        for number in range(5):
            expulsions.hear(PARTY, {"type": "leave", "member": str(number), "reason": "kicked", "at": 0})
        expulsions.check(PARTY, "1")
        with pytest.raises(codes.Rejected, match="you were kicked"):
            expulsions.check(PARTY, "2")
