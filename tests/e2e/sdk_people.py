"""People in the lobby, each with the public Python SDK, who note what was acked and what they heard."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from centrifuge import (
    CentrifugeError,
    Client,
    ClientEventHandler,
    ConnectingContext,
    DisconnectedContext,
    PublicationContext,
    ReplyError,
    StreamPosition,
    SubscribedContext,
    Subscription,
    SubscriptionEventHandler,
)
from hub_process import HubProcess

T = TypeVar("T")
LOBBY = "thread:lobby"
PATIENCE_S = 60.0
_RECONNECT_S_MAX = 0.3
_PAUSE_AFTER_REFUSAL_S = 0.05


@dataclass(frozen=True)
class Post:
    """A post as it stands in the lobby."""

    offset: int
    id: str
    text: str
    author: str


class Change:
    """What wakes those who wait for a condition on what a person has seen."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def happened(self) -> None:
        """Let everybody who waits look again."""
        self._event.set()
        self._event = asyncio.Event()

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until `holds()`, looked at after each change."""
        async with asyncio.timeout(PATIENCE_S):
            while not holds():
                await self._event.wait()


@dataclass(eq=False)
class Person:
    """A guest in the lobby."""

    name: str
    client: Client
    lobby: Subscription
    change: Change = field(default_factory=Change)
    acked: dict[str, str] = field(default_factory=dict)
    heard: list[Post] = field(default_factory=list)
    retries: int = 0
    closes: list[int] = field(default_factory=list)
    subscribed: list[SubscribedContext] = field(default_factory=list)

    async def post(self, message_id: str, text: str) -> None:
        """Post under this id, again and again while it is not known to be stored."""
        while message_id not in self.acked:
            try:
                await self.lobby.publish({"type": "post", "id": message_id, "text": text})
            except ReplyError as refused:
                if not refused.temporary:
                    raise
                self.retries += 1
                await asyncio.sleep(_PAUSE_AFTER_REFUSAL_S)
            except CentrifugeError:  # lost on the way there or back: nobody knows, so try again
                self.retries += 1
                await asyncio.sleep(0)
            else:
                self.acked[message_id] = text
                self.change.happened()

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until `holds()`, looked at after each ack, publication and change of connection."""
        await self.change.until(holds)

    async def until_heard(self, count: int) -> None:
        """Wait until so many posts were heard."""
        await self.until(lambda: len(self.heard) >= count)

    async def history(self) -> list[Post]:
        """Read the whole lobby, page by page, from its beginning."""
        await self.lobby.ready()
        posts: list[Post] = []
        position = None
        while True:
            page = await self.lobby.history(limit=-1, since=position)
            posts += [_post(each.offset, each.data) for each in page.publications]
            if len(posts) == page.offset:
                return posts
            assert page.publications, f"the history ends at {len(posts)}, not at {page.offset}"
            position = StreamPosition(posts[-1].offset, page.epoch)


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run asyncio work to its end and a little on: the SDK closes its sockets after it has disconnected.

    The loop is named because trio-asyncio, which other tests import, makes its own the default.
    """

    async def run_on() -> T:
        try:
            return await work
        finally:
            closing = asyncio.all_tasks() - {asyncio.current_task()}
            if closing:
                await asyncio.wait(closing, timeout=PATIENCE_S)

    with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
        return runner.run(run_on())


def _post(offset: int, data: dict[str, object]) -> Post:
    assert data["type"] == "post", data
    return Post(offset, data["id"], data["text"], data["user"]["display_name"])


class _ClientNotes(ClientEventHandler):
    """Notes with which codes the connection ended."""

    person: Person

    async def on_connecting(self, ctx: ConnectingContext) -> None:
        if ctx.code:  # 0 is our own connect()
            self._note(ctx.code)

    async def on_disconnected(self, ctx: DisconnectedContext) -> None:
        if ctx.code:  # 0 is our own disconnect()
            self._note(ctx.code)

    def _note(self, code: int) -> None:
        self.person.closes.append(code)
        self.person.change.happened()


class _LobbyNotes(SubscriptionEventHandler):
    """Notes what is heard, in the order in which it comes."""

    person: Person

    async def on_subscribed(self, ctx: SubscribedContext) -> None:
        self.person.subscribed.append(ctx)
        self.person.change.happened()

    async def on_publication(self, ctx: PublicationContext) -> None:
        if ctx.pub.offset:
            self.person.heard.append(_post(ctx.pub.offset, ctx.pub.data))
            self.person.change.happened()


@asynccontextmanager
async def in_the_lobby(hub: HubProcess, name: str) -> AsyncIterator[Person]:
    """Come into the lobby as a guest, and leave it at the end."""
    guest = await asyncio.to_thread(hub.guest, name)
    notes, lobby_notes = _ClientNotes(), _LobbyNotes()
    client = Client(
        hub.websocket_url,
        events=notes,
        token=guest.token,
        min_reconnect_delay=0.05,
        max_reconnect_delay=_RECONNECT_S_MAX,
        proxy=None,
    )
    lobby = client.new_subscription(
        LOBBY, events=lobby_notes, min_resubscribe_delay=0.05, max_resubscribe_delay=_RECONNECT_S_MAX
    )
    notes.person = lobby_notes.person = Person(name, client, lobby)
    await client.connect()
    try:
        await lobby.subscribe()
        await lobby.ready()
        yield notes.person
    finally:
        await client.disconnect()


@asynccontextmanager
async def everybody(hub: HubProcess, names: Sequence[str]) -> AsyncIterator[list[Person]]:
    """Come into the lobby as several guests."""
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(in_the_lobby(hub, name)) for name in names]


def assert_nothing_lost(record: Sequence[Post], people: Sequence[Person]) -> None:
    """Check the record and what people heard of it: no gap, no double, nothing acked that is missing."""
    assert [post.offset for post in record] == list(range(1, len(record) + 1))
    texts = {post.id: post.text for post in record}
    assert len(texts) == len(record), "a post stands there twice"
    for person in people:
        assert person.acked.items() <= texts.items(), f"{person.name} was acked what is not there"
        assert all(each.recovered for each in person.subscribed[1:]), f"{person.name} was not caught up"
        assert person.heard == [post for post in record if post.offset >= person.heard[0].offset], person.name
