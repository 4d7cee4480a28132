"""What people and the hub can ask of a watch party; `parsing.py` reads it out of what they send."""

from dataclasses import dataclass

from rooms.kinds.watch.state import Grants, Item


@dataclass(frozen=True, slots=True)
class Seen:
    """The timeline that somebody saw when they gave a command."""

    epoch: str
    seq: int


@dataclass(frozen=True, slots=True)
class Operation:
    """A command under an operation id of the client's own: repeated, it changes nothing."""

    op: str


@dataclass(frozen=True, slots=True)
class Steering(Operation):
    """A command about the timeline, meant for the one that was seen."""

    seen: Seen


@dataclass(frozen=True, slots=True)
class Play(Steering):
    """Let it run; while the party waits: go on without those it waits for."""


@dataclass(frozen=True, slots=True)
class Pause(Steering):
    """Stop at once."""


@dataclass(frozen=True, slots=True)
class Seek(Steering):
    """Go on from another position."""

    position_ms: int


@dataclass(frozen=True, slots=True)
class Rate(Steering):
    """Play faster or slower."""

    rate: float


@dataclass(frozen=True, slots=True)
class Next(Steering):
    """Take an item of the queue: the one that is named, else the one with the most votes."""

    item: str | None


@dataclass(frozen=True, slots=True)
class Add(Operation):
    """Put an item at the end of the queue, or play it `now`."""

    item: Item
    now: bool

    @property
    def title(self) -> str:
        """What others read of it."""
        return self.item.title


@dataclass(frozen=True, slots=True)
class Remove(Operation):
    """Take an item out of the queue."""

    item: str


@dataclass(frozen=True, slots=True)
class Move(Operation):
    """Put an item of the queue at another place, counted from 0."""

    item: str
    place: int


@dataclass(frozen=True, slots=True)
class Vote(Operation):
    """Say that an item should come sooner, or take that back."""

    item: str
    vote: bool


@dataclass(frozen=True, slots=True)
class Duration(Operation):
    """Say how long an item is, of which nobody knew."""

    item: str
    duration_ms: int


@dataclass(frozen=True, slots=True)
class Enter:
    """Come in."""


@dataclass(frozen=True, slots=True)
class Leave:
    """Go."""


@dataclass(frozen=True, slots=True)
class Ready(Operation):
    """Say whether one is ready to begin."""

    ready: bool


@dataclass(frozen=True, slots=True)
class Buffering(Operation):
    """Say that one's player has run dry, for how long by now, or that it can play again."""

    stalled: bool
    duration_ms: int | None


@dataclass(frozen=True, slots=True)
class Chat:
    """Say something under a message id of the client's own."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Delete:
    """Take back what was said."""

    id: str


@dataclass(frozen=True, slots=True)
class React:
    """Show an emoji over the picture; under an operation id a repeated one is shown once."""

    emoji: str
    op: str | None = None

    @property
    def text(self) -> str:
        """What others read of it."""
        return self.emoji


@dataclass(frozen=True, slots=True)
class Ask:
    """Ask those who may for something, such as "please pause"."""

    word: str

    @property
    def text(self) -> str:
        """What others read of it."""
        return self.word


@dataclass(frozen=True, slots=True)
class Policy(Operation):
    """Set for how many stalled members the party waits."""

    policy: str


@dataclass(frozen=True, slots=True)
class Lock(Operation):
    """Keep playback and queue to the owner and the hosts, whatever is granted to others."""

    locked: bool


@dataclass(frozen=True, slots=True)
class Settings(Operation):
    """Set what is given; None leaves a thing as it is. `starts_at` 0 takes the start time away."""

    title: str | None
    visibility: str | None
    grants: Grants | None
    starts_at: int | None


@dataclass(frozen=True, slots=True)
class Kick(Operation):
    """Send somebody out for a while."""

    user: str


@dataclass(frozen=True, slots=True)
class Ban(Operation):
    """Send somebody out for good, or let them come again."""

    user: str
    banned: bool


@dataclass(frozen=True, slots=True)
class Promote(Operation):
    """Give somebody a role."""

    user: str
    role: str


@dataclass(frozen=True, slots=True)
class HandOver(Operation):
    """Make somebody the owner."""

    user: str


@dataclass(frozen=True, slots=True)
class Invite(Operation):
    """Note that an invitation was made."""

    id: str
    role: str


@dataclass(frozen=True, slots=True)
class End(Operation):
    """End the party for good."""


@dataclass(frozen=True, slots=True)
class Open:
    """Begin the party: the hub's own command, on behalf of its owner."""

    id: str | None
    epoch: str
    title: str
    visibility: str
    starts_at: int | None
    policy: str
    grants: Grants
    items: tuple[Item, ...]

    @property
    def text(self) -> str:
        """What others read of it beside its title."""
        return "\n".join(item.title for item in self.items)


@dataclass(frozen=True, slots=True)
class Admit:
    """Let somebody come in under a role: the hub's own command, `via` an invitation."""

    user: str
    display_name: str
    role: str
    via: str


@dataclass(frozen=True, slots=True)
class Check:
    """Ask whether somebody may come in now: the hub's own command, which changes nothing."""

    user: str


@dataclass(frozen=True, slots=True)
class Tick:
    """Let time pass: the hub's own command, once a second while somebody listens.

    `heard` are the users of whom a connection reported within the last 10 s, `watched_ms` is for how long
    somebody has looked, `lead_ms` the lead that the members' delays ask for, and `beat` counts the ticks.
    """

    heard: frozenset[str]
    watched_ms: int
    lead_ms: int | None
    beat: int


Order = Policy | Lock | Settings | Kick | Ban | Promote | HandOver | Invite | End
System = Open | Admit | Check | Tick
Command = (
    Play | Pause | Seek | Rate | Next
    | Add | Remove | Move | Vote | Duration
    | Enter | Leave | Ready | Buffering | Chat | Delete | React | Ask
    | Order | System
)  # fmt: skip
