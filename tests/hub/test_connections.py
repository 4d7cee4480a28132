"""All connections of a node: counted a person, looked at each second, told of the end in a paced way."""

import pytest
import trio
from trio.testing import MockClock

from api.tokens import ANONYMOUS_CLAIMS, Claims
from hub.connections import CLOSE_STEP_S, CLOSES_A_STEP, Connections
from hub.wire import codes


class FakeSession:
    """Notes when it was looked at and closed."""

    def __init__(self, user: str = "") -> None:
        self.client = str(id(self))
        self.claims = Claims(user, user, {}) if user else ANONYMOUS_CLAIMS
        self.connected = False
        self.looks: list[float] = []
        self.closed: list[tuple[float, int]] = []

    def tick(self, now: float, wall_s: float) -> None:
        self.looks.append(now)

    def close(self, disconnect: codes.Disconnect) -> None:
        self.closed.append((trio.current_time(), disconnect.code))


def enter(connections: Connections, session: FakeSession) -> None:
    connections.add(session)
    connections.identify(session)
    session.connected = True


def test_a_person_has_so_many_and_gets_them_back() -> None:
    connections = Connections(per_user_max=2, total_max=100)
    first, second, third = FakeSession("ada"), FakeSession("ada"), FakeSession("ada")
    enter(connections, first)
    enter(connections, second)
    with pytest.raises(codes.Disconnected) as refused:
        enter(connections, third)
    assert refused.value.disconnect == codes.CONNECTION_LIMIT
    connections.remove(third)
    connections.remove(first)
    enter(connections, third)
    connections.remove(second)
    connections.remove(third)
    assert len(connections) == 0
    assert connections._users == {}


def test_readers_without_a_name_are_bounded_only_together() -> None:
    connections = Connections(per_user_max=1, total_max=3)
    readers = [FakeSession() for _ in range(3)]
    for reader in readers:
        assert not connections.full
        enter(connections, reader)
    assert connections.full
    for reader in readers:
        connections.remove(reader)
    assert connections._users == {}


def test_who_never_connected_was_never_counted() -> None:
    connections = Connections(per_user_max=1, total_max=3)
    stranger = FakeSession("ada")
    connections.add(stranger)
    connections.remove(stranger)
    enter(connections, FakeSession("ada"))


async def test_every_session_is_looked_at_each_second(autojump_clock: MockClock) -> None:
    connections = Connections(per_user_max=1, total_max=10_000)
    sessions = [FakeSession() for _ in range(1_200)]
    for session in sessions:
        connections.add(session)
    began = trio.current_time()
    with trio.move_on_after(3.5):
        await connections.keep_time()
    for session in sessions:
        assert [round(look - began) for look in session.looks] == [1, 2, 3]


async def test_all_are_told_of_the_end_some_at_a_time(autojump_clock: MockClock) -> None:
    connections = Connections(per_user_max=1, total_max=10_000)
    sessions = [FakeSession() for _ in range(2 * CLOSES_A_STEP + 1)]
    for session in sessions:
        connections.add(session)
    began = trio.current_time()
    await connections.close_all()
    steps = [round((session.closed[0][0] - began) / CLOSE_STEP_S) for session in sessions]
    assert steps == [0] * CLOSES_A_STEP + [1] * CLOSES_A_STEP + [2]
    assert {code for session in sessions for _, code in session.closed} == {3001}
