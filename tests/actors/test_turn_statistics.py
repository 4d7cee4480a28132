"""Turns are counted by size, in powers of two."""

from hypothesis import given
from hypothesis import strategies as st

from actors.statistics import TurnCounter


def test_nothing_counted_yet() -> None:
    seen = TurnCounter().statistics()
    assert (seen.turns, seen.messages, seen.size_max, seen.sizes) == (0, 0, 0, ())


def test_sizes_fall_into_powers_of_two() -> None:
    counter = TurnCounter()
    for size, seconds in ((1, 0.5), (3, 2.0), (2, 0.25), (8, 0.25)):
        counter.count(size, seconds)
    seen = counter.statistics()
    assert seen.sizes == (1, 2, 0, 1)
    assert (seen.turns, seen.messages, seen.size_max) == (4, 14, 8)
    assert (seen.busy_s, seen.longest_s) == (3.0, 2.0)


@given(st.lists(st.integers(1, 5_000)))
def test_every_turn_is_counted_in_its_place(sizes: list[int]) -> None:
    counter = TurnCounter()
    for size in sizes:
        counter.count(size, 0.0)
    seen = counter.statistics()
    for power, turns in enumerate(seen.sizes):
        assert turns == sum(2**power <= size < 2 ** (power + 1) for size in sizes)
    assert sum(seen.sizes) == seen.turns == len(sizes)
