"""Counting requests by user and by address."""

from ipaddress import IPv6Address

from api.http.addresses import address_of
from api.http.asking import HubRequest
from api.http.bearer import claims_of
from api.http.token_buckets import Verdict
from api.problems import Problem
from api.services import ApiServices

SHARED_ADDRESS = 10  # so many times a person's limit may all accounts behind one address use together
API = "/api/"
PICTURES = "/api/avatars/"
PICTURES_A_REQUEST = 20  # a page of people shows as many; browsers keep them for good
_UNCOUNTED = ("OPTIONS",)


def count_request(request: HubRequest, services: ApiServices) -> None:
    """Count a request to the API; raise 429 when there were too many."""
    if not request.path.startswith(API) or request.method in _UNCOUNTED:
        return
    per_minute = services.options.requests_per_minute
    if request.path.startswith(PICTURES):
        count(request, services, "pictures", per_minute * PICTURES_A_REQUEST)
    else:
        count(request, services, "all", per_minute)


def count(request: HubRequest, services: ApiServices, name: str, per_minute: int) -> None:
    """Count one use of `name`; raise 429. Guests count by their address, for they cost nothing to become."""
    address = _network_of(address_of(request, services.options.trusted_proxies))
    account = _account_of(request, services)
    if account:
        take(request, services, f"{name}/account/{account}", per_minute)
        take(request, services, f"{name}/accounts at/{address}", per_minute * SHARED_ADDRESS)
    else:
        take(request, services, f"{name}/{address}", per_minute)


def take(request: HubRequest, services: ApiServices, key: str, per_minute: int) -> None:
    """Take one token out of the bucket of `key`; raise 429 when there is none."""
    verdict = services.rate_limits.take(key, per_minute)
    _remember(request, verdict)
    if not verdict.allowed:
        raise Problem(
            429,
            "rate_limited",
            f"at most {verdict.limit} such requests a minute: try again in {verdict.retry_after_s} s",
            headers={"Retry-After": str(verdict.retry_after_s)},
        )


def _network_of(address: str) -> str:
    """Return what one subscriber has: an IPv4 address, or the first half of an IPv6 one."""
    if ":" not in address:
        return address
    parsed = IPv6Address(address)
    if parsed.ipv4_mapped is not None:  # an IPv4 peer, as a listener on all addresses sees it
        return str(parsed.ipv4_mapped)
    return ":".join(parsed.exploded.split(":")[:4])


def _remember(request: HubRequest, verdict: Verdict) -> None:
    """Keep what is left of the tightest limit that the request met, which its answer tells."""
    known = request.verdict
    if known is None or not verdict.allowed or verdict.remaining <= known.remaining:
        request.verdict = verdict


def _account_of(request: HubRequest, services: ApiServices) -> str:
    """Return the account of a token that is good, else nothing: a bad one is refused where it is needed."""
    try:
        claims = claims_of(request, services.tokens)
    except Problem:
        return ""
    return "" if claims is None or claims.guest else claims.user
