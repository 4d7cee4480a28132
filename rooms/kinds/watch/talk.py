"""What people say in a watch party: with the media time, so that a replay shows it where it was said."""

from dataclasses import replace
from typing import Any

from rooms.kind import By
from rooms.kinds.watch import roles
from rooms.kinds.watch.change import Change
from rooms.kinds.watch.commands import Chat, Delete, React
from rooms.kinds.watch.position import position_at
from rooms.kinds.watch.state import Party, Said
from rooms.refusals import id_taken, not_found, permission_denied


def decide_chat(party: Party, command: Chat, by: By, now_ms: int) -> list[Change]:
    """Say something new; the same once more changes nothing."""
    said = party.messages.get(command.id)
    if said is None:
        fields = {"id": command.id, "text": command.text, **_media_time(party, now_ms)}
        return [Change("chat", fields, message_subject(command.id), creates=True)]
    if said.author != by.user:
        raise id_taken(command.id)
    return []


def decide_delete(party: Party, command: Delete, by: By, now_ms: int) -> list[Change]:
    """Take a message back: an own one, or anybody's who may send people out."""
    said = party.messages.get(command.id)
    if said is None:
        raise not_found(f"the message {command.id!r}")
    if said.author != by.user and not by.moderator and not roles.has_grant(party, by, "kick"):
        raise permission_denied("only its author, or who may send people out, deletes a message")
    return [] if said.deleted else [Change("delete", {"id": command.id}, message_subject(command.id))]


def decide_react(party: Party, command: React, by: By, now_ms: int) -> list[Change]:
    """Show an emoji."""
    return [Change("react", {"emoji": command.emoji, **_media_time(party, now_ms)})]


def message_subject(message_id: str) -> str:
    """Return the subject of the events about a message."""
    return f"chat:{message_id}"


def evolve_chat(party: Party, data: dict[str, Any]) -> Party:
    """Return the party that remembers a message; what is remembered of it stays."""
    said = party.messages.get(data["id"]) or Said(data["user"]["id"])
    return replace(party, messages=party.messages.add(data["id"], said))


def evolve_delete(party: Party, data: dict[str, Any]) -> Party:
    """Return the party in which a message was taken back; a forgotten one changes nothing."""
    said = party.messages.get(data["id"])
    if said is None:
        return party
    return replace(party, messages=party.messages.change(data["id"], Said(said.author, deleted=True)))


def _media_time(party: Party, now_ms: int) -> dict[str, Any]:
    timeline = party.timeline
    return {"media_ms": position_at(timeline, now_ms), "item": timeline.item and timeline.item.id}
