"""The way in over HTTP: accounts, parties, guests and tokens, asked for again while the hub is down."""

import asyncio
import secrets
from dataclasses import dataclass
from typing import Any

import httpx

from bench.errors import BenchError

_AT_ONCE = 16
_TIMEOUT_S = 30.0
_TRY_AGAIN_S = 0.3
_TRIES_MAX = 400


class TurnedAway(Exception):
    """The hub answers no: `code` is its own word for why."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code


@dataclass(frozen=True)
class Somebody:
    """A person with a token."""

    id: str
    token: str
    guest: bool


class Door:
    """Asks a hub that may be killed at any moment."""

    def __init__(self, port: int) -> None:
        self._http = httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{port}", timeout=_TIMEOUT_S, trust_env=False
        )
        self._free = asyncio.Semaphore(_AT_ONCE)

    async def account(self, name: str) -> Somebody:
        """Make an account."""
        body = {
            "email": f"{secrets.token_hex(8)}@example.org",
            "password": secrets.token_hex(16),
            "display_name": name,
        }
        made = await self._post("/api/auth/signup", body)
        return Somebody(made["user"]["id"], made["token"], guest=False)

    async def guest(self, name: str) -> Somebody:
        """Make a guest."""
        made = await self._post("/api/auth/guest", {"display_name": name})
        return Somebody(made["user"]["id"], made["token"], guest=True)

    async def open_party(self, owner: Somebody, plan: dict[str, Any]) -> str:
        """Open a party and return its id."""
        made = await self._post("/api/parties", plan, owner.token)
        party: str = made["party"]["id"]
        return party

    async def party_token(self, who: Somebody, party: str) -> str:
        """Return a token to subscribe with; raise TurnedAway."""
        token: str = (await self._post(f"/api/parties/{party}/join", {}, who.token))["token"]
        return token

    async def close(self) -> None:
        """Close all connections."""
        await self._http.aclose()

    async def _post(self, path: str, body: dict[str, Any], token: str | None = None) -> dict[str, Any]:
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        for _ in range(_TRIES_MAX):
            try:
                async with self._free:
                    answer = await self._http.post(path, json=body, headers=headers)
            except httpx.TransportError:  # it is down just now
                await asyncio.sleep(_TRY_AGAIN_S)
                continue
            if answer.status_code in (429, 502, 503, 504):
                await asyncio.sleep(_TRY_AGAIN_S)
                continue
            return _read(path, answer)
        raise BenchError(f"POST {path}: no answer in {_TRIES_MAX} tries")


def _read(path: str, answer: httpx.Response) -> dict[str, Any]:
    said: dict[str, Any] = answer.json()
    if answer.is_success:
        return said
    if answer.status_code < 500:
        raise TurnedAway(said.get("code", ""), said.get("detail", ""))
    raise BenchError(f"POST {path} was answered {answer.status_code}: {answer.text[:300]}")
