"""Actors on Trio: state that only its own turns touch, restarted when it crashes, asleep when not needed.

A `Mailbox` holds a bounded number of messages; when it is full its owner's `WhenFull` says who gives way. An
`Envelope` is a message on its way with the slot for its answer. An `Actor` takes all that waits in its
mailbox in one turn, so a crowd makes turns larger, not more. Callers hold a `Ref`: they `tell`, or `ask` and
always get an answer or an error, be it that the actor stopped, crashed, or was too slow.

A `Supervisor`, from `open_supervisor`, runs actors and plain services by name. What crashes is reported once
and restarted with a growing pause, its mailbox kept; beyond the budget of the `RestartPolicy` it is given up,
who waits is answered, and `supervisor.well()` says so. Siblings never notice.

A `Registry` keeps exactly one live actor a name: `registry.ref(name)` costs nothing, the first message starts
the actor, an idle one is put to sleep and the next message wakes it, none lost between. Every part that holds
a queue has `statistics()`. Nothing here knows more than Trio.
"""

from actors.actor import Actor
from actors.envelope import Answered, Envelope, Failed, Outcome, Reply
from actors.errors import (
    ActorCrashed,
    ActorError,
    ActorStopped,
    AlreadyRunning,
    AskTimeout,
    MailboxClosed,
    MailboxFull,
    NotAnswered,
    TooManyActors,
)
from actors.mailbox import Mailbox, WhenFull
from actors.policy import RestartPolicy
from actors.ref import Ref
from actors.registry import Registry
from actors.statistics import (
    GivenUp,
    MailboxStatistics,
    RegistryStatistics,
    SupervisorStatistics,
    TurnCounter,
    TurnStatistics,
)
from actors.supervisor import Crash, Supervisor, open_supervisor

__all__ = [
    "Actor",
    "ActorCrashed",
    "ActorError",
    "ActorStopped",
    "AlreadyRunning",
    "Answered",
    "AskTimeout",
    "Crash",
    "Envelope",
    "Failed",
    "GivenUp",
    "Mailbox",
    "MailboxClosed",
    "MailboxFull",
    "MailboxStatistics",
    "NotAnswered",
    "Outcome",
    "Ref",
    "Registry",
    "RegistryStatistics",
    "Reply",
    "RestartPolicy",
    "Supervisor",
    "SupervisorStatistics",
    "TooManyActors",
    "TurnCounter",
    "TurnStatistics",
    "WhenFull",
    "open_supervisor",
]
