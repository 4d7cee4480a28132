"""Be at a watch party without a screen: plays silently where the party is, and says so once a second.

    python -m examples.watch_party http://127.0.0.1:8000/watch/<id>#invite=…

Type play, pause, seek 90, rate 1.25, next, say hello or quit. A television or a bot is the same with a real
player in the place of the silent one.
"""

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable, Iterator

from centrifuge import CentrifugeError

from examples.party_link import Door, NotLetIn, PartyLink, read_link
from examples.party_member import Left, PartyMember, monotonic_ms
from examples.party_timeline import Moment
from examples.silent_player import SilentPlayer
from examples.typed_commands import Quit, obey, say

LEAD_EVERY_S = 0.1
SHOW_EVERY_S = 1.0
REPORT_EVERY_S = 2.0


class Viewer:
    """A member with a player."""

    def __init__(self, member: PartyMember, player: SilentPlayer) -> None:
        self._member = member
        self._player = player
        self._error_ms = 0.0
        self._loaded = ""

    async def watch(self) -> None:
        """Follow the party."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._follow())
            tasks.create_task(_every(LEAD_EVERY_S, self._load))
            tasks.create_task(_every(SHOW_EVERY_S, self._show))
            tasks.create_task(_every(REPORT_EVERY_S, self._report))
            tasks.create_task(obey(self._member))
            await self._member.run()

    def _moment(self) -> Moment:
        return self._member.view.timeline.at(self._member.clock.hub_now())

    def _lead(self) -> Moment:
        moment = self._moment()
        self._error_ms = self._player.follow(moment)
        return moment

    async def _follow(self) -> None:
        """Lead the player all the time, and at the very moment at which something begins."""
        while True:
            starts_in_s = self._lead().starts_in_ms / 1000 if self._member.is_in else 0.0
            await asyncio.sleep(min(LEAD_EVERY_S, starts_in_s or LEAD_EVERY_S))

    async def _load(self) -> None:
        """Say that we can play: the others may wait for that, with each new film and when we come late."""
        if self._member.is_in:
            moment, me = self._moment(), self._member.view.members[self._member.user]
            film = moment.item["id"] if moment.item else ""
            if me["late"] or film != self._loaded:
                await self._member.command("buffering", stalled=False)
                self._loaded = film

    async def _report(self) -> None:
        if self._member.is_in:
            state = "playing" if self._player.rate else "paused"
            await self._member.report(state, self._error_ms)

    async def _show(self) -> None:
        if not self._member.is_in:
            say("not there yet")
            return
        moment, clock = self._lead(), self._member.clock
        title = moment.item["title"] if moment.item else "nothing"
        say(
            f"{moment.status} {title} at {self._player.position_ms / 1000:.3f} s ×{moment.rate:g},"
            f" {self._error_ms:+.0f} ms off, clock ±{clock.error_bound_ms:.1f} ms,"
            f" {len(self._member.view.members)} here, {self._player.seeks} seeks"
        )


async def _every(pause_s: float, act: Callable[[], Awaitable[None]]) -> None:
    while True:
        try:
            await act()
        except CentrifugeError as error:  # not connected now, or refused: the next time comes soon
            say(f"{type(error).__name__}: {error}")
        await asyncio.sleep(pause_s)


async def watch(link: PartyLink, name: str, drift_ppm: float) -> None:
    """Be at a party as a guest of this name; raise Left or Quit in the end."""
    door = Door(link, name)
    try:
        member = PartyMember(door)
        await Viewer(member, SilentPlayer(monotonic_ms, drift_ppm)).watch()
    finally:
        await door.close()


def _sentences(group: BaseExceptionGroup[Exception]) -> Iterator[str]:
    for each in group.exceptions:
        if isinstance(each, BaseExceptionGroup):
            yield from _sentences(each)
        else:
            yield str(each)


def main() -> int:
    """Watch until one quits (0), or is not let in or sent away (1)."""
    parser = argparse.ArgumentParser(prog="python -m examples.watch_party", description=__doc__)
    parser.add_argument("link", type=read_link, help="the link to the party, with its invitation")
    parser.add_argument("--name", default="Python", help="the name under which others see it")
    parser.add_argument("--drift", type=float, default=0.0, metavar="PPM", help="a player off by so much")
    wanted = parser.parse_args()
    ended: list[str] = []
    try:
        asyncio.run(watch(wanted.link, wanted.name, wanted.drift))
    except* (Quit, KeyboardInterrupt):
        pass
    except* (Left, NotLetIn) as group:
        ended = list(_sentences(group))
    for each in ended:
        say(each)
    return 1 if ended else 0


if __name__ == "__main__":
    sys.exit(main())
