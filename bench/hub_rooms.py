"""The hub's rooms and commands that the bench uses: everything that depends on the product's words."""

import json
from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

from bench.dialects import Publication, Role, compact, numbered_text
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


def volatile_event(number: int, filler: int) -> dict[str, str]:
    """Return the volatile event that the fan-out publishes."""
    return {"type": "typing", "pad": numbered_text(number, filler)}


def durable_post(number: int, filler: int) -> dict[str, str]:
    """Return a post that is kept."""
    return {"type": "post", "id": f"b{number:x}", "text": numbered_text(number, filler)}


def chat_room(number: int) -> str:
    """Return the channel of one of the many rooms of the chat."""
    return f"thread:bench-{number}"


def publish_command(command_id: int, channel: str, event: dict[str, str]) -> bytes:
    """Return the command that publishes an event."""
    return compact({"id": command_id, "publish": {"channel": channel, "data": event}})


Talk = Generator[bytes, bytes, dict[str, Any]]


def log_in(token: str) -> Talk:
    """Connect with a token; return the connect result."""
    return (yield from _ask(1, "connect", {"token": token, "name": "bench"}))


def log_in_and_subscribe(token: str, channel: str, since: dict[str, Any] | None = None) -> Talk:
    """Connect and subscribe, recovering since {epoch, offset} if given; return the result."""
    yield from log_in(token)
    recovery = {"recover": True, **since} if since else {}
    return (yield from _ask(2, "subscribe", {"channel": channel, **recovery}))


def _ask(command_id: int, method: str, request: dict[str, Any]) -> Talk:
    reply: dict[str, Any] = json.loads((yield compact({"id": command_id, method: request})))
    while reply.get("id") != command_id:
        reply = json.loads((yield b""))
    if method not in reply:
        raise BenchError(f"{method} {request.get('channel', '')} was answered {reply}")
    result: dict[str, Any] = reply[method]
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
        token = self.hub.token(f"{role.value[0]}{number:04}")
        if role is Role.SUBSCRIBER:
            yield from log_in_and_subscribe(token, self.channel)
        else:
            yield from log_in(token)

    def publish(self, number: int, filler: int) -> bytes:
        """Return the command that publishes message `number`."""
        event = durable_post(number, filler) if self.durable else volatile_event(number, filler)
        return publish_command(number + 10, self.channel, event)

    def publication(self, message: bytes) -> Publication | None:
        """Return the publication of this room that a message holds."""
        push = json.loads(message).get("push", {})
        if push.get("channel") != self.channel or "pub" not in push:
            return None
        return Publication(compact(push["pub"]["data"]), push["pub"].get("offset"))
