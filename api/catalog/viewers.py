"""Who looks at a video, and what follows from it."""

import uuid
from dataclasses import dataclass

from api.http.caller import Caller, caller
from api.problems import Problem
from store.database import Connection, Row

_VISIBLE = """
select creator, visibility, duration_s, comments from video
where id = $1 and deleted_at is null and may_see(video, $2, $3)
"""
_HELD = _VISIBLE + "for key share"


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody who looks: `account` is None for guests and strangers, `edits_any` is true for editors."""

    account: uuid.UUID | None
    edits_any: bool

    @property
    def known_account(self) -> uuid.UUID:
        """Return the account; raise 401 when there is none."""
        if self.account is None:
            raise Problem(401, "unauthorized", "sign in first")
        return self.account

    def may_edit(self, creator: uuid.UUID) -> bool:
        """Say whether a video of this creator is theirs to change."""
        return self.edits_any or self.account == creator


def viewer_of(who: Caller) -> Viewer:
    """Return the caller as a viewer."""
    return Viewer(who.account_id if who.account else None, "video.edit_any" in who.permissions)


async def viewer() -> Viewer:
    """Return who asks, with or without a token."""
    return viewer_of(await caller())


async def visible_video(connection: Connection, video: uuid.UUID, who: Viewer) -> Row:
    """Return `creator`, `visibility`, `duration_s` and `comments` of a video; 404 if not theirs to see."""
    return _seen(await connection.fetchrow(_VISIBLE, video, who.account, who.edits_any))


async def held_video(connection: Connection, video: uuid.UUID, who: Viewer) -> Row:
    """Return the same for who is about to write of a video; raise 404.

    It cannot be purged until the transaction ends: what is written about it has something to be about.
    """
    return _seen(await connection.fetchrow(_HELD, video, who.account, who.edits_any))


def _seen(row: Row | None) -> Row:
    if row is None:
        raise no_such_video()
    return row


def no_such_video() -> Problem:
    """Return the answer for a video that is not there, or not for this viewer."""
    return Problem(404, "not_found", "there is no video under this id, or it is not open to you")
