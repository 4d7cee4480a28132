"""The wire as a client sees it: every method with the exact shape of its result."""

import time

import pytest

from tests.hub.live_hub import LOBBY, live_hub, post, signed


async def test_connect_says_what_an_sdk_needs() -> None:
    async with live_hub() as hub, hub.client(None) as client:
        before_ms = time.time() * 1000 - 1
        result = await client.ask("connect", {"token": hub.token("ada"), "name": "js", "headers": {"x": "y"}})
        assert set(result) == {
            "client", "version", "expires", "ttl", "ping", "pong", "session", "node", "time",
        }  # fmt: skip
        assert result["expires"] is True
        assert 86_390 <= result["ttl"] <= 86_400
        assert (result["ping"], result["pong"]) == (25, True)
        assert result["version"].startswith("CosmoHub ")
        assert before_ms <= result["time"] <= time.time() * 1000
        assert [session.client for session in hub.sessions()] == [result["client"]]


async def test_who_brings_no_token_is_an_anonymous_reader_without_expiry() -> None:
    async with live_hub() as hub, hub.client(None) as client:
        result = await client.ask("connect", {})
        assert "expires" not in result
        assert "ttl" not in result
        assert "epoch" in await client.subscribe()
        refusal = await client.refusal("publish", {"channel": LOBBY, "data": post(1)})
        assert refusal["code"] == 103
        assert "/api/auth/guest" in refusal["message"]


async def test_a_post_reaches_every_subscriber_with_its_offset() -> None:
    async with live_hub() as hub, hub.client("ada") as ada, hub.client("bob") as bob:
        assert (await ada.subscribe())["recoverable"]
        await bob.subscribe()
        assert await ada.ask("publish", {"channel": LOBBY, "data": post(1, "Hello 🚀")}) == {}
        for client in (ada, bob):
            [publication] = await client.publications(1)
            assert publication["offset"] == 1
            assert publication["data"]["text"] == "Hello 🚀"
            assert publication["data"]["user"] == {"id": "ada", "display_name": "Ada"}


async def test_an_empty_result_stands_in_its_reply() -> None:
    async with live_hub() as hub, hub.client() as ada:
        assert await ada.reply(await ada.send("publish", {"channel": LOBBY, "data": post(1)})) == {
            "id": 2,
            "publish": {},
        }
        assert await ada.reply(await ada.send("ping", {})) == {"id": 3, "ping": {}}
        assert await ada.reply(await ada.send("unsubscribe", {"channel": LOBBY})) == {
            "id": 4,
            "unsubscribe": {},
        }


async def test_a_subscribe_to_an_empty_channel_leaves_out_what_is_zero() -> None:
    async with live_hub() as hub, hub.client() as ada:
        epoch = (await hub.log.position(LOBBY)).epoch
        assert await ada.subscribe() == {"recoverable": True, "positioned": True, "epoch": epoch}


async def test_a_subscribe_names_the_top() -> None:
    async with live_hub() as hub, hub.client() as ada:
        await ada.post(1)
        await ada.post(2)
        assert (await ada.subscribe())["offset"] == 2


async def test_several_commands_a_frame_are_answered_in_their_order() -> None:
    async with live_hub() as hub, hub.client(None) as ada:
        await ada.send_objects(
            {"id": 1, "connect": {"token": hub.token()}},
            {"id": 2, "subscribe": {"channel": LOBBY}},
            {"id": 3, "publish": {"channel": LOBBY, "data": post(1)}},
            {"id": 4, "ping": {}},
        )
        await ada.publications(1)
        kinds = [next(iter(body.keys() - {"id"})) for body in ada.heard]
        assert kinds[:2] == ["connect", "subscribe"]
        assert kinds.index("publish") < kinds.index("push")
        assert sorted(kinds[2:]) == ["ping", "publish", "push"]


async def test_posts_that_are_stored_together_are_answered_in_one_frame() -> None:
    async with live_hub() as hub, hub.client() as ada:
        await ada.send_objects(
            *({"id": n, "publish": {"channel": LOBBY, "data": post(n)}} for n in range(10, 15))
        )
        heard_before = len(ada.heard)
        await ada.receive()
        assert ada.heard[heard_before:] == [{"id": n, "publish": {}} for n in range(10, 15)]


