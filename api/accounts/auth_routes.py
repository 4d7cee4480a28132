"""Routes of signing up and in, and of fresh tokens, for accounts and guests."""

from quart import Blueprint, Response, request
from quart_schema import document_request, document_response, tag, validate_request

from api.accounts import guests, shapes
from api.accounts.accounts import account_by_id
from api.accounts.bodies import json_object, refresh_token_of_body
from api.accounts.log_in import log_in
from api.accounts.sessions import Banned, NotSignedIn, use_refresh_token
from api.accounts.sign_up import sign_up
from api.accounts.signing_in import (
    banned,
    check_cookie_wish,
    device,
    drop_refresh_cookie,
    refresh_cookie,
    signed_in_answer,
)
from api.http.answers import answer
from api.http.caller import caller, need_account
from api.http.rate_limits import limited
from api.moderation.rules import check_words
from api.problems import Problem
from api.services import ApiServices

SIGN_INS_PER_MINUTE = 10


def auth_blueprint(services: ApiServices) -> Blueprint:
    """Return the routes under `/api/auth` by which people come in."""
    auth = Blueprint("auth", __name__, url_prefix="/api/auth")

    @auth.post("/guest")
    @tag(["auth"])
    @document_request(shapes.GuestName)
    @document_response(shapes.GuestSignedIn, 201)
    async def guest() -> Response:
        """Make a guest under `display_name`; answer `{token, user}`."""
        name = guests.display_name(await json_object(guests.BODY_EXAMPLE))
        check_words(name, "display_name")
        return answer(guests.with_token(services.tokens, services.tokens.new_guest(name)), 201)

    @auth.post("/signup")
    @tag(["auth"])
    @document_response(shapes.SignedInAnswer, 201)
    @limited("sign_in", per_minute=SIGN_INS_PER_MINUTE)
    @validate_request(shapes.SignUp)
    async def signup(data: shapes.SignUp) -> Response:
        """Make an account and sign it in; 409 when the address or the handle has one already."""
        check_cookie_wish(data.cookie)
        return signed_in_answer(await sign_up(services, data, device()), 201, cookie=data.cookie)

    @auth.post("/login")
    @tag(["auth"])
    @document_response(shapes.SignedInAnswer)
    @limited("sign_in", per_minute=SIGN_INS_PER_MINUTE)
    @validate_request(shapes.Login)
    async def login(data: shapes.Login) -> Response:
        """Sign in with e-mail address and password."""
        check_cookie_wish(data.cookie)
        return signed_in_answer(await log_in(services, data, device()), cookie=data.cookie)

    @auth.post("/refresh")
    @tag(["auth"])
    @document_request(shapes.Refresh)
    @document_response(shapes.Refreshed)
    async def refresh() -> Response:
        """Give fresh tokens for a refresh token, of the body or the cookie, or for a guest's token."""
        return await _refresh(services, await refresh_token_of_body())

    @auth.get("/me")
    @tag(["auth"])
    @document_response(shapes.Me)
    async def me() -> Response:
        """Say who you are and what you may do."""
        return await _me(services)

    return auth


async def _refresh(services: ApiServices, token: str | None) -> Response:
    """Refresh by what is shown in so many words before the cookie, which is sent unasked."""
    if token is not None:
        return await _exchange(services, token, cookie=False)
    if "Authorization" in request.headers:
        return answer(guests.refreshed(services.tokens, request.headers["Authorization"]))
    token = refresh_cookie()
    if token is None:
        raise Problem(401, "unauthorized", "send a refresh_token, or a guest's token as the bearer")
    return await _exchange(services, token, cookie=True)


async def _exchange(services: ApiServices, token: str, *, cookie: bool) -> Response:
    where = device()
    try:
        signed_in = await services.database.transaction(
            lambda connection: use_refresh_token(connection, services.tokens, token, where)
        )
    except Banned as error:
        raise banned(error) from error
    if not isinstance(signed_in, NotSignedIn):
        return signed_in_answer(signed_in, cookie=cookie)
    refused = _refused(signed_in).response()
    if cookie:
        drop_refresh_cookie(refused)
    return refused


def _refused(why: NotSignedIn) -> Problem:
    if why is NotSignedIn.UNKNOWN:
        return Problem(401, "invalid_token", "the refresh token is not good any more: sign in again")
    copied = "this refresh token was used before, so it may have been copied and its session has ended"
    return Problem(401, "session_revoked", f"{copied}: sign in again")


async def _me(services: ApiServices) -> Response:
    who = await caller()
    if who.guest:
        user = {"id": who.user, "display_name": who.display_name, "role": who.role}
        return answer({"user": user | {"permissions": sorted(who.permissions)}})
    account_id = (await need_account()).account_id
    account = await services.database.run(
        lambda connection: account_by_id(connection, account_id), repeatable=True
    )
    if account is None:
        raise Problem(401, "invalid_token", "the account of this token is gone; sign in with another")
    return answer({"user": account.as_own_json()})
