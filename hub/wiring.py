"""Where everything is put together, from the settings to a hub that can be served."""

import resource
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

import structlog
import trio

from actors import Crash, Registry, RestartPolicy, Supervisor, open_supervisor
from api.accounts.standing import AccountStandings
from api.app import create_app
from api.services import ApiServices
from api.tokens import Tokens
from hub.account_changes import AccountChanges, NoAccounts, Standings
from hub.api_wiring import api_services, start_api
from hub.boards import Demands, Eavesdropper, ThreadList
from hub.clock import HubClock
from hub.connections import Connections
from hub.expulsions import Expulsions
from hub.fanout import Fanout
from hub.http_server import HttpServer
from hub.keepers import Keepers
from hub.limits import Limits
from hub.metrics import HubFigures
from hub.pace import Pace
from hub.parties import Parties, look_after_forsaken
from hub.secret import jwt_secret
from hub.services import Services
from hub.settings import Settings
from hub.trackers import SATELLITE_PREFIX, Trackers, norad_of
from hub.watch_ear import WatchEar
from hub.websocket_door import WebSocketDoor
from hub.wellness import HubWellness
from hub.withholding import Withholding
from rooms.channels import kind_of
from rooms.kind import Kind
from rooms.ports import Publisher
from rooms.presence import Presence
from rooms.room import Request, Room
from store.database import Database, open_database
from store.embedded import open_embedded_postgres
from store.event_log import EventLog
from store.migrations import migrate
from store.postgres_log import PostgresEventLog
from telemetry.catalog import ElementSets, open_element_sets
from telemetry.orbits import warm_up

ROOM_POLICY = RestartPolicy(budget=5, within_s=60, backoff_s=0.05, backoff_max_s=2)
SERVICE_POLICY = RestartPolicy(budget=20, within_s=120, backoff_s=0.1, backoff_max_s=2)
MAILBOX_CAPACITY = 1_024  # requests; a room that is this far behind lets its senders wait
TURN_LIMIT = 256  # requests decided together, below what a thread remembers
ROOM_IDLE_S = 60.0
ROOMS_MAX = 10_000  # awake at once
FILES_KEPT_FREE = 128  # database, logs, static files

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Hub:
    """A hub that runs, and what the front door needs of it."""

    http: HttpServer
    websockets: WebSocketDoor
    connections: Connections
    rooms: Registry[Request]
    wellness: HubWellness
    embedded: tuple[str, ...]
    connections_max: int


@dataclass(frozen=True, slots=True)
class Store:
    """What lasts, where other connections find it, and which of it the hub runs itself."""

    database: Database
    dsn: str
    embedded: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Realtime:
    """The part that needs no HTTP: what sessions work with, and who watches over it."""

    services: Services
    watch: Supervisor
    rooms_watch: Supervisor
    threads: ThreadList
    parties: Parties


@dataclass(frozen=True, slots=True)
class _Crowd:
    """Who is connected and where, and by which clock."""

    clock: HubClock
    limits: Limits
    connections: Connections
    presence: Presence
    expulsions: Expulsions


@asynccontextmanager
async def open_hub(settings: Settings) -> AsyncIterator[Hub]:
    """Start all parts and stop them in the opposite order; needs the asyncio loop of `store` around it."""
    async with (
        _open_store(settings) as store,
        open_supervisor(SERVICE_POLICY, on_crash=_report) as supervisor,
    ):
        database = store.database
        event_log = PostgresEventLog(database)
        supervisor.start_service("log writer", event_log.run)
        element_sets = open_element_sets(settings.data_dir / "element_sets", settings.celestrak_url)
        await trio.to_thread.run_sync(warm_up)
        supervisor.start_service("element sets", element_sets.run)
        standings = AccountStandings(database)
        async with open_realtime(settings, event_log, element_sets, standings) as realtime:
            supervisors = (supervisor, realtime.watch, realtime.rooms_watch)
            wellness = HubWellness(database, event_log, (supervisor, realtime.watch), realtime.rooms_watch)
            figures = HubFigures(realtime.services, supervisors)
            api = api_services(settings, database, realtime.services, wellness, figures)
            wellness.notices = await start_api(supervisor, settings, store.dsn, api, realtime.services)
            realtime.services.withholding.ask(database)
            tell = partial(realtime.threads.run, database, realtime.services.rooms)
            supervisor.start_service("thread lists", tell)
            supervisor.start_service("party list", partial(realtime.parties.run, database))
            look_after = realtime.services.keepers.look_after
            supervisor.start_service("forsaken parties", partial(look_after_forsaken, database, look_after))
            yield _assemble(realtime.services, api, wellness, store.embedded)


