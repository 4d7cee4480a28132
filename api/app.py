"""The app factory: every blueprint stands in its table."""

from collections.abc import Callable

from quart import Blueprint

from api.accounts.auth_routes import auth_blueprint
from api.accounts.mail_routes import mail_blueprint
from api.accounts.session_routes import sessions_blueprint
from api.catalog.browse_routes import browse_blueprint
from api.docs import docs_blueprint
from api.health import health_blueprint
from api.http.app_type import HubApp
from api.http.faults import say_problems
from api.http.openapi import describe
from api.pages import pages_blueprint
from api.realtime import realtime_blueprint
from api.services import ApiServices

BODY_TIMEOUT_S = 15

BLUEPRINTS: tuple[Callable[[ApiServices], Blueprint], ...] = (
    auth_blueprint,
    browse_blueprint,
    docs_blueprint,
    health_blueprint,
    mail_blueprint,
    pages_blueprint,
    realtime_blueprint,
    sessions_blueprint,
)


def create_app(parts: ApiServices) -> HubApp:
    """Return the app with all its routes."""
    app = HubApp("cosmohub", static_folder=None)
    app.services = parts
    app.config["BODY_TIMEOUT"] = BODY_TIMEOUT_S
    describe(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint(parts))
    say_problems(app)
    return app
