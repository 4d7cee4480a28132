"""The subprotocol centrifuge-msgpack: the same frames in another dress, side by side with JSON."""

import msgpack
import pytest

from tests.hub.live_hub import LOBBY, live_hub, post

MSGPACK = "centrifuge-msgpack"


async def test_both_codecs_tell_the_same_story() -> None:
    async with (
        live_hub() as hub,
        hub.client("ada", MSGPACK) as ada,
        hub.client("bob") as bob,
    ):
        assert await ada.subscribe(join_leave=True) == await bob.subscribe(join_leave=True)
        assert await ada.ask("publish", {"channel": LOBBY, "data": post(1, "Olá 🚀")}) == {}
        assert await bob.post(2) == {}
        assert await ada.publications(2) == await bob.publications(2)
        for method, request in (
            ("history", {"channel": LOBBY, "limit": 10}),
            ("presence", {"channel": LOBBY}),
            ("presence_stats", {"channel": LOBBY}),
            ("history", {"channel": LOBBY, "limit": 1, "since": {"epoch": "x"}}),
            ("publish", {"channel": LOBBY, "data": {"type": "post"}}),
            ("levitate", {}),
        ):
            theirs, ours = await bob.ask(method, request), await ada.ask(method, request)
            theirs.pop("id", None)
            ours.pop("id", None)
            assert ours == theirs


async def test_recovery_and_server_side_subscriptions() -> None:
    async with live_hub() as hub, hub.client(None, MSGPACK) as ada, hub.client("bob") as bob:
        await bob.post(1)
        await bob.post(2)
        epoch = (await hub.log.position(LOBBY)).epoch
        subs = {LOBBY: {"recover": True, "epoch": epoch, "offset": 1}}
        result = await ada.ask("connect", {"token": hub.token(channels=[LOBBY]), "subs": subs})
        assert [each["data"]["id"] for each in result["subs"][LOBBY]["publications"]] == ["2"]


async def test_pings_and_pongs_are_empty_maps_and_several_commands_share_a_frame() -> None:
    async with live_hub() as hub, hub.client("ada", MSGPACK) as ada:
        hub.tick(later_s=26)
        while not ada.pings:
            await ada.receive()
        await ada.send_objects({}, {"id": 8, "ping": {}}, {"id": 9, "ping": {}})
        assert await ada.reply(9) == {"id": 9, "ping": {}}
        hub.tick(later_s=35)
        assert await ada.ask("ping", {}) == {}


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"\xc1",
        msgpack.packb([]),
        msgpack.packb({"id": 1, "ping": {}})[:-1],
        msgpack.packb({"id": 1, "ping": {}}) + b"\x82\xa2id",
        msgpack.packb({b"id": 1, b"ping": {}}),
        msgpack.packb({"id": 1 << 40, "ping": {}}),
        msgpack.packb({"id": msgpack.Timestamp(1), "ping": {}}),
        b"\x81\xa2id" + b"\xdd\x05\xf5\xe1\x00",
        b"\x81\xa2id" * 15_000,
        '{"id":1,"ping":{}}',
    ],
)
async def test_3501_what_is_no_messagepack_of_ours(message: bytes | str) -> None:
    async with live_hub() as hub, hub.client("ada", MSGPACK) as ada:
        await ada.websocket.send_message(message)
        assert await ada.closed() == (3501, "bad request")
        assert (await hub.log.position(LOBBY)).offset == 0


@pytest.mark.parametrize(
    "data",
    [
        b"bytes",
        msgpack.Timestamp(1),
        msgpack.ExtType(5, b"x"),
        {"type": b"post"},
        {"type": "post", "id": b"1"},
    ],
)
async def test_400_data_that_json_has_no_word_for(data: object) -> None:
    async with live_hub() as hub, hub.client("ada", MSGPACK) as ada:
        assert await ada.error("publish", {"channel": LOBBY, "data": data}) == 400
