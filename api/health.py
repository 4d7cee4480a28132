"""Whether the hub lives, whether it can do its work, and its figures."""

from typing import Any

from quart import Blueprint, Response

from api.ports import Figures, Wellness


def health_blueprint(wellness: Wellness, figures: Figures) -> Blueprint:
    """Return `/health/live`, `/health/ready` and `/metrics`."""
    health = Blueprint("health", __name__)

    @health.get("/health/live")
    async def live() -> dict[str, str]:
        """Answer as long as the process turns."""
        return {"status": "alive"}

    @health.get("/health/ready")
    async def ready() -> tuple[dict[str, Any], int]:
        """Answer 503 with the reasons while something is not well."""
        troubles = await wellness.troubles()
        if troubles:
            return {"status": "not ready", "reasons": list(troubles)}, 503
        return {"status": "ready"}, 200

    @health.get("/metrics")
    async def metrics() -> Response:
        """Give the figures to Prometheus."""
        body, content_type = figures.exposition()
        return Response(body, content_type=content_type)

    return health
