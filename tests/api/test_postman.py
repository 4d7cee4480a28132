"""The outbox and who empties it: what is committed arrives, through refusals, deaths and restarts."""

import stat
from datetime import timedelta
from email.headerregistry import Address
from pathlib import Path
from typing import Any

import pytest
import trio
from structlog.testing import capture_logs

from api.mail import outbox
from api.mail import postman as postman_module
from api.mail.folder import MailFolder
from api.mail.outbox import LEASE, PAUSE_FIRST, PAUSE_MAX, enqueue_mail, pause_after, take_due
from api.mail.postman import LOOK_S_MAX, Postman, PostmanStatistics
from api.mail.smtp import SmtpServer, SmtpTransport
from store.database import Connection, Database, DatabaseUnavailable
from store.notices import Notices
from store.postmaster import Postmaster
from tests.api.mail_server import MailServer, closed_port, mail_server

SENDER = Address("CosmoHub", "hub", "example.org")


def postman(database: Database, port: int, **more: Any) -> Postman:
    return Postman(database, SmtpTransport(SmtpServer("127.0.0.1", port), SENDER, silence_s=5), **more)


async def enqueue(database: Database, *subjects: str, **more: Any) -> None:
    async def work(connection: Connection) -> None:
        for subject in subjects:
            await enqueue_mail(connection, "ada@example.org", subject, "Hello\n", **more)

    await database.transaction(work)


async def let_all_be_due(database: Database) -> None:
    await database.execute("update mail_outbox set due_at = now()")


async def waiting(database: Database) -> int:
    count: int = await database.fetchval("select count(*) from mail_outbox")
    return count


def subjects(server: MailServer) -> list[str]:
    return [str(message["Subject"]) for message in server.messages]


async def test_a_mail_that_is_committed_arrives_and_its_row_goes(database: Database) -> None:
    with mail_server() as server:
        await enqueue(database, "one", "two")
        ours = postman(database, server.port)
        assert await ours.deliver_due() == LOOK_S_MAX
    assert sorted(subjects(server)) == ["one", "two"]
    assert await waiting(database) == 0
    assert ours.statistics() == PostmanStatistics(sent=2, postponed=0, given_up=0)


async def test_a_mail_of_a_transaction_that_failed_is_never_sent(database: Database) -> None:
    async def work(connection: Connection) -> None:
        await enqueue_mail(connection, "ada@example.org", "never", "")
        raise LookupError

    with pytest.raises(LookupError):
        await database.transaction(work)
    assert await waiting(database) == 0


async def test_who_is_woken_delivers_at_once(database: Database, nursery: trio.Nursery) -> None:
    with mail_server() as server:
        ours = postman(database, server.port)
        nursery.start_soon(ours.run)
        for count in (1, 2):
            await enqueue(database, f"mail {count}")
            ours.wake()
            await trio.to_thread.run_sync(server.wait_for, count)
        nursery.cancel_scope.cancel()
    assert subjects(server) == ["mail 1", "mail 2"]


async def test_what_is_committed_wakes_the_postman_of_every_node(
    database: Database, postgres: Postmaster, nursery: trio.Nursery
) -> None:
    with mail_server() as server:
        ours = postman(database, server.port)
        notices = Notices(postgres.place.dsn, {outbox.CHANNEL: lambda _: ours.wake()}, ours.wake)
        nursery.start_soon(ours.run)
        nursery.start_soon(notices.run)
        for count in (1, 2, 3):
            await enqueue(database, f"mail {count}")
            await trio.to_thread.run_sync(server.wait_for, count)
        nursery.cancel_scope.cancel()
    assert subjects(server) == ["mail 1", "mail 2", "mail 3"]


async def test_who_is_refused_for_a_while_tries_again_after_growing_pauses(database: Database) -> None:
    await enqueue(database, "patience")
    with mail_server() as server:
        ours = postman(database, server.port)
        server.rcpt = "450 greylisted"
        for attempt in (1, 2, 3):
            with capture_logs() as logs:
                assert 0 < await ours.deliver_due() <= LOOK_S_MAX
            [said] = [log for log in logs if log["event"] == "mail_postponed"]
            assert said["again_s"] == pause_after(attempt).total_seconds() == 30 * 2 ** (attempt - 1)
            assert "450 greylisted" in said["reason"]
            assert "ada" not in str(said)
            await let_all_be_due(database)
        server.rcpt = ""
        await ours.deliver_due()
    assert subjects(server) == ["patience"]
    assert ours.statistics() == PostmanStatistics(sent=1, postponed=3, given_up=0)


def test_the_pauses_grow_to_a_limit() -> None:
    pauses = [pause_after(attempts) for attempts in range(1, 100)]
    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (PAUSE_FIRST, PAUSE_MAX)


