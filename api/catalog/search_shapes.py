"""What search and suggestions give, as the OpenAPI document tells it; times are ms since 1970, UTC."""

from typing import Literal

from pydantic import BaseModel

from api.catalog.shapes import VideoCard
from api.forum.shapes import ListedThread
from api.people import Person


class MarkedPart(BaseModel):
    """A piece of a text; `hit`: whether it is what was looked for."""

    text: str
    hit: bool


class Marked(BaseModel):
    """What was looked for, marked in the title or name, and in the best piece of the description."""

    title_parts: list[MarkedPart]
    snippet: list[MarkedPart]


class FoundVideo(VideoCard, Marked):
    """A video that was found."""

    type: Literal["video"]


class FoundCreator(Person, Marked):
    """A creator who was found, by name, handle or what they say of themselves."""

    type: Literal["creator"]


class FoundThread(ListedThread, Marked):
    """A thread that was found, by its title, its tags or the post that opened it."""

    type: Literal["thread"]


class Found(BaseModel):
    """A page of what was found, the best first; `next` is the cursor of the page behind it."""

    items: list[FoundVideo | FoundCreator | FoundThread]
    next: str | None


class Suggestion(BaseModel):
    """Something that what was typed may mean; the id of a creator is the handle, of a tag its name."""

    text: str
    type: Literal["video", "creator", "thread", "tag"]
    id: str


class Suggestions(BaseModel):
    """A few suggestions, none twice."""

    items: list[Suggestion]
