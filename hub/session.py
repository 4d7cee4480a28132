"""A client's connection: its life from the handshake to the close, and the way of its commands."""

import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import structlog
import trio
import trio_websocket

from actors import Failed, Outcome
from api.ports import Standing
from api.tokens import ANONYMOUS_CLAIMS, Claims
from hub.deadlines import Deadlines
from hub.limits import (
    BURST_S,
    CLOSE_LINGER_S,
    PUBLISHES_IN_FLIGHT_MAX,
    REFUSALS_MAX,
    TokenBucket,
)
from hub.outlet import Outlet
from hub.wire import codes
from hub.wire.codec import Codec, Malformed
from hub.wire.errors import error_of
from hub.wire.frames import frame
from rooms.kind import By

if TYPE_CHECKING:
    from hub.attachments import Attachments
    from hub.services import Services

log = structlog.get_logger(__name__)
Handler = Callable[["Session", int, dict[str, Any]], Any]


class Session:
    """One connected client.

    Commands are carried out one after the other as they come; a publish is answered when its room has
    answered, while the session reads on. Nothing here waits for the client: what is said to it goes through
    the outlet. The time-outs are looked at by one clock for all sessions, which calls `tick`.
    """

    __slots__ = (
        "_bucket",
        "_by",
        "_claims",
        "_closing",
        "_deadlines",
        "_gathered",
        "_listening",
        "_refusals",
        "_scope",
        "_services",
        "_slot_freed",
        "_unanswered",
        "attachments",
        "client",
        "codec",
        "connected",
        "outlet",
    )

    def __init__(self, services: "Services", codec: Codec, outlet: Outlet) -> None:
        now = trio.current_time()
        rate = services.limits.commands_per_second
        self._services = services
        self._bucket = TokenBucket(rate, rate * BURST_S, now)
        self._refusals = 0
        self._unanswered = 0
        self._slot_freed: trio.Event | None = None
        self._scope = trio.CancelScope()
        self._closing = False
        self._listening = True
        self._gathered: list[bytes] = []
        self._deadlines = Deadlines()
        self.client = str(uuid.uuid4())
        self.claims = ANONYMOUS_CLAIMS
        self.attachments: Attachments | None = None
        self.codec = codec
        self.outlet = outlet
        self.connected = False
        outlet.on_overflow(self._too_slow)
        outlet.on_end(self._end_soon)

    @property
    def claims(self) -> Claims:
        """What the client's token says."""
        return self._claims

    @claims.setter
    def claims(self, claims: Claims) -> None:
        self._claims = claims
        self._by = By(
            claims.user,
            claims.display_name,
            self.client,
            moderator=claims.moderator,
            guest=claims.guest,
        )

    def stand(self, standing: Standing) -> None:
        """Be what the account is now, whatever the token said when it was signed."""
        shown = {"display_name": standing.display_name, "handle": standing.handle, "avatar": standing.avatar}
        info = {name: value for name, value in shown.items() if value is not None}
        moderator = "post.moderate" in standing.permissions
        renamed = info != self._claims.info
        self.claims = replace(
            self._claims, display_name=standing.display_name, info=info, moderator=moderator
        )
        self._by = replace(self._by, muted_until_ms=standing.muted_until_ms)
        if renamed and self.attachments is not None:
            self.attachments.show()

    @property
    def by(self) -> By:
        """Who gives the commands that come over this connection."""
        return self._by

    @property
    def info(self) -> dict[str, Any]:
        """The protocol's ClientInfo."""
        info: dict[str, Any] = {"user": self.claims.user, "client": self.client}
        if self.claims.info:
            info["conn_info"] = self.claims.info
        return info

    async def run(self, websocket: trio_websocket.WebSocketConnection, methods: dict[str, Handler]) -> None:
        """Carry out commands until either side closes."""
        with self._scope:
            try:
                while True:
                    message = await websocket.get_message()
                    if not self._closing:
                        self._listening = False
                        await self._receive(message, methods)
                        self._listening = True
            except trio_websocket.ConnectionClosed:
                pass

    def close(self, disconnect: codes.Disconnect) -> None:
        """Tell the client why, and end the connection when it answers or after CLOSE_LINGER_S."""
        if self._closing:
            return
        self._closing = True
        self.outlet.finish(disconnect.code, disconnect.reason)
        self._end_soon()

    def reply(self, command_id: int, method: str, result: dict[str, Any]) -> None:
        """Answer a command."""
        self.outlet.offer(self.codec.framed({"id": command_id, method: result}))

    def refuse(self, command_id: int, error: codes.Error) -> None:
        """Answer a command with an error, unless it is one that wants no answer."""
        if command_id:
            self.outlet.offer(self.codec.framed({"id": command_id, "error": error.as_json()}))

    def push(self, body: dict[str, Any]) -> None:
        """Tell the client something it did not ask for."""
        self.outlet.offer(self.codec.framed({"push": body}))

    @property
    def may_publish(self) -> bool:
        """Whether fewer than PUBLISHES_IN_FLIGHT_MAX publishes are unanswered."""
        return self._unanswered < PUBLISHES_IN_FLIGHT_MAX

    async def until_it_may_publish(self) -> None:
        """Wait for the answer to a publish; only the one task that reads the client's commands does so."""
        while not self.may_publish:
            self._slot_freed = trio.Event()
            await self._slot_freed.wait()

    def publishing(self) -> None:
        """Count a publish that `published` will answer."""
        self._unanswered += 1

    def published_nothing(self) -> None:
        """Count no more a publish that never reached its room."""
        self._unanswered -= 1
        if self._slot_freed is not None:
            self._slot_freed.set()
            self._slot_freed = None

    def published(self, command_id: int, outcome: Outcome) -> None:
        """Answer a publish with what its room said, together with others that are answered now."""
        self.published_nothing()
        body: dict[str, Any] = {"id": command_id}
        if isinstance(outcome, Failed):
            body["error"] = error_of(outcome.error).as_json()
        else:
            body["publish"] = {}
        if not self._gathered:
            self.outlet.hold(self._gathered_frame)
            self._services.replies.add(self.outlet)
        self._services.replies.count()
        self._gathered.append(self.codec.encode(body))

    def _gathered_frame(self) -> bytes:
        gathered, self._gathered = self._gathered, []
        return frame(self.codec.opcode, self.codec.separator.join(gathered))

    def tick(self, now: float, wall_s: float) -> None:
        """Look at the time-outs: `now` is Trio's clock, `wall_s` s since 1970."""
        if self._closing:
            return
        if not self._listening:
            self._deadlines.wait_longer(now)
        expires_at = self.claims.expires_at
        overdue = self._deadlines.overdue(now, wall_s, connected=self.connected, expires_at=expires_at)
        if overdue is not None:
            self.close(overdue)
            return
        if self.attachments is not None:
            self.attachments.expire(wall_s)
        if self.connected and self._deadlines.ping_due(now):
            self.outlet.offer(self.codec.framed({}))

    def leave(self) -> None:
        """Be gone from every channel."""
        if self.attachments is not None:
            self.attachments.detach_all()

    def _end_soon(self) -> None:
        """End within CLOSE_LINGER_S, be it in the middle of a command that waits for others."""
        self._scope.deadline = min(self._scope.deadline, trio.current_time() + CLOSE_LINGER_S)

    def _too_slow(self) -> None:
        self._services.counters.slow_clients += 1
        self.close(codes.SLOW)

    async def _receive(self, message: str | bytes, methods: dict[str, Handler]) -> None:
        now = trio.current_time()
        try:
            for command in self.codec.decode(message):
                method = self._take(command, methods, now)
                if method is not None:
                    await self._answer(command.get("id", 0), method, command[method], methods[method])
                if self._closing:
                    return
        except Malformed:
            self.close(codes.BAD_FRAME)
        except codes.Disconnected as closed:
            self.close(closed.disconnect)

    def _take(self, command: dict[str, Any], methods: dict[str, Handler], now: float) -> str | None:
        """Return the method that is to carry out a command; None where there is nothing (more) to do.

        `now` is when it came, on Trio's clock.
        """
        if not command and self._deadlines.pong():
            return None
        self._services.counters.commands += 1
        allowed = self._bucket.take(now)
        if not allowed or self._refusals:
            self._count_refusal(allowed)
        return self._admitted(command, methods, allowed) if command else None

    def _admitted(self, command: dict[str, Any], methods: dict[str, Handler], allowed: bool) -> str | None:
        """Return the command's method, unless the command is refused."""
        command_id = command.get("id", 0)
        method = None
        for key in command:
            if key in methods:
                method = key
                break
        self._check(command_id, method)
        if not allowed:
            self.refuse(command_id, codes.TOO_MANY_REQUESTS)
            return None
        if method is None:
            self.refuse(command_id, codes.METHOD_NOT_FOUND)
        return method

    def _check(self, command_id: object, method: str | None) -> None:
        """Close on what no SDK would send: a command before connect, or one that cannot be answered."""
        valid = isinstance(command_id, int) and not isinstance(command_id, bool) and 0 <= command_id < 1 << 32
        if not valid or (command_id == 0 and method != "send"):
            raise codes.Disconnected(codes.BAD_FRAME)
        if not self.connected and method != "connect":
            raise codes.Disconnected(codes.BAD_FRAME)

    def _count_refusal(self, allowed: bool) -> None:
        self._refusals = 0 if allowed else self._refusals + 1
        if self._refusals > REFUSALS_MAX:
            raise codes.Disconnected(codes.TOO_MANY_COMMANDS)

    async def _answer(self, command_id: int, method: str, request: object, handler: Handler) -> None:
        """Answer with what the handler returns; a handler that returns None answers by itself."""
        try:
            if not isinstance(request, dict):
                raise codes.Rejected(codes.BAD_REQUEST, f"{method} must be an object")
            result = await handler(self, command_id, request)
        except codes.Disconnected:
            raise
        except Exception as error:
            refusal = error_of(error)
            if refusal == codes.INTERNAL:
                log.error("command_failed", method=method, client=self.client, exc_info=error)
            self.refuse(command_id, refusal)
            return
        if result is not None:
            self.reply(command_id, method, result)
