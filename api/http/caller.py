"""Who asks: read from the bearer token, and checked against how the account stands now."""

import uuid
from dataclasses import dataclass

from quart import g, request

from api.accounts.roles import ANONYMOUS, GUEST, permissions_of
from api.http.addresses import address_of
from api.http.app_type import services
from api.ports import Standing
from api.problems import Problem
from api.tokens import GUEST_PREFIX, Claims, ExpiredToken, InvalidToken
from rooms.kind import By


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, and what they may do; `user` is empty for somebody who shows no token."""

    user: str
    display_name: str
    role: str
    permissions: frozenset[str]
    session: str | None
    address: str

    @property
    def anonymous(self) -> bool:
        """Say whether no token was shown."""
        return not self.user

    @property
    def guest(self) -> bool:
        """Say whether this is a person without an account."""
        return self.user.startswith(GUEST_PREFIX)

    @property
    def account(self) -> bool:
        """Say whether this is a person with an account."""
        return not self.anonymous and not self.guest

    @property
    def account_id(self) -> uuid.UUID:
        """Return the account's id; raise 401 for who has none."""
        if not self.account:
            raise _sign_in()
        return uuid.UUID(self.user)

    def by(self) -> By:
        """Return the person as rooms know them."""
        return By(self.user, self.display_name, moderator="post.moderate" in self.permissions)


async def caller() -> Caller:
    """Return who asks; read once a request. Raises 401 for a token that is not good, 403 for the banned."""
    known: Caller | None = g.get("caller")
    if known is None:
        known = g.caller = await _identify()
    return known


async def need(permission: str) -> Caller:
    """Return who asks when they have this permission; raise 401 or 403."""
    who = await caller()
    if permission not in who.permissions:
        if who.anonymous:
            raise _sign_in()
        raise Problem(403, "forbidden", f"this needs the permission {permission}, which you do not have")
    return who


async def need_account() -> Caller:
    """Return who asks when they have an account; raise 401."""
    who = await caller()
    if not who.account:
        raise _sign_in()
    return who


def claims_brought() -> Claims | None:
    """Return what the request's bearer token says, None without one; read once. Raises 401."""
    if "claims" not in g:
        g.claims = _claims()
    claims: Claims | None = g.claims
    return claims


def _claims() -> Claims | None:
    header = request.headers.get("Authorization")
    if header is None:
        return None
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Problem(401, "unauthorized", "send the token as: Authorization: Bearer <token>")
    try:
        return services().tokens.read(token.strip())
    except ExpiredToken as error:
        raise Problem(
            401, "token_expired", "the token has expired: get a new one with POST /api/auth/refresh"
        ) from error
    except InvalidToken as error:
        raise Problem(401, "invalid_token", f"{error}; sign in again") from error


async def _identify() -> Caller:
    claims, address = claims_brought(), address_of(request, services().options.trusted_proxies)
    if claims is None or not claims.user:
        return Caller("", "", ANONYMOUS, permissions_of(ANONYMOUS), None, address)
    if claims.user.startswith(GUEST_PREFIX):
        return Caller(claims.user, claims.display_name, GUEST, permissions_of(GUEST), None, address)
    standing = _checked(await services().standings.of(claims.user, claims.session), claims)
    return Caller(
        str(standing.account),
        standing.display_name,
        standing.role,
        standing.permissions,
        claims.session,
        address,
    )


def _checked(standing: Standing | None, claims: Claims) -> Standing:
    if standing is None:
        raise Problem(401, "invalid_token", "the account of this token is gone; sign in with another")
    if standing.banned:
        raise Problem(403, "banned", "this account is banned; GET /api/auth/me is closed to it as well")
    if not standing.session_alive or standing.authorization_version != claims.authorization_version:
        raise Problem(401, "session_revoked", "this session has ended: sign in again, or refresh the token")
    return standing


def _sign_in() -> Problem:
    return Problem(401, "unauthorized", "sign in first, and send the token as: Authorization: Bearer <token>")
