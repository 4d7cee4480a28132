"""A watch party: everyone on the same frame, steered by those who may, waiting for nobody for ever."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from rooms.kind import By, Event
from rooms.kinds.watch import commands as c
from rooms.kinds.watch import items, leading, people, queue, settings, steering, talk, waiting
from rooms.kinds.watch.change import Change
from rooms.kinds.watch.operations import may_be_repeated, operation_subject
from rooms.kinds.watch.parsing import parse
from rooms.kinds.watch.roles import check_may
from rooms.kinds.watch.snapshot import restored
from rooms.kinds.watch.state import Party, timeline_json
from rooms.kinds.watch.story import Story
from rooms.refusals import muted, not_found, operation_taken, party_ended, permission_denied

BEACON_BEATS = 5  # seconds: who lost an event notices within these
_WORDS = c.Chat | c.React | c.Ask | c.Add | c.Settings
_AFTER_THE_END = (c.Leave, c.Delete, c.Tick, c.Open)


class WatchKind:
    """The rules of `watch:{id}`."""

    durable = True
    replay_events_max = 256
    replay_subjects: Sequence[str] = ()
    needs_opening = True
    keeps_last = False
    needs_token = True

    def may_read(self, by: By) -> bool:
        """Whoever holds a token of this party."""
        return True

    def begin(self) -> Party:
        """Return a party that was not opened."""
        return Party()

    def parse(self, data: object) -> c.Command:
        """Return the command in `data`; raise Refused."""
        return parse(data)

    def unknown_subjects(self, state: Party, command: c.Command) -> Sequence[str]:
        """Name what a command is about that only the log may still know: a message, a repeated operation."""
        if isinstance(command, c.Delete) and command.id not in state.messages:
            return (talk.message_subject(command.id),)
        if isinstance(command, c.Operation) and command.op not in state.operations:
            return (operation_subject(command.op),) if may_be_repeated(state, command) else ()
        return ()

    def decide(self, state: Party, command: c.Command, by: By, now_ms: int) -> list[Event]:
        """Return the events of `command`; a repeated one brings none. Raise Refused."""
        op = command.op if isinstance(command, c.Operation | c.React) else None
        if op is not None and _repeated(state, op, by):
            return []
        _check(state, command, by, now_ms)
        story = Story(state, self.evolve, by, now_ms)
        story.tell(_DECISIONS[type(command)](state, command, by, now_ms), op)
        for follow in _CONSEQUENCES:
            story.tell(follow(state, story.party, now_ms))
        for change in _mentions(story.party, command):
            story.mention(change)
        return story.events

    def evolve(self, state: Party, data: dict[str, Any]) -> Party:
        """Return the party after an event; one from before what is known only recalls its operation."""
        if "op" in data:
            state = replace(state, operations=state.operations.add(data["op"], data["user"]["id"]))
        type_ = data.get("type")
        if type_ in _TALK:
            return replace(_TALK[type_](state, data), since_snapshot=state.since_snapshot + 1)
        if type_ == "party" and (not state.n or data["n"] == state.n + 1):
            return restored(state, data)
        if not state.n or data.get("n") != state.n + 1:
            return state
        changed = _CHANGES.get(str(type_), _unchanged)(state, data)
        return replace(changed, n=data["n"], since_snapshot=state.since_snapshot + 1)


def _repeated(party: Party, op: str, by: By) -> bool:
    user = party.operations.get(op)
    if user is not None and user != by.user:
        raise operation_taken(op)
    return user is not None


def _check(party: Party, command: c.Command, by: By, now_ms: int) -> None:
    """Raise Refused for what cannot be done here at all, by anybody or by this one."""
    if isinstance(command, c.System):
        if not by.system:
            raise permission_denied("only the hub does this")
        if not party.n and not isinstance(command, c.Open):
            raise not_found("this watch party")
        return
    if not by.user:
        raise permission_denied("to take part, get a token with POST /api/auth/guest, or sign in")
    if not party.n:
        raise not_found("this watch party")
    if party.ended and not isinstance(command, _AFTER_THE_END):
        raise party_ended()
    if isinstance(command, _WORDS) and by.muted_until_ms is not None and by.muted_until_ms > now_ms:
        raise muted(by.muted_until_ms)
    if not by.moderator and by.user not in party.members and not isinstance(command, c.Leave):
        people.check_not_put_out(party, by.user, now_ms)
    check_may(party, command, by)
    if isinstance(command, c.Steering):
        steering.check_seen(party, command.seen)


def _tick(party: Party, command: c.Tick, by: By, now_ms: int) -> list[Change]:
    if party.ended:
        return []
    told = []
    if command.lead_ms not in (None, party.timeline.lead_ms):
        told.append(Change("lead", {"lead_ms": command.lead_ms}))
        party = settings.evolve_lead(party, told[0].fields)
    silent = people.silent(party, command, now_ms)
    heir = [] if silent else leading.led_again(party, now_ms)
    return [*told, *silent, *heir, *items.passed(party, now_ms)]


def _mentions(party: Party, command: c.Command) -> list[Change]:
    match command:
        case c.Ask():
            return [Change("ask", {"word": command.word})]
        case c.Tick() if command.beat % BEACON_BEATS == 0:
            told = {"members": len(party.members), "title": party.title, "visibility": party.visibility}
            return [Change("beacon", {**timeline_json(party.timeline), **told})]
    return []


def _nothing(party: Party, command: c.Command, by: By, now_ms: int) -> list[Change]:
    return []


def _unchanged(party: Party, data: dict[str, Any]) -> Party:
    return party


_DECISIONS: dict[type[c.Command], Callable[[Party, Any, By, int], list[Change]]] = {
    c.Play: steering.decide_play,
    c.Pause: steering.decide_pause,
    c.Seek: steering.decide_seek,
    c.Rate: steering.decide_rate,
    c.Next: items.decide_next,
    c.Add: items.decide_add,
    c.Remove: queue.decide_remove,
    c.Move: queue.decide_move,
    c.Vote: queue.decide_vote,
    c.Duration: queue.decide_duration,
    c.Enter: people.decide_enter,
    c.Leave: people.decide_leave,
    c.Ready: waiting.decide_ready,
    c.Buffering: waiting.decide_buffering,
    c.Chat: talk.decide_chat,
    c.Delete: talk.decide_delete,
    c.React: talk.decide_react,
    c.Ask: _nothing,
    c.Policy: settings.decide_policy,
    c.Lock: settings.decide_lock,
    c.Settings: settings.decide_settings,
    c.Kick: people.decide_kick,
    c.Ban: people.decide_ban,
    c.Promote: leading.decide_promote,
    c.HandOver: leading.decide_hand_over,
    c.Invite: settings.decide_invite,
    c.End: settings.decide_end,
    c.Open: settings.decide_open,
    c.Admit: people.decide_admit,
    c.Check: people.decide_check,
    c.Tick: _tick,
}

_CONSEQUENCES: tuple[Callable[[Party, Party, int], list[Change]], ...] = (
    leading.returned,
    leading.succeeded,
    people.emptied,
    waiting.waits_and_resumes,
)
"""What follows from the party before a command and after it, in this order."""

_TALK: dict[str | None, Callable[[Party, dict[str, Any]], Party]] = {
    "chat": talk.evolve_chat,
    "delete": talk.evolve_delete,
    "react": _unchanged,
}

_CHANGES: dict[str, Callable[[Party, dict[str, Any]], Party]] = {
    "state": waiting.evolve_state,
    "queue": queue.evolve_queue,
    "vote": queue.evolve_vote,
    "duration": queue.evolve_duration,
    "enter": people.evolve_enter,
    "leave": people.evolve_leave,
    "admit": people.evolve_admit,
    "ban": people.evolve_ban,
    "role": leading.evolve_role,
    "ready": waiting.evolve_ready,
    "buffering": waiting.evolve_buffering,
    "settings": settings.evolve_settings,
    "lead": settings.evolve_lead,
    "invite": _unchanged,
}
