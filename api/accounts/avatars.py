"""Avatars: kept in the database, so that every node has them; one a person."""

import hashlib
import re
import uuid

import trio

from api.accounts.avatar_images import SIDE_PX, NoPicture, TooManyPixels, square_webp
from api.accounts.profiles import own_account_locked
from api.accounts.standing import notify_account_changed
from api.http.caller import Caller
from api.moderation.rules import check_not_muted
from api.problems import Problem
from store.database import Connection

UPLOAD_BYTES_MAX = 2 * 1024 * 1024
DECODED_AT_ONCE = 2
CONTENT_TYPES = ("image/png", "image/jpeg", "image/webp")
_ID = re.compile("[0-9a-f]{32}")
_KEEP = """
insert into avatar (account, id, image) values ($1, $2, $3)
on conflict (account) do update set id = excluded.id, image = excluded.image
"""


class AvatarMaker:
    """Makes avatars of uploads in worker threads, few at once."""

    def __init__(self) -> None:
        self._threads = trio.CapacityLimiter(DECODED_AT_ONCE)

    async def make(self, content_type: str, upload: bytes) -> bytes:
        """Return the picture to keep, WebP; raise 415 for what is no picture, 413 for one too large."""
        if content_type not in CONTENT_TYPES:
            raise _no_picture(f"send it as one of {', '.join(CONTENT_TYPES)}")
        try:
            return await trio.to_thread.run_sync(square_webp, upload, limiter=self._threads)
        except NoPicture as error:
            raise _no_picture("the body must be a PNG, JPEG or WebP picture that can be read") from error
        except TooManyPixels as error:
            detail = f"the picture is too large to be read: send a smaller one, {SIDE_PX} pixels wide will do"
            raise Problem(413, "request_entity_too_large", detail) from error


async def keep_avatar(connection: Connection, who: Caller, image: bytes) -> str:
    """Let an account have a picture and return its path; raise 401 when it is gone, 403 when it is muted."""
    account = (await own_account_locked(connection, who.account_id)).id
    await check_not_muted(connection, who)
    avatar_id = hashlib.sha256(account.bytes + image).hexdigest()[:32]
    await connection.execute(_KEEP, account, avatar_id, image)
    path = f"/api/avatars/{avatar_id}.webp"
    await _name(connection, account, path)
    return path


async def remove_avatar(connection: Connection, account: uuid.UUID) -> None:
    """Let an account have no picture."""
    await connection.execute("delete from avatar where account = $1", account)
    await _name(connection, account, None)


async def avatar_image(connection: Connection, avatar_id: str) -> bytes:
    """Return a picture, WebP; raise 404."""
    image: bytes | None = None
    if _ID.fullmatch(avatar_id):
        image = await connection.fetchval("select image from avatar where id = $1", avatar_id)
    if image is None:
        raise Problem(404, "not_found", "there is no such picture, or no longer")
    return image


async def _name(connection: Connection, account: uuid.UUID, path: str | None) -> None:
    changed = await connection.fetchval(
        "update account set avatar = $2 where id = $1 and avatar is distinct from $2 returning true",
        account,
        path,
    )
    if changed:
        await notify_account_changed(connection, account)


def _no_picture(detail: str) -> Problem:
    return Problem(415, "unsupported_media_type", detail)
