"""The guard of the routes that a cookie authenticates: only pages of the hub's own origin may use them."""

from urllib.parse import urlsplit

from quart import request

from api.problems import Problem


def require_own_origin() -> None:
    """Raise 403 when a browser says that the page of another origin asks.

    Browsers tell so themselves in Sec-Fetch-Site, older ones the page's origin; what is no browser tells
    nothing, and has no cookie that it did not put there itself.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if not (_is_own(request.headers.get("Origin")) if site is None else site in ("same-origin", "none")):
        raise Problem(403, "foreign_origin", "pages of other origins sign in with bearer tokens, not cookies")


def _is_own(origin: str | None) -> bool:
    if origin is None:
        return True
    try:
        return urlsplit(origin).netloc.lower() == request.host.lower()
    except ValueError:
        return False
