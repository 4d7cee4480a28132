"""Restarts are spaced by doubling pauses, and end when the budget of a window is used up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors import RestartPolicy
from actors.policy import CrashHistory, Verdict

POLICY = RestartPolicy(budget=3, within_s=10, backoff_s=0.5, backoff_max_s=1.5)


def judged(*crashes_s: float, policy: RestartPolicy = POLICY) -> list[Verdict]:
    history = CrashHistory(policy)
    return [history.judge(now_s) for now_s in crashes_s]


def test_pauses_double_up_to_the_longest_then_it_is_given_up() -> None:
    assert judged(0, 1, 2, 3) == [Verdict(0, 0.5), Verdict(1, 1.0), Verdict(2, 1.5), Verdict(3, None)]


def test_restarts_long_ago_do_not_count() -> None:
    assert judged(0, 1, 2, 10.5) == [Verdict(0, 0.5), Verdict(1, 1.0), Verdict(2, 1.5), Verdict(2, 1.5)]
    assert judged(0, 10) == [Verdict(0, 0.5), Verdict(0, 0.5)]
    assert judged(0, 100) == [Verdict(0, 0.5), Verdict(0, 0.5)]


def test_without_a_budget_the_first_crash_is_the_last() -> None:
    assert judged(0, policy=RestartPolicy(budget=0)) == [Verdict(0, None)]


def test_a_pause_after_very_many_restarts_is_a_number() -> None:
    assert RestartPolicy(backoff_max_s=5).pause_s(1_000_000) == 5


@pytest.mark.parametrize("field", ["budget", "within_s", "backoff_s", "backoff_max_s", "cool_down_s"])
def test_a_negative_value_is_refused_by_name(field: str) -> None:
    with pytest.raises(ValueError, match=rf"RestartPolicy\.{field} must be 0 or more"):
        RestartPolicy(**{field: -1})


@given(st.integers(0, 5), st.lists(st.floats(0, 5), max_size=30))
def test_no_window_ever_holds_more_restarts_than_the_budget(budget: int, gaps_s: list[float]) -> None:
    policy = RestartPolicy(budget=budget, within_s=10)
    history, now_s, restarted_s = CrashHistory(policy), 0.0, []
    for gap_s in gaps_s:
        now_s += gap_s
        if history.judge(now_s).pause_s is not None:
            restarted_s.append(now_s)
        assert sum(at_s > now_s - policy.within_s for at_s in restarted_s) <= budget
