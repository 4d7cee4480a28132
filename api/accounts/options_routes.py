"""What a page to sign in may offer."""

from quart import Blueprint, Response
from quart_schema import document_response, tag

from api.http.answers import ASK_AGAIN, answer
from api.http.texts import Body
from api.services import ApiServices


class SignInOptions(Body):
    """Ways to sign in beside e-mail address and password."""

    google: bool


def sign_in_options_blueprint(services: ApiServices) -> Blueprint:
    """Return `/api/auth/options`."""
    options = Blueprint("sign_in_options", __name__, url_prefix="/api/auth")

    @options.get("/options")
    @tag(["auth"])
    @document_response(SignInOptions)
    async def offered() -> Response:
        """Say by which ways one may sign in here."""
        return answer({"google": services.google is not None}, cache=ASK_AGAIN)

    return options
