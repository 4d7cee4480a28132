"""The code flow: to the provider with a question, and back with a code that becomes an identity."""

from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit

from api.accounts.google.attempts import Attempt
from api.accounts.google.fetching import ProviderTrouble, post_form
from api.accounts.google.id_token import Identity, read_id_token
from api.accounts.google.provider import Provider

CODE_LENGTH_MAX = 2_000


class GoogleSignIn:
    """Signs people in by the provider at `issuer`, as the client that is registered there.

    `callback_url` is registered there, too.
    """

    def __init__(self, issuer: str, client_id: str, client_secret: str, callback_url: str) -> None:
        self._provider = Provider(issuer)
        self._client_id = client_id
        self._client_secret = client_secret
        self._callback_url = callback_url

    async def address(self, attempt: Attempt) -> str:
        """Return where to send the browser; raise ProviderTrouble."""
        question = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": self._callback_url,
            "scope": "openid email profile",
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": attempt.challenge,
            "code_challenge_method": "S256",
        }
        endpoint = (await self._provider.endpoints()).authorization
        return f"{endpoint}{'&' if urlsplit(endpoint).query else '?'}{urlencode(question)}"

    async def identify(self, attempt: Attempt, code: str) -> Identity:
        """Return who came back with `code`; raise BadIdToken or ProviderTrouble."""
        endpoints = await self._provider.endpoints()
        answer = await post_form(endpoints.token, self._exchange(attempt, code))
        id_token, access_token = _tokens(answer.body)
        return await read_id_token(
            self._provider,
            id_token,
            client_id=self._client_id,
            nonce=attempt.nonce,
            access_token=access_token,
        )

    def _exchange(self, attempt: Attempt, code: str) -> dict[str, str]:
        return {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._callback_url,
            "client_id": self._client_id,
            "client_secret": self._client_secret,
            "code_verifier": attempt.verifier,
        }


def _tokens(said: Mapping[str, object]) -> tuple[str, str | None]:
    id_token, access_token = said.get("id_token"), said.get("access_token")
    if not isinstance(id_token, str):
        raise ProviderTrouble("the token endpoint gave no ID token")
    return id_token, access_token if isinstance(access_token, str) else None
