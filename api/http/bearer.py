"""The bearer token of a request, read once."""

from api.http.asking import HubRequest
from api.problems import Problem
from api.tokens import Claims, ExpiredToken, InvalidToken, Tokens


def claims_of(request: HubRequest, tokens: Tokens) -> Claims | None:
    """Return what the request's token says, None without one; raise 401 for one that is not good."""
    if not request.claims_read:
        request.claims = _read(request.headers.get("Authorization"), tokens)
        request.claims_read = True
    if isinstance(request.claims, Problem):
        raise request.claims
    return request.claims


def _read(header: str | None, tokens: Tokens) -> Claims | Problem | None:
    if header is None:
        return None
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        return Problem(401, "unauthorized", "send the token as: Authorization: Bearer <token>")
    try:
        return _checked(tokens.read(token.strip()))
    except ExpiredToken:
        return Problem(401, "token_expired", "the token has expired: POST /api/auth/refresh gives a new one")
    except InvalidToken as error:
        return Problem(401, "invalid_token", f"{error}; sign in again")


def _checked(claims: Claims) -> Claims:
    if claims.channel is not None:
        raise InvalidToken("this token is for listening to a channel")
    return claims
