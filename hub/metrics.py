"""The hub's figures for Prometheus, read from the parts' own statistics when somebody asks."""

from collections.abc import Iterator, Sequence

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.process_collector import ProcessCollector

from actors import Supervisor
from hub.services import Services


class HubFigures:
    """Collects statistics into metrics; implements the API's Figures."""

    def __init__(self, services: Services, supervisors: Sequence[Supervisor]) -> None:
        self._services = services
        self._supervisors = supervisors
        self._registry = CollectorRegistry()
        self._registry.register(self)
        ProcessCollector(registry=self._registry)

    def exposition(self) -> tuple[bytes, str]:
        """Return all figures in Prometheus' text format, and its content type."""
        return generate_latest(self._registry), CONTENT_TYPE_LATEST

    def collect(self) -> Iterator[Metric]:
        """Yield the metrics of each part."""
        yield from self._sessions()
        yield from self._accounts()
        yield from self._rooms()
        yield from self._log()
        yield from self._fanout()
        yield from self._parties()

    def _sessions(self) -> Iterator[Metric]:
        counters = self._services.counters
        yield _gauge("connections", "WebSocket connections open now", len(self._services.connections))
        yield _counter("commands", "commands received", counters.commands)
        yield _counter(
            "slow_clients", "connections closed because they read too slowly", counters.slow_clients
        )
        yield _counter("recoveries", "subscriptions that recovered what they missed", counters.recovered)
        yield _counter("failed_recoveries", "subscriptions that could not recover", counters.unrecovered)

    def _accounts(self) -> Iterator[Metric]:
        accounts = self._services.accounts.statistics()
        yield _counter("account_notices", "notices that an account has changed", accounts.heard)
        yield _counter("account_looks", "connections looked at for such a notice", accounts.looked_at)
        yield _counter(
            "account_closes", "connections closed because their account may not stay", accounts.closed
        )

    def _rooms(self) -> Iterator[Metric]:
        rooms = self._services.rooms.statistics()
        children = [supervisor.statistics() for supervisor in self._supervisors]
        yield _gauge("rooms", "rooms awake now", rooms.awake)
        yield _gauge("mailbox_waiting", "messages waiting in all mailboxes", rooms.waiting)
        yield _gauge("mailbox_waiting_most", "messages waiting in the fullest mailbox", rooms.waiting_most)
        yield _counter("turns", "turns that rooms took", rooms.turns.turns)
        yield _counter("turn_messages", "messages handled in turns", rooms.turns.messages)
        yield _gauge("turn_messages_max", "messages in the largest turn", rooms.turns.size_max)
        yield _counter(
            "turn_seconds", "time spent in turns, waiting for the log included", rooms.turns.busy_s
        )
        yield _counter("crashes", "actors and services that crashed", sum(each.crashes for each in children))
        yield _counter(
            "restarts", "actors and services that were restarted", sum(each.restarts for each in children)
        )
        given_up = sum(len(each.given_up) for each in children)
        yield _gauge("given_up", "actors and services that crashed beyond their budget", given_up)

    def _log(self) -> Iterator[Metric]:
        log = self._services.log.statistics()
        yield _counter("commits", "transactions of the event log", log.batches)
        yield _counter("appends", "appends committed", log.appends)
        yield _counter("events", "events committed", log.events)
        yield _counter("commit_seconds", "time spent in commits", log.commit_s_total)
        yield _gauge("commit_last_seconds", "how long the last commit took", log.commit_s_last)
        yield _gauge("appends_waiting", "appends waiting for a commit", log.waiting)

    def _fanout(self) -> Iterator[Metric]:
        fanout = self._services.fanout.statistics()
        yield _gauge("topics", "channels that somebody listens to", fanout.topics)
        yield _gauge("subscriptions", "subscriptions open now", fanout.subscriptions)
        yield _counter("publications", "publications fanned out", fanout.counters.publications)
        yield _counter("fanouts", "fan-outs, of one or several publications", fanout.counters.fanouts)
        yield _counter("deliveries", "publications offered to subscribers", fanout.counters.deliveries)
        yield _counter("fanout_seconds", "time spent in fan-outs", fanout.counters.fanout_s_total)
        yield _gauge("fanout_last_seconds", "how long the last fan-out took", fanout.counters.fanout_s_last)
        yield _counter("repairs", "gaps read again from the log", fanout.counters.repairs)
        yield _counter("dropped_volatile", "volatile publications dropped", fanout.counters.dropped_volatile)

    def _parties(self) -> Iterator[Metric]:
        kept = self._services.keepers.statistics()
        yield _gauge("parties", "watch parties that are kept now", kept.parties)
        yield _gauge("party_people", "people whose players are heard in watch parties", kept.people)
        yield _counter("party_ticks", "seconds that rooms of watch parties were told of", kept.counters.ticks)
        yield _counter(
            "party_failed_ticks", "such seconds that a room did not take", kept.counters.failed_ticks
        )
        yield _counter("party_reports", "reports of players in watch parties", kept.counters.reports)
        yield _counter("roster_changes", "changes that rosters told", kept.counters.roster_changes)
        yield _counter(
            "expulsions", "subscriptions that ended by a kick or a ban", self._services.expulsions.ended
        )


def _gauge(name: str, about: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"cosmohub_{name}", about, value=value)


def _counter(name: str, about: str, value: float) -> CounterMetricFamily:
    return CounterMetricFamily(f"cosmohub_{name}", about, value=value)
