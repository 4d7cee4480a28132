"""Routes of who takes their data along, and of who leaves."""

from quart import Blueprint, Response
from quart_schema import tag, validate_request

from api.accounts.deletion import delete_account
from api.accounts.export import export_account
from api.accounts.fields import AnyPassword
from api.accounts.profiles import own_account
from api.accounts.signing_in import drop_refresh_cookie
from api.http.answers import JSON, answer
from api.http.caller import need_account
from api.http.described import answers_with
from api.http.rate_limits import limited
from api.http.texts import Body
from api.services import ApiServices

EXPORTS_PER_MINUTE = 3
TRIES_PER_MINUTE = 10


class Farewell(Body):
    """Who deletes an account shows its password; an account without one was signed in to just now instead."""

    password: AnyPassword | None = None


def leaving_blueprint(services: ApiServices) -> Blueprint:
    """Return `GET /api/me/export` and `DELETE /api/me`."""
    leaving = Blueprint("leaving", __name__, url_prefix="/api")

    @leaving.get("/me/export")
    @tag(["users"])
    @answers_with(200, "Everything, as a file.", JSON)
    @limited("export", per_minute=EXPORTS_PER_MINUTE)
    async def export() -> Response:
        """Give everything that the hub has of you, as a JSON file."""
        account_id = (await need_account()).account_id
        account = await services.database.run(lambda c: own_account(c, account_id), repeatable=True)
        headers = {
            "Cache-Control": "no-store",
            "Content-Disposition": f'attachment; filename="cosmohub-{account.handle}.json"',
        }
        return Response(export_account(services.database, account_id), headers=headers, content_type=JSON)

    @leaving.delete("/me")
    @tag(["users"])
    @limited("sign_in", per_minute=TRIES_PER_MINUTE)
    @validate_request(Farewell)
    async def leave(data: Farewell) -> Response:
        """Delete your account for good: what you said to others stays, without your name."""
        await delete_account(services, await need_account(), data.password)
        response = answer(status=204)
        drop_refresh_cookie(response)
        return response

    return leaving
