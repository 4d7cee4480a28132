"""What a room kind is: two pure functions over plain data, and what the shell around them has to know.

A kind never touches the world. `decide` says which events a command brings about, or refuses; `evolve`
applies one event to a state, live and on replay alike. Both take and give immutable values, so a turn can
be thrown away and decided again when another writer was faster.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

ANONYMOUS = ""


@dataclass(frozen=True, slots=True)
class By:
    """Who gives a command: a person on a connection, or the hub itself.

    `user` is empty for somebody who only reads, and a `guest` has no account. `moderator` may change what
    others wrote. Who is muted may not write until `muted_until_ms` (ms since 1970). `system` is true for the
    hub's own parts (a satellite tracker), never for a client.
    """

    user: str
    display_name: str = ""
    client: str = ""
    moderator: bool = False
    system: bool = False
    guest: bool = False
    muted_until_ms: int | None = None

    def as_json(self) -> dict[str, str]:
        """Return the shape in which people stand in events: `{id, display_name}`."""
        return {"id": self.user, "display_name": self.display_name}


class Event(NamedTuple):
    """Something that happened in a room.

    `data` is what subscribers get. `subject` names the thing it is about (a message id); `creates` says that
    the event brings that subject into being, which the log accepts once. A volatile event (`durable` false)
    is told and forgotten; with `retain` the last one of that name is kept for those who come later.
    """

    data: dict[str, Any]
    subject: str | None = None
    creates: bool = False
    durable: bool = True
    retain: str | None = None


class Refused(Exception):
    """A command that a room does not carry out, with a stable code and a sentence that says what to do.

    With `wait_s` the very same command may succeed after so many seconds.
    """

    def __init__(
        self, code: int, message: str, *, temporary: bool = False, wait_s: int | None = None
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.temporary = temporary
        self.wait_s = wait_s


class Kind(Protocol):
    """A kind of room; the implementations stand in `rooms/kinds/`, one file each.

    States and commands are the kind's own types: the shell only carries them.
    """

    durable: bool
    """Whether its events go to the log. A volatile room has no log and no positions."""

    replay_events_max: int
    """How many of the last events `evolve` must see to bring the state back."""

    replay_subjects: Sequence[str]
    """Subjects of which `evolve` must see all events, however long ago: few, and about the room as such."""

    needs_opening: bool
    """Whether a channel without any event is no room yet: nobody can listen to it."""

    keeps_last: bool
    """Whether a volatile room's last publications are kept, so that a subscriber may wait for the first."""

    needs_token: bool
    """Whether reading needs a token for this very channel, which the API gives to those it lets in."""

    def may_read(self, by: By) -> bool:
        """Say whether `by` may subscribe and read the history."""

    def begin(self) -> Any:
        """Return the state of a room in which nothing has happened."""

    def parse(self, data: object) -> Any:
        """Return the command that a client's `data` means; raise Refused when it means none."""

    def unknown_subjects(self, state: Any, command: Any) -> Sequence[str]:
        """Name the subjects that `decide` needs and `state` no longer remembers."""

    def decide(self, state: Any, command: Any, by: By, now_ms: int) -> list[Event]:
        """Return what `command` brings about; raise Refused. Touches nothing."""

    def evolve(self, state: Any, data: dict[str, Any]) -> Any:
        """Return the state after the durable event whose data this is; unknown events change nothing.

        An event that creates may be applied again, to call its subject back to mind: what happened to the
        subject since stays, and it is then the last to be forgotten.
        """
