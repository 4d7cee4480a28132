"""What moderation takes and shows, as it stands on the wire."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from api.http.texts import Body, Paged, line, text
from api.moderation.sanctions import MS_MAX
from api.moderation.subjects import Kind
from api.people import Person

Reason = Annotated[str, text(1, 500)]
SubjectId = Annotated[str, line(1, 64)]
ThreadId = Annotated[str, line(0, 64)]
Until = Annotated[int, Field(ge=0, le=MS_MAX)]
Action = Literal["dismiss", "hide", "mute", "ban"]
Word = Annotated[str, line(1, 60)]
WORDS_MAX = 1_000


class NewReport(Body):
    """Something that is against the rules, and why; a post is named together with its thread."""

    kind: Kind
    id: SubjectId
    thread: ThreadId | None = None
    reason: Reason


class Resolution(Body):
    """What becomes of all reports about one thing; `until` (ms since 1970) is the term of a mute or a ban."""

    action: Action
    reason: Reason
    until: Until | None = None


class Why(Body):
    """Why a moderator acts."""

    reason: Reason


class Sanctioned(Body):
    """Until when (ms since 1970; null: for good) and why somebody is muted or banned."""

    until: Until | None = None
    reason: Reason


class Words(Body):
    """The words that nobody may write; a `*` at either end stands for any letters."""

    words: Annotated[list[Word], Field(max_length=WORDS_MAX)]


class ReportQuery(Paged):
    """Which reports, and from where."""

    state: Literal["open", "resolved"] = "open"


class AuditQuery(Paged):
    """Whose acts, which acts, and upon what."""

    actor: SubjectId | None = None
    act: Annotated[str, line(1, 60)] | None = None
    subject: Annotated[str, line(1, 150)] | None = None


class Author(BaseModel):
    """Who answers for what was reported: an account, or a guest."""

    id: str
    display_name: str


class Made(BaseModel):
    """The id of what was made."""

    id: str


class Report(BaseModel):
    """A report; `reports` counts the open ones about the same thing."""

    id: str
    kind: Kind
    subject: str
    thread: str | None
    author: Author
    excerpt: str
    reason: str
    created_at: int
    reporter: Person
    reports: int | None
    state: Literal["open", "resolved"]
    action: str | None
    resolution: str
    resolved_at: int | None
    resolved_by: Person | None


class Reports(BaseModel):
    """A page of reports."""

    items: list[Report]
    next: str | None


class WordFilter(BaseModel):
    """The words that nobody may write."""

    words: list[str]


class AuditSubject(BaseModel):
    """Upon what an act was done."""

    kind: str
    id: str


class AuditEntry(BaseModel):
    """An act: who, when, what, upon what, why; no actor means the operator."""

    id: int
    at: int
    actor: Person | None
    act: str
    subject: AuditSubject
    reason: str
    details: dict[str, Any]


class AuditPage(BaseModel):
    """A page of the audit log, newest first."""

    items: list[AuditEntry]
    next: str | None
