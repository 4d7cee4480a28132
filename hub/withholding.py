"""What was deleted or hidden stays in the log, and is read and recovered from it without its text."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import orjson

from hub.keepers import WATCH_PREFIX
from hub.wire.codec import Encoded
from rooms.kind import By
from rooms.ports import Publication
from store.database import Database
from store.event_log import EventLog, Recorded

THREAD_PREFIX = "thread:"
_SPOKEN = ('{"type":"post"', '{"type":"edit"', '{"type":"chat"')
_DELETED = '{"type":"delete"'
_WITHHELD = """
select post.id from thread join forum_post as post using (life)
where thread.id = $1 and post."offset" = any(array(
        select "offset" from event where event.life = thread.life and subject = any($2) and creates
    ))
    and (post.deleted_at is not null or (coalesce(post.hidden_at, thread.hidden_at) is not null and not $3))
"""
_VERDICTS = tuple(
    b'{"data":{"type":"%s"' % word for word in (b"delete", b"hide", b"unhide", b"withdraw", b"restore")
)
_SPOKEN_ENCODED = tuple(b'{"data":' + begin.encode() for begin in _SPOKEN)


class Withholding:
    """Blanks texts in pages of the history: of watch parties by their log, of threads by the database."""

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self._database: Database | None = None

    def ask(self, database: Database) -> None:
        """Ask this database about threads from now on."""
        self._database = database

    async def cover(self, channel: str, events: Sequence[Recorded], by: By) -> list[Recorded]:
        """Return the events as `by` may read them; moderators read what is hidden. Raises DatabaseError."""
        spoken = {each.subject for each in events if each.subject and each.data.startswith(_SPOKEN)}
        withheld = await self._withheld(channel, spoken, by) if spoken else set()
        return [_blank(each) if each.subject in withheld else each for each in events]

    async def _withheld(self, channel: str, spoken: set[str], by: By) -> set[str]:
        if channel.startswith(WATCH_PREFIX):
            events = await self._log.about(channel, list(spoken))
            return {each.subject for each in events if each.subject and each.data.startswith(_DELETED)}
        if self._database is None or not channel.startswith(THREAD_PREFIX):
            return set()
        thread = channel.removeprefix(THREAD_PREFIX)
        rows = await self._database.fetch(_WITHHELD, thread, list(spoken), by.moderator)
        return {row["id"] for row in rows}


def _blank(event: Recorded) -> Recorded:
    if not event.data.startswith(_SPOKEN):
        return event
    return replace(event, data=_without_text(orjson.loads(event.data)).decode())


def _without_text(said: dict[str, Any]) -> bytes:
    return orjson.dumps(said | {"text": "", "withheld": True})


@dataclass(slots=True)
class _Verdicts:
    """What of a thread is withheld after some of its events."""

    deleted: set[str] = field(default_factory=set)
    hidden: set[str] = field(default_factory=set)
    withdrawn: bool = False

    def hear(self, event: dict[str, Any]) -> None:
        match event["type"]:
            case "delete":
                self.deleted.add(event["id"])
            case "hide":
                self.hidden.add(event["id"])
            case "unhide":
                self.hidden.discard(event["id"])
            case word:
                self.withdrawn = word == "withdraw"

    def withhold(self, message_id: str, by: By) -> bool:
        hidden = self.withdrawn or message_id in self.hidden
        return message_id in self.deleted or (hidden and not by.moderator)


def cover_end(publications: list[Encoded], by: By) -> list[Encoded]:
    """Return what a channel has told up to its top as `by` may read it.

    Whatever withholds a message comes after it, so the end of a log says itself what is withheld in it.
    """
    verdicts = [each for each in publications if each.json.startswith(_VERDICTS)]
    if not verdicts:
        return publications
    heard = _Verdicts()
    for each in verdicts:
        heard.hear(orjson.loads(each.json)["data"])
    return [_covered(each, heard, by) for each in publications]


def _covered(publication: Encoded, verdicts: _Verdicts, by: By) -> Encoded:
    if not publication.json.startswith(_SPOKEN_ENCODED):
        return publication
    said = orjson.loads(publication.json)["data"]
    if not verdicts.withhold(said["id"], by):
        return publication
    return Encoded.of(Publication(_without_text(said), publication.offset))
