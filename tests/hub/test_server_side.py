"""Channels that the token subscribes: in the connect reply, recovered, and lost with the connection."""

import pytest

from hub.limits import CHANNELS_PER_CONNECTION_MAX
from rooms.kinds import ROOMS
from rooms.ports import Publication
from store.event_log import Draft
from tests.hub.delayed_log import DelayedLog
from tests.hub.live_hub import LOBBY, live_hub

OTHER = "thread:other"


async def test_the_connect_reply_holds_a_subscribe_result_for_each() -> None:
    async with live_hub() as hub, hub.client(None) as ada, hub.client("bob") as bob:
        await hub.open_thread(OTHER)
        await bob.post(1)
        result = await ada.ask("connect", {"token": hub.token(channels=[LOBBY, OTHER, "nothing:here"])})
        epoch = (await hub.log.position(LOBBY)).epoch
        assert result["subs"] == {
            LOBBY: {"recoverable": True, "positioned": True, "epoch": epoch, "offset": 1},
            OTHER: {"recoverable": True, "positioned": True, "epoch": epoch, "offset": 2},
        }
        await bob.post(2)
        assert await ada.offsets(1) == [2]
        assert hub.services.presence.count(OTHER).clients == 1


async def test_each_recovers_from_the_position_that_the_client_names() -> None:
    async with live_hub() as hub, hub.client(None) as ada, hub.client("bob") as bob:
        await hub.open_thread(OTHER)
        for number in range(4):
            await bob.post(number)
        epoch = (await hub.log.position(LOBBY)).epoch
        subs = {
            LOBBY: {"recover": True, "epoch": epoch, "offset": 2},
            OTHER: {"recover": True, "epoch": "gone", "offset": 2},
            "thread:third": {"recover": True, "epoch": epoch, "offset": 0},
        }
        result = await ada.ask("connect", {"token": hub.token(channels=[LOBBY, OTHER]), "subs": subs})
        assert list(result["subs"]) == [LOBBY, OTHER]
        lobby, other = result["subs"].values()
        assert [each["offset"] for each in lobby["publications"]] == [3, 4]
        assert (lobby["recovered"], lobby["was_recovering"], lobby["offset"]) == (True, True, 2)
        assert "recovered" not in other
        assert other["was_recovering"] is True


async def test_a_channel_named_twice_is_one_subscription() -> None:
    async with live_hub() as hub:
        async with hub.client(None) as ada, hub.client("bob") as bob:
            await ada.ask("connect", {"token": hub.token(channels=[LOBBY, LOBBY])})
            assert await ada.error("subscribe", {"channel": LOBBY}) == 105
            await bob.post(1)
            await ada.publications(1)
            await ada.ask("ping", {})
            assert len(ada.pushes) == 1
        await hub.until(lambda: not hub.sessions())
        assert hub.services.fanout.statistics().topics == 0


async def test_a_token_gives_no_more_channels_than_a_connection_may_have() -> None:
    async with live_hub() as hub, hub.client(None) as ada:
        channels = [f"board:{n}" for n in range(CHANNELS_PER_CONNECTION_MAX + 3)]
        result = await ada.ask("connect", {"token": hub.token(channels=channels)})
        assert list(result["subs"]) == channels[:CHANNELS_PER_CONNECTION_MAX]
        assert await ada.error("subscribe", {"channel": LOBBY}) == 106


@pytest.mark.parametrize(
    "subs", [{LOBBY: 1}, {LOBBY: {"recover": True, "offset": -1}}, {LOBBY: {"recover": 1}}]
)
async def test_a_position_that_is_none_refuses_the_connect_and_leaves_nothing(subs: object) -> None:
    async with live_hub() as hub, hub.client(None) as ada:
        token = hub.token(channels=[OTHER, LOBBY])
        assert await ada.error("connect", {"token": token, "subs": subs}) == 107
        assert hub.services.fanout.statistics().topics == 0
        assert hub.services.presence.count(OTHER).clients == 0
        assert "client" in await ada.ask("connect", {"token": token})


async def test_a_place_that_is_lost_before_the_reply_refuses_the_connect_for_the_moment() -> None:
    log = DelayedLog()
    async with live_hub(log) as hub, hub.client(None) as ada:
        await hub.open_thread(OTHER)
        token = hub.token(channels=[LOBBY, OTHER])
        await hub.services.fanout.open(LOBBY, ROOMS[LOBBY])
        log.hold()
        looks = log.looks
        connect = await ada.send("connect", {"token": token})
        await hub.until(lambda: log.looks == looks + 1)
        topic = hub.services.fanout.topic(LOBBY)
        assert topic is not None
        topic._lose_everybody()
        log.release()
        refusal = (await ada.reply(connect))["error"]
        assert (refusal["code"], refusal["temporary"]) == (100, True)
        assert hub.services.connections._users == {}
        result = await ada.ask("connect", {"token": token})
        assert list(result["subs"]) == [LOBBY, OTHER]
        await ada.post(1)
        assert await ada.offsets(1) == [1]


async def test_3010_a_place_that_was_lost_is_found_by_connecting_again() -> None:
    async with live_hub() as hub, hub.client(None) as ada:
        await ada.ask("connect", {"token": hub.token(channels=[LOBBY])})
        position = await hub.log.restart(LOBBY)
        await hub.log.append(LOBBY, position, [Draft("{}")] * 2)
        hub.services.fanout.publish(LOBBY, [Publication(b"{}", 2)])
        assert await ada.closed() == (3010, "insufficient state")
        assert ada.pushes == []


async def test_volatile_channels_come_with_their_last_values() -> None:
    async with live_hub() as hub, hub.client(None) as ada:
        result = await ada.ask("connect", {"token": hub.token(channels=["sat:25544", LOBBY])})
        assert {each["data"]["type"] for each in result["subs"]["sat:25544"]["publications"]} >= {"position"}
