"""The figures: what Prometheus reads is what happened."""

from prometheus_client.parser import text_string_to_metric_families

from hub.metrics import HubFigures
from tests.hub.live_hub import LOBBY, LiveHub, live_hub
from tests.hub.live_party import member, order, party_hub, report


def figures(hub: LiveHub) -> dict[str, float]:
    body, content_type = HubFigures(hub.services, hub.supervisors).exposition()
    assert content_type.startswith("text/plain; version=")
    return {
        sample.name.removeprefix("cosmohub_"): sample.value
        for family in text_string_to_metric_families(body.decode())
        for sample in family.samples
    }


async def test_a_hub_at_rest() -> None:
    async with live_hub() as hub:
        found = figures(hub)
        assert found["connections"] == found["rooms"] == found["topics"] == found["given_up"] == 0
        assert found["process_resident_memory_bytes"] > 0


async def test_what_happened_is_counted() -> None:
    async with live_hub() as hub, hub.client("ada") as ada, hub.client("bob") as bob:
        epoch = (await ada.subscribe())["epoch"]
        await bob.subscribe()
        for number in range(3):
            await ada.post(number)
        await bob.publications(3)
        await ada.ask("unsubscribe", {"channel": LOBBY})
        await ada.subscribe(recover=True, epoch=epoch, offset=1)
        await ada.ask("unsubscribe", {"channel": LOBBY})
        await ada.subscribe(recover=True, epoch="another", offset=1)
        found = figures(hub)
        assert found["connections"] == 2
        assert found["commands_total"] == 2 + 2 + 3 + 4
        assert (found["rooms"], found["topics"], found["subscriptions"]) == (1, 1, 2)
        assert (found["events_total"], found["turn_messages_total"]) == (3, 3)
        assert found["turns_total"] >= 1
        assert found["turn_messages_max"] >= 1
        assert found["publications_total"] == 3
        assert found["deliveries_total"] == 6
        assert (found["recoveries_total"], found["failed_recoveries_total"]) == (1, 1)
        assert found["crashes_total"] == found["restarts_total"] == found["slow_clients_total"] == 0


async def test_what_happens_in_parties_is_counted() -> None:
    async with party_hub() as hub, member(hub, "owner") as owner, member(hub, "eve"):
        await report(owner)
        await order(owner, type="kick", user="eve")
        await hub.until(lambda: hub.services.keepers.statistics().counters.roster_changes)
        found = figures(hub)
        assert (found["parties"], found["party_people"]) == (1, 1)
        assert (found["party_reports_total"], found["roster_changes_total"]) == (1, 1)
        assert found["party_ticks_total"] >= 1
        assert (found["party_failed_ticks_total"], found["expulsions_total"]) == (0, 1)


async def test_every_figure_has_a_name_of_ours_and_says_what_it_is() -> None:
    async with live_hub() as hub:
        body, _ = HubFigures(hub.services, hub.supervisors).exposition()
        for family in text_string_to_metric_families(body.decode()):
            assert family.name.startswith(("cosmohub_", "process_"))
            assert family.documentation
