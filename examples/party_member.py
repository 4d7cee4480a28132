"""A member of a party over the public SDK: comes in, knows what happens, keeps the clock, gives commands."""

import asyncio
import time
import uuid
from typing import Any

from centrifuge import (
    CentrifugeError,
    Client,
    PublicationContext,
    ReplyError,
    StreamPosition,
    SubscribedContext,
    SubscriptionEventHandler,
    SubscriptionUnsubscribedError,
    UnauthorizedError,
    UnsubscribedContext,
)

from examples.party_clock import PartyClock, Sample
from examples.party_link import Door, NotLetIn
from examples.party_view import Gap, PartyView

STEERING = ("play", "pause", "seek", "rate", "next")
_PAGE = 100
_TRY_AGAIN_S = 0.3
_RECONNECT_S_MAX = 3.0


def monotonic_ms() -> float:
    """Return a clock that only ever runs forward, in ms."""
    return time.monotonic() * 1000.0


class Left(Exception):
    """One is in the party no more; the message says why."""


class PartyMember(SubscriptionEventHandler):  # type: ignore[misc]  # the SDK has no types
    """Somebody at a party; `run` keeps them there."""

    def __init__(self, door: Door) -> None:
        self.view = PartyView()
        self.clock = PartyClock(monotonic_ms)
        self._door = door
        self._client = Client(
            door.link.websocket_url, get_token=door.guest_token, max_reconnect_delay=_RECONNECT_S_MAX
        )
        self._party = self._client.new_subscription(door.link.channel, self, get_token=self._party_token)
        self._arrived = asyncio.Event()
        self._unread = asyncio.Event()
        self._meanwhile: list[dict[str, Any]] = []
        self._gone: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    @property
    def user(self) -> str:
        """The id by which others know this member."""
        return self._door.user

    @property
    def is_in(self) -> bool:
        """Whether the party counts this member, and its time is known."""
        return self.user in self.view.members and self.clock.synced

    async def run(self) -> None:
        """Be at the party until the hub ends it, which raises Left."""
        await self._client.connect()
        await self._party.subscribe()
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._enter_whenever_subscribed())
                tasks.create_task(self._read_whatever_was_missed())
                tasks.create_task(self._keep_the_clock())
                raise Left(await self._gone)
        finally:
            await self._client.disconnect()

    async def command(self, type_: str, **fields: Any) -> None:
        """Give a command; raise ReplyError when it is refused.

        While nobody knows whether it arrived it is sent again: the operation id makes that harmless.
        """
        command = {"type": type_, **({"op": uuid.uuid4().hex} if type_ != "chat" else {}), **fields}
        if type_ in STEERING:
            command["seen"] = self.view.timeline.seen
        await self._insist(command)

    async def say(self, text: str) -> None:
        """Say something in the chat."""
        await self.command("chat", id=uuid.uuid4().hex, text=text)

    async def leave(self) -> None:
        """Go of one's own accord, so that nobody waits for us."""
        await self._insist({"type": "leave"})

    async def report(self, state: str, error_ms: float) -> None:
        """Tell the others how well this player keeps up; to be done every 2 s, or one counts as gone."""
        known = {"channel": self._party.channel, "delay_ms": self.clock.delay_ms, "error_ms": error_ms}
        await self._client.rpc("report", {**known, "state": state})

    async def on_subscribed(self, ctx: SubscribedContext) -> None:
        """Come in, and read the past unless the hub has handed over all that was missed."""
        self.clock.wake()
        self._arrived.set()
        if not ctx.recovered:
            self._unread.set()

    async def on_publication(self, ctx: PublicationContext) -> None:
        """Take over what happens."""
        if self._unread.is_set():
            self._meanwhile.append(ctx.pub.data)
            return
        try:
            self.view.take(ctx.pub.data)
        except Gap:
            self._unread.set()

    async def on_unsubscribed(self, ctx: UnsubscribedContext) -> None:
        """Go: the hub will not have us."""
        self._go(f"{ctx.reason} ({ctx.code})")

    async def _party_token(self, channel: str) -> str:
        try:
            return await self._door.party_token()
        except NotLetIn as why:
            self._go(str(why))
            raise UnauthorizedError(str(why)) from why

    def _go(self, why: str) -> None:
        if not self._gone.done():
            self._gone.set_result(why)

    async def _insist(self, command: dict[str, Any]) -> None:
        while True:
            try:
                await self._party.publish(command)
            except SubscriptionUnsubscribedError:
                raise
            except CentrifugeError as error:
                if isinstance(error, ReplyError) and not error.temporary:
                    raise
                await asyncio.sleep(_TRY_AGAIN_S)
            else:
                return

    async def _enter_whenever_subscribed(self) -> None:
        while True:
            await self._arrived.wait()
            self._arrived.clear()
            await self._insist({"type": "enter"})

    async def _read_whatever_was_missed(self) -> None:
        """Read the history backwards as far as the last snapshot, and go on from there."""
        while True:
            await self._unread.wait()
            try:
                self.view = await self._read()
            except CentrifugeError:
                await asyncio.sleep(_TRY_AGAIN_S)
                continue
            for event in self._meanwhile:
                self.view.take(event)
            self._meanwhile.clear()
            self._unread.clear()

    async def _read(self) -> PartyView:
        events: list[dict[str, Any]] = []
        since = None
        while not any(event["type"] == "party" for event in events):
            page = await self._party.history(limit=_PAGE, since=since, reverse=True)
            events += [each.data for each in page.publications]
            since = StreamPosition(page.publications[-1].offset, page.epoch)
        view = PartyView()
        snapshot = next(place for place, event in enumerate(events) if event["type"] == "party")
        for event in reversed(events[: snapshot + 1]):
            view.take(event)
        return view

    async def _keep_the_clock(self) -> None:
        while True:
            state = self.view.timeline.state
            playing = state is not None and state["status"] == "playing"
            await asyncio.sleep(self.clock.next_pause_s(playing))
            try:
                await self._ask_the_time()
            except CentrifugeError:
                await asyncio.sleep(_TRY_AGAIN_S)

    async def _ask_the_time(self) -> None:
        t0 = monotonic_ms()
        answer = (await self._client.rpc("clock", {"t0": t0})).data
        self.clock.take(Sample(t0, answer["t1"], answer["t2"], monotonic_ms()), answer["node"])
