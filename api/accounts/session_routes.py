"""Routes of a person's own sessions and password, and of signing out."""

from quart import Blueprint, Response
from quart_schema import document_request, document_response, tag, validate_request

from api.accounts import shapes
from api.accounts.accounts import Account, account_by_id, lock_account, set_password
from api.accounts.bodies import refresh_token_of_body
from api.accounts.sessions import end_session, end_session_of, end_sessions, list_sessions
from api.accounts.signing_in import drop_refresh_cookie, refresh_cookie
from api.http.answers import answer
from api.http.caller import Caller, need_account
from api.http.rate_limits import limited
from api.http.texts import uuid_of
from api.problems import Problem
from api.services import ApiServices
from store.database import Connection


def sessions_blueprint(services: ApiServices) -> Blueprint:
    """Return the routes under `/api/auth` by which people look after their sessions, and leave."""
    sessions = Blueprint("sessions", __name__, url_prefix="/api/auth")

    @sessions.post("/logout")
    @tag(["auth"])
    @document_request(shapes.Refresh)
    async def logout() -> Response:
        """End the session of the bearer token, and that of a refresh token in body or cookie."""
        return await _log_out(services, await refresh_token_of_body() or refresh_cookie())

    @sessions.post("/logout-all")
    @tag(["auth"])
    async def logout_all() -> Response:
        """End all sessions of the account, on every device."""
        account = (await need_account()).account_id
        await services.database.transaction(lambda connection: end_sessions(connection, account))
        return _signed_out()

    @sessions.get("/sessions")
    @tag(["auth"])
    @document_response(shapes.Sessions)
    async def listed() -> Response:
        """List the devices on which you are signed in, the one used last first."""
        who = await need_account()
        items = await services.database.run(
            lambda connection: list_sessions(connection, who.account_id, who.session), repeatable=True
        )
        return answer({"items": items})

    @sessions.delete("/sessions/<session_id>")
    @tag(["auth"])
    async def end(session_id: str) -> Response:
        """Sign one device out; its live connections are closed."""
        who = await need_account()
        session = uuid_of(session_id)
        if not await services.database.transaction(
            lambda connection: end_session(connection, who.account_id, session)
        ):
            raise Problem(404, "not_found", "you have no such session")
        return answer(status=204)

    @sessions.post("/password")
    @tag(["auth"])
    @limited("sign_in", per_minute=10)
    @validate_request(shapes.NewPassword)
    async def change_password(data: shapes.NewPassword) -> Response:
        """Replace the password; all other sessions end."""
        who = await need_account()
        account = await _checked(services, who, data.current)
        fresh = await services.passwords.hash(data.new)
        await services.database.transaction(
            lambda connection: _replace_password(connection, account, who, fresh)
        )
        return answer(status=204)

    return sessions


async def _log_out(services: ApiServices, refresh_token: str | None) -> Response:
    who = await _owner(lenient=refresh_token is not None)

    async def end(connection: Connection) -> None:
        if refresh_token is not None:
            await end_session_of(connection, services.tokens, refresh_token)
        if who is not None and who.session is not None:
            await end_session(connection, who.account_id, uuid_of(who.session))

    await services.database.transaction(end)
    return _signed_out()


async def _owner(*, lenient: bool) -> Caller | None:
    """Return whose bearer token this is; `lenient`: None for a token that is not good."""
    try:
        return await need_account()
    except Problem:
        if lenient:
            return None
        raise


def _signed_out() -> Response:
    response = answer(status=204)
    drop_refresh_cookie(response)
    return response


async def _checked(services: ApiServices, who: Caller, password: str) -> Account:
    """Return the caller's account if this is its password; raise 401."""
    account = await services.database.run(
        lambda connection: account_by_id(connection, who.account_id), repeatable=True
    )
    if account is not None and account.password_hash is None:
        raise Problem(409, "conflict", "this account has no password yet: set one by a password reset")
    kept = None if account is None else account.password_hash
    if not await services.passwords.verify(kept, password) or account is None:
        raise Problem(401, "invalid_credentials", "current is not your password", "current")
    return account


async def _replace_password(connection: Connection, checked: Account, who: Caller, fresh: str) -> None:
    """Keep the new hash, unless the password that was checked has been replaced meanwhile."""
    account = await lock_account(connection, checked.id)
    if account is None or account.password_hash != checked.password_hash:
        raise Problem(401, "invalid_credentials", "the password was changed meanwhile", "current")
    await set_password(connection, checked.id, fresh)
    await end_sessions(connection, checked.id, None if who.session is None else uuid_of(who.session))
