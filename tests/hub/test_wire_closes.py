"""How the hub ends connections: each close code of the protocol, brought about by a client or by time."""

import time

import pytest

from hub.limits import PUBLISHES_IN_FLIGHT_MAX, REFUSALS_MAX
from rooms.ports import Publication
from tests.hub.delayed_log import DelayedLog
from tests.hub.live_hub import DAY_S, LOBBY, live_hub, post, signed


@pytest.mark.parametrize(
    "message",
    [
        "",
        "\n",
        "rubbish",
        "[]",
        "7",
        "null",
        '"text"',
        '{"id":1',
        '{"id":1,"ping":{}}{"id":2,"ping":{}}',
        '{"id":1,"ping":{}}\n[]',
        '{"id":1,"ping":{"x":NaN}}',
        '{"id":1,"ping":{"x":1e999}}',
        '{"id":1,"ping":{"x":"\\ud800"}}',
        '{"id":1,"ping":{"x":' + "[" * 20_000 + "}}",
        '{"id":1,"ping":{"x":' + '{"x":' * 9_000 + "}}",
        '{"ping":{}}',
        '{"id":0,"ping":{}}',
        '{"id":-1,"ping":{}}',
        '{"id":"1","ping":{}}',
        '{"id":1.0,"ping":{}}',
        '{"id":true,"ping":{}}',
        '{"id":null,"ping":{}}',
        '{"id":4294967296,"ping":{}}',
        '{"id":' + "9" * 400 + ',"ping":{}}',
        b"binary",
    ],
)
async def test_3501_what_no_sdk_would_send(message: str | bytes) -> None:
    async with live_hub() as hub, hub.client("ada") as ada, hub.client("bob") as bob:
        await ada.websocket.send_message(message)
        assert await ada.closed() == (3501, "bad request")
        assert await bob.ask("ping", {}) == {}


@pytest.mark.parametrize(
    "command",
    [
        {"id": 1, "subscribe": {"channel": LOBBY}},
        {"id": 1, "ping": {}},
        {"send": {"data": 1}},
        {"id": 1},
        {"id": 1, "levitate": {}},
    ],
)
async def test_3501_a_command_before_connect(command: dict[str, object]) -> None:
    async with live_hub() as hub, hub.client(None) as ada:
        await ada.send_objects(command)
        assert (await ada.closed())[0] == 3501


async def test_3501_a_second_connect() -> None:
    async with live_hub() as hub, hub.client() as ada:
        await ada.send("connect", {"token": hub.token()})
        assert (await ada.closed())[0] == 3501


async def test_nothing_is_carried_out_behind_what_closes() -> None:
    async with live_hub() as hub, hub.client() as ada:
        await ada.send_objects({"ping": {}}, {"id": 5, "publish": {"channel": LOBBY, "data": post(1)}})
        assert (await ada.closed())[0] == 3501
        assert (await hub.log.position(LOBBY)).offset == 0


@pytest.mark.parametrize(
    "token",
    [
        "rubbish",
        "a.b.c",
        "é.é.é",
        signed("another secret of thirty-two bytes!", sub="ada"),
        signed(sub=7),
        signed(sub="ada", info=[]),
        signed(sub="ada", channels="thread:lobby"),
        signed(sub="ada", exp="tomorrow"),
        signed(sub="ada", aud="another hub"),
        signed(sub="ada", nbf=int(time.time()) + DAY_S),
    ],
)
async def test_3500_a_token_that_is_not_ours(token: str) -> None:
    async with live_hub() as hub, hub.client(None) as ada:
        await ada.send("connect", {"token": token})
        assert await ada.closed() == (3500, "invalid token")


async def test_3500_a_refresh_with_the_token_of_somebody_else_or_none() -> None:
    async with live_hub() as hub:
        for token in (hub.token("bob"), "rubbish", ""):
            async with hub.client("ada") as ada:
                await ada.send("refresh", {"token": token})
                assert (await ada.closed())[0] == 3500
        await hub.until(lambda: not hub.sessions())
        assert hub.services.connections._users == {}


