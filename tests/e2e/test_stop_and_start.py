"""A hub stops in good order, and starts again after any end, without a hand."""

from hub_process import HubProcess


def test_a_stopped_hub_leaves_nothing_behind_and_starts_again(hub: HubProcess) -> None:
    assert len(hub.postmasters()) == 1
    assert hub.stop() == 0
    assert hub.postmasters() == []
    hub.start()
    assert len(hub.postmasters()) == 1
