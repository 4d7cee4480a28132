"""How often one person may speak up at a watch party, over all their connections together."""

from collections import OrderedDict

import trio

from hub.limits import TokenBucket
from hub.wire import codes

SHARE = 3  # of what one connection may send: 10 a second, far above what hands and players do
BURST_S = 4.0  # seconds' worth that may come at once
REMEMBERED_MAX = 10_000  # whoever is forgotten begins with a full burst


class Pace:
    """Lets nobody flood a party's log, which all who are there are told of and which keeps it for ever."""

    def __init__(self, commands_per_second: float) -> None:
        self._rate = max(1.0, commands_per_second / SHARE)
        self._buckets: OrderedDict[tuple[str, str], TokenBucket] = OrderedDict()

    def check(self, channel: str, user: str, cost: int = 1) -> None:
        """Count something that a person does at a party as `cost` commands; raise Rejected for too many."""
        bucket, now = self._bucket(channel, user), trio.current_time()
        if not all(bucket.take(now) for _ in range(cost)):
            raise codes.Rejected(codes.TOO_MANY_REQUESTS)

    def __len__(self) -> int:
        """Return how many people's pace is remembered."""
        return len(self._buckets)

    def _bucket(self, channel: str, user: str) -> TokenBucket:
        key = (channel, user)
        if key not in self._buckets:
            self._buckets[key] = TokenBucket(self._rate, self._rate * BURST_S, trio.current_time())
        self._buckets.move_to_end(key)
        if len(self._buckets) > REMEMBERED_MAX:
            self._buckets.popitem(last=False)
        return self._buckets[key]
