"""Routes that send links by mail, and those that the links lead to."""

from typing import Annotated

from pydantic import Field
from quart import Blueprint, Response
from quart_schema import document_response, tag, validate_request

from api.accounts.fields import EmailAddress, Password
from api.accounts.links import TOKEN_LENGTH_MAX
from api.accounts.password_reset import ask_for_reset, reset_password
from api.accounts.verification import ask_for_verification, verify
from api.http.answers import answer
from api.http.caller import need_account
from api.http.rate_limits import limited
from api.http.texts import Body
from api.services import ApiServices

MAILS_PER_MINUTE = 5
LINKS_PER_MINUTE = 10

LinkToken = Annotated[str, Field(min_length=1, max_length=TOKEN_LENGTH_MAX)]


class ResetRequest(Body):
    """Whose password is forgotten."""

    email: EmailAddress


class Reset(Body):
    """The token of a link that was mailed, and the password from now on."""

    token: LinkToken
    password: Password


class Verification(Body):
    """The token of a link that was mailed."""

    token: LinkToken


class OnItsWay(Body):
    """Mail is sent, if there is anybody to get it."""

    detail: str


def mail_blueprint(services: ApiServices) -> Blueprint:
    """Return `/api/auth/verify` and `/api/auth/reset`, and what asks for their links."""
    mail = Blueprint("mail", __name__, url_prefix="/api/auth")
    database, public_url = services.database, services.options.public_url

    @mail.post("/reset/request")
    @tag(["auth"])
    @document_response(OnItsWay, 202)
    @limited("mail", per_minute=MAILS_PER_MINUTE)
    @validate_request(ResetRequest)
    async def request_reset(data: ResetRequest) -> Response:
        """Mail a link for a new password, good for an hour; the answer is the same for every address."""
        await database.transaction(lambda connection: ask_for_reset(connection, data.email))
        return answer({"detail": "if there is an account with this address, it gets a mail now"}, 202)

    @mail.post("/reset")
    @tag(["auth"])
    @limited("link", per_minute=LINKS_PER_MINUTE)
    @validate_request(Reset)
    async def reset(data: Reset) -> Response:
        """Set a new password by the link that was mailed; all devices are signed out."""
        await reset_password(services, data.token, data.password)
        return answer(status=204)

    @mail.post("/verify/request")
    @tag(["auth"])
    @document_response(OnItsWay, 202)
    @limited("mail", per_minute=MAILS_PER_MINUTE)
    async def request_verification() -> Response:
        """Mail a link that verifies your address, good for a day; 409 when it is verified already."""
        account = (await need_account()).account_id
        await database.transaction(lambda c: ask_for_verification(c, public_url, account))
        return answer({"detail": "look into your mail"}, 202)

    @mail.post("/verify")
    @tag(["auth"])
    @limited("link", per_minute=LINKS_PER_MINUTE)
    @validate_request(Verification)
    async def verify_address(data: Verification) -> Response:
        """Verify an address by the link that was mailed to it."""
        await database.transaction(lambda connection: verify(connection, data.token))
        return answer(status=204)

    return mail
