"""The protocol's methods: a table of handlers, each from a request to a result."""

import time
from contextlib import ExitStack
from functools import partial
from typing import Any

from actors import MailboxFull
from api.tokens import ANONYMOUS_CLAIMS, Claims, ExpiredToken, InvalidToken
from hub import __version__, requests
from hub.attachments import Attachments, Prepared, Wish, check_whole
from hub.history import HistoryRequest, history
from hub.limits import CHANNELS_PER_CONNECTION_MAX, PING_INTERVAL_S
from hub.rpc import call
from hub.services import Services
from hub.session import Handler, Session
from hub.welcome import check_welcome
from hub.wire import codes
from rooms.kind import Kind
from rooms.room import Request

REFUSE_UNRECOVERED = 2  # the bit of `flag` by which a client would rather have error 112
ASK_TO_JOIN = "this channel needs a subscription token, which POST /api/parties/{id}/join gives"


class Methods:
    """Carries out the commands of every session with the shared services."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self.table: dict[str, Handler] = {
            "connect": self.connect,
            "subscribe": self.subscribe,
            "unsubscribe": self.unsubscribe,
            "publish": self.publish,
            "history": self.history,
            "presence": self.presence,
            "presence_stats": self.presence_stats,
            "rpc": self.rpc,
            "send": self.send,
            "refresh": self.refresh,
            "sub_refresh": self.sub_refresh,
            "ping": self.ping,
        }

    async def connect(self, session: Session, command_id: int, request: dict[str, Any]) -> dict[str, Any]:
        """Let the client in as the one whom its token names, with the channels that the token gives it."""
        if session.connected:
            raise codes.Disconnected(codes.BAD_FRAME)
        positions = requests.nested(request, "subs") or {}
        await self._be(session, self._connection_claims(requests.text(request, "token")))
        attachments = self._attachments(session)
        with ExitStack() as until_in:
            prepared = await self._prepare_from_token(session, positions, until_in)
            self._services.connections.identify(session)
            until_in.pop_all()
        session.connected = True
        subscribed = {each.topic.channel: attachments.enter(each) for each in prepared}
        result = {
            "client": session.client,
            "version": f"CosmoHub {__version__}",
            "ping": int(PING_INTERVAL_S),
            "pong": True,
            "session": session.client,
            "node": self._services.node,
            "time": int(time.time() * 1000),
            **_expiry(session.claims),
        }
        return result | ({"subs": subscribed} if subscribed else {})

    async def subscribe(self, session: Session, command_id: int, request: dict[str, Any]) -> dict[str, Any]:
        """Let the client hear a channel, from where it left off if it wants to recover."""
        channel = requests.channel(request)
        claims = self._subscription_claims(session, channel, requests.text(request, "token"))
        if self._kind(session, channel).needs_token:
            await self._check_joined(session, channel, claims)
        recover = requests.flag(request, "recover")
        wish = Wish(
            since=requests.position(request) if recover else None,
            must_recover=recover and bool(requests.integer(request, "flag") & REFUSE_UNRECOVERED),
            join_leave=requests.flag(request, "join_leave"),
            expires_at=claims.expires_at if claims else None,
        )
        result = await self._attachments(session).attach(channel, wish)
        return result | (_expiry(claims) if claims else {})

    async def unsubscribe(self, session: Session, command_id: int, request: dict[str, Any]) -> dict[str, Any]:
        """Let the client hear a channel no more; harmless when it did not."""
        self._attachments(session).detach(requests.channel(request))
        return {}

    async def publish(self, session: Session, command_id: int, request: dict[str, Any]) -> None:
        """Give a command to the channel's room, which answers when it is durable.

        What a room would refuse in which nothing has happened is refused at once where nothing has.
        """
        channel = requests.channel(request)
        kind = self._kind(session, channel)
        if kind.needs_token:
            self._services.pace.check(channel, session.by.user)
        command = kind.parse(request.get("data"))
        self._services.words.screen(command)
        if kind.needs_opening and not (self._is_lively(channel) or await self._has_begun(channel)):
            kind.decide(kind.begin(), command, session.by, int(time.time() * 1000))
        if not session.may_publish:
            await session.until_it_may_publish()
        room, message = self._services.rooms.ref(channel), Request(command, session.by)
        reply = partial(session.published, command_id)
        session.publishing()
        try:
            try:
                room.tell_nowait(message, reply)
            except MailboxFull:
                await room.tell(message, reply)  # waits for room, and with it this client alone
        except BaseException:
            session.published_nothing()
            raise

    async def history(self, session: Session, command_id: int, request: dict[str, Any]) -> dict[str, Any]:
        """Return a page of the channel's past."""
        channel = requests.channel(request)
        kind = self._read_kind(session, channel)
        if not kind.durable:
            raise codes.Rejected(codes.NOT_AVAILABLE, "this channel keeps no history")
        since = requests.nested(request, "since")
        wanted = HistoryRequest(
            channel,
            requests.integer(request, "limit"),
            requests.position(since) if since is not None else None,
            requests.flag(request, "reverse"),
        )
        cover = partial(self._services.withholding.cover, channel, by=session.by)
        return await history(self._services.log, kind, wanted, cover)

    async def presence(self, session: Session, command_id: int, request: dict[str, Any]) -> dict[str, Any]:
        """Return who is in the channel."""
        channel = requests.channel(request)
        self._read_kind(session, channel)
        return {"presence": self._services.presence.clients(channel)}

    async def presence_stats(
        self, session: Session, command_id: int, request: dict[str, Any]
    ) -> dict[str, Any]:
        """Return how many are in the channel."""
        channel = requests.channel(request)
        self._read_kind(session, channel)
        count = self._services.presence.count(channel)
        return {"num_clients": count.clients, "num_users": count.users}

    async def rpc(self, session: Session, command_id: int, request: dict[str, Any]) -> dict[str, Any]:
        """Answer a call that no room need hear of, at once."""
        return call(self._services, session, request)

    async def send(self, session: Session, command_id: int, request: dict[str, Any]) -> None:
        """Take a message that wants no answer; no part of the hub listens to any yet."""

    async def refresh(self, session: Session, command_id: int, request: dict[str, Any]) -> dict[str, Any]:
        """Go on with a fresh token of the same person."""
        claims = self._own_claims(requests.text(request, "token"))
        if claims.user != session.claims.user:
            raise codes.Disconnected(codes.INVALID_TOKEN)
        await self._be(session, claims)
        return {"client": session.client, "version": f"CosmoHub {__version__}", **_expiry(claims)}

    async def sub_refresh(self, session: Session, command_id: int, request: dict[str, Any]) -> dict[str, Any]:
        """Go on listening to a channel with a fresh subscription token."""
        channel = requests.channel(request)
        claims = self._subscription_claims(session, channel, requests.text(request, "token"))
        if claims is None:
            raise codes.Rejected(codes.BAD_REQUEST, "token is missing")
        self._attachments(session).renew(channel, claims.expires_at)
        return _expiry(claims)

    async def ping(self, session: Session, command_id: int, request: dict[str, Any]) -> dict[str, Any]:
        """Answer."""
        return {}

    async def _be(self, session: Session, claims: Claims) -> None:
        """Let the session be the one whom a token names; an account has to be in good standing."""
        if claims.session is None:
            session.claims = claims
        else:
            await self._services.accounts.let_in(session, claims)

    def _connection_claims(self, token: str) -> Claims:
        """Return the token's claims; a client without one only reads."""
        return self._own_claims(token) if token else ANONYMOUS_CLAIMS

    def _own_claims(self, token: str) -> Claims:
        """Return what a connection's own token says; one that no new token can mend ends the connection.

        A token for one channel is none for a connection.
        """
        try:
            claims = self._services.tokens.read(token)
        except ExpiredToken:
            raise
        except InvalidToken as error:
            raise codes.Disconnected(codes.INVALID_TOKEN) from error
        if claims.channel is not None:
            raise codes.Disconnected(codes.INVALID_TOKEN)
        return claims

    def _subscription_claims(self, session: Session, channel: str, token: str) -> Claims | None:
        if not token:
            return None
        claims = self._services.tokens.read(token)
        if claims.channel != channel or claims.user != session.claims.user:
            raise codes.Rejected(codes.PERMISSION_DENIED, "the token is for another channel or person")
        return claims

    async def _prepare_from_token(
        self, session: Session, positions: dict[str, Any], until_in: ExitStack
    ) -> list[Prepared]:
        """Prepare the channels that the token names; `until_in` lets go of them should the client not get in.

        All of them are entered later, in the instant of the connect reply.
        """
        attachments = self._attachments(session)
        prepared: list[Prepared] = []
        for channel in list(dict.fromkeys(session.claims.channels))[:CHANNELS_PER_CONNECTION_MAX]:
            for each in await self._prepared(attachments, channel, positions):
                until_in.callback(attachments.abandon, each)
                prepared.append(each)
        for each in prepared:
            check_whole(each.topic)
        return prepared

    async def _prepared(
        self, attachments: Attachments, channel: str, positions: dict[str, Any]
    ) -> list[Prepared]:
        """Prepare one channel; a token that names one that is not there spares the others."""
        earlier = requests.nested(positions, channel) or {}
        since = requests.position(earlier) if requests.flag(earlier, "recover") else None
        try:
            return [await attachments.prepare(channel, Wish(since, server_side=True))]
        except codes.Rejected as rejected:
            if rejected.error.temporary:
                raise
            return []

    def _kind(self, session: Session, channel: str) -> Kind:
        kind = self._services.kind_of(channel)
        if kind is None:
            raise codes.Rejected(codes.UNKNOWN_CHANNEL)
        if not kind.may_read(session.by):
            raise codes.Rejected(codes.PERMISSION_DENIED)
        return kind

    def _read_kind(self, session: Session, channel: str) -> Kind:
        """Return the kind of a channel that may be read; one that needs a token only by who listens."""
        kind = self._kind(session, channel)
        if kind.needs_token and channel not in self._attachments(session):
            raise codes.Rejected(codes.PERMISSION_DENIED, "subscribe to this channel first")
        return kind

    async def _check_joined(self, session: Session, channel: str, claims: Claims | None) -> None:
        """Raise Rejected for who has no token for a room that needs one, or is not welcome there any more."""
        if claims is None:
            raise codes.Rejected(codes.PERMISSION_DENIED, ASK_TO_JOIN)
        if not (self._is_lively(channel) or await self._has_begun(channel)):
            raise codes.Rejected(codes.UNKNOWN_CHANNEL)
        await check_welcome(self._services.rooms, channel, session.by)

    def _is_lively(self, channel: str) -> bool:
        """Say whether a room is awake or listened to: then it is there."""
        return self._services.rooms.is_awake(channel) or self._services.fanout.topic(channel) is not None

    async def _has_begun(self, channel: str) -> bool:
        """Say whether a room is there: names that clients make up are refused without waking one."""
        return (await self._services.log.position(channel)).offset > 0

    def _attachments(self, session: Session) -> Attachments:
        if session.attachments is None:
            session.attachments = Attachments(session, self._services)
        return session.attachments


def _expiry(claims: Claims) -> dict[str, Any]:
    if claims.expires_at is None:
        return {}
    return {"expires": True, "ttl": max(1, int(claims.expires_at - time.time()))}
