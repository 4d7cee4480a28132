"""A thread of the forum and its live chat: people post, edit, delete and react; moderators keep order."""

from collections.abc import Callable, Sequence
from typing import Any

from rooms.kind import By, Event
from rooms.kinds.thread import messages, settings
from rooms.kinds.thread.commands import (
    Command,
    Delete,
    Edit,
    Hide,
    Open,
    Post,
    React,
    Slow,
    Solve,
    Switch,
    Title,
    Typing,
    Unreact,
    parse,
)
from rooms.kinds.thread.state import REPLAYED_EVENTS, Settings, Thread
from rooms.refusals import gone, locked, muted, not_found, permission_denied


class ThreadKind:
    """The rules of `thread:{id}`; with `always_open` of one that needs no opening and lets guests write."""

    durable = True
    replay_events_max = REPLAYED_EVENTS
    replay_subjects: Sequence[str] = (settings.THREAD,)
    keeps_last = False
    needs_token = False

    def __init__(self, *, always_open: bool = False) -> None:
        self._beginning = Thread(Settings(opened=always_open, guests=always_open, changes=int(always_open)))
        self.needs_opening = not always_open

    def may_read(self, by: By) -> bool:
        """Threads are open to everybody."""
        return True

    def begin(self) -> Thread:
        """Return a thread in which nothing has happened."""
        return self._beginning

    def parse(self, data: object) -> Command:
        """Return the command in `data`; raise Refused."""
        return parse(data)

    def unknown_subjects(self, state: Thread, command: Command) -> Sequence[str]:
        """Name the message that a command is about when it is older than what is remembered."""
        match command:
            case Post(quote=message_id) | Solve(post=message_id):
                pass
            case Edit(id=message_id) | Delete(id=message_id) | Hide(id=message_id):
                pass
            case React(id=message_id) | Unreact(id=message_id):
                pass
            case _:
                return ()
        return () if message_id is None or message_id in state.messages else (message_id,)

    def decide(self, state: Thread, command: Command, by: By, now_ms: int) -> list[Event]:
        """Return the events of `command`; a repeated one brings none. Raise Refused."""
        if isinstance(command, Open):
            _check_not_muted(by, now_ms)
            return settings.decide_open(state, command, by, now_ms)
        _check_may_act(state.settings, command, by, now_ms)
        if isinstance(command, Typing):
            return [Event({"type": "typing", "user": by.as_json(), "at": now_ms}, durable=False)]
        return _DECISIONS[type(command)](state, command, by, now_ms)

    def evolve(self, state: Thread, data: dict[str, Any]) -> Thread:
        """Return the thread after an event; an unknown one changes nothing."""
        type_ = data.get("type")
        if type_ == "post":
            return messages.evolve_post(state, data)
        if type_ in messages.MESSAGE_CHANGES:
            return messages.evolve_message(state, data)
        if type_ in settings.SETTINGS_CHANGES:
            return settings.evolve_settings(state, data)
        return state


def _check_may_act(thread: Settings, command: Command, by: By, now_ms: int) -> None:
    """Raise Refused for who may not write here at all, whatever it is about."""
    if not by.user:
        raise permission_denied("reading is open to all; to write, get a token with POST /api/auth/guest")
    if not thread.opened:
        raise not_found("this thread")
    if by.moderator:
        return
    if by.guest and not thread.guests:
        raise permission_denied("guests only read in this thread: sign in to write")
    if thread.withdrawn:
        raise gone("this thread was withdrawn by a moderator")
    if isinstance(command, Delete):
        return
    _check_not_muted(by, now_ms)
    if thread.locked and not isinstance(command, Solve):
        raise locked()


def _check_not_muted(by: By, now_ms: int) -> None:
    if by.muted_until_ms is not None and by.muted_until_ms > now_ms:
        raise muted(by.muted_until_ms)


_DECISIONS: dict[type[Command], Callable[[Thread, Any, By, int], list[Event]]] = {
    Post: messages.decide_post,
    Edit: messages.decide_edit,
    Delete: messages.decide_delete,
    Hide: messages.decide_hide,
    React: messages.decide_react,
    Unreact: messages.decide_unreact,
    Switch: settings.decide_switch,
    Solve: settings.decide_solve,
    Title: settings.decide_title,
    Slow: settings.decide_slow,
}
