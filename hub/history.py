"""Reading a channel's past: pages of the log in either direction, never through the room."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from hub.limits import HISTORY_PUBLICATIONS_MAX
from hub.recovery import RECOVERED_BYTES_MAX, check_opened
from hub.wire import codes
from hub.wire.codec import Encoded
from rooms.kind import Kind
from rooms.ports import Publication
from store.event_log import EventLog, Page, Position, Recorded


@dataclass(frozen=True, slots=True)
class HistoryRequest:
    """Which part of the past: `limit` 0 asks for the position only, a negative one for all that is given."""

    channel: str
    limit: int
    since: Position | None
    reverse: bool


async def history(
    log: EventLog,
    kind: Kind,
    request: HistoryRequest,
    cover: Callable[[list[Recorded]], Awaitable[list[Recorded]]],
) -> dict[str, Any]:
    """Return the history result, its events as `cover` leaves them.

    Raises Rejected when `since` is of another epoch or the room never opened, and DatabaseError.
    """
    page = await _read(log, request)
    check_opened(kind, page.top.offset)
    if request.since is not None and request.since.epoch not in ("", page.top.epoch):
        raise codes.Rejected(codes.UNRECOVERABLE_POSITION)
    result: dict[str, Any] = {"epoch": page.top.epoch}
    if page.top.offset:
        result["offset"] = page.top.offset
    if page.events:
        result["publications"] = _that_fit(await cover(page.events))
    return result


async def _read(log: EventLog, request: HistoryRequest) -> Page:
    if request.limit == 0:
        return Page(await log.position(request.channel), [])
    limit = HISTORY_PUBLICATIONS_MAX if request.limit < 0 else min(request.limit, HISTORY_PUBLICATIONS_MAX)
    since = request.since.offset if request.since is not None else None
    if request.reverse:
        return await log.read_back(request.channel, since, limit)
    return await log.read(request.channel, since or 0, limit)


def _that_fit(events: list[Recorded]) -> list[Encoded]:
    """Return as many as one reply can carry, at least one."""
    fitting: list[Encoded] = []
    size = 0
    for event in events:
        encoded = Encoded.of(Publication(event.data.encode(), event.offset))
        size += encoded.size
        if fitting and size > RECOVERED_BYTES_MAX:
            break
        fitting.append(encoded)
    return fitting
