"""Passwords: Argon2id in background threads, so that no other request waits while one is hashed."""

import os
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import Type

from api.accounts.background_threads import BackgroundThreads

T = TypeVar("T")

# OWASP's first choice for Argon2id: some 45 ms of one core, a third of RFC 9106's low-memory profile, so that
# ten people may sign in a second beside everybody else. A kept hash is made anew when these change.
HASHER = PasswordHasher(time_cost=1, memory_cost=46 * 1024, parallelism=1, type=Type.ID)
THREADS_MAX = max(1, (os.cpu_count() or 1) // 2)  # the other half of the machine answers everybody else
WAITING_MAX = 48  # passwords in line, about 2 s on a small machine; beyond it people are asked to come again
NOBODY = (  # of a password that nobody knows, made with HASHER
    "$argon2id$v=19$m=47104,t=1,p=1$aR2hw7n9s/1sC8uVQcZpkw$CxP61Xs5V83jMLiSAv3D1eX6ytrTsqiVe8bcIWu7vps"
)


class PasswordsBusy(Exception):
    """More passwords wait to be hashed than people would wait for: come again in a few seconds."""

    retry_after_s = 3


@dataclass(frozen=True, slots=True)
class PasswordStatistics:
    """How much is hashed at once and waits to be, and how often there was no more room in the line."""

    running: int
    waiting: int
    refused: int


class Passwords:
    """Hashes and verifies with a bounded share of the machine and a bounded line."""

    def __init__(
        self, hasher: PasswordHasher = HASHER, threads: int = THREADS_MAX, waiting_max: int = WAITING_MAX
    ) -> None:
        self._hasher = hasher
        self._threads = BackgroundThreads(threads)
        self._waiting_max = waiting_max
        self._nobody = NOBODY if hasher is HASHER else hasher.hash("nobody")
        self._refused = 0

    async def hash(self, password: str) -> str:
        """Return the hash to keep of a password; raise PasswordsBusy."""
        return await self._in_thread(lambda: self._hasher.hash(_spelt(password)))

    async def verify(self, kept: str | None, password: str) -> bool:
        """Say whether `kept` is the hash of `password`; None takes as long and is never right.

        Raises PasswordsBusy.
        """
        return await self._in_thread(lambda: self._matches(kept or self._nobody, password)) and bool(kept)

    def outdated(self, kept: str) -> bool:
        """Say whether a kept hash was made with other parameters than those of today."""
        return self._hasher.check_needs_rehash(kept)

    def statistics(self) -> PasswordStatistics:
        """Return how busy the threads are."""
        return PasswordStatistics(self._threads.running, self._threads.waiting, self._refused)

    def _matches(self, kept: str, password: str) -> bool:
        try:
            return self._hasher.verify(kept, _spelt(password))
        except (VerificationError, InvalidHashError):
            return False

    async def _in_thread(self, work: Callable[[], T]) -> T:
        if self._threads.waiting >= self._waiting_max:
            self._refused += 1
            raise PasswordsBusy("too many passwords wait to be checked: try again in a few seconds")
        return await self._threads.run(work)


def _spelt(password: str) -> bytes:
    """Return the bytes of a password, the same however a keyboard composes its letters (NIST SP 800-63B)."""
    return unicodedata.normalize("NFKC", password).encode()
