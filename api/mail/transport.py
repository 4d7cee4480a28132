"""What delivers mail: a port, and how an attempt can end."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from api.mail.message import Mail


@dataclass(frozen=True, slots=True)
class Sent:
    """Somebody else is responsible for the mail now."""


@dataclass(frozen=True, slots=True)
class Later:
    """It did not work now; another attempt may."""

    reason: str


@dataclass(frozen=True, slots=True)
class Never:
    """The mail itself was refused for good: a repeat would be, too."""

    reason: str


Outcome = Sent | Later | Never


class Transport(Protocol):
    """Delivers mails; called in a worker thread, so it may block, for a bounded time."""

    def deliver(self, mails: Sequence[Mail]) -> list[Outcome]:
        """Try to deliver each mail and return how each went, in their order; raises nothing."""
