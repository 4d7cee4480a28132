"""What may be done with the messages of a thread, and what becomes of them."""

from collections.abc import Callable
from typing import Any

from rooms.kind import By, Event
from rooms.kinds.thread.commands import Delete, Edit, Hide, Post, React, Unreact
from rooms.kinds.thread.state import Message, Thread
from rooms.refusals import gone, id_taken, limit_exceeded, not_found, permission_denied, too_fast

EMOJI_PER_MESSAGE_MAX = 20
REACTIONS_PER_MESSAGE_MAX = 2_000


def decide_post(state: Thread, command: Post, by: By, now_ms: int) -> list[Event]:
    """Say something new; the same once more changes nothing."""
    message_id, text, quote = command
    known = state.messages.get(message_id)
    if known is not None:
        if known.author != by.user:
            raise id_taken(message_id)
        return []
    if quote is not None:
        _visible(state, quote)
    if state.settings.slow_s:
        _check_pace(state, by, now_ms)
    if quote is None:
        return [message_event("post", message_id, by, now_ms, text=text)]
    return [message_event("post", message_id, by, now_ms, text=text, quote=quote)]


def decide_edit(state: Thread, command: Edit, by: By, now_ms: int) -> list[Event]:
    """Change an own text."""
    message = _visible(state, command.id)
    if message.author != by.user:
        raise permission_denied("only its author may edit a message")
    if message.text == command.text:
        return []
    return [message_event("edit", command.id, by, now_ms, text=command.text)]


def decide_delete(state: Thread, command: Delete, by: By, now_ms: int) -> list[Event]:
    """Take a message back."""
    message = _known(state, command.id)
    if message.author != by.user and not by.moderator:
        raise permission_denied("only its author or a moderator may delete a message")
    return [] if message.deleted else [message_event("delete", command.id, by, now_ms)]


def decide_hide(state: Thread, command: Hide, by: By, now_ms: int) -> list[Event]:
    """Withhold a message, or show it again."""
    if not by.moderator:
        raise permission_denied("only a moderator may hide messages and show them again")
    if _living(state, command.id).hidden == command.hidden:
        return []
    word = "hide" if command.hidden else "unhide"
    return [message_event(word, command.id, by, now_ms, reason=command.reason)]


def decide_react(state: Thread, command: React, by: By, now_ms: int) -> list[Event]:
    """Put an emoji under a message, once a person."""
    message = _visible(state, command.id)
    if (command.emoji, by.user) in message.reactions:
        return []
    if len(message.reactions) >= REACTIONS_PER_MESSAGE_MAX:
        raise limit_exceeded(f"a message takes {REACTIONS_PER_MESSAGE_MAX:,} reactions at most")
    emoji = {emoji for emoji, _ in message.reactions} | {command.emoji}
    if len(emoji) > EMOJI_PER_MESSAGE_MAX:
        raise limit_exceeded(
            f"a message takes {EMOJI_PER_MESSAGE_MAX} different emoji: use one that is there"
        )
    return [message_event("react", command.id, by, now_ms, emoji=command.emoji)]


def decide_unreact(state: Thread, command: Unreact, by: By, now_ms: int) -> list[Event]:
    """Take an own emoji away."""
    message = _visible(state, command.id)
    if (command.emoji, by.user) not in message.reactions:
        return []
    return [message_event("unreact", command.id, by, now_ms, emoji=command.emoji)]


def message_event(type_: str, message_id: str, by: By, now_ms: int, **more: str) -> Event:
    """Return an event about a message."""
    data = {"type": type_, "id": message_id, **more, "user": by.as_json(), "at": now_ms}
    return Event(data, message_id, type_ == "post")


def evolve_post(state: Thread, data: dict[str, Any]) -> Thread:
    """Return the thread after somebody spoke."""
    settings, messages, speakers = state
    message = messages.get(data["id"])
    if message is None:
        user = data["user"]["id"]
        message = Message(user, data["text"])
        if settings.slow_s:
            speakers = speakers.spoke(user, data["at"], settings.slow_s)
    return Thread(settings, messages.add(data["id"], message), speakers)


def evolve_message(state: Thread, data: dict[str, Any]) -> Thread:
    """Return the thread after a change to a message; to a forgotten one nothing happens."""
    message = state.messages.get(data["id"])
    if message is None:
        return state
    change = MESSAGE_CHANGES[data["type"]]
    return state._replace(messages=state.messages.change(data["id"], change(message, data)))


def check_there(state: Thread, message_id: str) -> None:
    """Raise Refused for a message that never was or was deleted."""
    _living(state, message_id)


def _known(state: Thread, message_id: str) -> Message:
    message = state.messages.get(message_id)
    if message is None:
        raise not_found(f"the message {message_id!r}")
    return message


def _living(state: Thread, message_id: str) -> Message:
    message = _known(state, message_id)
    if message.deleted:
        raise gone(f"the message {message_id!r} was deleted")
    return message


def _visible(state: Thread, message_id: str) -> Message:
    message = _living(state, message_id)
    if message.hidden:
        raise gone(f"the message {message_id!r} was hidden by a moderator")
    return message


def _check_pace(state: Thread, by: By, now_ms: int) -> None:
    if by.moderator:
        return
    wait_ms = state.speakers.last_ms(by.user) + state.settings.slow_s * 1000 - now_ms
    if wait_ms > 0:
        raise too_fast(min(-(-wait_ms // 1000), state.settings.slow_s))


MESSAGE_CHANGES: dict[str, Callable[[Message, dict[str, Any]], Message]] = {
    "edit": lambda message, data: message._replace(text=data["text"]),
    "delete": lambda message, data: Message(message.author, "", deleted=True),
    "hide": lambda message, data: message._replace(hidden=True),
    "unhide": lambda message, data: message._replace(hidden=False),
    "react": lambda message, data: message._replace(
        reactions=message.reactions | {(data["emoji"], data["user"]["id"])}
    ),
    "unreact": lambda message, data: message._replace(
        reactions=message.reactions - {(data["emoji"], data["user"]["id"])}
    ),
}
