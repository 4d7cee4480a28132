"""Before a load: reads a room's first messages strictly, and fits the payload to the size that is wanted."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bench.clients import Client, send_whole
from bench.dialects import Dialect, Publication
from bench.errors import BenchError
from bench.poller import open_poller
from bench.websocket import client_text, take_frame

PAYLOAD_BYTES = 128
_ROUNDS = 5
_MESSAGES_A_ROUND = 4
_WAIT_S = 15.0
_READ_MAX = 1 << 16


@dataclass(frozen=True)
class Fit:
    """What the check came to: the filler of a message, its payload's bytes, how many were published."""

    filler: int
    payload_bytes: int
    published: int


def check_and_fit(
    dialect: Dialect, subscribers: Sequence[Client[None]], publishers: Sequence[Client[None]]
) -> Fit:
    """Publish a few messages, hold every subscriber to them, and return what makes a payload 128 bytes.

    Raises BenchError unless everyone gets each message once, in the same order, its offsets without a gap.
    """
    check = _Check(dialect, subscribers, publishers)
    smallest = len(check.publish(1, filler=0)[0].data)
    filler = max(0, PAYLOAD_BYTES - smallest)
    fitted = [check.publish(_MESSAGES_A_ROUND, filler) for _ in range(_ROUNDS)]
    return Fit(filler, len(fitted[-1][0].data), check.published)


class _Check:
    def __init__(
        self, dialect: Dialect, subscribers: Sequence[Client[None]], publishers: Sequence[Client[None]]
    ) -> None:
        self._dialect, self._publishers = dialect, [client.connection for client in publishers]
        self._inboxes = {client.connection.fileno(): bytearray() for client in subscribers}
        self.published = 0

    def publish(self, count: int, filler: int) -> list[Publication]:
        """Publish `count` messages by as many publishers; return what every subscriber got."""
        wanted = range(self.published, self.published + count)
        for number, publisher in zip(wanted, self._publishers, strict=False):
            send_whole(publisher, client_text(self._dialect.publish(number, filler)))
        self.published += count
        first, *others = self._collect(count)
        self._check_numbers(first, list(wanted))
        if any(stream != first for stream in others):
            raise BenchError("the subscribers did not all get the same publications in the same order")
        _check_offsets(first)
        return first

    def _check_numbers(self, publications: Sequence[Publication], wanted: list[int]) -> None:
        numbers = [self._dialect.number_in(publication.data) for publication in publications]
        got = sorted(number for number in numbers if number is not None)
        if len(numbers) != len(wanted) or (got and got != wanted):
            raise BenchError(f"messages {wanted} were published, but this came: {publications[:3]}")

    def _collect(self, wanted: int) -> list[list[Publication]]:
        got: dict[int, list[Publication]] = {fd: [] for fd in self._inboxes}
        lacking = set(got)
        with open_poller() as poller:
            for fd in got:
                poller.watch(fd)
            while lacking:
                ready = poller.wait(_WAIT_S)
                if not ready:
                    raise BenchError(
                        f"{len(lacking)} subscribers lack messages published {_WAIT_S:.0f} s ago"
                    )
                for fd in ready:
                    got[fd] += self._read(fd)
                lacking = {fd for fd in lacking if len(got[fd]) < wanted}
        return list(got.values())

    def _read(self, fd: int) -> Iterator[Publication]:
        data = os.read(fd, _READ_MAX)
        if not data:
            raise BenchError(f"the server closed a subscriber; unread: {bytes(self._inboxes[fd])!r}")
        self._inboxes[fd] += data
        while frame := take_frame(self._inboxes[fd]):
            publications = map(self._dialect.publication, frame.payload.split(b"\n"))
            yield from filter(None, publications)


def _check_offsets(publications: Sequence[Publication]) -> None:
    offsets = [publication.offset for publication in publications if publication.offset is not None]
    if offsets and offsets != list(range(offsets[0], offsets[0] + len(publications))):
        raise BenchError(f"the offsets have gaps: {offsets}")
