"""Nobody floods a watch party, however many connections they have, and nobody else waits for it."""

import pytest
import trio
from trio.testing import MockClock

from hub.pace import BURST_S, SHARE, Pace
from hub.rpc import ROSTER_COST
from hub.wire import codes
from tests.hub.live_hub import LOBBY, RawClient
from tests.hub.live_party import PARTY, command, listener, member, party_hub, told

COMMANDS_PER_SECOND = 30
RATE = COMMANDS_PER_SECOND // SHARE
BURST = int(RATE * BURST_S)


async def said(client: RawClient, word: str, **fields: object) -> int:
    """Give a command and return the code of its refusal, 0 for none."""
    reply = await command(client, type=word, **fields)
    code: int = reply["error"]["code"] if "error" in reply else 0
    return code


async def test_a_flood_ends_with_the_burst_over_all_connections(autojump_clock: MockClock) -> None:
    async with (
        party_hub() as hub,
        member(hub, "eve") as eve,
        listener(hub, "eve") as other,
        member(hub, "bob") as bob,
    ):
        answers = [await said(client, "react", emoji="👍") for _ in range(BURST) for client in (eve, other)]
        assert answers.count(0) in range(BURST - 1, BURST + RATE)
        assert set(answers) == {0, codes.TOO_MANY_REQUESTS.code}
        assert await said(bob, "react", emoji="👍") == 0
        assert "error" not in await eve.post(1, channel=LOBBY)
        await bob.ask("ping", {})
        assert len(told(bob, "react")) == answers.count(0) + 1
        await trio.sleep(1)
        assert await said(eve, "leave") == 0


async def test_coming_and_going_is_counted_as_well(autojump_clock: MockClock) -> None:
    async with party_hub() as hub, listener(hub, "eve") as eve:
        answers = [await said(eve, word) for _ in range(BURST) for word in ("enter", "leave")]
        assert answers.count(0) < BURST + RATE
        assert (await hub.log.position(PARTY)).offset <= BURST + RATE


async def test_the_roster_costs_more_than_a_word(autojump_clock: MockClock) -> None:
    async with party_hub() as hub, listener(hub, "eve") as eve:
        call = {"method": "roster", "data": {"channel": PARTY}}
        answers = [await eve.ask("rpc", call) for _ in range(BURST // ROSTER_COST + 2)]
        assert ["error" in answer for answer in answers].count(False) <= BURST // ROSTER_COST + 1
        assert answers[-1]["error"]["code"] == codes.TOO_MANY_REQUESTS.code


async def test_each_party_has_its_own_pace_and_few_are_remembered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("hub.pace.REMEMBERED_MAX", 2)
    pace = Pace(SHARE)
    for _ in range(int(BURST_S)):
        pace.check("watch:1", "eve")
    with pytest.raises(codes.Rejected):
        pace.check("watch:1", "eve")
    pace.check("watch:2", "eve")
    pace.check("watch:2", "ada")
    assert len(pace) == 2
    pace.check("watch:1", "eve")
