"""Operations happen once for ever: the first event of each creates a subject, which the log accepts once.

A room remembers the last ones. An older one that is repeated meets its subject in the log; one that would be
refused before it comes there, since the party has moved on, is looked up first.
"""

from rooms.kinds.watch import commands as c
from rooms.kinds.watch.state import QUEUE_MAX, Party


def operation_subject(op: str) -> str:
    """Return the subject of the first event of an operation."""
    return f"op:{op}"


def may_be_repeated(party: Party, command: c.Operation) -> bool:
    """Return whether a command is as one would be that has been carried out: about what is no more."""
    if party.ended:
        return True
    match command:
        case c.Next(item=str(item)) if not _queued(party, item):
            return True
        case c.Steering(seen=seen):
            return (seen.epoch, seen.seq) != (party.timeline.epoch, party.timeline.seq)
        case c.Add():
            return len(party.queue) >= QUEUE_MAX or _known(party, command.item.id)
        case c.Remove(item=item) | c.Move(item=item) | c.Vote(item=item):
            return not _queued(party, item)
    return isinstance(command, c.Order)  # they are rare, and may have taken the power to repeat them


def _queued(party: Party, wanted: str) -> bool:
    return any(item.id == wanted for item in party.queue)


def _known(party: Party, wanted: str) -> bool:
    shown = party.timeline.item
    return _queued(party, wanted) or (shown is not None and shown.id == wanted)
