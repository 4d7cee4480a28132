"""How a thread is opened and set: lock, pin, title, solution, slow mode, withdrawal."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from rooms.kind import By, Event
from rooms.kinds.thread.commands import Open, Slow, Solve, Switch, Title
from rooms.kinds.thread.messages import check_there, message_event
from rooms.kinds.thread.state import Settings, Speakers, Thread
from rooms.refusals import changed_meanwhile, limit_exceeded, permission_denied

THREAD = "\nthread"  # the subject of events about the thread itself: no message id, for those are printable
CHANGES_MAX = 1_000  # all of them are read when a room wakes
MODERATORS_CHANGES_MAX = 5_000


def decide_open(state: Thread, command: Open, by: By, now_ms: int) -> list[Event]:
    """Begin the thread with its first message, both or none."""
    if not by.system:
        raise permission_denied("a thread is opened with POST /api/boards/{slug}/threads")
    if state.settings.opened:
        return []
    opening = {
        "title": command.title,
        "board": command.board,
        "tags": list(command.tags),
        "guests": command.guests,
    }
    opened = _event("open", by, now_ms, **opening)
    return [opened, message_event("post", command.id, by, now_ms, text=command.text)]


def decide_switch(state: Thread, command: Switch, by: By, now_ms: int) -> list[Event]:
    """Set the lock, the pin, or whether the thread is withdrawn."""
    _moderators_only(by)
    field, value = SWITCHES[command.word]
    if getattr(state.settings, field) == value:
        return []
    return _changed(state, by, _event(command.word, by, now_ms, reason=command.reason))


def decide_solve(state: Thread, command: Solve, by: By, now_ms: int) -> list[Event]:
    """Say which message is the answer."""
    _author_or_moderator(state, by)
    if command.post == state.settings.solved:
        return []
    if command.post is None:
        return _changed(state, by, _event("unsolve", by, now_ms))
    check_there(state, command.post)
    return _changed(state, by, _event("solve", by, now_ms, post=command.post))


def decide_title(state: Thread, command: Title, by: By, now_ms: int) -> list[Event]:
    """Name the thread anew."""
    _author_or_moderator(state, by)
    if command.version not in (None, state.settings.changes):
        raise changed_meanwhile()
    if (command.title, command.tags) == (state.settings.title, state.settings.tags):
        return []
    named = _event("title", by, now_ms, title=command.title, tags=list(command.tags))
    return _changed(state, by, named)


def decide_slow(state: Thread, command: Slow, by: By, now_ms: int) -> list[Event]:
    """Set the pace."""
    _moderators_only(by)
    if command.seconds == state.settings.slow_s:
        return []
    return _changed(state, by, _event("slow", by, now_ms, seconds=command.seconds))


def evolve_settings(state: Thread, data: dict[str, Any]) -> Thread:
    """Return the thread after an event about the thread itself."""
    changed = replace(
        SETTINGS_CHANGES[data["type"]](state.settings, data), changes=state.settings.changes + 1
    )
    speakers = Speakers() if changed.slow_s != state.settings.slow_s else state.speakers
    return Thread(changed, state.messages, speakers)


def _event(type_: str, by: By, now_ms: int, **more: object) -> Event:
    data = {"type": type_, **more, "user": by.as_json(), "at": now_ms}
    return Event(data, subject=THREAD, creates=type_ == "open")


def _changed(state: Thread, by: By, event: Event) -> list[Event]:
    if state.settings.changes >= (MODERATORS_CHANGES_MAX if by.moderator else CHANGES_MAX):
        raise limit_exceeded("this thread has been changed too often: open a new one")
    return [event]


def _moderators_only(by: By) -> None:
    if not by.moderator:
        raise permission_denied("only a moderator may do this")


def _author_or_moderator(state: Thread, by: By) -> None:
    if by.user != state.settings.author and not by.moderator:
        raise permission_denied("only the author of the thread or a moderator may do this")


SWITCHES: dict[str, tuple[str, bool]] = {
    "lock": ("locked", True),
    "unlock": ("locked", False),
    "pin": ("pinned", True),
    "unpin": ("pinned", False),
    "withdraw": ("withdrawn", True),
    "restore": ("withdrawn", False),
}


def _switched(field: str, value: bool) -> Callable[[Settings, dict[str, Any]], Settings]:
    changed: dict[str, Any] = {field: value}
    return lambda settings, data: replace(settings, **changed)


def _opened(settings: Settings, data: dict[str, Any]) -> Settings:
    return Settings(
        opened=True,
        guests=data["guests"],
        author=data["user"]["id"],
        title=data["title"],
        tags=tuple(data["tags"]),
    )


SETTINGS_CHANGES: dict[str, Callable[[Settings, dict[str, Any]], Settings]] = {
    "open": _opened,
    "title": lambda settings, data: replace(settings, title=data["title"], tags=tuple(data["tags"])),
    "solve": lambda settings, data: replace(settings, solved=data["post"]),
    "unsolve": lambda settings, data: replace(settings, solved=None),
    "slow": lambda settings, data: replace(settings, slow_s=data["seconds"]),
    **{word: _switched(field, value) for word, (field, value) in SWITCHES.items()},
}
