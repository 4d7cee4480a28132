"""The headers of every answer: they keep browsers safe, and let other origins use the API."""

from quart.typing import ResponseTypes

from api.correlation import HEADER
from api.http.asking import HubRequest
from api.http.token_buckets import Verdict

SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
        "media-src 'self' blob:; connect-src 'self' ws: wss:; object-src 'none'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
CORS_HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": (
        "ETag, Location, Retry-After, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, "
        "Idempotent-Replayed, X-Correlation-ID"
    ),
}
PREFLIGHT_HEADERS = {
    "Access-Control-Allow-Headers": (
        "Authorization, Content-Type, If-Match, If-None-Match, Idempotency-Key, X-Correlation-ID"
    ),
    "Access-Control-Max-Age": "7200",
}


def finish_headers(request: HubRequest, response: ResponseTypes) -> None:
    """Write what every answer carries."""
    headers = dict(SECURITY_HEADERS)
    headers[HEADER] = request.correlation_id
    if request.path.startswith("/api/"):
        headers |= CORS_HEADERS if request.method != "OPTIONS" else _preflight(response)
        if request.verdict is not None:
            headers |= _limits(request.verdict)
    response.headers.extend(headers)


def _preflight(response: ResponseTypes) -> dict[str, str]:
    allowed = {"Access-Control-Allow-Methods": response.headers.get("Allow", "")}
    return CORS_HEADERS | PREFLIGHT_HEADERS | allowed


def _limits(verdict: Verdict) -> dict[str, str]:
    return {
        "RateLimit-Limit": str(verdict.limit),
        "RateLimit-Remaining": str(verdict.remaining),
        "RateLimit-Reset": str(verdict.reset_s),
    }
