"""What watch parties take and give, as the OpenAPI document tells it; times are ms since 1970, UTC."""

import uuid
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from api.http.texts import Body, Paged, Query, StoredInt, line
from api.people import Person
from rooms.addresses import URL_LENGTH_MAX

ITEMS_MAX = 50
DAY_S = 24 * 3600
DURATION_MS_MAX = 7 * DAY_S * 1000

Visibility = Literal["public", "unlisted", "invite"]
Status = Literal["lobby", "playing", "paused", "waiting", "ended"]
State = Literal["live", "upcoming", "ended"]
Policy = Literal["none", "quorum", "all"]
InviteRole = Literal["host", "member", "guest"]
MediaKind = Literal["hls", "mp4"]
Title = Annotated[str, line(1, 120)]


class NewItem(Body):
    """Something to watch: a video of the catalog, or the address of a film.

    `url` is an https address, or a path on this hub; `kind` is needed where its ending does not tell it.
    """

    video: uuid.UUID | None = None
    url: Annotated[str, Field(min_length=1, max_length=URL_LENGTH_MAX)] | None = None
    title: Title | None = None
    kind: MediaKind | None = None
    duration_ms: Annotated[int, Field(ge=1, le=DURATION_MS_MAX)] | None = None


class AddedItem(NewItem):
    """One more thing to watch; `now` lets it begin at once."""

    now: bool = False


class NewParty(Body):
    """A party to be. With `starts_at` it begins by itself then; `everyone_controls`: all with an account."""

    title: Title
    visibility: Visibility
    starts_at: Annotated[StoredInt, Field(ge=0)] | None = None
    policy: Policy = "quorum"
    everyone_controls: bool = False
    items: Annotated[list[NewItem], Field(max_length=ITEMS_MAX)] = Field(default_factory=list)


class Party(BaseModel):
    """A party as lists show it; `members` is how many are there, `channel` is where it happens."""

    id: str
    title: str
    visibility: Visibility
    owner: Person
    status: Status
    starts_at: int | None
    members: int
    item_title: str | None
    created_at: int
    ended_at: int | None
    channel: str


class OneParty(BaseModel):
    """A party."""

    party: Party


class Parties(BaseModel):
    """A page of parties."""

    items: list[Party]
    next: str | None


class PartiesQuery(Paged):
    """Which of the public parties: those where somebody is, those yet to begin, or those that are over."""

    state: State = "live"


class PartyQuery(Query):
    """The secret of an invitation, which opens a party that is by invitation."""

    invite: Annotated[str, Field(max_length=100)] | None = None


class Entrance(Body):
    """How somebody comes in: by themselves, or with the secret of an invitation."""

    invite: Annotated[str, Field(min_length=1, max_length=100)] | None = None


class Entry(BaseModel):
    """A subscription token for the party's channel; `role` is that of who comes for the first time."""

    channel: str
    token: str
    expires_at: int
    role: Literal["owner", "host", "member", "guest"]


class NewInvite(Body):
    """An invitation to be: what who comes by it becomes, how long it is good, and for how many people."""

    role: InviteRole = "member"
    expires_in_s: Annotated[int, Field(ge=60, le=30 * DAY_S)] = 7 * DAY_S
    uses: Annotated[int, Field(ge=1, le=500)] = 50


class Invite(BaseModel):
    """An invitation; `used` is by how many people."""

    id: uuid.UUID
    role: InviteRole
    expires_at: int
    uses: int
    used: int
    created_at: int


class MadeInvite(Invite):
    """A fresh invitation: its secret is told this once."""

    url: str
    secret: str


class Invites(BaseModel):
    """Invitations that are still good, the newest first."""

    items: list[Invite]


class Item(BaseModel):
    """Something in a party's queue."""

    id: str
    title: str
    url: str
    kind: MediaKind
    duration_ms: int | None
    video: uuid.UUID | None


class OneItem(BaseModel):
    """Something in a party's queue."""

    item: Item
