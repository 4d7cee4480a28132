"""Somebody at a party over the raw wire: comes back whatever happens, and insists on most commands."""

import asyncio
import random
import time
from collections.abc import Callable
from typing import Any

from bench.errors import BenchError
from bench.parties.door import Door, Somebody, TurnedAway
from bench.parties.record import Operation, Record
from bench.parties.wire import Connection, Lost, Message
from examples.party_clock import PartyClock, Sample
from examples.party_view import Event, Gap, PartyView

STEERING = ("play", "pause", "seek", "rate", "next")
UNRECORDED = ("ask",)  # told and forgotten
_TOKEN_S_MAX = 400.0  # it is good for ten minutes
_BACK_S_MAX = 60.0
_PAGE = 100
_PERMISSION_DENIED = 103
_BANNED_HERE = 440
_SENT_OUT = 2003
_INSISTS_SHARE = 0.7
_TWICE_SHARE = 0.05


def now_ms() -> float:
    """Return this machine's clock in ms."""
    return time.monotonic() * 1000.0


class Attendee:
    """A member who is there while `wanted`, and reports while not `silent`."""

    def __init__(
        self, port: int, door: Door, party: str, who: Somebody, record: Record, rng: random.Random
    ) -> None:
        self.who, self.record = who, record
        self.view, self.offset, self.epoch = PartyView(), 0, ""
        self.clock = PartyClock(now_ms)
        self.wanted = asyncio.Event()
        self.wanted.set()
        self.silent = self.expelled = self.caught_up = self.patient = False
        self.entering = False
        self.heard: Callable[[Event], None] = lambda event: None
        self._channel = f"watch:{party}"
        self._port, self._door, self._party, self._rng = port, door, party, rng
        self._connection: Connection | None = None
        self._token, self._token_at = "", 0.0
        self._early: list[Message] | None = None
        self._numbers = 0

    @property
    def is_in(self) -> bool:
        """Whether it knows the party, and the party counts it."""
        connected = self._connection is not None and not self._connection.lost.done()
        return connected and self.caught_up and self.who.id in self.view.members

    async def stay(self) -> None:
        """Be there, and come back when the connection is lost, until sent out."""
        while not self.expelled:
            await self.wanted.wait()
            try:
                await self._visit()
            except Lost:
                await asyncio.sleep(self._rng.uniform(0.02, 0.3))
            except TurnedAway as refused:
                if refused.code != "banned_here":
                    raise
                self.expelled = True

    def drop(self) -> None:
        """Lose the connection without a word."""
        if self._connection is not None:
            self._connection.drop()

    def report(self) -> None:
        """Say that one is there."""
        if self.caught_up and not self.silent and self._connection is not None:
            said = {"channel": self._channel, "state": "playing", "error_ms": 1.0, "delay_ms": 5.0}
            self._connection.tell("rpc", {"method": "report", "data": said})

    async def enter(self) -> None:
        """Come in, as often as one was taken for gone."""
        if self.entering or self.expelled or self._connection is None:
            return
        self.entering = True
        try:
            reply = await self._connection.ask("publish", self._publish({"type": "enter"}))
            self.expelled = _code(reply) == _BANNED_HERE
        finally:
            self.entering = False

    async def leave(self) -> None:
        """Go in good order."""
        if self._connection is not None:
            await self._connection.ask("publish", self._publish({"type": "leave"}))

    async def ask_the_time(self) -> None:
        """Exchange times with the hub once."""
        if self._connection is None:
            raise Lost("not connected")
        t0 = now_ms()
        reply = await self._connection.ask("rpc", {"method": "clock", "data": {"t0": t0}})
        said = reply["rpc"]["data"]
        self.clock.take(Sample(t0, said["t1"], said["t2"], now_ms()), said["node"])

    async def history(self, after: int) -> list[tuple[int, Event]]:
        """Return a page of the log after an offset; none at its end."""
        if self._connection is None:
            raise Lost("not connected")
        since = {"offset": after, "epoch": self.epoch}
        request = {"channel": self._channel, "limit": -1, "since": since}
        page = _result(await self._connection.ask("history", request), "history")
        return [(each["offset"], each["data"]) for each in page.get("publications", ())]

    async def give(self, command: Event) -> Operation | None:
        """Give a command under a new operation id, some twice; return what came of it."""
        self._numbers += 1
        name = f"{self.who.id[-12:]}.{self._numbers}"
        asked = {**command, ("id" if command["type"] == "chat" else "op"): name}
        if command["type"] in STEERING:
            asked["seen"] = self.view.timeline.seen
        operation = Operation(name, asked, self.who.id, self.offset)
        if command["type"] in UNRECORDED:
            await self._try(operation, 1)
            return None
        self.record.begin(operation)
        times = 2 if self._rng.random() < _TWICE_SHARE else 1
        insists = self._rng.random() < _INSISTS_SHARE
        try:
            while not await self._try(operation, times) and (insists or self.patient):
                if not await self._is_back():
                    break
        finally:
            operation.closed = True
        return operation

    async def _try(self, operation: Operation, times: int) -> bool:
        """Send an operation; return whether it is known what came of it."""
        if self._connection is None:
            return False
        publish = ("publish", self._publish(operation.command))
        try:
            replies = await self._connection.ask_all([publish] * times)
        except Lost:
            operation.unanswered += 1
            return False
        for error in (reply.get("error") for reply in replies):
            if error is None:
                operation.acked_at = self.offset
            elif error.get("temporary"):
                operation.unanswered += 1
            else:
                operation.refusals.append(f"{error['code']} {error['message'][:80]}")
        return operation.acked_at is not None or bool(operation.refusals)

    async def _is_back(self) -> bool:
        """Wait until one is in again; False when that does not come."""
        give_up_at = time.monotonic() + _BACK_S_MAX
        while not self.expelled and time.monotonic() < give_up_at:
            await asyncio.sleep(0.05)
            if self.is_in:
                return True
        return False

    def _publish(self, data: Event) -> Message:
        return {"channel": self._channel, "data": data}

    async def _visit(self) -> None:
        if not self._token or time.monotonic() - self._token_at > _TOKEN_S_MAX:
            self._token = await self._door.party_token(self.who, self._party)
            self._token_at = time.monotonic()
        self._early = []
        self._connection = await Connection.open(self._port, self._hear)
        try:
            await self._subscribe(self._connection)
            await self.enter()
            await self._connection.lost
        finally:
            self.caught_up = False
            self._connection.drop()

    async def _subscribe(self, connection: Connection) -> None:
        request: Message = {"channel": self._channel, "token": self._token}
        if self.view.known:
            request |= {"recover": True, "epoch": self.epoch, "offset": self.offset}
        connected, subscribed = await connection.ask_all(
            [("connect", {"token": self.who.token}), ("subscribe", request)]
        )
        _result(connected, "connect")
        if _code(subscribed) == _PERMISSION_DENIED:  # sent out while away: the door says so
            self._token = ""
            raise Lost("another token is needed")
        result = _result(subscribed, "subscribe")
        if result.get("recovered"):
            missed = result.get("publications", [])
        else:
            missed = await self._read_back(connection)
            self.view, self.epoch, self.offset = PartyView(), result["epoch"], missed[0]["offset"] - 1
        for each in (*missed, *(self._early or ())):
            self._take(each)
        self._early, self.caught_up = None, True

    async def _read_back(self, connection: Connection) -> list[Message]:
        """Return the publications from the last snapshot on."""
        read: list[Message] = []
        request: Message = {"channel": self._channel, "limit": _PAGE, "reverse": True}
        while True:
            page = _result(await connection.ask("history", request), "history")
            for each in page["publications"]:
                read.append(each)
                if each["data"]["type"] == "party":
                    return read[::-1]
            request["since"] = {"offset": read[-1]["offset"], "epoch": page["epoch"]}

    def _hear(self, push: Message) -> None:
        if (publication := push.get("pub")) is not None:
            if self._early is not None:
                self._early.append(publication)
            else:
                self._take(publication)
        elif (end := push.get("unsubscribe")) is not None:
            self.expelled = self.expelled or end.get("code") == _SENT_OUT
            self.drop()

    def _take(self, publication: Message) -> None:
        offset = publication.get("offset")
        if offset is None or offset <= self.offset:
            return
        if offset != self.offset + 1:
            self.record.faults.append(f"{self.who.id} heard offset {offset} after {self.offset}")
        self.offset = offset
        try:
            self.view.take(publication["data"])
        except Gap as gap:
            self.record.faults.append(f"{self.who.id} heard of a gap: {gap}")
        self.heard(publication["data"])


def _code(reply: Message) -> int | None:
    error = reply.get("error")
    return None if error is None else int(error["code"])


def _result(reply: Message, method: str) -> dict[str, Any]:
    """Return what a command brought; a refusal that is for now counts as a lost connection."""
    error = reply.get("error")
    if error is None:
        result: dict[str, Any] = reply[method]
        return result
    if error.get("temporary"):
        raise Lost(error["message"])
    raise BenchError(f"{method} was refused: {error}")
