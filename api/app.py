"""The app factory: every blueprint stands in its table."""

from collections.abc import Callable

from quart import Blueprint

from api.accounts.admin_routes import admin_blueprint
from api.accounts.auth_routes import auth_blueprint
from api.accounts.follow_routes import follows_blueprint
from api.accounts.google.routes import google_blueprint
from api.accounts.leaving_routes import leaving_blueprint
from api.accounts.mail_routes import mail_blueprint
from api.accounts.options_routes import sign_in_options_blueprint
from api.accounts.profile_routes import profiles_blueprint
from api.accounts.session_routes import sessions_blueprint
from api.catalog.browse_routes import browse_blueprint
from api.catalog.category_routes import category_blueprint
from api.catalog.comment_routes import comment_blueprint
from api.catalog.history_routes import history_blueprint
from api.catalog.list_item_routes import list_item_blueprint
from api.catalog.list_routes import list_blueprint
from api.catalog.search_routes import search_blueprint
from api.catalog.video_act_routes import video_act_blueprint
from api.catalog.video_routes import video_blueprint
from api.catalog.watching_routes import watching_blueprint
from api.docs import docs_blueprint
from api.forum.board_routes import boards_blueprint
from api.forum.post_routes import posts_blueprint
from api.forum.reaction_routes import reactions_blueprint
from api.forum.reading_routes import reading_blueprint
from api.forum.thread_routes import threads_blueprint
from api.health import health_blueprint
from api.http.app_type import HubApp
from api.http.faults import say_problems
from api.http.openapi import describe
from api.moderation.audit_routes import audit_blueprint
from api.moderation.report_routes import reports_blueprint
from api.moderation.sanction_routes import sanctions_blueprint
from api.moderation.word_routes import words_blueprint
from api.pages import pages_blueprint
from api.parties.door_routes import party_door_blueprint
from api.parties.invite_routes import party_invites_blueprint
from api.parties.party_routes import parties_blueprint
from api.realtime import realtime_blueprint
from api.services import ApiServices

BODY_TIMEOUT_S = 12  # below what a whole request may take, so that a dribbled body is told by its name

BLUEPRINTS: tuple[Callable[[ApiServices], Blueprint], ...] = (
    admin_blueprint,
    audit_blueprint,
    auth_blueprint,
    boards_blueprint,
    browse_blueprint,
    category_blueprint,
    comment_blueprint,
    docs_blueprint,
    follows_blueprint,
    google_blueprint,
    health_blueprint,
    history_blueprint,
    leaving_blueprint,
    list_blueprint,
    list_item_blueprint,
    mail_blueprint,
    pages_blueprint,
    parties_blueprint,
    party_door_blueprint,
    party_invites_blueprint,
    posts_blueprint,
    profiles_blueprint,
    reactions_blueprint,
    reading_blueprint,
    realtime_blueprint,
    reports_blueprint,
    sanctions_blueprint,
    search_blueprint,
    sessions_blueprint,
    sign_in_options_blueprint,
    threads_blueprint,
    video_act_blueprint,
    video_blueprint,
    watching_blueprint,
    words_blueprint,
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
