"""Routes to the provider and back."""

from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import quote

import structlog
from quart import Blueprint, Response, request
from quart_schema import document_querystring, tag

from api.accounts.google.attempts import GOOD_FOR_S, Attempt, Attempts
from api.accounts.google.fetching import ProviderTrouble
from api.accounts.google.id_token import BadIdToken, EmailUnverified
from api.accounts.google.linking import sign_in_as
from api.accounts.google.sign_in import CODE_LENGTH_MAX, GoogleSignIn
from api.accounts.sessions import Banned
from api.accounts.signing_in import device, put_refresh_cookie
from api.http.described import answers_with
from api.http.rate_limits import limited
from api.http.texts import Query
from api.problems import Problem
from api.services import ApiServices

COOKIE = "hub_google"
COOKIE_PATH = "/api/auth/google"
SIGN_INS_PER_MINUTE = 10

log = structlog.get_logger(__name__)


class Start(Query):
    """Where to go on, signed in: a path of the hub."""

    next: str = "/"


class Callback(Query):
    """What Google answers: a code for the state it was given, or an error."""

    state: str = ""
    code: str = ""
    error: str | None = None


class NotThisTime(Exception):
    """A sign-in that came to nothing; the page to sign in explains it by `code`."""

    def __init__(self, code: str, next_path: str = "/") -> None:
        super().__init__(code)
        self.code = code
        self.next_path = next_path


def google_blueprint(services: ApiServices) -> Blueprint:
    """Return `/api/auth/google/start` and `/api/auth/google/callback`."""
    google = Blueprint("google", __name__, url_prefix="/api/auth/google")
    attempts = Attempts(services.tokens)

    @google.get("/start")
    @tag(["auth"])
    @document_querystring(Start)
    @answers_with(303, "To Google, or to the page to sign in, which says why not.")
    @limited("sign_in", per_minute=SIGN_INS_PER_MINUTE)
    async def start() -> Response:
        """Send the browser to Google; it comes back to the path in `next`."""
        google = _configured(services)
        attempt = attempts.begin(request.args.get("next", "/"))
        try:
            response = _see(await google.address(attempt))
        except ProviderTrouble as error:
            return _explain(services, _unreachable(error, attempt))
        _set_cookie(services, response, attempts.seal(attempt), GOOD_FOR_S)
        return response

    @google.get("/callback")
    @tag(["auth"])
    @document_querystring(Callback)
    @answers_with(303, "To the page to sign in: it goes on from there, or says why not.")
    @limited("sign_in", per_minute=SIGN_INS_PER_MINUTE)
    async def callback() -> Response:
        """Take the browser back from Google: signed in by the refresh cookie, or with a reason why not."""
        google = _configured(services)
        try:
            attempt = _attempt(attempts.unseal(request.cookies.get(COOKIE, "")), request.args)
            return await _finish(services, google, attempt, _code(attempt, request.args))
        except NotThisTime as not_this_time:
            return _explain(services, not_this_time)

    return google


async def _finish(services: ApiServices, google: GoogleSignIn, attempt: Attempt, code: str) -> Response:
    try:
        identity = await google.identify(attempt, code)
        signed_in = await sign_in_as(services, identity, device())
    except ProviderTrouble as error:
        raise _unreachable(error, attempt) from error
    except EmailUnverified as error:
        raise NotThisTime("google_email_unverified", attempt.next) from error
    except BadIdToken as error:
        log.warning("google_id_token_refused", reason=str(error))
        raise NotThisTime("google_failed", attempt.next) from error
    except Banned as error:
        raise NotThisTime("banned", attempt.next) from error
    response = _see(f"/login?next={quote(attempt.next, safe='/')}#google")
    put_refresh_cookie(response, signed_in.refresh_token)
    _set_cookie(services, response, "", 0)
    return response


def _configured(services: ApiServices) -> GoogleSignIn:
    if services.google is None:
        raise Problem(
            503, "google_not_configured", "signing in with Google is not set up here; use a password"
        )
    return services.google


def _attempt(attempt: Attempt | None, answered: Mapping[str, str]) -> Attempt:
    """Return the attempt that is answered: by this browser, and not too long after it began."""
    if attempt is None or not attempt.has_state(answered.get("state", "")):
        raise NotThisTime("google_state")
    return attempt


def _code(attempt: Attempt, answered: Mapping[str, str]) -> str:
    code = answered.get("code", "")
    if "error" in answered:
        raise NotThisTime("google_denied", attempt.next)
    if not code or len(code) > CODE_LENGTH_MAX or not code.isascii():
        raise NotThisTime("google_failed", attempt.next)
    return code


def _unreachable(error: ProviderTrouble, attempt: Attempt) -> NotThisTime:
    log.warning("google_trouble", reason=str(error))
    return NotThisTime("google_unreachable", attempt.next)


def _explain(services: ApiServices, why: NotThisTime) -> Response:
    response = _see(f"/login?next={quote(why.next_path, safe='/')}&problem={why.code}")
    _set_cookie(services, response, "", 0)
    return response


def _see(address: str) -> Response:
    return Response(b"", status=303, headers={"Location": address, "Cache-Control": "no-store"})


def _set_cookie(services: ApiServices, response: Response, value: str, good_for_s: int) -> None:
    """Let the browser keep an attempt; it must come along when the provider's page leads back here: Lax."""
    response.set_cookie(
        COOKIE,
        value,
        max_age=timedelta(seconds=good_for_s),
        path=COOKIE_PATH,
        httponly=True,
        samesite="Lax",
        secure=services.options.public_url.startswith("https://"),
    )
