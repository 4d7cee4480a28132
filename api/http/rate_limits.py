"""How often one may ask: a bucket a user and an address over all, tighter ones for single routes."""

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any, TypeVar

from quart import Response, g, request

from api.http.addresses import address_of
from api.http.app_type import services
from api.http.caller import claims_brought
from api.http.token_buckets import Verdict
from api.problems import Problem
from api.tokens import GUEST_PREFIX

REQUESTS_PER_MINUTE = 100  # to this the limits of single routes are in proportion
SHARED_ADDRESS = 10  # so many times a person's limit may all accounts behind one address use together

Handler = TypeVar("Handler", bound=Callable[..., Awaitable[Any]])


def limited(name: str, per_minute: int) -> Callable[[Handler], Handler]:
    """Let each user, and each address, use the routes that share this `name` so often a minute."""

    def decorate(handler: Handler) -> Handler:
        @wraps(handler)
        async def limit(*args: Any, **kwargs: Any) -> Any:
            allowed = per_minute * services().options.requests_per_minute // REQUESTS_PER_MINUTE
            take(name, max(1, allowed))
            return await handler(*args, **kwargs)

        return limit  # type: ignore[return-value]

    return decorate


def take(name: str, per_minute: int) -> None:
    """Count this request; raise 429 when there were too many. Guests count by address: they come for free."""
    limits, address = services().rate_limits, address_of(request, services().options.trusted_proxies)
    account = _account()
    if account:
        verdicts = [
            limits.take(f"{name}/user/{account}", per_minute),
            limits.take(f"{name}/shared/{address}", per_minute * SHARED_ADDRESS),
        ]
    else:
        verdicts = [limits.take(f"{name}/address/{address}", per_minute)]
    tightest = min(verdicts, key=lambda verdict: (verdict.allowed, verdict.remaining))
    _remember(tightest)
    if not tightest.allowed:
        raise Problem(
            429,
            "rate_limited",
            f"at most {tightest.limit} such requests a minute: try again in {tightest.retry_after_s} s",
            headers={"Retry-After": str(tightest.retry_after_s)},
        )


def tell_limits(response: Response) -> None:
    """Write what is left of the tightest limit that this request met into its answer."""
    verdict: Verdict | None = g.get("rate_limit")
    if verdict is not None:
        response.headers["RateLimit-Limit"] = str(verdict.limit)
        response.headers["RateLimit-Remaining"] = str(verdict.remaining)
        response.headers["RateLimit-Reset"] = str(verdict.reset_s)


def _remember(verdict: Verdict) -> None:
    known: Verdict | None = g.get("rate_limit")
    if known is None or verdict.remaining <= known.remaining or not verdict.allowed:
        g.rate_limit = verdict


def _account() -> str:
    """Return the account of a token that is good, else nothing: a bad one is refused where it is needed."""
    try:
        claims = claims_brought()
    except Problem:
        return ""
    return "" if claims is None or claims.user.startswith(GUEST_PREFIX) else claims.user
