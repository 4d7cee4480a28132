"""The hub's rooms and commands that the bench uses: everything that depends on the product's words."""

import json
from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

from bench.clients import Script
from bench.dialects import Publication, Role, compact, number_in, numbered_text
from bench.errors import BenchError
from bench.hub_process import RunningHub
from bench.websocket import client_text, server_text

PATH = "/connection/websocket"
DURABLE_CHANNEL = "thread:lobby"
VOLATILE_CHANNEL = "thread:lobby"
PING = server_text(b"{}")
PONG = client_text(b"{}")
ALARM = b'"error"'
ACK = b'"publish":{}'

Result = dict[str, Any]
"""What the hub answers a command with."""


# Nobody's typing has a text of its own: what makes it countable, and 128 bytes long, is who types.
VOLATILE_EVENT = {"type": "typing"}
VOLATILE_NAME = numbered_text(0, 34)


def post(number: int, filler: int) -> dict[str, str]:
    """Return a post that is kept, under an id of its own."""
    return {"type": "post", "id": f"b{number:08x}", "text": numbered_text(number, filler)}


def publish_command(command_id: int, channel: str, event: dict[str, str]) -> bytes:
    """Return the command that publishes an event."""
    return compact({"id": command_id, "publish": {"channel": channel, "data": event}})


def log_in(token: str) -> Script[Result]:
    """Connect with a token; return the connect result."""
    return (yield from _ask(1, "connect", {"token": token, "name": "bench"}))


def log_in_and_subscribe(token: str, channel: str, since: Result | None = None) -> Script[Result]:
    """Connect and subscribe, recovering since {epoch, offset} if given; return the result."""
    yield from log_in(token)
    recovery = {"recover": True, **since} if since else {}
    return (yield from _ask(2, "subscribe", {"channel": channel, **recovery}))


def publish(command_id: int, channel: str, event: dict[str, str]) -> Script[Result]:
    """Publish an event and wait for the answer."""
    return (yield from _ask(command_id, "publish", {"channel": channel, "data": event}))


def _ask(command_id: int, method: str, request: Result) -> Script[Result]:
    reply: Result = json.loads((yield compact({"id": command_id, method: request})))
    while reply.get("id") != command_id:
        reply = json.loads((yield b""))
    if method not in reply:
        raise BenchError(f"{method} {request.get('channel', '')} was answered {reply}")
    result: Result = reply[method]
    return result


@dataclass(frozen=True)
class HubDialect:
    """One room of the hub: volatile events or durable posts."""

    hub: RunningHub
    durable: bool
    ping = PING
    pong = PONG
    alarm = ALARM

    @property
    def channel(self) -> str:
        """Return the room's channel."""
        return DURABLE_CHANNEL if self.durable else VOLATILE_CHANNEL

    def path(self, role: Role) -> str:
        """Return the hub's one WebSocket path."""
        return PATH

    def greet(self, role: Role, number: int) -> Generator[bytes, bytes, None]:
        """Log in, and as a subscriber join the room."""
        token = self.hub.token(f"{role.value[0]}{number:04}", "b" if self.durable else VOLATILE_NAME)
        if role is Role.SUBSCRIBER:
            yield from log_in_and_subscribe(token, self.channel)
        else:
            yield from log_in(token)

    def publish(self, number: int, filler: int) -> bytes:
        """Return the command that publishes message `number`."""
        event = post(number, filler) if self.durable else VOLATILE_EVENT
        return publish_command(number + 10, self.channel, event)

    def publication(self, message: bytes) -> Publication | None:
        """Return the publication of this room that a message holds."""
        push = json.loads(message).get("push", {})
        if push.get("channel") != self.channel or "pub" not in push:
            return None
        return Publication(compact(push["pub"]["data"]), push["pub"].get("offset"))

    def number_in(self, data: bytes) -> int | None:
        """Return the number of a post; a volatile event has none of its own."""
        return number_in(data) if self.durable else None
