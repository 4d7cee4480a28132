"""Routes of what a creator does with a video that is made: publish, unlist, restore."""

from quart import Blueprint, Response
from quart_schema import document_response, tag

from api.catalog import videos
from api.catalog.shapes import Video
from api.catalog.video_changes import VideoChanges
from api.catalog.viewers import Viewer
from api.http.answers import answer
from api.services import ApiServices
from store.database import Connection, Row


def video_act_blueprint(services: ApiServices) -> Blueprint:
    """Return `/api/videos/…/publish`, `unlist` and `restore`."""
    routes = Blueprint("catalog_video_acts", __name__, url_prefix="/api/videos/<video>")
    changes = VideoChanges(services)

    @routes.post("/publish")
    @tag(["Videos"])
    @document_response(Video, 200)
    async def publish(video: str) -> Response:
        """Let a draft be seen from now on, by whom its visibility says; its media may still be processing."""
        shown = await changes.change(video, "video.publish", _publish)
        return answer(shown.video, etag=shown.etag)

    @routes.post("/unlist")
    @tag(["Videos"])
    @document_response(Video, 200)
    async def unlist(video: str) -> Response:
        """Show a video to those alone who know its id; an edit of `visibility` brings it back."""
        shown = await changes.change(video, "video.unlist", _unlist)
        return answer(shown.video, etag=shown.etag)

    @routes.post("/restore")
    @tag(["Videos"])
    @document_response(Video, 200)
    async def restore(video: str) -> Response:
        """Bring a deleted video back."""
        shown = await changes.change(video, "video.restore", videos.restore)
        return answer(shown.video, etag=shown.etag)

    return routes


async def _publish(connection: Connection, row: Row, _who: Viewer) -> None:
    videos.check_not_deleted(row)
    await videos.publish(connection, row["id"])


async def _unlist(connection: Connection, row: Row, who: Viewer) -> None:
    videos.check_not_deleted(row)
    if row["visibility"] != "unlisted":
        await videos.edit(connection, row, who, {"visibility": "unlisted"})
