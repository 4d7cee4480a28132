"""What a watch party is at a moment: its timeline, its people, its queue, and how it is set."""

from dataclasses import dataclass, field
from typing import Any

from immutables import Map

from rooms.kinds.recent import Recent
from rooms.kinds.watch.budget import Spent

PRESENT_MAX = 500
ROLES_MAX = 1_000
BANS_MAX = 500
QUEUE_MAX = 50
OPERATIONS_REMEMBERED = 1_100  # twice so many at most, and more than one turn holds; the log knows the others
MESSAGES_REMEMBERED = 1_100

OWNER, HOST, MEMBER, GUEST = "owner", "host", "member", "guest"
LEADERS = (OWNER, HOST)
LEAD_MS_DEFAULT = 200

Grants = Map[str, frozenset[str]]
"""What members and guests may do, by their role."""

DEFAULT_GRANTS: Grants = Map({MEMBER: frozenset({"queue", "chat"}), GUEST: frozenset({"chat"})})


@dataclass(frozen=True, slots=True)
class Item:
    """A film to watch; `by` is the user who brought it."""

    id: str
    title: str
    url: str
    kind: str
    duration_ms: int | None = None
    video: str | None = None
    by: str = ""


@dataclass(frozen=True, slots=True)
class Timeline:
    """Where the party is: at `t0` (hub ms) at `position_ms`, and from then on at `rate` while it plays.

    `seq` grows by exactly 1 with each change, so (epoch, seq) names a timeline. `t0` may lie ahead: until
    then everybody goes on with what was before. While the party waits, `t0` is when it began to.
    """

    epoch: str = ""
    seq: int = 0
    status: str = "lobby"
    item: Item | None = None
    position_ms: int = 0
    rate: float = 1.0
    t0: int = 0
    waiting_for: tuple[str, ...] = ()
    until: int | None = None
    starts_at: int | None = None
    lead_ms: int = LEAD_MS_DEFAULT


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who is present, since `since`.

    Who is `late` came while it played, and has not played yet. Who is `stalled` holds the party until
    `holds_until` at most; None while that clock does not run, since the party does not.
    """

    id: str
    display_name: str
    guest: bool
    since: int
    ready: bool = False
    late: bool = False
    stalled: bool = False
    stalled_at: int | None = None
    holds_until: int | None = None


@dataclass(frozen=True, slots=True)
class Acting:
    """Who leads since no owner or host was left, and the role they had before (None: the usual one)."""

    user: str
    before: str | None


@dataclass(frozen=True, slots=True)
class Said:
    """What is remembered of a message."""

    author: str
    deleted: bool = False


def _no_operations() -> Recent[str]:
    return Recent(OPERATIONS_REMEMBERED)


def _nothing_said() -> Recent[Said]:
    return Recent(MESSAGES_REMEMBERED)


@dataclass(frozen=True, slots=True)
class Party:
    """The state of a watch party; `n` is 0 until it was opened, and counts its changes.

    `since_snapshot` counts the durable events since the last whole picture of the party in the log. What is
    not compared is a memory of the log's past: what it has forgotten can be read there.
    """

    n: int = 0
    id: str | None = None
    title: str = ""
    visibility: str = "public"
    owner: str = ""
    policy: str = "none"
    locked: bool = False
    grants: Grants = DEFAULT_GRANTS
    members: Map[str, Member] = Map()
    roles: Map[str, str] = Map()
    acting: Acting | None = None
    banned: frozenset[str] = frozenset()
    kicked: Map[str, int] = Map()
    queue: tuple[Item, ...] = ()
    votes: Map[str, frozenset[str]] = Map()
    timeline: Timeline = Timeline()
    spent: Map[str, Spent] = Map()
    waited: Spent = ()
    since_snapshot: int = 0
    operations: Recent[str] = field(default_factory=_no_operations, compare=False)
    messages: Recent[Said] = field(default_factory=_nothing_said, compare=False)

    def role_of(self, user: str, *, guest: bool = False) -> str:
        """Return somebody's role: the one they were given, else that of any account or any guest."""
        return self.roles.get(user) or (GUEST if guest else MEMBER)

    def role_of_member(self, member: Member) -> str:
        """Return the role of somebody who is present."""
        return self.role_of(member.id, guest=member.guest)

    @property
    def ended(self) -> bool:
        """Whether it is over for good."""
        return self.timeline.status == "ended"

    @property
    def running(self) -> bool:
        """Whether it plays, or would if it did not wait for somebody."""
        return self.timeline.status in ("playing", "waiting")


def queue_json(queue: tuple[Item, ...]) -> list[dict[str, Any]]:
    """Return the queue as clients get it."""
    return [item_json(item) for item in queue]


def item_json(item: Item) -> dict[str, Any]:
    """Return an item as clients get it."""
    return {name: getattr(item, name) for name in Item.__slots__}


def item_of(data: dict[str, Any] | None) -> Item | None:
    """Return the item that an event tells of."""
    return None if data is None else Item(**data)


def timeline_json(timeline: Timeline) -> dict[str, Any]:
    """Return a timeline as clients get it."""
    fields = {name: getattr(timeline, name) for name in Timeline.__slots__}
    return fields | {
        "item": None if timeline.item is None else item_json(timeline.item),
        "waiting_for": list(timeline.waiting_for),
    }


def timeline_of(data: dict[str, Any]) -> Timeline:
    """Return the timeline that an event tells of."""
    fields = {name: data[name] for name in Timeline.__slots__}
    return Timeline(**fields | {"item": item_of(data["item"]), "waiting_for": tuple(data["waiting_for"])})


def member_json(party: Party, member: Member) -> dict[str, Any]:
    """Return somebody who is present as clients get it."""
    fields = {name: getattr(member, name) for name in Member.__slots__}
    return fields | {"role": party.role_of_member(member)}


def member_of(data: dict[str, Any]) -> Member:
    """Return the member that an event tells of."""
    return Member(**{name: data[name] for name in Member.__slots__})
