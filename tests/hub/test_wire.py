"""The wire as a client sees it: connect, subscribe, publish, history, presence, recovery, codes."""

from tests.hub.live_hub import live_hub

LOBBY = "thread:lobby"


async def test_a_post_reaches_every_subscriber_with_its_offset() -> None:
    async with live_hub() as hub, hub.client("ada") as ada, hub.client("bob") as bob:
        assert (await ada.ask("subscribe", {"channel": LOBBY}))["recoverable"]
        await bob.ask("subscribe", {"channel": LOBBY})
        data = {"type": "post", "id": "1", "text": "Hello 🚀"}
        assert await ada.ask("publish", {"channel": LOBBY, "data": data}) == {}
        for client in (ada, bob):
            [publication] = await client.publications(1)
            assert publication["offset"] == 1
            assert publication["data"]["text"] == "Hello 🚀"
            assert publication["data"]["user"] == {"id": "ada", "display_name": "Ada"}
