"""Waits for many sockets at once, with as little work a socket as Python allows."""

import select
import selectors
import sys
from types import TracebackType
from typing import Protocol, Self

_EVENTS_MAX = 8192


class Poller(Protocol):
    """Tells which of the watched file descriptors can be read; closed by leaving its `with`."""

    def watch(self, fd: int) -> None:
        """Begin to watch this descriptor for reading."""

    def forget(self, fd: int) -> None:
        """Watch this descriptor no more."""

    def wait(self, timeout_s: float) -> list[int]:
        """Return the descriptors that can be read, after at most timeout_s seconds (0: at once)."""

    def __enter__(self) -> Self:
        """Return itself."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close."""


class _SelectorPoller:
    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()

    def watch(self, fd: int) -> None:
        self._selector.register(fd, selectors.EVENT_READ)

    def forget(self, fd: int) -> None:
        self._selector.unregister(fd)

    def wait(self, timeout_s: float) -> list[int]:
        return [key.fd for key, _ in self._selector.select(timeout_s)]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._selector.close()


class _EpollPoller:
    def __init__(self) -> None:
        self._epoll = select.epoll()

    def watch(self, fd: int) -> None:
        self._epoll.register(fd, select.EPOLLIN)

    def forget(self, fd: int) -> None:
        self._epoll.unregister(fd)

    def wait(self, timeout_s: float) -> list[int]:
        return [fd for fd, _ in self._epoll.poll(timeout_s, _EVENTS_MAX)]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._epoll.close()


def open_poller() -> Poller:
    """Return the fastest poller of this system: epoll itself on Linux, else what `selectors` has."""
    return _EpollPoller() if sys.platform == "linux" else _SelectorPoller()
