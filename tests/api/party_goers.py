"""Ways to open and to enter watch parties that their tests share."""

import secrets
from typing import Any

from api.ports import RoomsPort
from rooms.kind import By, Refused
from tests.api.api_app import Api, Person


async def open_party(api: Api, by: Person, **more: Any) -> dict[str, Any]:
    """Open a party and return it."""
    new = {"title": "Launch night", "visibility": "public", **more}
    opened: dict[str, Any] = (await api.json("POST", "/api/parties", new, by, status=201))["party"]
    return opened


async def invite(api: Api, by: Person, party: str, **more: Any) -> dict[str, Any]:
    """Make an invitation and return it."""
    made: dict[str, Any] = await api.json("POST", f"/api/parties/{party}/invites", more, by, status=201)
    return made


async def join(api: Api, by: Person, party: str, secret: str | None = None, status: int = 200) -> Any:
    """Come in, or be refused; return the answer."""
    return await api.json("POST", f"/api/parties/{party}/join", {"invite": secret}, by, status=status)


async def act(api: Api, by: Person, party: str, word: str, **fields: Any) -> None:
    """Give a command to the party's room, as over the WebSocket."""
    who = By(by.id, by.display_name, client="c", guest=by.handle is None)
    command = {"type": word, "op": secrets.token_hex(8), **fields}
    await api.services.rooms.command(f"watch:{party}", command, who)


async def promote(api: Api, by: Person, party: str, who: Person, role: str) -> None:
    """Give somebody who comes in another role."""
    await act(api, who, party, "enter")
    await act(api, by, party, "promote", user=who.id, role=role)


async def events(api: Api, party: str) -> int:
    """Return how many events stand in the log of a party."""
    count: int = await api.database.fetchval(
        "select coalesce(sum(top), 0) from channel_head where channel = $1", f"watch:{party}"
    )
    return count


class Faltering:
    """Rooms that, when a test wants it, break before or after what they were asked to do."""

    def __init__(self, rooms: RoomsPort) -> None:
        self._rooms = rooms
        self.before: Exception | None = None
        self.after: Exception | None = None

    async def command(self, channel: str, data: dict[str, Any], by: By) -> None:
        if self.before is not None:
            raise self.before
        await self._rooms.command(channel, data, by)
        if self.after is not None:
            raise self.after


AWAY = Refused(100, "the room is being restarted: try again", temporary=True)
