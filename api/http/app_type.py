"""The app that knows its services, and the one that handles the request under way."""

from typing import TYPE_CHECKING, cast

from quart import current_app
from quart_trio import QuartTrio

if TYPE_CHECKING:
    from api.services import ApiServices


class HubApp(QuartTrio):
    """A Quart app with the parts that its routes share."""

    services: "ApiServices"


def services() -> "ApiServices":
    """Return the services of the app that handles this request."""
    return cast(HubApp, current_app).services
