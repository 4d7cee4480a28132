"""Tighter limits for single routes: how often a minute one may use them."""

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import ParamSpec, TypeVar, cast

from quart import request

from api.http.app_type import services
from api.http.asking import HubRequest
from api.http.counting import count, take
from api.services import ApiServices

REQUESTS_PER_MINUTE = 100  # to this the limits here are in proportion

P = ParamSpec("P")
R = TypeVar("R")


def limited(name: str, per_minute: int) -> Callable[[Callable[P, Awaitable[R]]], Callable[P, Awaitable[R]]]:
    """Let each user, and each address, use the routes that share this `name` so often a minute."""

    def decorate(handler: Callable[P, Awaitable[R]]) -> Callable[P, Awaitable[R]]:
        @wraps(handler)
        async def limit(*args: P.args, **kwargs: P.kwargs) -> R:
            parts = services()
            count(cast(HubRequest, request), parts, name, _scaled(parts, per_minute))
            return await handler(*args, **kwargs)

        return limit

    return decorate


def take_for(name: str, whom: str, per_minute: int) -> None:
    """Count one use of `name` that concerns `whom`, whoever asks; raise 429 when there were too many."""
    parts = services()
    take(cast(HubRequest, request), parts, f"{name}/for/{whom}", _scaled(parts, per_minute))


def _scaled(parts: ApiServices, per_minute: int) -> int:
    return max(1, per_minute * parts.options.requests_per_minute // REQUESTS_PER_MINUTE)
