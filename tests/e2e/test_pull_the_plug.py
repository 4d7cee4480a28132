"""Pull the plug, again and again, while people post: what was acked stays, and is heard once."""

import asyncio
import os
import random
import signal
import sys
from collections.abc import Callable, Sequence
from itertools import count

from hub_process import HubProcess, new_hub
from sdk_people import Person, Post, assert_nothing_lost, everybody, in_the_lobby, run

PEOPLE = ("Ada", "Grace", "Katherine", "Margaret")
POSTS_IN_FLIGHT = 3  # of each person
ACKS_BETWEEN_PLUGS = 5  # of each person, so that all are back before the next one
MOMENT_S_MAX = 0.4
PAUSE_S_MAX = 0.02  # between two posts


def _kill_hub(hub: HubProcess, rng: random.Random) -> None:
    hub.kill()
    hub.start()


def _kill_server(hub: HubProcess, rng: random.Random) -> None:
    (server,) = hub.postmasters()
    os.kill(server.pid, signal.SIGKILL)


def _kill_backend(hub: HubProcess, rng: random.Random) -> None:
    os.kill(rng.choice(hub.backends()).pid, signal.SIGKILL)


PLUGS: list[Callable[[HubProcess, random.Random], None]] = (
    [_kill_hub] * 4 + [_kill_server] * 3 + [_kill_backend] * 3
)


def test_nothing_acked_is_lost_and_nothing_is_heard_twice() -> None:
    seed = int(os.environ.get("PLUG_SEED") or random.randrange(2**32))
    sys.stdout.write(f"the same moments again: PLUG_SEED={seed}\n")
    with new_hub(HUB_COMMANDS_PER_SECOND="1000") as hub:
        hub.start()
        record = run(_talk_while_plugs_are_pulled(hub, random.Random(seed)))
        assert hub.stop() == 0
        hub.start()
        assert run(_read_as_newcomer(hub)) == record


async def _talk_while_plugs_are_pulled(hub: HubProcess, rng: random.Random) -> list[Post]:
    async with everybody(hub, PEOPLE) as people:
        enough = asyncio.Event()
        async with asyncio.TaskGroup() as posting:
            for person in people:
                for lane in range(POSTS_IN_FLIGHT):
                    posting.create_task(_keep_posting(person, lane, enough, random.Random(rng.random())))
            for plug in rng.sample(PLUGS, len(PLUGS)):
                await _all_are_back(people)
                await asyncio.sleep(rng.uniform(0, MOMENT_S_MAX))
                await asyncio.to_thread(plug, hub, rng)
            await _all_are_back(people)
            enough.set()
        record = await people[0].history()
        for person in people:
            await person.until_heard(len(record))
        assert_nothing_lost(record, people)
        return record


async def _keep_posting(person: Person, lane: int, enough: asyncio.Event, rng: random.Random) -> None:
    for number in count():
        await person.post(f"{person.name}-{lane}-{number}", f"{number} times hello 🛰")
        if enough.is_set():
            return
        await asyncio.sleep(rng.uniform(0, PAUSE_S_MAX))


async def _all_are_back(people: Sequence[Person]) -> None:
    """Wait until everybody has been acked something new and has heard it."""
    for person in people:
        acked = len(person.acked) + ACKS_BETWEEN_PLUGS
        heard = len(person.heard) + ACKS_BETWEEN_PLUGS
        await person.until(
            lambda person=person, acked=acked, heard=heard: (
                len(person.acked) >= acked and len(person.heard) >= heard
            )
        )


async def _read_as_newcomer(hub: HubProcess) -> list[Post]:
    async with in_the_lobby(hub, "Newcomer") as newcomer:
        return await newcomer.history()
