"""The whole HTTP app on a real database and real rooms, and people who use it."""

import secrets
import uuid
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import jwt
from quart.typing import TestClientProtocol

from actors import Crash, Registry, RestartPolicy, open_supervisor
from api.accounts.standing import AccountStandings
from api.app import create_app
from api.http.app_type import HubApp
from api.moderation.word_list import WordList
from api.services import ApiOptions, ApiServices
from api.tokens import Tokens
from hub.room_commands import RoomCommands
from rooms.channels import kind_of
from rooms.ports import Publication
from rooms.room import Request, Room
from store.database import Database
from store.postgres_log import PostgresEventLog
from telemetry.clock import wall_clock_ms
from tests.api.api_bench import SECRET, Steered

POLICY = RestartPolicy(budget=5, within_s=60, backoff_s=0.01, backoff_max_s=0.1)
PLENTY = ApiOptions(requests_per_minute=1_000_000)


@dataclass(frozen=True)
class Person:
    """Somebody with a token; `headers` shows it."""

    id: str
    display_name: str
    token: str
    handle: str | None = None

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


@dataclass
class Published:
    """Keeps what rooms told their subscribers: pairs of (channel, publication)."""

    told: list[tuple[str, Publication]] = field(default_factory=list)

    def publish(self, channel: str, publications: Sequence[Publication]) -> None:
        self.told += [(channel, each) for each in publications]


@dataclass
class Api:
    """An app to ask, the parts that it stands on, and ways to sign people in."""

    app: HubApp
    client: TestClientProtocol
    services: ApiServices
    database: Database
    published: Published
    steered: Steered
    crashes: list[Crash]

    async def guest(self, name: str = "Ada") -> Person:
        """Return a fresh guest."""
        guest = self.services.tokens.new_guest(name)
        return Person(guest.id, name, self.services.tokens.for_guest(guest))

    async def sign_in(self, role: str = "viewer", name: str = "Ada", handle: str | None = None) -> Person:
        """Make an account with a living session, and return it with a token."""
        handle = handle or f"{name.lower()}_{secrets.token_hex(4)}"
        account = await self.database.fetchval(
            "insert into account (email, handle, display_name, role) values ($1, $2, $3, $4) returning id",
            f"{handle}@example.org",
            handle,
            name,
            role,
        )
        return Person(str(account), name, await self.token_of(account), handle)

    async def token_of(self, account: uuid.UUID) -> str:
        """Return an access token of a new session of an account."""
        session = await self.database.fetchval(
            "insert into account_session (account, refresh_hash, expires_at)"
            " values ($1, $2, now() + interval '1 day') returning id",
            account,
            secrets.token_bytes(32),
        )
        row = await self.database.fetchrow(
            "select role, display_name, handle, authorization_version from account where id = $1", account
        )
        assert row is not None
        now = int(self.steered.now_s)
        claims = {
            "sub": str(account),
            "sid": str(session),
            "av": row["authorization_version"],
            "role": row["role"],
            "iat": now,
            "exp": now + 900,
            "info": {"display_name": row["display_name"], "handle": row["handle"]},
        }
        return jwt.encode(claims, SECRET, "HS256")

    async def json(
        self,
        method: str,
        path: str,
        json: Any = None,
        by: Person | None = None,
        status: int = 200,
        **more: Any,
    ) -> Any:
        """Ask, check the status, and return the answer's JSON; None for an answer without a body."""
        response = await self.ask(method, path, json, by, **more)
        body = await response.get_data(as_text=False)
        assert response.status_code == status, (response.status_code, body)
        return await response.get_json(force=True) if body else None

    async def ask(
        self, method: str, path: str, json: Any = None, by: Person | None = None, **more: Any
    ) -> Any:
        """Ask, and return the response."""
        headers: dict[str, str] = {**(by.headers if by else {}), **more.pop("headers", {})}
        if json is not None:
            more["json"] = json
        return await self.client.open(path, method=method, headers=headers, **more)


Change = Callable[[ApiServices], ApiServices]


def unchanged(services: ApiServices) -> ApiServices:
    return services


@asynccontextmanager
async def open_api(
    database: Database,
    web_static: Path,
    options: ApiOptions = PLENTY,
    change: Change = unchanged,
    more: Mapping[str, Any] | None = None,
) -> AsyncIterator[Api]:
    """Open the app with real rooms over `database`; `more` and `change` give it other parts."""
    crashes: list[Crash] = []
    published, steered, words = Published(), Steered(), WordList()
    event_log = PostgresEventLog(database)
    async with (
        open_supervisor(POLICY, on_crash=crashes.append) as supervisor,
        open_supervisor(POLICY, on_crash=crashes.append) as rooms_supervisor,
    ):
        supervisor.start_service("log writer", event_log.run)
        rooms: Registry[Request] = Registry(rooms_supervisor, lambda name: _room(name, event_log, published))
        services = ApiServices(
            tokens=Tokens(SECRET, lambda: steered.now_s),
            wellness=steered,
            figures=steered,
            web_static=web_static,
            database=database,
            rooms=RoomCommands(rooms, kind_of, words.screen),
            words=words,
            standings=AccountStandings(database),
            options=options,
        )
        services = change(replace(services, **(more or {})))
        app = create_app(services)
        yield Api(app, app.test_client(), services, database, published, steered, crashes)


def _room(channel: str, event_log: PostgresEventLog, published: Published) -> Room:
    kind = kind_of(channel)
    assert kind is not None
    return Room(channel, kind, event_log, published, wall_clock_ms)
