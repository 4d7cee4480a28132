"""When a crashed one is restarted, and when it is given up: pure, the clock is handed in."""

from collections import deque
from dataclasses import dataclass

SECONDS = 1.0
MINUTES = 60 * SECONDS


@dataclass(frozen=True, slots=True)
class RestartPolicy:
    """Allow `budget` restarts within `within_s` seconds, each after a pause that doubles from `backoff_s`.

    A pause is never longer than `backoff_max_s`. The pauses of one budget together must be shorter than
    `within_s`, or it can never be used up. A registry refuses a name that was given up for `cool_down_s`.
    """

    budget: int = 5
    within_s: float = 1 * MINUTES
    backoff_s: float = 0.1 * SECONDS
    backoff_max_s: float = 5 * SECONDS
    cool_down_s: float = 30 * SECONDS

    def __post_init__(self) -> None:
        for name in ("budget", "within_s", "backoff_s", "backoff_max_s", "cool_down_s"):
            if getattr(self, name) < 0:
                raise ValueError(f"RestartPolicy.{name} must be 0 or more, not {getattr(self, name)}")

    def pause_s(self, restarts: int) -> float:
        """Return the pause before a restart that comes after `restarts` others."""
        return float(min(self.backoff_max_s, self.backoff_s * 2 ** min(restarts, 64)))


@dataclass(frozen=True, slots=True)
class Verdict:
    """What follows a crash: `restarts` counts those just before it; `pause_s` is None when it is given up."""

    restarts: int
    pause_s: float | None


class CrashHistory:
    """Remember the restarts of one name that still count against its budget."""

    __slots__ = ("_policy", "_restarted_s")

    def __init__(self, policy: RestartPolicy) -> None:
        self._policy = policy
        self._restarted_s: deque[float] = deque()

    def judge(self, now_s: float) -> Verdict:
        """Decide what follows a crash at `now_s`, and note the restart if there is one."""
        while self._restarted_s and self._restarted_s[0] <= now_s - self._policy.within_s:
            self._restarted_s.popleft()
        restarts = len(self._restarted_s)
        if restarts >= self._policy.budget:
            return Verdict(restarts, None)
        self._restarted_s.append(now_s)
        return Verdict(restarts, self._policy.pause_s(restarts))
