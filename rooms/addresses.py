"""Addresses of films: which ones people may play together, and what stands there."""

import re
from typing import Any, Literal, NamedTuple
from urllib.parse import SplitResult, unquote, urlsplit

from rooms.refusals import invalid

URL_LENGTH_MAX = 1_000
NAME_LENGTH_MAX = 120
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
MediaKind = Literal["hls", "mp4"]

_UNWISE = re.compile(
    r'[\s\x00-\x1f\x7f"<>\\^`{|}]'
)  # what no address has, and browsers read in ways of their own
_KINDS: dict[str, MediaKind] = {".m3u8": "hls", ".mp4": "mp4", ".webm": "mp4"}


class Address(NamedTuple):
    """Where browsers find a film: an https address, or a path on this hub."""

    url: str
    kind: MediaKind


def read_address(url: Any, kind: Any = None) -> Address:
    """Return what `url` names, of the `kind` that is given or that its ending tells; raise Refused.

    The hub itself never looks there. Plain http is for what runs on the very machine of who watches.
    """
    if not isinstance(url, str) or not 1 <= len(url) <= URL_LENGTH_MAX:
        raise invalid("url", f"an address of 1 to {URL_LENGTH_MAX:,} characters")
    parts = None if _UNWISE.search(url) else _split(url)
    if parts is None or not (_is_path(url) or _is_open_to_browsers(parts)):
        raise invalid(
            "url", "an https address without a password in it, or a path on this hub such as /clip.mp4"
        )
    return Address(url, _kind_of(parts.path, kind))


def name_of(url: str) -> str:
    """Return what a film may be called of which nothing is known but its address."""
    parts = urlsplit(url)
    words = [word for word in unquote(parts.path).split("/") if word.strip()]
    name = "".join(letter for letter in (words[-1] if words else parts.netloc) if letter.isprintable())
    return name[:NAME_LENGTH_MAX].strip() or "A film"


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        return parts if parts.port != 0 else None
    except ValueError:  # a port or an IPv6 host that is none
        return None


def _is_path(url: str) -> bool:
    return url.startswith("/") and not url.startswith("//")


def _is_open_to_browsers(parts: SplitResult) -> bool:
    if not parts.hostname or "@" in parts.netloc:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)


def _kind_of(path: str, given: Any) -> MediaKind:
    if given is None:
        for ending, kind in _KINDS.items():
            if path.lower().endswith(ending):
                return kind
    elif given in ("hls", "mp4"):
        found: MediaKind = given
        return found
    raise invalid("kind", "hls or mp4, unless the address ends with .m3u8, .mp4 or .webm")
