"""The service that delivers what waits in the outbox; one on each node."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog
import trio

from api.mail import outbox
from api.mail.message import Mail
from api.mail.transport import Later, Never, Outcome, Sent, Transport
from store.database import Connection, Database, DatabaseError

BATCH_MAX = 10
LOOK_S_MAX = 60.0  # what a node did not hear of it finds by then: it died between a commit and the sending
DATABASE_PAUSE_S = 5.0

Errand = Callable[[Connection], Awaitable[bool]]
"""Does some work that ends in mail, in a transaction of its own, and says whether there may be more."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class PostmanStatistics:
    """What became of mails on this node since it started."""

    sent: int
    postponed: int
    given_up: int


class Postman:
    """Takes mails from the outbox and hands them to `transport`.

    `errands` are done before each look for mail.
    """

    def __init__(self, database: Database, transport: Transport, errands: Sequence[Errand] = ()) -> None:
        self._database = database
        self._transport = transport
        self._errands = errands
        self._woken = trio.Event()
        self._thread = trio.CapacityLimiter(1)
        self._sent = self._postponed = self._given_up = 0

    def wake(self) -> None:
        """Let it look for mail at once."""
        self._woken.set()

    def statistics(self) -> PostmanStatistics:
        """Return what became of mails so far."""
        return PostmanStatistics(self._sent, self._postponed, self._given_up)

    async def run(self) -> None:
        """Deliver for ever: when woken, when the next mail is due, and after LOOK_S_MAX in any case."""
        while True:
            self._woken = trio.Event()
            try:
                pause_s = await self.deliver_due()
            except DatabaseError as error:
                if not error.temporary:
                    raise
                log.warning("mail_waits", reason=str(error))
                await trio.sleep(DATABASE_PAUSE_S)
                continue
            with trio.move_on_after(pause_s):
                await self._woken.wait()

    async def deliver_due(self) -> float:
        """Do the errands and deliver all that is due; return in how many seconds to look again."""
        for errand in self._errands:
            while await self._database.transaction(errand):
                pass
        while mails := await self._database.transaction(lambda c: outbox.take_due(c, BATCH_MAX)):
            await self._deliver(mails)
        due_s = await self._database.run(outbox.seconds_until_due)
        return LOOK_S_MAX if due_s is None else min(due_s, LOOK_S_MAX)

    async def _deliver(self, mails: list[Mail]) -> None:
        now = datetime.now(UTC)
        late = [mail for mail in mails if mail.give_up_at <= now]
        timely = [mail for mail in mails if mail.give_up_at > now]
        outcomes = await self._hand_over(timely)
        ended = [(mail, Never("it was not delivered in time")) for mail in late]
        await self._settle([*ended, *zip(timely, outcomes, strict=True)])

    async def _hand_over(self, mails: list[Mail]) -> list[Outcome]:
        if not mails:
            return []
        return await trio.to_thread.run_sync(
            self._transport.deliver, mails, abandon_on_cancel=True, limiter=self._thread
        )

    async def _settle(self, outcomes: Sequence[tuple[Mail, Outcome]]) -> None:
        postponed = [mail for mail, outcome in outcomes if isinstance(outcome, Later)]
        ended = [mail.id for mail, outcome in outcomes if not isinstance(outcome, Later)]

        async def settle(connection: Connection) -> None:
            await outbox.remove(connection, ended)
            await outbox.postpone(connection, postponed)

        await self._database.transaction(settle)
        for mail, outcome in outcomes:
            self._tell(mail, outcome)

    def _tell(self, mail: Mail, outcome: Outcome) -> None:
        about = {"mail": str(mail.id), "to": mail.domain, "attempts": mail.attempts}
        match outcome:
            case Sent():
                self._sent += 1
                log.info("mail_sent", **about)
            case Later(reason):
                self._postponed += 1
                again_s = outbox.pause_after(mail.attempts).total_seconds()
                log.warning("mail_postponed", reason=reason, again_s=again_s, **about)
            case Never(reason):
                self._given_up += 1
                log.error("mail_given_up", reason=reason, **about)
