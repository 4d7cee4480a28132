"""What stands under the WebSocket's path for who came without asking for one."""

from quart import Blueprint, Response
from quart_schema import hide

from api.problems import Problem
from api.services import ApiServices


def realtime_blueprint(services: ApiServices) -> Blueprint:
    """Return `/connection/websocket` as plain HTTP sees it."""
    realtime = Blueprint("realtime", __name__)

    @realtime.get("/connection/websocket")
    @hide
    async def not_upgraded() -> Response:
        """Tell who came here without asking for a WebSocket."""
        raise Problem(
            426,
            "upgrade_required",
            "this is a WebSocket endpoint: connect with a Centrifuge SDK",
            headers={"Upgrade": "websocket", "Connection": "Upgrade"},
        )

    return realtime
