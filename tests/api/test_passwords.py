"""Passwords: hashed in threads of which there are few, in a line that ends, and alike for nobody's."""

import threading
from typing import Any

import pytest
import trio
from argon2 import PasswordHasher
from trio.testing import wait_all_tasks_blocked

from api.accounts.passwords import HASHER, NOBODY, Passwords, PasswordsBusy

QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PASSWORD = "correct horse battery"


class HeldHasher(PasswordHasher):
    """Hashes when it is let, and knows how many hash at once."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.let = threading.Event()
        self.two_at_once = threading.Event()
        self.at_once_max = 0
        self._running = 0
        self._lock = threading.Lock()

    def hash(self, password: Any, **more: Any) -> str:
        with self._lock:
            self._running += 1
            self.at_once_max = max(self.at_once_max, self._running)
        if self._running == 2:
            self.two_at_once.set()
        if password != "nobody":
            assert self.let.wait(5)
        with self._lock:
            self._running -= 1
        return super().hash(password, **more)


async def test_the_parameters_are_those_that_are_recommended() -> None:
    kept = await Passwords().hash(PASSWORD)
    assert kept.startswith("$argon2id$v=19$m=47104,t=1,p=1$")
    assert await Passwords().verify(kept, PASSWORD)
    assert not await Passwords().verify(kept, PASSWORD + " ")


async def test_two_hashes_of_one_password_have_nothing_in_common() -> None:
    passwords = Passwords(QUICK)
    first, second = await passwords.hash(PASSWORD), await passwords.hash(PASSWORD)
    assert first != second
    assert await passwords.verify(first, PASSWORD)
    assert await passwords.verify(second, PASSWORD)


async def test_nobody_has_a_hash_of_the_same_cost_that_no_password_fits() -> None:
    assert not HASHER.check_needs_rehash(NOBODY)
    for password in (PASSWORD, "", "nobody"):
        assert not await Passwords(QUICK).verify(None, password)
    assert not await Passwords().verify(None, PASSWORD)


@pytest.mark.parametrize("kept", ["", "rubbish", "$argon2id$", "$argon2id$v=19$m=1,t=1,p=1$x$x", "$2b$12$x"])
async def test_what_is_no_hash_fits_no_password(kept: str) -> None:
    assert not await Passwords(QUICK).verify(kept, PASSWORD)


async def test_a_hash_of_other_parameters_is_outdated_and_still_good() -> None:
    passwords = Passwords(QUICK)
    old = PasswordHasher(time_cost=2, memory_cost=8, parallelism=1).hash(PASSWORD)
    assert passwords.outdated(old)
    assert await passwords.verify(old, PASSWORD)
    assert not passwords.outdated(await passwords.hash(PASSWORD))


async def test_few_are_hashed_at_once_none_in_the_thread_of_everybody_and_the_line_ends() -> None:
    hasher = HeldHasher()
    passwords = Passwords(hasher, threads=2, waiting_max=3)
    hashed: list[str] = []

    async def hash_one() -> None:
        hashed.append(await passwords.hash(PASSWORD))

    with trio.fail_after(5):
        async with trio.open_nursery() as nursery:
            for _ in range(5):
                nursery.start_soon(hash_one)
            await wait_all_tasks_blocked()
            with pytest.raises(PasswordsBusy):
                await passwords.hash(PASSWORD)
            with pytest.raises(PasswordsBusy):
                await passwords.verify(None, PASSWORD)
            statistics = passwords.statistics()
            assert (statistics.running, statistics.waiting, statistics.refused) == (2, 3, 2)
            assert await trio.to_thread.run_sync(hasher.two_at_once.wait, 5)
            hasher.let.set()
    assert len(hashed) == 5
    assert hasher.at_once_max == 2
    statistics = passwords.statistics()
    assert (statistics.running, statistics.waiting, statistics.refused) == (0, 0, 2)


async def test_who_goes_while_waiting_leaves_the_line() -> None:
    hasher = HeldHasher()
    passwords = Passwords(hasher, threads=1, waiting_max=1)

    async def leave(waiting: trio.CancelScope) -> None:
        await wait_all_tasks_blocked()
        waiting.cancel()

    with trio.fail_after(5):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(passwords.hash, PASSWORD)
            await wait_all_tasks_blocked()
            with trio.CancelScope() as leaving:
                nursery.start_soon(leave, leaving)
                await passwords.hash(PASSWORD)
            assert leaving.cancelled_caught
            assert (passwords.statistics().running, passwords.statistics().waiting) == (1, 0)
            hasher.let.set()
