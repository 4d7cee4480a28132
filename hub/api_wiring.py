"""The HTTP side put together: what its routes work with, and what it does by itself."""

from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

from actors import Supervisor
from api.accounts.cleaning import clean_sessions
from api.accounts.google.sign_in import GoogleSignIn
from api.accounts.password_reset import answer_resets
from api.accounts.standing import CHANNEL as ACCOUNT_CHANGED
from api.accounts.standing import AccountStandings
from api.catalog.cleaning import clean_catalog
from api.mail import outbox
from api.mail.folder import MailFolder
from api.mail.message import read_sender
from api.mail.postman import Postman
from api.mail.smtp import SmtpTransport, read_smtp_url
from api.mail.transport import Transport
from api.moderation.word_list import CHANNEL as WORDS_CHANGED
from api.parties.cleaning import clean_parties
from api.services import ApiOptions, ApiServices
from hub.metrics import HubFigures
from hub.room_commands import RoomCommands
from hub.services import Services
from hub.settings import Settings
from hub.wellness import HubWellness
from store.database import Database
from store.notices import Notices

WEB_STATIC = Path(__file__).resolve().parent.parent / "web_static"


async def start_api(
    supervisor: Supervisor, settings: Settings, dsn: str, api: ApiServices, services: Services
) -> Notices:
    """Start what the API does beside answering: mail, notices, views, cleaning; return who hears notices."""
    database = api.database
    postman = Postman(database, _mail_transport(settings), [answer_resets(_public_url(settings))])
    notices = _notices(dsn, services, postman)
    await services.words.load(database)
    work: dict[str, Callable[[], Awaitable[None]]] = {
        "mail": postman.run,
        "notices": notices.run,
        "word filter": partial(services.words.run, database),
        "views": partial(api.views.run, database),
        "session cleaning": partial(clean_sessions, database),
        "catalog cleaning": partial(clean_catalog, database),
        "party cleaning": partial(clean_parties, database, api.rooms),
    }
    for name, service in work.items():
        supervisor.start_service(name, service)
    return notices


def api_services(
    settings: Settings,
    database: Database,
    services: Services,
    wellness: HubWellness,
    figures: HubFigures,
) -> ApiServices:
    """Return what the routes work with."""
    return ApiServices(
        tokens=services.tokens,
        wellness=wellness,
        figures=figures,
        web_static=WEB_STATIC,
        database=database,
        rooms=RoomCommands(services.rooms, services.kind_of, services.words.screen),
        words=services.words,
        standings=AccountStandings(database),
        google=_google(settings),
        options=ApiOptions(
            requests_per_minute=settings.requests_per_minute,
            trusted_proxies=settings.trusted_proxies,
            public_url=_public_url(settings),
        ),
    )


def _public_url(settings: Settings) -> str:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return settings.public_url or f"http://{host}:{settings.port}"


def _google(settings: Settings) -> GoogleSignIn | None:
    if not (settings.google_client_id and settings.google_client_secret):
        return None
    return GoogleSignIn(
        settings.google_issuer,
        settings.google_client_id,
        settings.google_client_secret,
        f"{_public_url(settings)}/api/auth/google/callback",
    )


def _mail_transport(settings: Settings) -> Transport:
    sender = read_sender(settings.mail_from)
    if settings.smtp_url is None:
        return MailFolder(settings.data_dir / "mail", sender)
    return SmtpTransport(read_smtp_url(settings.smtp_url), sender)


def _notices(dsn: str, services: Services, postman: Postman) -> Notices:
    """Listen to what other processes, or other parts of this one, have committed."""

    def begun() -> None:
        services.accounts.hear_of_all()
        services.words.hear()
        postman.wake()

    hear = {
        ACCOUNT_CHANGED: services.accounts.hear,
        outbox.CHANNEL: lambda _: postman.wake(),
        WORDS_CHANGED: lambda _: services.words.hear(),
    }
    return Notices(dsn, hear, begun)
