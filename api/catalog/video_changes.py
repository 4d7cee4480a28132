"""Changes of a video over HTTP: checked, done and noted in one transaction, then seen by everybody."""

import uuid
from collections.abc import Awaitable, Callable

from api import audit
from api.catalog import videos
from api.catalog.versions import versions_meant
from api.catalog.viewers import Viewer, viewer_of
from api.http.caller import Caller, need_account
from api.http.texts import uuid_of
from api.moderation.rules import check_not_muted
from api.problems import Problem
from api.services import ApiServices
from store.database import Connection, Row

Change = Callable[[Connection, Row, Viewer], Awaitable[None]]
TAKING_AWAY = ("video.delete", "video.unlist")  # whoever may create videos no more may still do this


class VideoChanges:
    """Carries changes out; `row` is what `videos.lock` returns."""

    def __init__(self, services: ApiServices) -> None:
        self._database = services.database
        self._pages = services.catalog_pages

    async def change(self, video: str, act: str, change: Change) -> videos.Shown:
        """Let the caller change a video of theirs, and return it as it is then; raise 401, 403, 404, 412."""
        wanted, meant = uuid_of(video), versions_meant()
        caller = await need_account()
        who = viewer_of(caller)

        async def work(connection: Connection) -> videos.Shown:
            row = await videos.lock(connection, wanted, who, meant)
            if act not in TAKING_AWAY:
                await _check_may_show(connection, caller)
            await change(connection, row, who)
            await _note(connection, wanted, row, who, act)
            return await videos.read(connection, wanted, who)

        shown = await self._database.transaction(work)
        self._pages.forget()
        return shown


async def _check_may_show(connection: Connection, caller: Caller) -> None:
    """Raise 403 for who is no creator any more, or muted: what others see of a video is theirs no more."""
    if "video.create" not in caller.permissions:
        raise Problem(403, "forbidden", "this needs the permission video.create, which you do not have")
    await check_not_muted(connection, caller)


async def _note(connection: Connection, video: uuid.UUID, row: Row, who: Viewer, act: str) -> None:
    """Let the audit log tell what editors do to the videos of others."""
    if who.account != row["creator"]:
        await audit.record(connection, who.account, act, ("video", str(video)))
