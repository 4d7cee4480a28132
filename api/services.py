"""What the HTTP side works with, put together by the wiring."""

from dataclasses import dataclass, field
from pathlib import Path

from api.accounts.google.sign_in import GoogleSignIn
from api.accounts.passwords import Passwords
from api.catalog.page_cache import PageCache
from api.catalog.views import ViewBuffer
from api.http.token_buckets import RateLimits
from api.moderation.word_list import WordList
from api.ports import Figures, RoomsPort, Standings, Wellness
from api.tokens import Tokens
from store.database import Database


@dataclass(frozen=True, slots=True)
class ApiOptions:
    """What the operator decides about the API.

    The tighter limits, of sign-in and posting, keep their proportion to `requests_per_minute`.
    `trusted_proxies` is how many proxies stand in front and add to X-Forwarded-For. `public_url`, without a
    slash at its end, is where people reach the hub.
    """

    requests_per_minute: int = 100
    trusted_proxies: int = 0
    public_url: str = "http://127.0.0.1:8000"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiServices:
    """The parts that the routes share, handed in by the wiring."""

    tokens: Tokens
    wellness: Wellness
    figures: Figures
    web_static: Path
    database: Database
    rooms: RoomsPort
    standings: Standings
    options: ApiOptions = field(default_factory=ApiOptions)
    rate_limits: RateLimits = field(default_factory=RateLimits)
    google: GoogleSignIn | None = None
    passwords: Passwords = field(default_factory=Passwords)
    catalog_pages: PageCache = field(default_factory=PageCache)
    words: WordList = field(default_factory=WordList)
    views: ViewBuffer = field(default_factory=ViewBuffer)