@asynccontextmanager
async def open_realtime(
    settings: Settings,
    event_log: EventLog,
    element_sets: ElementSets,
    standings: Standings | None = None,
    clock: HubClock | None = None,
) -> AsyncIterator[Realtime]:
    """Start rooms, fan-out, trackers and keepers over any log; the fan-out ends last: rooms publish to it."""
    async with trio.open_nursery() as nursery:
        async with (
            open_supervisor(SERVICE_POLICY, on_crash=_report) as supervisor,
            open_supervisor(ROOM_POLICY, on_crash=_report) as rooms_supervisor,
        ):
            crowd = _crowd(settings, clock or HubClock())
            trackers, keepers = Trackers(supervisor, element_sets), Keepers(supervisor)
            threads, parties = ThreadList(), Parties()
            fanout = Fanout(event_log, nursery, Demands(trackers, threads, keepers))
            publisher = WatchEar(Eavesdropper(fanout, threads), parties, crowd.expulsions)
            rooms = _open_rooms(rooms_supervisor, event_log, publisher, crowd.clock)
            trackers.report_to(rooms)
            keepers.speak_to(rooms, fanout)
            knows = partial(_known_kind, element_sets)
            accounts = AccountChanges(standings or NoAccounts(), crowd.connections)
            services = _services(settings, event_log, crowd, fanout, rooms, keepers, accounts, knows)
            supervisor.start_service("connection clock", services.connections.keep_time)
            supervisor.start_service("account changes", services.accounts.run)
            supervisor.start_service("publish answers", services.replies.run)
            yield Realtime(services, supervisor, rooms_supervisor, threads, parties)
        nursery.cancel_scope.cancel()


@asynccontextmanager
async def _open_store(settings: Settings) -> AsyncIterator[Store]:
    """Open the database that the settings name, or the embedded one, brought up to date."""
    if settings.database_url is not None:
        async with open_database(settings.database_url) as database:
            await migrate(database)
            yield Store(database, settings.database_url, ())
        return
    async with (
        open_embedded_postgres(settings.data_dir / "postgres") as postgres,
        open_database(postgres.dsn) as database,
    ):
        await migrate(database)
        embedded = f"PostgreSQL {postgres.version} in {settings.data_dir / 'postgres'}"
        yield Store(database, postgres.dsn, (embedded,))


def _crowd(settings: Settings, clock: HubClock) -> _Crowd:
    limits = Limits(settings.commands_per_second, settings.connections_per_user, _connections_max())
    connections, presence = Connections(limits.connections_per_user, limits.connections_max), Presence()
    return _Crowd(clock, limits, connections, presence, Expulsions(connections, presence, clock.now_ms))


def _open_rooms(
    supervisor: Supervisor, event_log: EventLog, publisher: Publisher, clock: HubClock
) -> Registry[Request]:
    def room(channel: str) -> Room:
        kind = kind_of(channel)
        if kind is None:
            raise LookupError(f"{channel!r} names no kind of room")
        return Room(channel, kind, event_log, publisher, clock.whole_ms)

    return Registry(
        supervisor,
        room,
        mailbox_capacity=MAILBOX_CAPACITY,
        turn_limit=TURN_LIMIT,
        idle_s=ROOM_IDLE_S,
        actors_max=ROOMS_MAX,
    )


def _known_kind(element_sets: ElementSets, channel: str) -> Kind | None:
    if channel.startswith(SATELLITE_PREFIX):
        norad = norad_of(channel)
        if norad is None or element_sets.get(norad) is None:
            return None
    return kind_of(channel)


def _services(
    settings: Settings,
    event_log: EventLog,
    crowd: _Crowd,
    fanout: Fanout,
    rooms: Registry[Request],
    keepers: Keepers,
    accounts: AccountChanges,
    known_kind: Callable[[str], Kind | None],
) -> Services:
    return Services(
        rooms=rooms,
        log=event_log,
        fanout=fanout,
        connections=crowd.connections,
        accounts=accounts,
        tokens=_tokens(settings),
        limits=crowd.limits,
        kind_of=known_kind,
        node=secrets.token_hex(4),
        clock=crowd.clock,
        keepers=keepers,
        expulsions=crowd.expulsions,
        pace=Pace(settings.commands_per_second),
        presence=crowd.presence,
        withholding=Withholding(event_log),
    )


def _tokens(settings: Settings) -> Tokens:
    return Tokens(
        jwt_secret(settings),
        previous=settings.jwt_previous_secrets,
        access_s=settings.jwt_access_minutes * 60,
    )


def _assemble(services: Services, api: ApiServices, wellness: HubWellness, embedded: tuple[str, ...]) -> Hub:
    return Hub(
        http=HttpServer(create_app(api)),
        websockets=WebSocketDoor(services),
        connections=services.connections,
        rooms=services.rooms,
        wellness=wellness,
        embedded=embedded,
        connections_max=services.limits.connections_max,
    )


def _connections_max() -> int:
    """Let the process open as many files as it may, and keep some for other things than connections."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return max(16, min(hard, 1_000_000) - FILES_KEPT_FREE)


def _report(crash: Crash) -> None:
    log.error(
        "crashed",
        name=crash.name,
        restarts=crash.restarts,
        given_up=crash.gives_up,
        exc_info=crash.error,
    )