async def test_a_server_that_dies_loses_nothing(database: Database) -> None:
    names = [f"mail {number}" for number in range(15)]
    await enqueue(database, *names)
    with mail_server() as first:
        first.hang_up_at = 4
        await postman(database, first.port).deliver_due()
    assert len(first.messages) == 4
    await let_all_be_due(database)
    await postman(database, closed_port()).deliver_due()
    assert await waiting(database) == 11
    await let_all_be_due(database)
    with mail_server() as second:
        await postman(database, second.port).deliver_due()
    assert sorted(subjects(first) + subjects(second)) == sorted(names)
    assert await waiting(database) == 0


async def test_two_nodes_deliver_each_mail_once(database: Database) -> None:
    names = [f"mail {number}" for number in range(40)]
    await enqueue(database, *names)
    with mail_server() as server:
        async with trio.open_nursery() as nodes:
            for _ in range(2):
                nodes.start_soon(postman(database, server.port).deliver_due)
    assert sorted(subjects(server)) == sorted(names)


async def test_what_a_node_took_and_never_settled_another_sends_under_the_same_id(database: Database) -> None:
    await enqueue(database, "orphan")
    [taken] = await database.transaction(lambda connection: take_due(connection, 10))
    with mail_server() as server:
        other = postman(database, server.port)
        await other.deliver_due()
        assert server.messages == []
        await database.execute("update mail_outbox set due_at = due_at - $1::interval", LEASE)
        await other.deliver_due()
    assert [message["Message-ID"] for message in server.messages] == [f"<{taken.id}@example.org>"]


@pytest.mark.parametrize(("refusal", "good_for"), [("550 no such user", 60), ("", -1)])
async def test_what_is_refused_for_good_or_too_old_is_given_up_and_said(
    database: Database, refusal: str, good_for: int
) -> None:
    await enqueue(database, "in vain", good_for=timedelta(seconds=good_for))
    with mail_server() as server, capture_logs() as logs:
        server.rcpt = refusal
        ours = postman(database, server.port)
        await ours.deliver_due()
    [said] = [log for log in logs if log["event"] == "mail_given_up"]
    assert (said["log_level"], said["to"]) == ("error", "example.org")
    assert ours.statistics() == PostmanStatistics(sent=0, postponed=0, given_up=1)
    assert (await waiting(database), server.messages) == (0, [])


async def test_a_database_that_is_away_is_waited_for(
    database: Database, nursery: trio.Nursery, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postman_module, "DATABASE_PAUSE_S", 0)
    faults = [DatabaseUnavailable("gone for a moment")] * 3

    async def errand(connection: Connection) -> bool:
        if faults:
            raise faults.pop()
        return False

    await enqueue(database, "after all")
    with mail_server() as server:
        nursery.start_soon(postman(database, server.port, errands=[errand]).run)
        await trio.to_thread.run_sync(server.wait_for, 1)
        nursery.cancel_scope.cancel()
    assert faults == []


@pytest.mark.parametrize("to", ["", "ada", "a b@c", "a@b\r\nBcc: eve@example.org", "a@\x00b", "a@b\ud800"])
async def test_a_mail_to_no_address_is_not_taken(database: Database, to: str) -> None:
    with pytest.raises(ValueError, match="address"):
        await database.transaction(lambda connection: enqueue_mail(connection, to, "x", "y"))


async def test_a_subject_is_one_line(database: Database) -> None:
    await enqueue(database, "one\r\nBcc: eve@example.org\n two")
    with mail_server() as server:
        await postman(database, server.port).deliver_due()
    assert subjects(server) == ["one Bcc: eve@example.org two"]
    assert server.recipients == ["ada@example.org"]


async def test_without_a_server_the_newest_mails_lie_in_a_folder(database: Database, tmp_path: Path) -> None:
    folder = tmp_path / "mail"
    await enqueue(database, *(f"mail {number}" for number in range(5)))
    with capture_logs() as logs:
        await Postman(database, MailFolder(folder, SENDER, files_max=3)).deliver_due()
    assert len(list(folder.iterdir())) == 3
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    written = [log["path"] for log in logs if log["event"] == "mail_written"]
    assert {str(path) for path in folder.iterdir()} < set(written)
    assert b"To: ada@example.org" in next(folder.iterdir()).read_bytes()


async def test_a_folder_that_cannot_be_written_is_tried_again_later(
    database: Database, tmp_path: Path
) -> None:
    (tmp_path / "mail").write_text("in the way")
    await enqueue(database, "stuck")
    ours = Postman(database, MailFolder(tmp_path / "mail", SENDER))
    await ours.deliver_due()
    assert ours.statistics() == PostmanStatistics(sent=0, postponed=1, given_up=0)
