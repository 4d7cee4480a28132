"""What the hub refuses: each error code of the protocol, brought about by a client."""

import time
from collections.abc import Sequence
from typing import Any

import pytest

from hub.limits import CHANNELS_PER_CONNECTION_MAX
from rooms.kinds import KINDS
from rooms.kinds.thread.kind import ThreadKind
from store.errors import DatabaseUnavailable
from store.event_log import Draft, Page, Position
from store.memory_log import MemoryEventLog
from tests.hub.live_hub import LOBBY, live_hub, post, signed


class AwayLog(MemoryEventLog):
    """A log whose database is away while `away` is true."""

    away = False

    def _check(self) -> None:
        if self.away:
            raise DatabaseUnavailable("the database is away")

    async def append(self, channel: str, after: Position, drafts: Sequence[Draft]) -> Position:
        self._check()
        return await super().append(channel, after, drafts)

    async def position(self, channel: str) -> Position:
        self._check()
        return await super().position(channel)

    async def read_back(self, channel: str, before: int | None, limit: int) -> Page:
        self._check()
        return await super().read_back(channel, before, limit)


class Members(ThreadKind):
    """A thread that only somebody with a name may read."""

    def may_read(self, by: Any) -> bool:
        return bool(by.user)


@pytest.mark.parametrize(
    "channel", ["nothing:here", "thread:", "thread:a b", "lobby", "sat:1", "sat:025544", "sat:x"]
)
@pytest.mark.parametrize("method", ["subscribe", "publish", "history", "presence", "presence_stats"])
async def test_102_a_channel_that_is_not_there(method: str, channel: str) -> None:
    async with live_hub() as hub, hub.client() as ada:
        assert await ada.error(method, {"channel": channel, "data": post(1)}) == 102


async def test_102_and_404_a_thread_that_nobody_opened() -> None:
    async with live_hub() as hub, hub.client() as ada:
        request = {"channel": "thread:never", "data": post(1), "limit": 1}
        codes = [await ada.error(method, request) for method in ("subscribe", "history", "publish")]
        assert codes == [102, 102, 404]
        assert hub.services.fanout.statistics().topics == 0
        await hub.open_thread("thread:never")
        for method in ("subscribe", "history", "publish"):
            assert "error" not in await ada.ask(method, request)


async def test_103_a_client_opens_no_thread() -> None:
    async with live_hub() as hub, hub.client() as ada:
        opening = {"type": "open", "title": "x", "board": "iss", "id": "1", "text": "x"}
        assert await ada.error("publish", {"channel": "thread:mine", "data": opening}) == 103
        assert await ada.error("subscribe", {"channel": "thread:mine"}) == 102


