"""Likes in the database; the trigger of the table moves the video's counter in the same transaction."""

import uuid

from store.database import Connection


async def like(connection: Connection, video: uuid.UUID, account: uuid.UUID) -> None:
    """Let an account like a video, once."""
    await connection.execute(
        "insert into video_like (video, account) values ($1, $2) on conflict do nothing", video, account
    )


async def unlike(connection: Connection, video: uuid.UUID, account: uuid.UUID) -> None:
    """Take a like back, if there is one."""
    await connection.execute("delete from video_like where video = $1 and account = $2", video, account)
