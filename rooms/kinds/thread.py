"""A chat thread: people post, edit, delete and react; who is typing is told and forgotten."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from immutables import Map

from rooms.commands import as_object, message_id_of, text_of, visible_text_of
from rooms.kind import By, Event
from rooms.refusals import gone, id_taken, invalid, limit_exceeded, not_found, permission_denied

TEXT_LENGTH_MAX = 4_000
EMOJI_LENGTH_MAX = 16  # a family with skin tones is 11 code points
EMOJI_PER_MESSAGE_MAX = 20
REACTIONS_PER_MESSAGE_MAX = 2_000
REMEMBERED_MESSAGES = (
    500  # about 0.3 MB a busy room; older ones are read from the log when a command names them
)


@dataclass(frozen=True, slots=True)
class Post:
    """Say something new under an id of the client's own."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace the text of an own message."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Delete:
    """Take a message back; moderators may take back anybody's."""

    id: str


@dataclass(frozen=True, slots=True)
class React:
    """Put an emoji under a message."""

    id: str
    emoji: str


@dataclass(frozen=True, slots=True)
class Unreact:
    """Take an emoji away again."""

    id: str
    emoji: str


@dataclass(frozen=True, slots=True)
class Typing:
    """Show the others that a message is being written."""


Command = Post | Edit | Delete | React | Unreact | Typing


@dataclass(frozen=True, slots=True)
class Message:
    """What a thread remembers of a message: enough to decide about it."""

    author: str
    text: str
    deleted: bool = False
    reactions: frozenset[tuple[str, str]] = frozenset()
    """Pairs of (emoji, user)."""


@dataclass(frozen=True, slots=True)
class Thread:
    """The last messages by id, and the order in which they came: `order[n]` for `oldest ≤ n < newest`."""

    messages: Map[str, Message] = Map()
    order: Map[int, str] = Map()
    oldest: int = 0
    newest: int = 0

    def remember(self, message_id: str, message: Message) -> "Thread":
        """Return the thread with one more message, forgetting the oldest beyond REMEMBERED_MESSAGES."""
        messages = self.messages.set(message_id, message)
        order = self.order.set(self.newest, message_id)
        oldest = self.oldest
        if len(messages) > REMEMBERED_MESSAGES:
            messages = messages.delete(order[oldest])
            order = order.delete(oldest)
            oldest += 1
        return Thread(messages, order, oldest, self.newest + 1)

    def change(self, message_id: str, message: Message) -> "Thread":
        """Return the thread with a message it remembers changed."""
        return replace(self, messages=self.messages.set(message_id, message))


class ThreadKind:
    """The rules of `thread:{id}`."""

    durable = True
    replay_events_max = 2 * REMEMBERED_MESSAGES

    def may_read(self, by: By) -> bool:
        """Threads are open to everybody."""
        return True

    def begin(self) -> Thread:
        """Return an empty thread."""
        return Thread()

    def parse(self, data: object) -> Command:
        """Return the command in `data`, such as `{"type": "post", "id": "…", "text": "…"}`; raise Refused."""
        fields = as_object(data)
        word = fields.get("type")
        if not isinstance(word, str) or word not in _PARSERS:
            raise invalid("type", "one of " + ", ".join(_PARSERS))
        return _PARSERS[word](fields)

    def unknown_subjects(self, state: Thread, command: Command) -> Sequence[str]:
        """A change may be about a message older than what is remembered; a post and typing never are."""
        if isinstance(command, Post | Typing) or command.id in state.messages:
            return ()
        return (command.id,)

    def decide(self, state: Thread, command: Command, by: By, now_ms: int) -> list[Event]:
        """Return the events of `command`; a repeated one brings none. Raise Refused."""
        if not by.user:
            raise permission_denied("reading is open to all; to write, get a token with POST /api/auth/guest")
        match command:
            case Post():
                return _decide_post(state, command, by, now_ms)
            case Edit():
                return _decide_edit(state, command, by, now_ms)
            case Delete():
                return _decide_delete(state, command, by, now_ms)
            case React():
                return _decide_react(state, command, by, now_ms)
            case Unreact():
                return _decide_unreact(state, command, by, now_ms)
            case Typing():
                return [Event({"type": "typing", "user": by.as_json(), "at": now_ms}, durable=False)]

    def evolve(self, state: Thread, data: dict[str, Any]) -> Thread:
        """Return the thread after an event; what happens to a forgotten message changes nothing."""
        if data["type"] == "post":
            return _evolve_post(state, data)
        message = state.messages.get(data["id"])
        change = _CHANGES.get(data["type"])
        if message is None or change is None:
            return state
        return state.change(data["id"], change(message, data))


