"""Token buckets in bounded memory: how much of something each key may still do."""

import math
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

import trio

BUCKETS_MAX = 50_000  # about 10 MB; the ones longest unused are forgotten, which fills them again


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a request may go on; `remaining` may follow at once, `reset_s`: until the bucket is full."""

    allowed: bool
    limit: int
    remaining: int
    reset_s: int
    retry_after_s: int


@dataclass(frozen=True, slots=True)
class RateLimitStatistics:
    """How many keys are kept, and how many requests were refused."""

    buckets: int
    refused: int


class RateLimits:
    """Buckets by key; each holds a minute's worth and fills evenly."""

    def __init__(
        self, buckets_max: int = BUCKETS_MAX, now_s: Callable[[], float] = trio.current_time
    ) -> None:
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._buckets_max = buckets_max
        self._now_s = now_s
        self._refused = 0

    def take(self, key: str, per_minute: int) -> Verdict:
        """Take one token out of the bucket of `key`, which holds `per_minute` of them."""
        now_s = self._now_s()
        tokens, at_s = self._buckets.pop(key, (float(per_minute), now_s))
        tokens = min(per_minute, tokens + (now_s - at_s) * per_minute / 60)
        allowed = tokens >= 1
        if allowed:
            tokens -= 1
        else:
            self._refused += 1
        self._keep(key, tokens, now_s)
        seconds_each = 60 / per_minute
        return Verdict(
            allowed,
            per_minute,
            int(tokens),
            math.ceil((per_minute - tokens) * seconds_each),
            0 if allowed else max(1, math.ceil((1 - tokens) * seconds_each)),
        )

    def statistics(self) -> RateLimitStatistics:
        """Return the counts of this moment."""
        return RateLimitStatistics(len(self._buckets), self._refused)

    def _keep(self, key: str, tokens: float, now_s: float) -> None:
        self._buckets[key] = (tokens, now_s)
        if len(self._buckets) > self._buckets_max:
            self._buckets.popitem(last=False)
