"""The channels that one session listens to: attaching, detaching, and their tokens' expiry."""

from dataclasses import dataclass
from typing import Any

from hub.limits import CHANNELS_PER_CONNECTION_MAX, TOKEN_GRACE_S
from hub.recovery import Attachment, check_opened, last_values, missed
from hub.services import Services
from hub.session import Session
from hub.topic import Subscription, Topic
from hub.wire import codes
from hub.withholding import cover_end
from rooms.kind import By, Kind
from store.event_log import Position


@dataclass(frozen=True, slots=True)
class Wish:
    """What a client asks of a channel: `since` is the position to recover from, if any.

    `server_side`: its token subscribes it, so it cannot subscribe again but by connecting again.
    """

    since: Position | None = None
    server_side: bool = False
    must_recover: bool = False
    join_leave: bool = False
    expires_at: float | None = None


@dataclass(slots=True)
class _Place:
    topic: Topic
    subscription: Subscription
    expires_at: float | None
    server_side: bool


@dataclass(frozen=True, slots=True)
class Prepared:
    """A topic held open for a session that may enter, and what it missed up to the topic's `top`."""

    topic: Topic
    kind: Kind
    wish: Wish
    found: Attachment
    top: int


class Attachments:
    """A session's places in channels. Joining and rejoining are one thing: prepare, then enter."""

    def __init__(self, session: Session, services: Services) -> None:
        self._session = session
        self._services = services
        self._places: dict[str, _Place] = {}

    def __len__(self) -> int:
        """Return how many channels the session listens to."""
        return len(self._places)

    def __contains__(self, channel: str) -> bool:
        """Say whether the session listens to `channel`."""
        return channel in self._places

    async def attach(self, channel: str, wish: Wish) -> dict[str, Any]:
        """Let the session hear `channel` and return the subscribe result, to be sent without awaiting.

        Raises Rejected (unknown channel, already subscribed, limit, unrecoverable) and DatabaseError.
        """
        return self.enter(await self.prepare(channel, wish))

    async def prepare(self, channel: str, wish: Wish) -> Prepared:
        """Hold the channel's topic open and find what the session missed; `enter` or `abandon` it."""
        kind = self._readable(channel)
        topic = await self._services.fanout.open(channel, kind)
        try:
            found = await self._found(topic, kind, wish)
            if wish.must_recover and not found.recovered:
                raise codes.Rejected(codes.UNRECOVERABLE_POSITION)
            self._check_place(channel)
            check_whole(topic)
            check_opened(kind, topic.top)
        except BaseException:
            self._services.fanout.release(topic)
            raise
        return Prepared(topic, kind, wish, found, topic.top)

    def enter(self, prepared: Prepared) -> dict[str, Any]:
        """Take the place at the topic's top of this instant, and return the subscribe result."""
        topic, wish, session = prepared.topic, prepared.wish, self._session
        found = _up_to_now(prepared, session.by)
        subscription = Subscription(
            session.outlet, session.codec, wants_joins=wish.join_leave, on_lost=self._lost
        )
        topic.announce({"join": {"info": session.info}})
        self._places[topic.channel] = _Place(topic, subscription, wish.expires_at, wish.server_side)
        self._services.presence.enter(topic.channel, session.client, session.info)
        topic.add(subscription)
        return _subscribe_result(topic, prepared.kind, wish, found)

    def abandon(self, prepared: Prepared) -> None:
        """Let go of a topic without entering."""
        self._services.fanout.release(prepared.topic)

    def detach(self, channel: str) -> bool:
        """Let the session hear `channel` no more; say whether it did."""
        place = self._places.pop(channel, None)
        if place is None:
            return False
        place.topic.remove(place.subscription)
        self._services.presence.leave(channel, self._session.client)
        place.topic.announce({"leave": {"info": self._session.info}})
        self._services.fanout.release(place.topic)
        return True

    def show(self) -> None:
        """Let others see what there is to know of the client now."""
        for channel in self._places:
            self._services.presence.enter(channel, self._session.client, self._session.info)

    def detach_all(self) -> None:
        """Leave every channel."""
        for channel in list(self._places):
            self.detach(channel)

    def renew(self, channel: str, expires_at: float | None) -> None:
        """Take the expiry of a fresh subscription token; raise Rejected when there is no such place."""
        place = self._places.get(channel)
        if place is None:
            raise codes.Rejected(codes.PERMISSION_DENIED, "subscribe to the channel first")
        place.expires_at = expires_at

    def expire(self, wall_s: float) -> None:
        """End the subscriptions whose token expired longer than TOKEN_GRACE_S ago."""
        for channel, place in list(self._places.items()):
            if place.expires_at is not None and wall_s >= place.expires_at + TOKEN_GRACE_S:
                self._unsubscribe(channel, codes.UNSUBSCRIBED_EXPIRED)

    def expel(self, channel: str, why: codes.Unsubscribe) -> None:
        """End the place in `channel`, if there is one, and say why; the client stays away."""
        if channel in self._places:
            self._unsubscribe(channel, why)

    def _readable(self, channel: str) -> Kind:
        kind = self._services.kind_of(channel)
        if kind is None:
            raise codes.Rejected(codes.UNKNOWN_CHANNEL)
        if not kind.may_read(self._session.by):
            raise codes.Rejected(codes.PERMISSION_DENIED)
        self._check_place(channel)
        return kind

    def _check_place(self, channel: str) -> None:
        self._services.expulsions.check(channel, self._session.by.user)
        if channel in self._places:
            raise codes.Rejected(codes.ALREADY_SUBSCRIBED)
        if len(self._places) >= CHANNELS_PER_CONNECTION_MAX:
            limit = f"a connection listens to {CHANNELS_PER_CONNECTION_MAX} channels at most"
            raise codes.Rejected(codes.LIMIT_EXCEEDED, limit)

    async def _found(self, topic: Topic, kind: Kind, wish: Wish) -> Attachment:
        if kind.keeps_last:
            return await last_values(topic)
        if wish.since is None or not kind.durable:
            return Attachment([], recovered=False)
        found = await missed(topic, self._services.log, wish.since)
        counters = self._services.counters
        counters.recovered += found.recovered
        counters.unrecovered += not found.recovered
        return found

    def _lost(self, channel: str) -> None:
        place = self._places.get(channel)
        if place is not None and place.server_side:
            self._session.close(codes.INSUFFICIENT_STATE)
        else:
            self._unsubscribe(channel, codes.UNSUBSCRIBED_INSUFFICIENT_STATE)

    def _unsubscribe(self, channel: str, why: codes.Unsubscribe) -> None:
        self.detach(channel)
        self._session.push({"channel": channel, "unsubscribe": {"code": why.code, "reason": why.reason}})


