"""A watch party in a live hub: opened as the API does it, with members on connections of their own."""

import json
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import trio

from hub.clock import HubClock
from rooms.kind import By
from rooms.room import Request
from store.event_log import EventLog
from tests.hub.live_hub import LiveHub, RawClient, live_hub

BEGAN_S = time.time()  # from here on the machine's clock goes like Trio's, for each hub of a test
PARTY = "watch:Abcdef123456"
FILM = {"id": "film", "url": "https://films.example/film.mp4", "title": "A film", "duration_ms": 3_600_000}


@asynccontextmanager
async def party_hub(log: EventLog | None = None) -> AsyncIterator[LiveHub]:
    """A hub whose clock is Trio's, with a public party of "owner" in its lobby."""
    clock = HubClock(wall_s=lambda: BEGAN_S + trio.current_time(), elapsed_s=trio.current_time)
    async with live_hub(log, clock=clock) as hub:
        await open_party(hub)
        yield hub


async def open_party(hub: LiveHub, channel: str = PARTY, owner: str = "owner", **more: Any) -> None:
    """Open a party."""
    opening = {
        "type": "open",
        "epoch": "0a1b2c3d",
        "title": "A party",
        "visibility": "public",
        "items": [FILM],
    }
    await by_system(hub, channel, owner, **(opening | more))


async def by_system(hub: LiveHub, channel: str, user: str, **data: Any) -> None:
    """Give the room a command as the hub's own parts do."""
    kind = hub.services.kind_of(channel)
    assert kind is not None
    by = By(user, user.title(), system=True)
    await hub.services.rooms.ref(channel).ask(Request(kind.parse(data), by), 5)


def ticket(hub: LiveHub, user: str, channel: str = PARTY) -> str:
    """Return a subscription token."""
    return hub.services.tokens.for_subscription(user, channel)[0]


@asynccontextmanager
async def listener(hub: LiveHub, user: str, channel: str = PARTY) -> AsyncIterator[RawClient]:
    """Somebody who is connected and listens."""
    async with hub.client(user) as client:
        result = await client.subscribe(channel, token=ticket(hub, user, channel))
        assert result["epoch"]
        yield client


@asynccontextmanager
async def member(hub: LiveHub, user: str, channel: str = PARTY) -> AsyncIterator[RawClient]:
    """Somebody who listens and has come in."""
    async with listener(hub, user, channel) as client:
        assert await command(client, channel, type="enter") == {}
        yield client


async def command(client: RawClient, channel: str = PARTY, **data: Any) -> dict[str, Any]:
    """Publish a command and return the result, or the whole reply where it is an error."""
    return await client.ask("publish", {"channel": channel, "data": data})


async def order(client: RawClient, channel: str = PARTY, **data: Any) -> None:
    """Give a command under a fresh operation id, which must succeed."""
    assert await command(client, channel, op=uuid.uuid4().hex, **data) == {}


async def report(client: RawClient, channel: str = PARTY, **more: Any) -> dict[str, Any]:
    """Report that one plays, a little off; return the reply's data, or the error."""
    said = {"channel": channel, "state": "playing", "error_ms": 4.0, "delay_ms": 40.0}
    reply = await client.ask("rpc", {"method": "report", "data": said | more})
    found: dict[str, Any] = reply["data"] if "data" in reply else reply["error"]
    return found


async def log_of(hub: LiveHub, channel: str = PARTY) -> list[dict[str, Any]]:
    """Return all that lasts of a party."""
    page = await hub.log.read(channel, 0, 1_000)
    return [json.loads(event.data) for event in page.events]


def told(client: RawClient, type_: str) -> list[dict[str, Any]]:
    """Return the events of a type that a client has heard."""
    events = [push["pub"]["data"] for push in client.pushes if "pub" in push]
    return [event for event in events if event["type"] == type_]
