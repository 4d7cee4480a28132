"""Commands that come over HTTP, given to the same rooms as those of the WebSocket."""

from collections.abc import Callable
from typing import Any

from actors import Registry
from actors.errors import ActorError
from hub.wire import codes
from hub.wire.errors import error_of
from rooms.kind import By, Kind, Refused
from rooms.room import Request, RoomCrashed
from store.errors import DatabaseError, LogError

ANSWER_S_MAX = 10.0  # below what a whole HTTP request may take


class RoomCommands:
    """Gives commands to rooms and waits until what came of them is durable."""

    def __init__(
        self,
        rooms: Registry[Request],
        kind_of: Callable[[str], Kind | None],
        screen: Callable[[object], None] = lambda command: None,
    ) -> None:
        """Take the rooms, and `screen`, which refuses commands that no room shall see."""
        self._rooms = rooms
        self._kind_of = kind_of
        self._screen = screen

    async def command(self, channel: str, data: dict[str, Any], by: By) -> None:
        """Let the room of `channel` carry out the command in `data`; raise Refused."""
        kind = self._kind_of(channel)
        if kind is None:
            raise Refused(codes.UNKNOWN_CHANNEL.code, "there is no such room")
        command = kind.parse(data)
        self._screen(command)
        request = Request(command, by)
        try:
            await self._rooms.ref(channel).ask(request, ANSWER_S_MAX)
        except (ActorError, RoomCrashed, DatabaseError, LogError) as error:
            said = error_of(error)
            raise Refused(said.code, said.message, temporary=said.temporary) from error