def check_whole(topic: Topic) -> None:
    """Raise Rejected (temporary) when the topic lost its place in the log: a fresh one replaces it."""
    if topic.broken:
        raise codes.Rejected(codes.INTERNAL)


def _up_to_now(prepared: Prepared, by: By) -> Attachment:
    """Return what was found and whatever was fanned out since, as `by` may read it."""
    if prepared.wish.since is None or not prepared.found.recovered or not prepared.kind.durable:
        return prepared.found
    rest = prepared.topic.since(prepared.top)
    if rest is None:
        return Attachment([], recovered=False)
    return Attachment(cover_end(prepared.found.publications + rest, by), recovered=True)


def _subscribe_result(topic: Topic, kind: Kind, wish: Wish, found: Attachment) -> dict[str, Any]:
    """Return the result, fields that are zero, false or empty left out.

    After a recovery the offset is the client's own: it advances through the publications.
    """
    result: dict[str, Any] = {}
    if kind.durable:
        recovering = wish.since is not None and found.recovered
        offset = wish.since.offset if wish.since is not None and recovering else topic.top
        result |= {"recoverable": True, "positioned": True, "epoch": topic.epoch}
        if offset:
            result["offset"] = offset
    if found.publications:
        result["publications"] = found.publications
    if found.recovered:
        result["recovered"] = True
    if wish.since is not None:
        result["was_recovering"] = True
    return result
