"""What the commits of an event log came to, so far."""

from collections.abc import Sequence
from dataclasses import dataclass

from store.append_queue import PendingAppend
from store.event_log import LogStatistics


@dataclass(slots=True)
class CommitTally:
    """Counts since the start; see `LogStatistics` for their meaning."""

    batches: int = 0
    appends: int = 0
    events: int = 0
    refused: int = 0
    batch_appends_max: int = 0
    commit_s_last: float = 0.0
    commit_s_total: float = 0.0

    def count(self, stored: Sequence[PendingAppend], refused: int, commit_s: float) -> None:
        """Add one batch."""
        self.batches += 1
        self.appends += len(stored)
        self.events += sum(len(pending.drafts) for pending in stored)
        self.refused += refused
        self.batch_appends_max = max(self.batch_appends_max, len(stored))
        self.commit_s_last = commit_s
        self.commit_s_total += commit_s

    def statistics(
        self, *, waiting: int, waiting_max: int, healthy: bool, trouble: str | None
    ) -> LogStatistics:
        """Return the counts, frozen, with the state of the moment."""
        return LogStatistics(
            batches=self.batches,
            appends=self.appends,
            events=self.events,
            refused=self.refused,
            batch_appends_max=self.batch_appends_max,
            commit_s_last=self.commit_s_last,
            commit_s_total=self.commit_s_total,
            waiting=waiting,
            waiting_max=waiting_max,
            healthy=healthy,
            trouble=trouble,
        )