async def test_3502_who_never_connects() -> None:
    async with live_hub() as hub, hub.client(None) as ada, hub.client("bob") as bob:
        hub.tick(later_s=9.5)
        hub.tick(later_s=10.1)
        assert await ada.closed() == (3502, "stale")
        assert await bob.ask("ping", {}) == {}


async def test_who_waits_for_the_answer_to_connect_is_not_stale() -> None:
    log = DelayedLog()
    async with live_hub(log) as hub, hub.client(None) as ada:
        log.hold()
        connecting = await ada.send("connect", {"token": hub.token(channels=[LOBBY])})
        await hub.until(lambda: log.looks)
        hub.tick(later_s=12)
        log.release()
        assert "client" in (await ada.reply(connecting))["connect"]
        hub.tick(later_s=20)
        assert await ada.ask("ping", {}) == {}


async def test_3502_who_does_not_connect_again_after_a_refusal() -> None:
    log = DelayedLog()
    async with live_hub(log) as hub, hub.client(None) as ada:
        log.failures = 1
        assert await ada.error("connect", {"token": hub.token(channels=[LOBBY])}) == 100
        hub.tick(later_s=10.1)
        assert await ada.closed() == (3502, "stale")


async def test_3504_one_connection_too_many_of_one_person() -> None:
    async with live_hub(connections_per_user=2) as hub, hub.client("ada"), hub.client("bob"):
        async with hub.client("ada"), hub.client(None) as third:
            await third.send("connect", {"token": hub.token("ada", channels=[LOBBY])})
            assert await third.closed() == (3504, "connection limit")
            assert hub.services.connections._users == {"ada": 2, "bob": 1}
            assert hub.services.fanout.statistics().topics == 0
        await hub.until(lambda: len(hub.sessions()) == 2)
        assert hub.services.connections._users == {"ada": 1, "bob": 1}
        async with hub.client("ada") as again:
            assert await again.ask("ping", {}) == {}


async def test_anonymous_readers_are_not_counted_as_one_person() -> None:
    async with live_hub(connections_per_user=1) as hub, hub.client(""), hub.client("") as second:
        assert await second.ask("ping", {}) == {}


async def test_3005_a_token_that_was_not_refreshed_in_time() -> None:
    async with live_hub() as hub, hub.client() as ada:
        hub.tick(wall_later_s=DAY_S + 20)
        assert await ada.ask("ping", {}) == {}
        hub.tick(wall_later_s=DAY_S + 26)
        assert await ada.closed() == (3005, "connection expired")


async def test_3005_does_not_come_to_who_refreshed() -> None:
    async with live_hub() as hub, hub.client() as ada:
        await ada.ask("refresh", {"token": hub.token(exp=int(time.time()) + 2 * DAY_S)})
        hub.tick(wall_later_s=DAY_S + 26)
        assert await ada.ask("ping", {}) == {}


async def test_3012_who_does_not_answer_a_ping() -> None:
    async with live_hub() as hub, hub.client() as ada:
        hub.tick(later_s=24)
        hub.tick(later_s=25.1)
        while not ada.pings:
            await ada.receive()
        hub.tick(later_s=33.0)
        assert await ada.ask("ping", {}) == {}
        hub.tick(later_s=33.2)
        assert await ada.closed() == (3012, "no pong")


async def test_a_pong_behind_a_command_that_takes_long_is_waited_for() -> None:
    log = DelayedLog()
    async with live_hub(log) as hub, hub.client() as ada:
        log.hold()
        subscribing = await ada.send("subscribe", {"channel": LOBBY})
        await hub.until(lambda: log.looks)
        hub.tick(later_s=25.1)
        await ada.send_objects({})
        hub.tick(later_s=33.2)
        log.release()
        assert "subscribe" in await ada.reply(subscribing)
        assert await ada.ask("ping", {}) == {}
        hub.tick(later_s=42)
        assert await ada.ask("ping", {}) == {}
        assert ada.pings == 1


