"""Whether the hub lives, whether it can do its work, and its figures."""

from typing import Any

from quart import Blueprint, Response
from quart_schema import hide

from api.services import ApiServices


def health_blueprint(services: ApiServices) -> Blueprint:
    """Return `/health/live`, `/health/ready` and `/metrics`."""
    health = Blueprint("health", __name__)

    @health.get("/health/live")
    @hide
    async def live() -> dict[str, str]:
        """Answer as long as the process turns."""
        return {"status": "alive"}

    @health.get("/health/ready")
    @hide
    async def ready() -> tuple[dict[str, Any], int]:
        """Answer 503 with the reasons while something is not well."""
        troubles = await services.wellness.troubles()
        if troubles:
            return {"status": "not ready", "reasons": list(troubles)}, 503
        return {"status": "ready"}, 200

    @health.get("/metrics")
    @hide
    async def metrics() -> Response:
        """Give the figures to Prometheus."""
        body, content_type = services.figures.exposition()
        return Response(body, content_type=content_type)

    return health