def _parse_emoji(fields: dict[str, Any]) -> str:
    return visible_text_of(fields, "emoji", EMOJI_LENGTH_MAX)


_PARSERS: dict[str, Callable[[dict[str, Any]], Command]] = {
    "post": lambda f: Post(message_id_of(f), visible_text_of(f, "text", TEXT_LENGTH_MAX)),
    "edit": lambda f: Edit(message_id_of(f), visible_text_of(f, "text", TEXT_LENGTH_MAX)),
    "delete": lambda f: Delete(message_id_of(f)),
    "react": lambda f: React(message_id_of(f), _parse_emoji(f)),
    "unreact": lambda f: Unreact(message_id_of(f), text_of(f, "emoji", EMOJI_LENGTH_MAX)),
    "typing": lambda f: Typing(),
}


def _event(type_: str, message_id: str, by: By, now_ms: int, **more: str) -> Event:
    data = {"type": type_, "id": message_id, **more, "user": by.as_json(), "at": now_ms}
    return Event(data, subject=message_id, creates=type_ == "post")


def _living(state: Thread, message_id: str) -> Message:
    message = state.messages.get(message_id)
    if message is None:
        raise not_found(f"the message {message_id!r}")
    if message.deleted:
        raise gone(f"the message {message_id!r}")
    return message


def _decide_post(state: Thread, command: Post, by: By, now_ms: int) -> list[Event]:
    known = state.messages.get(command.id)
    if known is None:
        return [_event("post", command.id, by, now_ms, text=command.text)]
    if known.author != by.user:
        raise id_taken(command.id)
    return []


def _decide_edit(state: Thread, command: Edit, by: By, now_ms: int) -> list[Event]:
    message = _living(state, command.id)
    if message.author != by.user:
        raise permission_denied("only its author may edit a message")
    if message.text == command.text:
        return []
    return [_event("edit", command.id, by, now_ms, text=command.text)]


def _decide_delete(state: Thread, command: Delete, by: By, now_ms: int) -> list[Event]:
    message = state.messages.get(command.id)
    if message is None:
        raise not_found(f"the message {command.id!r}")
    if message.author != by.user and not by.moderator:
        raise permission_denied("only its author or a moderator may delete a message")
    return [] if message.deleted else [_event("delete", command.id, by, now_ms)]


def _decide_react(state: Thread, command: React, by: By, now_ms: int) -> list[Event]:
    message = _living(state, command.id)
    if (command.emoji, by.user) in message.reactions:
        return []
    if len(message.reactions) >= REACTIONS_PER_MESSAGE_MAX:
        raise limit_exceeded(f"a message takes {REACTIONS_PER_MESSAGE_MAX:,} reactions at most")
    emoji = {emoji for emoji, _ in message.reactions} | {command.emoji}
    if len(emoji) > EMOJI_PER_MESSAGE_MAX:
        raise limit_exceeded(
            f"a message takes {EMOJI_PER_MESSAGE_MAX} different emoji: use one that is there"
        )
    return [_event("react", command.id, by, now_ms, emoji=command.emoji)]


def _decide_unreact(state: Thread, command: Unreact, by: By, now_ms: int) -> list[Event]:
    message = _living(state, command.id)
    if (command.emoji, by.user) not in message.reactions:
        return []
    return [_event("unreact", command.id, by, now_ms, emoji=command.emoji)]


def _evolve_post(state: Thread, data: dict[str, Any]) -> Thread:
    if data["id"] in state.messages:
        return state
    return state.remember(data["id"], Message(data["user"]["id"], data["text"]))


_CHANGES: dict[str, Callable[[Message, dict[str, Any]], Message]] = {
    "edit": lambda message, data: replace(message, text=data["text"]),
    "delete": lambda message, data: Message(message.author, "", deleted=True),
    "react": lambda message, data: replace(
        message, reactions=message.reactions | {(data["emoji"], data["user"]["id"])}
    ),
    "unreact": lambda message, data: replace(
        message, reactions=message.reactions - {(data["emoji"], data["user"]["id"])}
    ),
}
