"""Who asks: read from the bearer token, and checked against how the account stands now."""

import uuid
from dataclasses import dataclass
from typing import cast

from quart import g, request

from api.accounts.roles import ANONYMOUS, GUEST, permissions_of
from api.http.addresses import address_of
from api.http.app_type import services
from api.http.asking import HubRequest
from api.http.bearer import claims_of
from api.ports import Standing
from api.problems import Problem
from api.tokens import GUEST_PREFIX, Claims
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
    muted_until_ms: int | None = None

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
        return By(
            self.user,
            self.display_name,
            moderator="post.moderate" in self.permissions,
            guest=self.guest,
            muted_until_ms=self.muted_until_ms,
        )


async def caller() -> Caller:
    """Return who asks; read once a request. Raises 401 for a token that is not good, 403 for the banned."""
    if "caller" not in g:
        g.caller = await _identify(cast(HubRequest, request))
    known: Caller = g.caller
    return known


async def need(permission: str) -> Caller:
    """Return who asks when they have this permission; raise 401 or 403."""
    who = await caller()
    if permission not in who.permissions:
        if who.anonymous:
            raise _sign_in()
        raise Problem(403, "forbidden", f"this needs the permission {permission}, which you do not have")
    return who


async def need_somebody() -> Caller:
    """Return who asks when they show a token, be it a guest's; raise 401."""
    who = await caller()
    if who.anonymous:
        raise Problem(
            401,
            "unauthorized",
            "sign in first, or get a guest's token with POST /api/auth/guest, and send it",
        )
    return who


async def need_account() -> Caller:
    """Return who asks when they have an account; raise 401."""
    who = await caller()
    if not who.account:
        raise _sign_in()
    return who


async def _identify(asked: HubRequest) -> Caller:
    parts = services()
    claims = claims_of(asked, parts.tokens)
    address = address_of(asked, parts.options.trusted_proxies)
    if claims is None or not claims.user:
        return Caller("", "", ANONYMOUS, permissions_of(ANONYMOUS), None, address)
    if claims.guest:
        return Caller(claims.user, claims.display_name, GUEST, permissions_of(GUEST), None, address)
    standing = _checked(await parts.standings.of(claims.user, claims.session), claims)
    return Caller(
        str(standing.account),
        standing.display_name,
        standing.role,
        standing.permissions,
        claims.session,
        address,
        standing.muted_until_ms,
    )


def _checked(standing: Standing | None, claims: Claims) -> Standing:
    if standing is None:
        raise Problem(401, "invalid_token", "the account of this token is gone; sign in with another")
    if standing.banned:
        raise Problem(403, "banned", "this account is banned; GET /api/auth/me is closed to it as well")
    if not standing.session_alive:
        raise Problem(401, "session_revoked", "this session has ended: sign in again")
    if standing.authorization_version != claims.authorization_version:
        detail = "your account has changed since: get a new token with POST /api/auth/refresh"
        raise Problem(401, "token_stale", detail)
    return standing


def _sign_in() -> Problem:
    return Problem(401, "unauthorized", "sign in first, and send the token as: Authorization: Bearer <token>")
