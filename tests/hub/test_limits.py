"""The token bucket, and the bounds of the hub as the protocol's document and the issue have them."""

from hypothesis import given, settings
from hypothesis import strategies as st

from hub import limits
from hub.limits import TokenBucket
from hub.outlet import OUTLET_BYTES_MAX
from rooms.channels import CHANNEL_LENGTH_MAX


def test_a_burst_then_the_rate() -> None:
    bucket = TokenBucket(rate=10, burst=20, now=100.0)
    assert [bucket.take(100.0) for _ in range(21)] == [True] * 20 + [False]
    assert not bucket.take(100.09)
    assert bucket.take(100.15)
    assert not bucket.take(100.15)


def test_a_long_rest_gives_no_more_than_a_burst() -> None:
    bucket = TokenBucket(rate=10, burst=20, now=0.0)
    assert sum(bucket.take(1_000_000.0) for _ in range(100)) == 20


@given(st.floats(0.5, 1000), st.lists(st.floats(0, 0.5), max_size=200))
@settings(max_examples=50)
def test_never_more_than_burst_and_rate_allow(rate: float, pauses: list[float]) -> None:
    bucket, now, taken = TokenBucket(rate, 2 * rate, 0.0), 0.0, 0
    for pause in pauses:
        now += pause
        taken += bucket.take(now)
        assert taken <= 2 * rate + now * rate + 1e-6


@given(st.floats(1, 1000), st.integers(1, 100))
@settings(max_examples=50)
def test_who_keeps_to_the_rate_is_never_refused(rate: float, count: int) -> None:
    bucket = TokenBucket(rate, 2 * rate, 0.0)
    assert all(bucket.take(number / rate) for number in range(count))


def test_the_bounds() -> None:
    assert limits.FRAME_CHARACTERS_MAX == 64 * 1024
    assert limits.CHANNELS_PER_CONNECTION_MAX == 128
    assert CHANNEL_LENGTH_MAX == 255
    assert OUTLET_BYTES_MAX == 1024 * 1024
    assert (limits.PING_INTERVAL_S, limits.PONG_TIMEOUT_S, limits.TOKEN_GRACE_S) == (25, 8, 25)
