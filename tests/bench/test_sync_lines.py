"""What a line does to bytes: when pieces arrive, in which order, and that none is lost; in virtual time."""

import itertools

import pytest
import trio
import trio.testing

from bench.sync.lines import Freeze, Line, Schedule, Way
from bench.sync.proxy import Proxy, as_argument, read_argument

JITTERY = Way(delay_ms=80, jitter_ms=40)


def schedule(way: Way, freeze: Freeze | None = None, seed: str = "a") -> Schedule:
    return Schedule(way, freeze, seed, "phase", 0.0)


def arrivals(made: Schedule, *, every_s: float, count: int, size: int = 100) -> list[float]:
    return [made.arrival_s(number * every_s, size) for number in range(count)]


def test_a_piece_takes_the_delay() -> None:
    assert arrivals(schedule(Way(150)), every_s=1.0, count=3) == pytest.approx([0.15, 1.15, 2.15])


def test_jitter_stays_within_its_bounds_and_uses_them() -> None:
    arrived = arrivals(schedule(JITTERY), every_s=1.0, count=500)
    took_ms = [(at_s - number) * 1000 for number, at_s in enumerate(arrived)]
    assert min(took_ms) >= 40
    assert max(took_ms) <= 120
    assert max(took_ms) - min(took_ms) > 70


def test_jitter_never_changes_the_order() -> None:
    arrived = arrivals(schedule(JITTERY), every_s=0.001, count=500)
    assert arrived == sorted(arrived)


def test_the_same_seed_gives_the_same_line() -> None:
    first, again, other = (
        arrivals(schedule(JITTERY, seed=seed), every_s=0.1, count=50) for seed in ("a", "a", "b")
    )
    assert first == again
    assert first != other


def test_what_is_too_much_for_the_rate_waits_for_what_was_sent_before() -> None:
    narrow = schedule(Way(delay_ms=10, bytes_per_s=1000))
    assert arrivals(narrow, every_s=0.0, count=3, size=500) == pytest.approx([0.51, 1.01, 1.51])
    assert narrow.arrival_s(100.0, 500) == pytest.approx(100.51)


def test_a_freeze_holds_everything_back_until_it_is_over() -> None:
    freeze = Freeze(every_s=20, for_s=1)
    arrived = arrivals(schedule(Way(0), freeze), every_s=0.01, count=6000)
    late = [(number * 0.01, at_s) for number, at_s in enumerate(arrived) if at_s > number * 0.01 + 1e-6]
    assert len({round(at_s, 6) for _, at_s in late}) == 3  # one end for each of the three freezes of a minute
    assert len(late) == pytest.approx(300, abs=3)
    assert max(at_s - sent_s for sent_s, at_s in late) == pytest.approx(1.0, abs=0.02)


def test_both_directions_freeze_together() -> None:
    freeze = Freeze(every_s=20, for_s=1)
    up, down = (
        arrivals(Schedule(Way(0), freeze, seed, "line 1", 5.0), every_s=0.1, count=400)
        for seed in ("up", "down")
    )
    assert up == down


def test_the_command_line_tells_the_whole_line() -> None:
    line = Line(Way(300, 100), Way(100, 100, 5e4), Freeze(20, 1))
    assert read_argument(as_argument(line, "seed 3")) == (line, "seed 3")
    assert line.asymmetry_ms == 200


async def carried(line: Line) -> tuple[trio.StapledStream, trio.StapledStream, trio.StapledStream, Proxy]:
    """Return the client's end, the proxy's two inner ends and the server's end."""
    client, near = trio.testing.memory_stream_pair()
    far, server = trio.testing.memory_stream_pair()

    async def connect() -> trio.StapledStream:
        return far

    return client, near, server, Proxy(line, "seed", connect)


async def test_bytes_pass_whole_in_order_and_late(autojump_clock: trio.testing.MockClock) -> None:
    client, near, server, proxy = await carried(Line(Way(80, 40), Way(40)))
    said = [bytes([number]) * (number + 1) for number in range(200)]
    heard = bytearray()
    took: list[float] = []

    async def talk() -> None:
        for words in said:
            await client.send_all(words)
            await trio.sleep(0.01)
        await client.send_eof()

    async def listen() -> None:
        while words := await server.receive_some():
            heard.extend(words)
            took.append(trio.current_time())
        await server.send_eof()

    began = trio.current_time()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(proxy.carry, near)
        nursery.start_soon(talk)
        nursery.start_soon(listen)
    assert bytes(heard) == b"".join(said)
    assert took[0] - began >= 0.04
    assert all(one <= next_one for one, next_one in itertools.pairwise(took))
    assert trio.current_time() - began == pytest.approx(2.0 + 0.08 + 0.04, abs=0.05)


async def test_an_answer_takes_both_ways(autojump_clock: trio.testing.MockClock) -> None:
    client, near, server, proxy = await carried(Line(Way(300), Way(100)))
    async with trio.open_nursery() as nursery:
        nursery.start_soon(proxy.carry, near)
        began = trio.current_time()
        await client.send_all(b"ping")
        assert await server.receive_some() == b"ping"
        assert trio.current_time() - began == pytest.approx(0.3)
        await server.send_all(b"pong")
        assert await client.receive_some() == b"pong"
        assert trio.current_time() - began == pytest.approx(0.4)
        nursery.cancel_scope.cancel()


async def test_a_cut_at_one_end_is_a_cut_at_the_other(autojump_clock: trio.testing.MockClock) -> None:
    client, near, server, proxy = await carried(Line(Way(10), Way(10)))
    async with trio.open_nursery() as nursery:
        nursery.start_soon(proxy.carry, near)
        await client.send_all(b"hello")
        assert await server.receive_some() == b"hello"
        await server.aclose()
        assert await client.receive_some() == b""
        await client.aclose()
