"""Whom a party sends away stays away: the public SDK does not come back by itself."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from centrifuge import (
    Client,
    ReplyError,
    Subscription,
    SubscriptionEventHandler,
    SubscriptionState,
    UnsubscribedContext,
)
from hub_process import HubProcess
from sdk_people import PATIENCE_S, run

FILM = {"url": "https://films.example/film.mp4", "title": "A film"}


class Goer(SubscriptionEventHandler):
    """A person at a party, with a connection of the public SDK."""

    def __init__(self, hub: HubProcess, http: httpx.AsyncClient, token: str) -> None:
        self._http = http
        self._token = token
        self.client = Client(hub.websocket_url, token=token, proxy=None)
        self.ended: asyncio.Future[UnsubscribedContext] = asyncio.get_running_loop().create_future()
        self.place: Subscription
        self.joins = 0

    async def rest(self, path: str, **body: Any) -> Any:
        """Ask the hub, which must agree."""
        answer = await self._http.post(path, json=body, headers={"Authorization": f"Bearer {self._token}"})
        assert answer.is_success, answer.text
        return answer.json()

    async def come(self, channel: str) -> None:
        """Listen to the party and come in."""
        party = channel.removeprefix("watch:")

        async def ticket(channel: str) -> str:
            self.joins += 1
            token: str = (await self.rest(f"/api/parties/{party}/join"))["token"]
            return token

        self.place = self.client.new_subscription(channel, events=self, get_token=ticket)
        await self.client.connect()
        await self.place.subscribe()
        await self.place.ready(PATIENCE_S)
        await self.place.publish({"type": "enter"})

    async def until_listed(self, channel: str, **wanted: object) -> None:
        """Wait until the hub shows the party so to people who look at lists."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                answer = await self._http.get(f"/api/parties/{channel.removeprefix('watch:')}")
                if wanted.items() <= answer.json()["party"].items():
                    return
                await asyncio.sleep(0.1)

    async def on_unsubscribed(self, ctx: UnsubscribedContext) -> None:
        if not self.ended.done():
            self.ended.set_result(ctx)


@asynccontextmanager
async def goers(hub: HubProcess) -> AsyncIterator[tuple[Goer, Goer]]:
    """The owner, who has an account, and a guest."""
    async with httpx.AsyncClient(base_url=hub.url, timeout=PATIENCE_S) as http:
        account = {"email": "ada@example.org", "password": "correct horse battery", "display_name": "Ada"}
        signed_up = await http.post("/api/auth/signup", json=account | {"handle": "ada"})
        assert signed_up.is_success, signed_up.text
        eve = await asyncio.to_thread(hub.guest, "Eve")
        people = Goer(hub, http, signed_up.json()["token"]), Goer(hub, http, eve.token)
        try:
            yield people
        finally:
            for each in people:
                await each.client.disconnect()


async def _kick(hub: HubProcess) -> None:
    async with goers(hub) as (owner, eve):
        asked = {"title": "A party", "visibility": "public", "items": [FILM]}
        channel = (await owner.rest("/api/parties", **asked))["party"]["channel"]
        await owner.come(channel)
        await eve.come(channel)
        await owner.until_listed(channel, status="lobby", members=2)
        there = (await owner.place.presence()).clients.values()
        [eve_id] = [each.user for each in there if each.user.startswith("guest-")]
        await owner.place.publish({"type": "kick", "user": eve_id, "op": str(uuid.uuid4())})
        ended = await asyncio.wait_for(eve.ended, PATIENCE_S)
        assert (ended.code, ended.reason) == (2003, "kicked")
        with pytest.raises(ReplyError) as refused:
            await eve.client.rpc("report", {"channel": channel, "state": "paused"})
        assert refused.value.code == 103
        assert (eve.place.state, eve.joins) == (SubscriptionState.UNSUBSCRIBED, 1)
        assert (await owner.place.presence_stats()).num_users == 1


def test_who_is_kicked_is_not_brought_back_by_the_sdk(hub: HubProcess) -> None:
    run(_kick(hub))
