"""The headers of every answer: they keep browsers safe, and let other origins use the API."""

from quart.typing import ResponseTypes

from api.correlation import HEADER
from api.http.asking import HubRequest
from api.http.token_buckets import Verdict

PAGE_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
        "media-src 'self' blob:; connect-src 'self' ws: wss:; object-src 'none'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
"""What a browser must know of whatever it may show as a page."""

_LOOPBACK = "http://127.0.0.1:* http://localhost:*"
WATCH_HEADERS = {
    **PAGE_HEADERS,
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
        f"media-src 'self' blob: data: https: {_LOOPBACK}; connect-src 'self' ws: wss: https: {_LOOPBACK}; "
        "worker-src 'self' blob:; object-src 'none'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    ),
}
"""What a browser must know of a watch party: films lie anywhere, hls.js has a worker, captions are data."""

API_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Access-Control-Allow-Origin": "*",
}
"""What is enough for JSON and pictures, of which an answer carries no more than it must: each costs time."""

EXPOSED_HEADERS = {
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
PAGE_OF_THE_API = "/api/docs"
WATCH_PAGES = "/watch/"


def finish_headers(request: HubRequest, response: ResponseTypes) -> None:
    """Write what every answer carries."""
    own = [(HEADER, request.correlation_id)]
    if request.path.startswith("/api/") and request.path != PAGE_OF_THE_API:
        response.headers.extend(API_HEADERS)
        if "Origin" in request.headers:
            response.headers.extend(_for_another_origin(request, response))
    else:
        response.headers.extend(WATCH_HEADERS if request.path.startswith(WATCH_PAGES) else PAGE_HEADERS)
    if request.verdict is not None:
        own += _limits(request.verdict)
    response.headers.extend(own)


def _for_another_origin(request: HubRequest, response: ResponseTypes) -> dict[str, str]:
    if request.method != "OPTIONS":
        return EXPOSED_HEADERS
    return PREFLIGHT_HEADERS | {"Access-Control-Allow-Methods": response.headers.get("Allow", "")}


def _limits(verdict: Verdict) -> list[tuple[str, str]]:
    return [
        ("RateLimit-Limit", str(verdict.limit)),
        ("RateLimit-Remaining", str(verdict.remaining)),
        ("RateLimit-Reset", str(verdict.reset_s)),
    ]