@pytest.mark.parametrize("method", ["subscribe", "publish", "history", "presence", "presence_stats"])
async def test_103_a_channel_that_is_not_for_everybody(method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(KINDS, "members", Members(always_open=True))
    async with live_hub() as hub, hub.client("") as reader, hub.client("ada") as ada:
        request = {"channel": "members:only", "data": post(1)}
        assert await reader.error(method, request) == 103
        assert "error" not in await ada.ask(method, request)


@pytest.mark.parametrize("claims", [{"sub": "bob"}, {"channel": "thread:other"}, {"channel": None}])
async def test_103_a_subscription_token_of_somebody_or_something_else(claims: dict[str, Any]) -> None:
    async with live_hub() as hub, hub.client() as ada:
        token = signed(**{"sub": "ada", "channel": LOBBY, **claims})
        assert await ada.error("subscribe", {"channel": LOBBY, "token": token}) == 103


async def test_103_a_sub_refresh_without_a_subscription() -> None:
    async with live_hub() as hub, hub.client() as ada:
        token = signed(sub="ada", channel=LOBBY, exp=int(time.time()) + 60)
        assert await ada.error("sub_refresh", {"channel": LOBBY, "token": token}) == 103
        assert await ada.error("sub_refresh", {"channel": LOBBY}) == 107


async def test_101_a_subscription_token_of_another_hub() -> None:
    async with live_hub() as hub, hub.client() as ada:
        foreign = signed("another secret of thirty-two bytes!", sub="ada", channel=LOBBY)
        assert await ada.error("subscribe", {"channel": LOBBY, "token": foreign}) == 101


async def test_104_methods_that_are_not_there() -> None:
    async with live_hub() as hub, hub.client() as ada:
        assert await ada.error("levitate", {}) == 104
        assert await ada.error("rpc", {"method": "levitate"}) == 104
        await ada.send_objects({"id": 77})
        assert (await ada.reply(77))["error"]["code"] == 104


async def test_105_subscribed_already() -> None:
    async with live_hub() as hub, hub.client() as ada:
        await ada.subscribe()
        assert await ada.error("subscribe", {"channel": LOBBY}) == 105
        assert hub.services.fanout.statistics().subscriptions == 1


async def test_106_one_channel_too_many() -> None:
    async with live_hub(commands_per_second=1000) as hub, hub.client() as ada:
        for number in range(CHANNELS_PER_CONNECTION_MAX):
            assert "error" not in await ada.subscribe(f"board:{number}")
        refusal = await ada.refusal("subscribe", {"channel": LOBBY})
        assert refusal["code"] == 106
        assert str(CHANNELS_PER_CONNECTION_MAX) in refusal["message"]
        await ada.ask("unsubscribe", {"channel": "board:0"})
        assert "epoch" in await ada.subscribe()


@pytest.mark.parametrize(
    ("method", "request_", "field"),
    [
        ("subscribe", {}, "channel"),
        ("subscribe", {"channel": ""}, "channel"),
        ("subscribe", {"channel": "x" * 256}, "channel"),
        ("subscribe", {"channel": 7}, "channel"),
        ("subscribe", {"channel": LOBBY, "token": 7}, "token"),
        ("subscribe", {"channel": LOBBY, "recover": "yes"}, "recover"),
        ("subscribe", {"channel": LOBBY, "join_leave": 1}, "join_leave"),
        ("subscribe", {"channel": LOBBY, "recover": True, "offset": -1}, "offset"),
        ("subscribe", {"channel": LOBBY, "recover": True, "offset": 1.5}, "offset"),
        ("subscribe", {"channel": LOBBY, "recover": True, "offset": True}, "offset"),
        ("subscribe", {"channel": LOBBY, "recover": True, "offset": 1 << 63}, "offset"),
        ("subscribe", {"channel": LOBBY, "recover": True, "offset": 1 << 70}, "offset"),
        ("subscribe", {"channel": LOBBY, "recover": True, "epoch": 1}, "epoch"),
        ("subscribe", {"channel": LOBBY, "recover": True, "flag": "2"}, "flag"),
        ("unsubscribe", {}, "channel"),
        ("publish", {"data": {}}, "channel"),
        ("history", {"channel": LOBBY, "limit": "all"}, "limit"),
        ("history", {"channel": LOBBY, "since": 3}, "since"),
        ("history", {"channel": LOBBY, "since": {"offset": -3}}, "offset"),
        ("history", {"channel": LOBBY, "reverse": 1}, "reverse"),
        ("rpc", {"method": 1}, "method"),
        ("subscribe", [], "subscribe"),
        ("ping", None, "ping"),
    ],
)
async def test_107_a_request_that_is_not_as_it_must_be(method: str, request_: Any, field: str) -> None:
    async with live_hub() as hub, hub.client() as ada:
        refusal = await ada.refusal(method, request_)
        assert refusal["code"] == 107
        assert refusal["message"].startswith(field)


async def test_107_a_connect_that_is_not_as_it_must_be_can_be_mended() -> None:
    async with live_hub() as hub, hub.client(None) as ada:
        assert await ada.error("connect", {"token": hub.token(), "subs": []}) == 107
        assert await ada.error("connect", {"token": 7}) == 107
        assert "client" in await ada.ask("connect", {"token": hub.token()})


async def test_108_history_of_what_keeps_none() -> None:
    async with live_hub() as hub, hub.client() as ada:
        assert await ada.error("history", {"channel": "sat:25544", "limit": 1}) == 108


async def test_109_an_expired_token_can_be_replaced_on_the_same_connection() -> None:
    async with live_hub() as hub, hub.client(None) as ada:
        expired = hub.token("ada", exp=int(time.time()) - 1)
        assert await ada.error("connect", {"token": expired}) == 109
        assert hub.services.connections._users == {}
        assert "client" in await ada.ask("connect", {"token": hub.token()})
        assert await ada.error("refresh", {"token": expired}) == 109
        stale = signed(sub="ada", channel=LOBBY, exp=int(time.time()) - 1)
        assert await ada.error("subscribe", {"channel": LOBBY, "token": stale}) == 109


async def test_111_more_commands_than_a_second_may_have() -> None:
    async with live_hub(commands_per_second=1) as hub, hub.client() as ada:
        assert "error" not in await ada.ask("ping", {})
        refusal = await ada.refusal("ping", {})
        assert refusal["code"] == 111
        assert refusal["temporary"] is True
        assert len(hub.sessions()) == 1


async def test_112_history_and_recovery_from_another_life_of_the_channel() -> None:
    async with live_hub() as hub, hub.client() as ada:
        await ada.post(1)
        since = {"offset": 1, "epoch": "elsewhere"}
        assert await ada.error("history", {"channel": LOBBY, "limit": 9, "since": since}) == 112
        lost = {"channel": LOBBY, "recover": True, **since}
        assert await ada.error("subscribe", {**lost, "flag": 2}) == 112
        assert hub.services.fanout.statistics().topics == 0
        assert "recovered" not in await ada.ask("subscribe", {**lost, "flag": 1})


async def test_100_while_the_database_is_away_and_none_is_lost_by_it() -> None:
    log = AwayLog()
    async with live_hub(log) as hub, hub.client() as ada:
        await ada.subscribe()
        log.away = True
        for method in ("subscribe", "publish", "history"):
            refusal = await ada.refusal(method, {"channel": "thread:new", "data": post(1)})
            assert refusal["code"] == 100
            assert refusal["temporary"] is True
        refusal = await ada.refusal("publish", {"channel": LOBBY, "data": post(1)})
        assert (refusal["code"], refusal["temporary"]) == (100, True)
        log.away = False
        assert await ada.post(1) == {}
        assert await ada.offsets(1) == [1]


async def test_connect_is_refused_whole_while_its_channels_cannot_be_read() -> None:
    log = AwayLog()
    log.away = True
    async with live_hub(log) as hub, hub.client(None) as ada:
        token = hub.token("ada", channels=[LOBBY])
        refusal = await ada.refusal("connect", {"token": token})
        assert (refusal["code"], refusal["temporary"]) == (100, True)
        assert hub.services.connections._users == {}
        assert not hub.sessions()[0].connected
        log.away = False
        assert LOBBY in (await ada.ask("connect", {"token": token}))["subs"]
        assert hub.services.connections._users == {"ada": 1}


async def test_refusals_of_a_room_come_with_its_own_codes() -> None:
    async with live_hub() as hub, hub.client("ada") as ada, hub.client("bob") as bob:
        await ada.post(1)

        async def code(data: object) -> int:
            return await bob.error("publish", {"channel": LOBBY, "data": data})

        assert await code(None) == 400
        assert await code({"type": "post", "id": "2", "text": ""}) == 400
        assert await code({"type": "edit", "id": "1", "text": "mine now"}) == 103
        assert await code({"type": "react", "id": "9", "emoji": "👍"}) == 404
        assert await code(post(1)) == 409
        await ada.ask("publish", {"channel": LOBBY, "data": {"type": "delete", "id": "1"}})
        assert await code({"type": "react", "id": "1", "emoji": "👍"}) == 410


async def test_404_a_thread_that_nobody_opened_wakes_no_room() -> None:
    async with live_hub() as hub, hub.client() as ada:
        for number in range(20):
            said = {"channel": f"thread:made-up-{number}", "data": post(1)}
            assert await ada.error("publish", said) == 404
        assert hub.services.rooms.statistics().started == 0
        await hub.open_thread("thread:real")
        assert await ada.post(1, "thread:real") == {}
