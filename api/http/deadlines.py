"""How long a request may take before it is undone."""

from collections.abc import Callable
from typing import Any, TypeVar

REQUEST_S_MAX = 15.0
_ATTRIBUTE = "_hub_deadline_s"

Handler = TypeVar("Handler", bound=Callable[..., Any])


def lasting(seconds: float) -> Callable[[Handler], Handler]:
    """Let a route take so many seconds instead of REQUEST_S_MAX; the outermost decorator below the route."""

    def decorate(handler: Handler) -> Handler:
        setattr(handler, _ATTRIBUTE, seconds)
        return handler

    return decorate


def deadline_s_of(handler: Callable[..., Any]) -> float:
    """Return how long a route may take."""
    seconds: float = getattr(handler, _ATTRIBUTE, REQUEST_S_MAX)
    return seconds
