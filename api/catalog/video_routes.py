"""Routes of single videos: make, read, edit, delete."""

from functools import partial

from pydantic import Field
from quart import Blueprint, Response
from quart_schema import document_response, tag, validate_querystring, validate_request

from api.catalog import videos
from api.catalog.own_videos import own_videos
from api.catalog.shapes import Description, Slug, Title, Video, VideoCards, Visibility
from api.catalog.tags import Tags
from api.catalog.video_changes import VideoChanges
from api.catalog.viewers import Viewer, viewer, viewer_of
from api.http.answers import answer
from api.http.caller import Caller, need, need_account
from api.http.idempotency import idempotent
from api.http.rate_limits import limited
from api.http.texts import Body, Paged, uuid_of
from api.moderation.rules import check_may_write
from api.services import ApiServices
from store.database import Connection, Row


class NewVideo(Body):
    """A video to be; it is a draft until it is published."""

    title: Title
    description: Description = ""
    tags: Tags = Field(default_factory=list)
    category: Slug
    visibility: Visibility = "public"


class VideoEdit(Body):
    """What to change; what is left out, or null, stays."""

    title: Title | None = None
    description: Description | None = None
    tags: Tags | None = None
    category: Slug | None = None
    visibility: Visibility | None = None


class OwnVideosQuery(Paged):
    """One's own videos: those that are there, or those that were deleted."""

    deleted: bool = False


def video_blueprint(services: ApiServices) -> Blueprint:
    """Return the routes of `/api/videos` that are about one video, and `/api/me/videos`."""
    routes = Blueprint("catalog_videos", __name__, url_prefix="/api")
    database, changes = services.database, VideoChanges(services)

    @routes.post("/videos")
    @tag(["Videos"])
    @document_response(Video, 201)
    @idempotent
    @limited("video_create", per_minute=30)
    @validate_request(NewVideo)
    async def create(data: NewVideo) -> Response:
        """Make a draft, which its creator and editors alone see until it is published."""
        who = await need("video.create")
        shown = await database.transaction(partial(_create, who=who, new=data))
        where = {"Location": f"/api/videos/{shown.video['id']}"}
        return answer(shown.video, 201, etag=shown.etag, headers=where)

    @routes.get("/videos/<video>")
    @tag(["Videos"])
    @document_response(Video, 200)
    async def read(video: str) -> Response:
        """Show a video, with what it is to the caller.

        A draft, a private or a deleted one is not there for others than its creator and editors. An unlisted
        one is there for everybody who has its id. A premium one is shown to everybody and played by accounts.
        """
        work = partial(videos.read, video=uuid_of(video), who=await viewer())
        shown = await database.run(work, repeatable=True)
        return answer(shown.video, etag=shown.etag)

    @routes.patch("/videos/<video>")
    @tag(["Videos"])
    @document_response(Video, 200)
    @validate_request(VideoEdit)
    async def edit(video: str, data: VideoEdit) -> Response:
        """Change a video; with If-Match only the version that is meant.

        An ETag holds against edits by others, not against views and likes, although these change it.
        """
        change = partial(_edit, editor=await need_account(), edit=data)
        shown = await changes.change(video, "video.edit", change)
        return answer(shown.video, etag=shown.etag)

    @routes.delete("/videos/<video>")
    @tag(["Videos"])
    async def delete(video: str) -> Response:
        """Put a video away; it can be restored for 30 days."""
        await changes.change(video, "video.delete", videos.delete)
        return answer(status=204)

    @routes.get("/me/videos")
    @tag(["Videos"])
    @document_response(VideoCards, 200)
    @validate_querystring(OwnVideosQuery)
    async def mine(query_args: OwnVideosQuery) -> Response:
        """List one's own videos of every visibility, the newest first."""
        who, asked = await need_account(), query_args
        work = partial(
            own_videos, creator=who.account_id, deleted=asked.deleted, cursor=asked.cursor, limit=asked.limit
        )
        return answer(await database.run(work, repeatable=True))

    return routes


async def _create(connection: Connection, who: Caller, new: NewVideo) -> videos.Shown:
    await _check_texts(connection, who, new)
    made = await videos.create(connection, who.account_id, new.model_dump())
    return await videos.read(connection, made, viewer_of(who))


async def _edit(connection: Connection, row: Row, who: Viewer, editor: Caller, edit: VideoEdit) -> None:
    videos.check_not_deleted(row)
    await _check_texts(connection, editor, edit)
    await videos.edit(connection, row, who, edit.model_dump())


async def _check_texts(connection: Connection, who: Caller, written: NewVideo | VideoEdit) -> None:
    texts = {"title": written.title, "description": written.description, "tags": written.tags}
    for field, text in texts.items():
        if text:
            await check_may_write(connection, who, text if isinstance(text, str) else " ".join(text), field)
