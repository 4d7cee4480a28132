"""What somebody gets who signs in: tokens in the answer, or the refresh token in a cookie."""

from datetime import timedelta

from quart import Response, request

from api.accounts.own_origin import require_own_origin
from api.accounts.sessions import SESSION_GOOD_FOR, Banned, Device, SignedIn
from api.http.addresses import address_of
from api.http.answers import answer
from api.http.app_type import services
from api.problems import Problem

COOKIE = "hub_refresh"
COOKIE_PATH = "/api/auth"
REFRESH_TOKEN_LENGTH_MAX = 200


def device() -> Device:
    """Return from where the request under way comes."""
    agent = "".join(each if each.isprintable() else " " for each in request.headers.get("User-Agent", ""))
    return Device(agent, address_of(request, services().options.trusted_proxies))


def signed_in_answer(signed_in: SignedIn, status: int = 200, *, cookie: bool = False) -> Response:
    """Answer with the tokens; with `cookie` scripts do not get to see the refresh token."""
    response = answer(
        {
            "token": signed_in.token,
            "expires_at": signed_in.expires_at,
            "refresh_token": None if cookie else signed_in.refresh_token,
            "user": signed_in.account.as_own_json(),
        },
        status,
    )
    if cookie:
        put_refresh_cookie(response, signed_in.refresh_token)
    return response


def check_cookie_wish(wanted: bool) -> None:
    """Raise 403 when the page of another origin wants to put a session into a browser."""
    if wanted:
        require_own_origin()


def put_refresh_cookie(response: Response, refresh_token: str) -> None:
    """Let the browser keep the refresh token, for the routes under `/api/auth` and for nobody else."""
    _set_cookie(response, refresh_token, SESSION_GOOD_FOR)


def drop_refresh_cookie(response: Response) -> None:
    """Let the browser forget the refresh token."""
    _set_cookie(response, "", timedelta(0))


def refresh_cookie() -> str | None:
    """Return the refresh token in the cookie, None without one; raise 403 for pages of other origins."""
    cookie = request.cookies.get(COOKIE)
    if not cookie:
        return None
    require_own_origin()
    return cookie


def banned(error: Banned) -> Problem:
    """Return the problem of who is banned: for how long and why."""
    account = error.account
    assert account.banned_until is not None  # noqa: S101  # what it was raised for
    forever = account.banned_until.year >= 9999
    until = "for good" if forever else f"until {account.banned_until:%Y-%m-%d %H:%M} UTC"
    reason = f": {account.ban_reason}" if account.ban_reason else ""
    return Problem(403, "banned", f"this account is banned {until}{reason}")


def _set_cookie(response: Response, value: str, good_for: timedelta) -> None:
    response.set_cookie(
        COOKIE, value, max_age=good_for, path=COOKIE_PATH, httponly=True, samesite="Strict", secure=_secure()
    )


def _secure() -> bool:
    """Say whether people come over https, which a proxy in front may speak for the hub."""
    return request.is_secure or services().options.public_url.startswith("https:")
