"""What a route says of itself beside what quart-schema's decorators say."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

_ATTRIBUTE = "_hub_answers"

Handler = TypeVar("Handler", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer that is not JSON: a picture, a redirect, or nothing at all."""

    status: int
    description: str
    content_type: str | None = None


def answers_with(
    status: int, description: str, content_type: str | None = None
) -> Callable[[Handler], Handler]:
    """Document an answer without a model: `@answers_with(303, "to Google")`, or with the type of its body."""

    def decorate(handler: Handler) -> Handler:
        known = answered_by(handler)
        setattr(handler, _ATTRIBUTE, (*known, Answered(status, description, content_type)))
        return handler

    return decorate


def answered_by(handler: Callable[..., Any]) -> tuple[Answered, ...]:
    """Return the answers without a model that a route documents."""
    answers: tuple[Answered, ...] = getattr(handler, _ATTRIBUTE, ())
    return answers
