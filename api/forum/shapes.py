"""What the forum takes and gives, as the OpenAPI document tells it; times are ms since 1970, UTC."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from api.http.texts import Body, Paged, StoredInt, line, text
from rooms.kinds.thread.commands import (
    EMOJI_LENGTH_MAX,
    REASON_LENGTH_MAX,
    SLOW_S_MAX,
    TAGS_MAX,
    TEXT_LENGTH_MAX,
    TITLE_LENGTH_MAX,
)

Title = Annotated[str, line(1, TITLE_LENGTH_MAX)]
Tag = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,29}$")]
Tags = Annotated[list[Tag], Field(max_length=TAGS_MAX)]
PostText = Annotated[str, text(1, TEXT_LENGTH_MAX)]
PostId = Annotated[str, line(1, 64)]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
BoardTitle = Annotated[str, line(1, 60)]
About = Annotated[str, text(0, 500)]
Emoji = Annotated[str, Field(max_length=EMOJI_LENGTH_MAX)]
Sort = Literal["active", "newest", "unanswered"]


class Speaker(BaseModel):
    """Somebody in the forum, under the name by which they spoke; a guest has no handle."""

    id: str
    display_name: str
    handle: str | None
    avatar: str | None


class Board(BaseModel):
    """A board, and what stands on it; in a `restricted` one only moderators open threads."""

    slug: str
    title: str
    about: str
    guests: bool
    restricted: bool
    threads: int
    posts: int
    last_post_at: int | None
    version: int


class Boards(BaseModel):
    """All boards, in order."""

    items: list[Board]


class NewBoard(Body):
    """A board to be."""

    slug: Slug
    title: BoardTitle
    about: About = ""
    guests: bool = False
    restricted: bool = False


class BoardChange(Body):
    """What is to be different about a board."""

    title: BoardTitle | None = None
    about: About | None = None
    guests: bool | None = None
    restricted: bool | None = None


class ListedThread(BaseModel):
    """What lists say of a thread to everybody."""

    id: str
    board: str
    title: str
    tags: list[str]
    author: Speaker | None
    posts: int
    created_at: int
    last_post_at: int
    last_post_by: Speaker | None
    last_offset: int
    pinned: bool
    locked: bool
    solved: bool


class ThreadCard(ListedThread):
    """A thread in a list; `unread` is null for who has not read in it, or is not signed in."""

    unread: int | None


class Thread(ThreadCard):
    """A whole thread but its posts; `solution` is the id of the post that answers it."""

    guests: bool
    slow_s: int
    solution: str | None
    hidden: bool
    read_offset: int | None
    version: int


class ThreadCards(BaseModel):
    """A page of threads; pinned ones stand before the first page's others."""

    items: list[ThreadCard]
    next: str | None


class NewThread(Body):
    """A thread to be, with its first post."""

    title: Title
    text: PostText
    tags: Tags = Field(default_factory=list)


class ThreadChange(Body):
    """What is to be different about a thread."""

    title: Title | None = None
    tags: Tags | None = None


class ThreadAct(Body):
    """What an act needs: `solve` the post that answers, `lock` perhaps a reason."""

    post_id: PostId | None = None
    reason: Annotated[str, text(0, REASON_LENGTH_MAX)] = ""


class Pace(Body):
    """How many seconds each person waits between two posts."""

    seconds: Annotated[int, Field(ge=0, le=SLOW_S_MAX)]


class Quote(BaseModel):
    """A quoted post as it reads now, cut after 500 characters; empty when it was deleted or hidden."""

    id: str
    user: Speaker
    text: str
    deleted: bool
    hidden: bool


class Reaction(BaseModel):
    """An emoji under a post; `mine`: whether the caller is among those who gave it."""

    emoji: str
    count: int
    mine: bool


class Post(BaseModel):
    """A post; its text is empty once deleted, and while it is hidden to all but moderators."""

    id: str
    offset: int
    user: Speaker
    text: str
    at: int
    edited_at: int | None
    deleted: bool
    hidden: bool
    quote: Quote | None
    reactions: list[Reaction]


class Posts(BaseModel):
    """A page of posts."""

    items: list[Post]
    next: str | None


class NewPost(Body):
    """A post to be, under an id of the client's own if it gives one."""

    id: PostId | None = None
    text: PostText
    quote: PostId | None = None


class PostChange(Body):
    """Another text of a post."""

    text: PostText


class Wording(BaseModel):
    """How a post read since `at`."""

    text: str
    at: int


class Wordings(BaseModel):
    """All wordings of a post, the first one first."""

    items: list[Wording]


class ReadMark(Body):
    """Up to where somebody has read."""

    offset: Annotated[StoredInt, Field(ge=0)]


class UnreadThread(BaseModel):
    """A thread that somebody reads, and how many posts of others are new in it; 999 stands for more."""

    id: str
    title: str
    board: str
    unread: int


class Unread(BaseModel):
    """What is new for somebody."""

    threads: list[UnreadThread]
    mentions: int


class MentionThread(BaseModel):
    """The thread of a mention."""

    id: str
    title: str


class Mention(BaseModel):
    """A post in which somebody was named; its text is cut after 500 characters."""

    thread: MentionThread
    id: str
    offset: int
    user: Speaker
    text: str
    at: int
    seen: bool


class Mentions(BaseModel):
    """A page of mentions, the newest first."""

    items: list[Mention]
    next: str | None


class ThreadsQuery(Paged):
    """In which order threads stand."""

    sort: Sort = "active"


class PostsQuery(Paged):
    """From which end posts are read; without a cursor, `after` (or, reversed, before) an offset."""

    reverse: bool = False
    offset: Annotated[StoredInt, Field(ge=0)] | None = None
