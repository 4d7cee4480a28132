"""What moderators do to things: hide them and show them again, each where it stands."""

from collections.abc import Awaitable, Callable

from api import audit
from api.catalog import comments
from api.http.caller import Caller
from api.http.texts import uuid_of
from api.moderation.subjects import Kind, Subject
from api.problems import Problem
from api.services import ApiServices
from store.database import Connection

_HIDE_VIDEO = """
    update video set visibility = 'private', hidden_at = coalesce(hidden_at, now()), version = version + 1,
        updated_at = now()
    where id = $1 and deleted_at is null
"""


async def set_hidden(services: ApiServices, who: Caller, subject: Subject, hidden: bool, reason: str) -> None:
    """Hide something from all but moderators, or show it again; doing it twice changes nothing.

    Raises 404 for what is not there, 400 for what cannot be hidden.
    """
    hide = _HIDERS.get(subject.kind)
    if hide is None:
        raise Problem(
            400, "invalid_field", f"a {subject.kind} cannot be hidden: mute or ban instead", "action"
        )
    await hide(services, who, subject, hidden, reason)


async def _post(services: ApiServices, who: Caller, subject: Subject, hidden: bool, reason: str) -> None:
    command = {"type": "hide" if hidden else "unhide", "id": subject.id, "reason": reason}
    await services.rooms.command(f"thread:{subject.thread}", command, who.by())


async def _thread(services: ApiServices, who: Caller, subject: Subject, hidden: bool, reason: str) -> None:
    command = {"type": "withdraw" if hidden else "restore", "reason": reason}
    await services.rooms.command(f"thread:{subject.id}", command, who.by())


async def _comment(services: ApiServices, who: Caller, subject: Subject, hidden: bool, reason: str) -> None:
    async def work(connection: Connection) -> None:
        if not await comments.hide(connection, uuid_of(subject.id), hidden):
            raise Problem(404, "not_found", "there is no such comment")
        act = "comment.hide" if hidden else "comment.unhide"
        await audit.record(connection, who.account_id, act, ("comment", subject.id), reason)

    await services.database.transaction(work)


async def _video(services: ApiServices, who: Caller, subject: Subject, hidden: bool, reason: str) -> None:
    """Make a video private; its creator may talk to the moderators, who alone show it again by editing it."""
    if not hidden:
        raise Problem(409, "conflict", "a video is shown again by giving it another visibility")

    async def work(connection: Connection) -> None:
        if await connection.execute(_HIDE_VIDEO, uuid_of(subject.id)) == "UPDATE 0":
            raise Problem(404, "not_found", "there is no such video")
        await audit.record(connection, who.account_id, "video.hide", ("video", subject.id), reason)

    await services.database.transaction(work)
    services.catalog_pages.forget()


_HIDERS: dict[Kind, Callable[[ApiServices, Caller, Subject, bool, str], Awaitable[None]]] = {
    "post": _post,
    "thread": _thread,
    "comment": _comment,
    "video": _video,
}