async def test_the_reply_of_the_poster_comes_before_its_push() -> None:
    async with live_hub() as hub, hub.client() as ada:
        await ada.subscribe()
        for number in range(20):
            await ada.send("publish", {"channel": LOBBY, "data": post(number)})
        await ada.publications(20)
        order = [("id", body["id"] - 2) if "id" in body else ("pub", body["push"]["pub"]["offset"])
                 for body in ada.heard[2:]]  # fmt: skip
        for offset in range(1, 21):
            assert order.index(("id", offset)) < order.index(("pub", offset))


async def test_unsubscribed_hears_nothing_more() -> None:
    async with live_hub() as hub, hub.client("ada") as ada, hub.client("bob") as bob:
        await ada.subscribe()
        await bob.subscribe()
        await ada.ask("unsubscribe", {"channel": LOBBY})
        await bob.post(1)
        await bob.publications(1)
        await ada.ask("ping", {})
        assert ada.pushes == []
        assert (await ada.subscribe())["offset"] == 1


async def test_history_pages_in_both_directions() -> None:
    async with live_hub() as hub, hub.client() as ada:
        for number in range(1, 6):
            await ada.post(number)
        epoch = (await hub.log.position(LOBBY)).epoch

        async def offsets(**request: object) -> list[int]:
            result = await ada.ask("history", {"channel": LOBBY, **request})
            assert (result["epoch"], result["offset"]) == (epoch, 5)
            return [each["offset"] for each in result.get("publications", [])]

        assert await offsets() == []
        assert await offsets(limit=0) == []
        assert await offsets(limit=-1) == [1, 2, 3, 4, 5]
        assert await offsets(limit=2) == [1, 2]
        assert await offsets(limit=2, since={"offset": 2, "epoch": epoch}) == [3, 4]
        assert await offsets(limit=9, since={"offset": 5, "epoch": epoch}) == []
        assert await offsets(limit=2, reverse=True) == [5, 4]
        assert await offsets(limit=9, reverse=True, since={"offset": 4, "epoch": epoch}) == [3, 2, 1]
        assert await offsets(limit=9, since={"offset": 3}) == [4, 5]
        assert await offsets(limit=9, since={"offset": 77, "epoch": epoch}) == []


async def test_history_of_nothing_has_a_position() -> None:
    async with live_hub() as hub, hub.client("") as reader:
        epoch = (await hub.log.position(LOBBY)).epoch
        assert await reader.ask("history", {"channel": LOBBY, "limit": 10}) == {"epoch": epoch}


async def test_history_gives_no_more_than_a_frame_carries() -> None:
    async with live_hub(commands_per_second=1000) as hub, hub.client() as ada:
        for number in range(70):
            await ada.ask("publish", {"channel": LOBBY, "data": post(number, "🛰" * 4000)})
        result = await ada.ask("history", {"channel": LOBBY, "limit": -1, "reverse": True})
        offsets = [each["offset"] for each in result["publications"]]
        assert offsets == list(range(70, 70 - len(offsets), -1))
        assert 40 <= len(offsets) < 70


async def test_presence_names_who_is_there_and_counts_people() -> None:
    async with (
        live_hub() as hub,
        hub.client("ada") as ada,
        hub.client("ada") as ada_again,
        hub.client("") as reader,
    ):
        for client in (ada, ada_again, reader):
            await client.subscribe()
        presence = (await ada.ask("presence", {"channel": LOBBY}))["presence"]
        assert list(presence) == [session.client for session in hub.sessions()]
        first, _, last = presence.values()
        assert first == {
            "user": "ada",
            "client": hub.sessions()[0].client,
            "conn_info": {"display_name": "Ada"},
        }
        assert last == {"user": "", "client": hub.sessions()[2].client}
        assert await ada.ask("presence_stats", {"channel": LOBBY}) == {"num_clients": 3, "num_users": 2}
        await ada_again.ask("unsubscribe", {"channel": LOBBY})
        assert await ada.ask("presence_stats", {"channel": LOBBY}) == {"num_clients": 2, "num_users": 2}
        assert await ada.ask("presence", {"channel": "thread:nobody"}) == {"presence": {}}


async def test_joins_and_leaves_are_told_to_who_asked() -> None:
    async with live_hub() as hub, hub.client("ada") as ada, hub.client("eve") as eve:
        await ada.subscribe(join_leave=True)
        await eve.subscribe()
        async with hub.client("bob") as bob:
            await bob.subscribe()
            client = hub.sessions()[2].client
            info = {"user": "bob", "client": client, "conn_info": {"display_name": "Bob"}}
            assert [push["join"]["info"]["user"] for push in ada.pushes if "join" in push] in ([], ["eve"])
        assert await ada.push("leave") == {"channel": LOBBY, "leave": {"info": info}}
        assert [push["join"]["info"]["user"] for push in ada.pushes if "join" in push] == ["eve", "bob"]
        await eve.ask("ping", {})
        assert eve.pushes == []