async def test_3012_who_does_not_answer_a_ping_for_a_command_that_took_long() -> None:
    log = DelayedLog()
    async with live_hub(log) as hub, hub.client() as ada:
        log.hold()
        subscribing = await ada.send("subscribe", {"channel": LOBBY})
        await hub.until(lambda: log.looks)
        hub.tick(later_s=25.1)
        hub.tick(later_s=33.2)
        log.release()
        await ada.reply(subscribing)
        await ada.ask("ping", {})
        hub.tick(later_s=41.3)
        assert (await ada.closed())[0] == 3012


async def test_who_answers_pings_stays() -> None:
    async with live_hub() as hub, hub.client() as ada:
        for number in range(1, 4):
            hub.tick(later_s=26 * number)
            while ada.pings < number:
                await ada.receive()
            await ada.send_objects({})
            await ada.ask("ping", {})
            hub.tick(later_s=26 * number + 9)
        assert ada.pings == 3
        assert await ada.ask("ping", {}) == {}


async def test_3013_who_does_not_stop_sending_too_much() -> None:
    async with live_hub(commands_per_second=1) as hub, hub.client() as ada, hub.client("bob") as bob:
        await ada.send_objects(*[{"id": 100 + n, "ping": {}} for n in range(REFUSALS_MAX + 2)])
        assert await ada.closed() == (3013, "too many requests")
        refused = [body["error"]["code"] for body in ada.heard if "error" in body]
        assert refused == [111] * len(refused)
        assert REFUSALS_MAX - 1 <= len(refused) <= REFUSALS_MAX
        assert await bob.ask("ping", {}) == {}


async def test_3013_a_flood_of_pongs_that_nobody_asked_for() -> None:
    async with live_hub(commands_per_second=1) as hub, hub.client() as ada:
        await ada.send_objects(*[{}] * (REFUSALS_MAX + 5))
        assert (await ada.closed())[0] == 3013


async def test_1009_a_frame_over_64_kib() -> None:
    async with live_hub() as hub, hub.client() as ada, hub.client("bob") as bob:
        await ada.websocket.send_message('{"id":5,"ping":{"x":"' + "x" * 65_000 + '"}}')
        assert await ada.reply(5) == {"id": 5, "ping": {}}
        await ada.websocket.send_message("x" * 65_537)
        assert (await ada.closed())[0] == 1009
        assert await bob.ask("ping", {}) == {}


async def test_3001_everybody_is_told_when_the_hub_stops() -> None:
    async with live_hub() as hub, hub.client("ada") as ada, hub.client(None) as stranger:
        await hub.services.connections.close_all()
        assert await ada.closed() == (3001, "shutdown")
        assert await stranger.closed() == (3001, "shutdown")


async def test_3008_who_does_not_read_is_closed_and_the_others_notice_nothing() -> None:
    async with live_hub() as hub, hub.client("ada") as ada, hub.client("bob") as bob:
        await ada.subscribe()
        await bob.subscribe()
        large = Publication(b'"%s"' % (b"x" * 200_000))
        told = 0
        while hub.services.counters.slow_clients == 0:
            hub.services.fanout.publish(LOBBY, [large])
            told += 1
            await bob.publications(told)
        assert hub.sessions()[0].outlet.queued_bytes < 1024 * 1024
        assert await ada.closed() == (3008, "slow")
        await hub.until(lambda: len(hub.sessions()) == 1)
        assert hub.services.presence.count(LOBBY).clients == 1
        assert await bob.ask("ping", {}) == {}


async def test_a_reader_waits_for_its_own_posts_alone() -> None:
    async with live_hub(commands_per_second=1000) as hub, hub.client("ada") as ada, hub.client("bob") as bob:
        count = 3 * PUBLISHES_IN_FLIGHT_MAX
        ids = [await ada.send("publish", {"channel": LOBBY, "data": post(n)}) for n in range(count)]
        assert await bob.ask("ping", {}) == {}
        for each in ids:
            assert "error" not in await ada.reply(each)
        [session, _] = hub.sessions()
        assert session._unanswered == 0
        assert (await hub.log.position(LOBBY)).offset == count
