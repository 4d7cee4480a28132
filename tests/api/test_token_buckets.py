"""Token buckets: a minute's worth at once, then evenly, in bounded memory."""

import pytest

from api.http.token_buckets import RateLimits


class Clock:
    now_s = 1_000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_a_minutes_worth_may_come_at_once_and_then_one_a_while(clock: Clock) -> None:
    limits = RateLimits(now_s=clock)
    verdicts = [limits.take("ada", 6) for _ in range(7)]
    assert [each.allowed for each in verdicts] == [True] * 6 + [False]
    assert [each.remaining for each in verdicts] == [5, 4, 3, 2, 1, 0, 0]
    assert (verdicts[-1].limit, verdicts[-1].retry_after_s, verdicts[-1].reset_s) == (6, 10, 60)
    clock.now_s += 9.9
    assert not limits.take("ada", 6).allowed
    clock.now_s += 0.2
    assert limits.take("ada", 6).allowed
    assert not limits.take("ada", 6).allowed
    assert limits.statistics().refused == 3


def test_a_bucket_never_holds_more_than_a_minutes_worth(clock: Clock) -> None:
    limits = RateLimits(now_s=clock)
    limits.take("ada", 3)
    clock.now_s += 10_000
    assert [limits.take("ada", 3).allowed for _ in range(4)] == [True, True, True, False]


def test_each_has_a_bucket(clock: Clock) -> None:
    limits = RateLimits(now_s=clock)
    assert limits.take("ada", 1).allowed
    assert limits.take("grace", 1).allowed
    assert not limits.take("ada", 1).allowed


def test_the_longest_unused_is_forgotten(clock: Clock) -> None:
    limits = RateLimits(buckets_max=2, now_s=clock)
    for key in ("ada", "grace", "ada", "sally"):
        limits.take(key, 2)
    assert limits.statistics().buckets == 2
    assert not limits.take("ada", 2).allowed
    assert limits.take("grace", 1).allowed


def test_waiting_as_long_as_told_is_enough(clock: Clock) -> None:
    limits = RateLimits(now_s=clock)
    for per_minute in (1, 7, 100, 3_333):
        key = str(per_minute)
        while (verdict := limits.take(key, per_minute)).allowed:
            pass
        clock.now_s += verdict.retry_after_s
        assert limits.take(key, per_minute).allowed