async def test_a_volatile_command_is_told_without_an_offset() -> None:
    async with live_hub() as hub, hub.client("ada") as ada, hub.client("bob") as bob:
        await bob.subscribe()
        assert await ada.ask("publish", {"channel": LOBBY, "data": {"type": "typing"}}) == {}
        [publication] = await bob.publications(1)
        assert "offset" not in publication
        assert publication["data"]["type"] == "typing"
        assert (await hub.log.position(LOBBY)).offset == 0


async def test_rpc_and_send() -> None:
    async with live_hub() as hub, hub.client() as ada:
        now_ms = time.time() * 1000
        assert abs((await ada.ask("rpc", {"method": "time"}))["data"]["at"] - now_ms) < 5_000
        await ada.send_objects({"send": {"data": {"any": "thing"}}})
        await ada.ask("ping", {})
        assert [body for body in ada.heard if "error" in body] == []


async def test_a_satellite_is_there_at_once_and_only_to_be_listened_to() -> None:
    async with live_hub() as hub, hub.client("") as reader, hub.client() as ada:
        result = await reader.subscribe("sat:25544")
        assert result["recovered"] is True
        assert "epoch" not in result
        assert "recoverable" not in result
        types = {each["data"]["type"] for each in result["publications"]}
        assert "position" in types
        assert all("offset" not in each for each in result["publications"])
        assert await ada.error("publish", {"channel": "sat:25544", "data": {"type": "position"}}) == 103


async def test_refresh_goes_on_with_a_new_expiry() -> None:
    async with live_hub() as hub, hub.client() as ada:
        later = hub.token("ada", exp=int(time.time()) + 200_000, info={"display_name": "Ada L."})
        result = await ada.ask("refresh", {"token": later})
        assert set(result) == {"client", "version", "expires", "ttl"}
        assert 199_990 <= result["ttl"] <= 200_000
        await ada.subscribe()
        await ada.post(1)
        [publication] = await ada.publications(1)
        assert publication["data"]["user"]["display_name"] == "Ada L."


async def test_a_subscription_token_gives_the_subscription_an_expiry_that_sub_refresh_moves() -> None:
    async with live_hub() as hub, hub.client() as ada:
        soon, later = int(time.time()) + 100, int(time.time()) + 5_000
        result = await ada.subscribe(token=signed(sub="ada", channel=LOBBY, exp=soon))
        assert result["expires"] is True
        assert 90 <= result["ttl"] <= 100
        renewed = await ada.ask(
            "sub_refresh", {"channel": LOBBY, "token": signed(sub="ada", channel=LOBBY, exp=later)}
        )
        assert renewed["expires"] is True
        assert 4_990 <= renewed["ttl"] <= 5_000
        hub.tick(wall_later_s=200)
        await ada.ask("ping", {})
        assert ada.pushes == []
        hub.tick(wall_later_s=5_026)
        assert await ada.push("unsubscribe") == {
            "channel": LOBBY,
            "unsubscribe": {"code": 2501, "reason": "subscription expired"},
        }
        assert "epoch" in await ada.subscribe()


@pytest.mark.parametrize(
    "unknown", [{"flag": 1}, {"dict": "x"}, {"profile": {}}, {"tf": [1]}, {"delta": "fossil"}]
)
async def test_fields_that_the_hub_does_not_know_are_ignored(unknown: dict[str, object]) -> None:
    async with live_hub() as hub, hub.client() as ada:
        assert "epoch" in await ada.subscribe(**unknown)


async def test_null_is_as_good_as_left_out() -> None:
    async with live_hub() as hub, hub.client() as ada:
        assert "epoch" in await ada.subscribe(token=None, recover=None, offset=None, epoch=None)


async def test_what_was_given_away_comes_back_when_a_client_goes() -> None:
    async with live_hub() as hub:
        async with hub.client() as ada:
            await ada.subscribe()
            await ada.subscribe("board:other")
        await hub.until(lambda: hub.door.open_connections == 0)
        assert len(hub.services.connections) == 0
        assert hub.services.connections._users == {}
        assert hub.services.fanout.statistics().topics == 0
        assert hub.services.fanout.statistics().subscriptions == 0
        assert hub.services.presence.count(LOBBY).clients == 0
