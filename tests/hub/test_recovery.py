"""Recovery over the wire: all that was missed or nothing, never a part, and whose offset the reply names."""

from typing import Any

import pytest

from hub import recovery
from hub.recovery import RECOVERED_BYTES_MAX, RECOVERED_PUBLICATIONS_MAX
from hub.topic import TAIL_PUBLICATIONS_MAX
from rooms.ports import Publication
from store.event_log import Draft
from tests.hub.live_hub import LOBBY, LiveHub, RawClient, live_hub


async def fill(hub: LiveHub, count: int, data: str = '{"type":"note","id":"n"}') -> str:
    """Append events behind the hub's back and return the epoch."""
    top = await hub.log.position(LOBBY)
    await hub.log.append(LOBBY, top, [Draft(data)] * count)
    return top.epoch


async def recover(client: RawClient, epoch: str, offset: int, **more: Any) -> dict[str, Any]:
    return await client.subscribe(recover=True, epoch=epoch, offset=offset, **more)


async def test_what_was_missed_comes_in_the_reply_and_its_offset_is_the_clients_own() -> None:
    async with live_hub() as hub, hub.client() as ada, hub.client("bob") as bob:
        epoch = (await ada.subscribe())["epoch"]
        await ada.post(1)
        await ada.ask("unsubscribe", {"channel": LOBBY})
        await bob.post(2)
        await bob.post(3)
        result = await recover(ada, epoch, 1)
        assert [(each["offset"], each["data"]["id"]) for each in result.pop("publications")] == [
            (2, "2"),
            (3, "3"),
        ]
        assert result == {
            "recoverable": True,
            "positioned": True,
            "epoch": epoch,
            "offset": 1,
            "recovered": True,
            "was_recovering": True,
        }
        await bob.post(4)
        assert await ada.offsets(2) == [1, 4]


async def test_who_missed_nothing_has_recovered() -> None:
    async with live_hub() as hub, hub.client() as ada:
        epoch = await fill(hub, 3)
        result = await recover(ada, epoch, 3)
        assert result["recovered"] is True
        assert result["offset"] == 3
        assert "publications" not in result


async def test_from_the_beginning_of_an_empty_channel() -> None:
    async with live_hub() as hub, hub.client() as ada:
        result = await recover(ada, (await hub.log.position(LOBBY)).epoch, 0)
        assert result["recovered"] is True
        assert "offset" not in result
        assert "publications" not in result


async def test_an_empty_epoch_is_whichever_the_channel_has() -> None:
    async with live_hub() as hub, hub.client() as ada:
        epoch = await fill(hub, 3)
        result = await ada.subscribe(recover=True, offset=1)
        assert result["recovered"] is True
        assert result["epoch"] == epoch
        assert [each["offset"] for each in result["publications"]] == [2, 3]


@pytest.mark.parametrize("offset", [0, 2, 3])
async def test_another_epoch_is_not_recovered_whatever_the_offset(offset: int) -> None:
    async with live_hub() as hub, hub.client() as ada:
        epoch = await fill(hub, 3)
        assert await recover(ada, "another", offset) == {
            "recoverable": True,
            "positioned": True,
            "epoch": epoch,
            "offset": 3,
            "was_recovering": True,
        }


async def test_a_position_beyond_the_top_is_not_recovered() -> None:
    async with live_hub() as hub, hub.client() as ada:
        epoch = await fill(hub, 3)
        result = await recover(ada, epoch, 4)
        assert "recovered" not in result
        assert "publications" not in result
        assert result["offset"] == 3


@pytest.mark.parametrize("opened", ["before", "after"])
@pytest.mark.parametrize(
    "missed", [TAIL_PUBLICATIONS_MAX, TAIL_PUBLICATIONS_MAX + 1, RECOVERED_PUBLICATIONS_MAX]
)
async def test_much_is_recovered_from_memory_and_log_alike(opened: str, missed: int) -> None:
    async with live_hub() as hub, hub.client() as ada, hub.client("bob") as bob:
        await fill(hub, 5)
        if opened == "before":
            await bob.subscribe()
        epoch = await fill(hub, missed)
        if opened == "before":
            hub.services.fanout.publish(LOBBY, [Publication(b"{}", missed + 5, epoch=epoch)])
            await bob.publications(missed)
        result = await recover(ada, epoch, 5)
        assert result["recovered"] is True
        assert [each["offset"] for each in result["publications"]] == list(range(6, missed + 6))


async def test_one_more_than_a_reply_may_hold_is_not_recovered_at_all() -> None:
    async with live_hub() as hub, hub.client() as ada:
        epoch = await fill(hub, RECOVERED_PUBLICATIONS_MAX + 1)
        assert "recovered" not in await recover(ada, epoch, 0)
        await ada.ask("unsubscribe", {"channel": LOBBY})
        assert (await recover(ada, epoch, 1))["recovered"] is True
        assert hub.services.counters.recovered == 1
        assert hub.services.counters.unrecovered == 1


@pytest.mark.parametrize("in_memory", [True, False])
async def test_more_bytes_than_a_reply_may_hold_are_not_recovered_at_all(
    in_memory: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recovery, "RECOVERED_PUBLICATIONS_MAX", 1_000_000)
    count = 100 if in_memory else TAIL_PUBLICATIONS_MAX + 1
    data = '"' + "x" * (RECOVERED_BYTES_MAX // count + 1) + '"'
    async with live_hub() as hub, hub.client() as ada:
        epoch = await fill(hub, count, data)
        assert "recovered" not in await recover(ada, epoch, 0)
        await ada.ask("unsubscribe", {"channel": LOBBY})
        assert (await recover(ada, epoch, count // 2))["recovered"] is True


async def test_error_112_for_who_would_rather_know_leaves_no_subscription() -> None:
    async with live_hub() as hub, hub.client() as ada:
        epoch = await fill(hub, 3)
        assert (
            await ada.error("subscribe", {"channel": LOBBY, "recover": True, "epoch": "x", "flag": 2}) == 112
        )
        assert hub.services.fanout.statistics().subscriptions == 0
        assert (await recover(ada, epoch, 3, flag=2))["recovered"] is True


async def test_a_node_that_was_told_nothing_catches_up_before_it_answers() -> None:
    async with live_hub() as hub, hub.client() as ada, hub.client("bob") as bob:
        await bob.subscribe()
        epoch = await fill(hub, 3)
        result = await recover(ada, epoch, 2)
        assert [each["offset"] for each in result["publications"]] == [3]
        assert await bob.offsets(3) == [1, 2, 3]
        await bob.post("x")
        assert await ada.offsets(1) == [4]


async def test_a_gap_that_cannot_be_mended_makes_the_client_subscribe_again() -> None:
    async with live_hub() as hub, hub.client() as ada:
        epoch = (await ada.subscribe())["epoch"]
        await hub.log.restart(LOBBY)
        await fill(hub, 2)
        hub.services.fanout.publish(LOBBY, [Publication(b"{}", 2)])
        assert await ada.push("unsubscribe") == {
            "channel": LOBBY,
            "unsubscribe": {"code": 2500, "reason": "insufficient state"},
        }
        assert hub.services.presence.count(LOBBY).clients == 0
        result = await recover(ada, epoch, 0)
        assert "recovered" not in result
        assert result["offset"] == 2
        assert result["epoch"] != epoch


async def test_a_volatile_channel_hands_over_its_last_values_to_who_recovers() -> None:
    async with live_hub() as hub, hub.client() as ada:
        result = await ada.subscribe("sat:25544", recover=True, epoch="x", offset=7)
        assert result["recovered"] is True
        assert result["was_recovering"] is True
        assert result["publications"]
