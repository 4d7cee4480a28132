"""What the catalog gives, as the OpenAPI document tells it; times are ms since 1970, UTC."""

import uuid
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from api.http.texts import line, text
from api.people import Person

Visibility = Literal["public", "unlisted", "private", "premium"]
State = Literal["draft", "uploaded", "processing", "ready", "failed"]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
Title = Annotated[str, line(1, 120)]
Description = Annotated[str, text(0, 5_000)]
Seconds = Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)]
StrictSeconds = Annotated[Seconds, Field(strict=True)]  # in a body a number is a number, not a text


class VideoCard(BaseModel):
    """A video in a list; `duration_s` is null while it is not known, `state` is that of its media."""

    id: uuid.UUID
    title: str
    description: str
    category: str
    tags: list[str]
    duration_s: float | None
    poster: str | None
    creator: Person
    views: int
    likes: int
    comments: int
    published_at: int | None
    visibility: Visibility
    state: State


class Video(VideoCard):
    """A whole video. `playable`: whether the caller may watch it; `editable`: whether they may change it."""

    created_at: int
    updated_at: int
    deleted_at: int | None
    version: int
    playable: bool
    editable: bool
    liked: bool
    position_s: float | None


class VideoCards(BaseModel):
    """A page of videos; `next` is the cursor of the page behind it."""

    items: list[VideoCard]
    next: str | None


class Category(BaseModel):
    """What a video is about, at large; `videos` counts those that everybody finds."""

    slug: str
    title: str
    about: str
    position: int
    videos: int
    version: int


class Categories(BaseModel):
    """All categories, in order."""

    items: list[Category]


class TagCount(BaseModel):
    """A tag, and how many videos that everybody finds bear it."""

    name: str
    videos: int


class TagCounts(BaseModel):
    """Tags, the most used first."""

    items: list[TagCount]


class Rendition(BaseModel):
    """One of the forms in which a version can be played."""

    name: str
    content_type: str
    width: int | None
    height: int | None
    bits_per_second: int | None
    size_bytes: int | None


class AssetVersion(BaseModel):
    """One upload; `trouble` says to those who may edit why it failed."""

    number: int
    state: Literal["uploaded", "processing", "ready", "failed"]
    content_type: str
    size_bytes: int
    checksum: str | None
    trouble: str | None
    created_at: int
    renditions: list[Rendition]


class Asset(BaseModel):
    """Something that a video is made of; `label`: the language of captions. Newest version first."""

    id: uuid.UUID
    kind: Literal["source", "poster", "captions", "thumbnails"]
    label: str
    created_at: int
    versions: list[AssetVersion]


class Assets(BaseModel):
    """All of them."""

    items: list[Asset]


class Watched(BaseModel):
    """A video in the history, and where to go on."""

    video: VideoCard
    position_s: float
    at: int


class History(BaseModel):
    """A page of the history, the video watched last first."""

    items: list[Watched]
    next: str | None


class Comment(BaseModel):
    """A comment; `text` is null when it was deleted or hidden, and only its replies are left."""

    id: uuid.UUID
    video: uuid.UUID
    user: Person
    text: str | None
    at_s: float | None
    reply_to: uuid.UUID | None
    replies: int
    created_at: int
    edited_at: int | None
    deleted: bool
    hidden: bool


class Comments(BaseModel):
    """A page of comments."""

    items: list[Comment]
    next: str | None


class SavedList(BaseModel):
    """A list of videos, without them."""

    id: uuid.UUID
    title: str
    visibility: Literal["public", "unlisted", "private"]
    version: int
    items: int
    owner: Person
    created_at: int
    updated_at: int


class SavedLists(BaseModel):
    """A page of lists."""

    items: list[SavedList]
    next: str | None


class SavedVideo(BaseModel):
    """A video in a list."""

    video: VideoCard
    added_at: int


class SavedListPage(BaseModel):
    """A list, and a page of what stands in it."""

    items: list[SavedVideo]
    next: str | None
    list: SavedList
