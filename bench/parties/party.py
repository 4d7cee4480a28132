"""One party under trial: its members live at random, then come to rest, and what they know is compared."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any

from bench.parties.attendee import Attendee, now_ms
from bench.parties.choices import LEADERS, draw_command, new_film
from bench.parties.door import Door, Somebody
from bench.parties.record import Operation, Record, digest
from bench.parties.rest import Rest
from bench.parties.wire import Lost, Unanswered
from examples.party_timeline import moment_of
from examples.party_view import Event

_UNDER_WAY_MAX = 20
_BACK_S_MAX = 60.0
_WAIT_S_MAX = 30.0  # a party waits for 20 s at a time at most
_AGREE_S_MAX = 30.0
_LOADS_SHARE = 0.95
_PROBES_MAX = 3
_LOOK_S = 0.1


class Party:
    """A party with `size` members, two of whom have accounts."""

    def __init__(self, port: int, door: Door, seed: str, size: int) -> None:
        self.name = seed
        self.record = Record()
        self._rng = random.Random(seed)
        self._port, self._door, self._size = port, door, size
        self._id = ""
        self._people: dict[Attendee, asyncio.Task[None]] = {}
        self._doing: set[asyncio.Task[Any]] = set()
        self._arrived = 0
        self._resting = asyncio.Event()
        self._events_before = 0

    async def open(self, owner: Somebody, friend: Somebody) -> None:
        """Open the party, and let everybody come."""
        rng = self._rng
        plan = {
            "title": f"Party {self.name}",
            "visibility": "public",
            "policy": rng.choice(["none", "quorum", "all"]),
            "everyone_controls": rng.random() < 0.3,
            "items": [new_film(rng) for _ in range(rng.randrange(4))],
        }
        self._id = await self._door.open_party(owner, plan)
        for who in (owner, friend):
            self._come(who)
        await self._fill_up()

    async def live(self, pace_s: float, stop: asyncio.Event) -> None:
        """Do something every `pace_s` seconds or so, until told to stop."""
        self._resting.clear()
        while not stop.is_set():
            await asyncio.sleep(self._rng.expovariate(1.0 / pace_s))
            await self._replace_who_was_sent_out()
            if len(self._doing) < _UNDER_WAY_MAX:
                self._begin_something()

    def report(self) -> None:
        """Let everybody say that they are there, and come in who was taken for gone."""
        for each in self._people:
            each.report()
            if each.caught_up and not each.silent and not each.is_in:
                self._do(each.enter())

    async def rest(self) -> Rest:
        """Let everybody come to rest, and compare what they know with each other and with the log."""
        began = time.monotonic()
        found = Rest()
        self._resting.set()
        await self._finish(found)
        if await self._all_agree(found):
            found.settle_s = time.monotonic() - began
            await self._compare_clocks(found)
            await self._probe(found)
        await self._until(lambda: not self._doing, _BACK_S_MAX)
        closed = self.record.closed()
        await self._read_log()
        self._judge(found, closed)
        return found

    def close(self) -> None:
        """Let everybody go."""
        for task in (*self._people.values(), *self._doing):
            task.cancel()

    async def _fill_up(self) -> None:
        while len(self._people) < self._size:
            self._arrived += 1
            self._come(await self._door.guest(f"Guest {self._arrived}"))

    def _come(self, who: Somebody) -> None:
        rng = random.Random(self._rng.random())
        each = Attendee(self._port, self._door, self._id, who, self.record, rng)
        each.heard = lambda event: self._react(each, event)
        self._people[each] = asyncio.create_task(each.stay())

    async def _replace_who_was_sent_out(self) -> None:
        for each, task in list(self._people.items()):
            if task.done():
                task.result()
                del self._people[each]
        await self._fill_up()

    def _do(self, work: Awaitable[Any]) -> None:
        async def done() -> None:
            try:
                await work
            except Lost:
                return
            except Unanswered as error:
                self.record.faults.append(str(error))

        task = asyncio.create_task(done())
        self._doing.add(task)
        task.add_done_callback(self._doing.discard)

    def _begin_something(self) -> None:
        rng, here = self._rng, [each for each in self._people if each.is_in and not each.silent]
        if not here:
            return
        chance = rng.random()
        if chance < 0.08:
            self._do(self._be_away(rng.choice(self._some_leader_or_all(here))))
            return
        users = {each.who.id: each for each in here}
        drawn = draw_command(rng, rng.choice(here).view, sorted(users))
        if drawn is not None:
            user, command = drawn
            self._do(users[user].give(command))

    def _some_leader_or_all(self, here: list[Attendee]) -> list[Attendee]:
        leaders = [each for each in here if each.view.role_of(each.who.id) in LEADERS]
        return leaders if leaders and self._rng.random() < 0.4 else here

    async def _be_away(self, who: Attendee) -> None:
        """Lose the connection, go, or be there without a word, for a while."""
        how, away_s = self._rng.choice(["lost", "gone", "silent"]), self._rng.uniform(0.3, 16.0)
        if how == "silent":
            who.silent = True
            await self._pause(away_s)
            who.silent = False
            return
        if how == "gone":
            await who.leave()
        who.wanted.clear()
        who.drop()
        await self._pause(away_s)
        who.wanted.set()

    async def _pause(self, seconds: float) -> None:
        """Let time pass, but no longer than the party lives."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._resting.wait()

    def _react(self, who: Attendee, event: Event) -> None:
        """Be able to play what came on a moment after, or hardly ever not."""
        starts = event["type"] == "state" and event["cause"]["word"] in ("next", "play", "add", "start")
        comes_in = event["type"] == "enter" and event["member"]["id"] == who.who.id
        if (starts or comes_in) and self._rng.random() < _LOADS_SHARE:
            self._do(self._load(who, self._rng.uniform(0.05, 1.0)))

    async def _load(self, who: Attendee, takes_s: float) -> None:
        await asyncio.sleep(takes_s)
        me = who.view.members.get(who.who.id)
        if who.is_in and me is not None and (me["late"] or who.view.settings["policy"] != "none"):
            await who.give({"type": "buffering", "stalled": False})

    async def _finish(self, found: Rest) -> None:
        """Let who is away come back, and what was begun end."""
        for each in self._people:
            each.silent = False
            each.wanted.set()
        give_up_at = time.monotonic() + _BACK_S_MAX
        while time.monotonic() < give_up_at:
            await self._replace_who_was_sent_out()
            if not self._doing and all(each.is_in for each in self._people):
                return
            await asyncio.sleep(_LOOK_S)
        found.stuck += 1
        away = [each.who.id for each in self._people if not each.is_in]
        found.faults.append(f"not back after {_BACK_S_MAX:.0f} s: {away}; {len(self._doing)} commands open")

    async def _all_agree(self, found: Rest) -> bool:
        """Wait until nobody is waited for and all know the same as the log; say whether that came."""
        await self._until(lambda: not self._waits(), _WAIT_S_MAX)
        if self._waits():
            found.stuck += 1
            found.faults.append(f"still waiting: {self.record.view.timeline.state}")
        await self._until(self._agreed, _AGREE_S_MAX)
        if self._agreed():
            return True
        found.disagreements += 1
        known = {each.who.id: (each.offset, digest(each.view)) for each in self._people}
        found.faults.append(f"no agreement; log {len(self.record.log)} {digest(self.record.view)}: {known}")
        return False

    async def _until(self, holds: Callable[[], bool], limit_s: float) -> None:
        give_up_at = time.monotonic() + limit_s
        while True:
            await self._read_log()
            if holds() or time.monotonic() > give_up_at:
                return
            await asyncio.sleep(_LOOK_S)

    async def _read_log(self) -> None:
        """Read on in the log, by whoever is connected."""
        for reader in self._people:
            if reader.caught_up:
                try:
                    while page := await reader.history(len(self.record.log)):
                        for offset, event in page:
                            self.record.read(offset, event)
                except Lost:
                    continue
                return

    def _waits(self) -> bool:
        state = self.record.view.timeline.state
        return state is not None and state["status"] == "waiting"

    def _agreed(self) -> bool:
        """Whether all that are here know the log to its end, and the same of the party."""
        top, told = len(self.record.log), digest(self.record.view)
        return all(each.is_in and each.offset == top and digest(each.view) == told for each in self._people)

    async def _compare_clocks(self, found: Rest) -> None:
        """Let everybody tell where the party is at this moment, each by a clock of their own."""
        try:
            for _ in range(5):
                await asyncio.gather(*(each.ask_the_time() for each in self._people))
        except Lost:  # a party is at rest between two kills: somebody was sent out this instant
            return
        at_ms = now_ms()
        told = [each.clock.hub_now() + at_ms - now_ms() for each in self._people]
        states = [each.view.timeline.state for each in self._people]
        places = [moment_of(s, t).position_ms for s, t in zip(states, told, strict=True) if s is not None]
        found.spread_ms = max(places) - min(places)

    async def _probe(self, found: Rest) -> None:
        """Let somebody who leads play something, which has to work."""
        leaders = [each for each in self._people if each.view.role_of(each.who.id) in LEADERS]
        if not leaders:
            found.stuck += 1
            found.faults.append(f"nobody leads: {digest(self.record.view)['members']}")
            return
        leader = leaders[0]
        leader.patient = True
        for _ in range(_PROBES_MAX):
            if await self._plays(leader):
                return
        found.stuck += 1
        found.faults.append(f"{leader.who.id} cannot play: {leader.view.timeline.state}")

    async def _plays(self, leader: Attendee) -> bool:
        """Pause, play, and see that it plays."""
        state = leader.view.timeline.state or {}
        if state["item"] is None:
            await leader.give({"type": "add", "item": new_film(self._rng), "now": True})
        elif state["status"] in ("playing", "waiting"):
            await leader.give({"type": "pause"})
        await self._until(self._agreed, _AGREE_S_MAX)
        await leader.give({"type": "play"})
        await self._until(lambda: self._agreed() and not self._waits(), _WAIT_S_MAX)
        return bool((leader.view.timeline.state or {})["status"] == "playing")

    def _judge(self, found: Rest, given: Sequence[Operation]) -> None:
        record = self.record
        record.judge(given)
        found.acked = sum(each.acked_at is not None for each in given)
        found.refused = sum(bool(each.refusals) for each in given)
        found.unanswered = sum(each.unanswered > 0 for each in given)
        found.events, self._events_before = len(record.log) - self._events_before, len(record.log)
        found.lost, found.doubled, found.successions = record.lost, record.doubled, record.successions
        record.lost = record.doubled = record.successions = 0
        found.faults = [f"party {self.name} ({self._id}): {fault}" for fault in found.faults + record.faults]
        record.faults.clear()
