"""Delivery by SMTP against a real server: TLS, logging in, refusals, silence and sudden ends."""

import socket
import ssl
import uuid
from datetime import UTC, datetime, timedelta
from email.headerregistry import Address
from pathlib import Path
from typing import Any

import pytest

from api.mail.message import Mail, as_message, read_sender
from api.mail.smtp import SmtpServer, SmtpTransport, read_smtp_url
from api.mail.transport import Later, Never, Sent
from tests.api.mail_server import certificate, closed_port, mail_server

SENDER = Address("CosmoHub", "hub", "example.org")
NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)


def mail(recipient: str = "ada@example.org", subject: str = "Hello", body: str = "Hello Ada") -> Mail:
    return Mail(uuid.uuid4(), recipient, subject, body, NOW, NOW + timedelta(days=1), 1)


def transport(port: int, tls: ssl.SSLContext | None = None, **server: Any) -> SmtpTransport:
    return SmtpTransport(SmtpServer("127.0.0.1", port, **server), SENDER, tls, silence_s=5)


def test_a_mail_arrives_as_it_was_written() -> None:
    sent = mail("zoë@example.org", "Grüße 🚀", "Line one\n.\nLine three: 🛰\n")
    with mail_server() as server:
        assert transport(server.port).deliver([sent]) == [Sent()]
    [message] = server.messages
    assert server.recipients == ["zoë@example.org"]
    assert message["Subject"] == "Grüße 🚀"
    assert message["From"] == "CosmoHub <hub@example.org>"
    assert message["Message-ID"] == f"<{sent.id}@example.org>"
    assert message["Date"].datetime == NOW
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content().replace("\r\n", "\n") == sent.body


def test_what_is_plain_needs_no_server_that_knows_more() -> None:
    link = "https://hub.example.org/" + "x" * 300
    sent = mail("ada@exämple.org", "Grüße", f"Open this:\n\n{link}\n")
    with mail_server(enable_SMTPUTF8=False) as server:
        assert transport(server.port).deliver([sent]) == [Sent()]
        assert transport(server.port).deliver([mail("zoë@example.org")]) == [
            Never(
                "One or more source or delivery addresses require internationalized email support, but the"
                " server does not advertise the required SMTPUTF8 capability"
            )
        ]
    assert server.recipients == ["ada@xn--exmple-cua.org"]
    assert server.messages[0]["Subject"] == "Grüße"
    assert link.encode() in server.messages[0].as_bytes()


def test_a_server_that_is_silent_is_left() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = SmtpServer("127.0.0.1", silent.getsockname()[1])
        [outcome] = SmtpTransport(address, SENDER, silence_s=0.05).deliver([mail()])
    assert isinstance(outcome, Later)
    assert "timed out" in outcome.reason


def test_a_batch_is_one_session() -> None:
    with mail_server() as server:
        assert transport(server.port).deliver([mail(), mail(), mail()]) == [Sent()] * 3
    assert (len(server.messages), server.sessions) == (3, 1)


@pytest.mark.parametrize("tls_first", [True, False])
def test_the_password_goes_over_tls(tmp_path: Path, tls_first: bool) -> None:
    ours, theirs = certificate(tmp_path)
    smtp = (
        {"tls_first": ours, "auth_require_tls": False}
        if tls_first
        else {"tls_context": ours, "require_starttls": True}
    )
    with mail_server(**smtp) as server:
        for password, kind in (("right", Sent), ("wrong", Later)):
            login = {"tls_first": tls_first, "user": "hub", "password": password}
            [outcome] = transport(server.port, theirs, **login).deliver([mail()])
            assert isinstance(outcome, kind)
    assert list(dict.fromkeys(server.logins)) == [("hub", "right"), ("hub", "wrong")]
    assert len(server.messages) == 1


def test_a_certificate_that_nobody_vouches_for_is_not_believed(tmp_path: Path) -> None:
    ours, _ = certificate(tmp_path)
    with mail_server(tls_first=ours) as server:
        [outcome] = transport(server.port, tls_first=True).deliver([mail()])
    assert isinstance(outcome, Later)
    assert "certificate" in outcome.reason
    assert server.messages == []


@pytest.mark.parametrize("command", ["rcpt", "data"])
@pytest.mark.parametrize(("answer", "kind"), [("450 come again", Later), ("550 nobody here", Never)])
def test_a_refusal_is_for_now_or_for_good(command: str, answer: str, kind: type) -> None:
    with mail_server() as server:
        setattr(server, command, answer)
        outcomes = transport(server.port).deliver([mail(), mail()])
    assert [type(each) for each in outcomes] == [kind, kind]
    assert all(answer in each.reason for each in outcomes)


def test_a_server_that_hangs_up_leaves_the_rest_for_later() -> None:
    with mail_server() as server:
        server.hang_up_at = 1
        outcomes = transport(server.port).deliver([mail(), mail(), mail()])
    assert [type(each) for each in outcomes] == [Sent, Later, Later]


def test_no_server_is_for_later() -> None:
    [outcome] = transport(closed_port()).deliver([mail()])
    assert isinstance(outcome, Later)
    assert "127.0.0.1" in outcome.reason


@pytest.mark.parametrize(
    "hostile", ["a@b\r\nBcc: eve@example.org", "a@b\nX: y", "a b@example.org", "@", "a@", "", "a@b, eve@c"]
)
def test_nothing_can_be_smuggled_into_a_header(hostile: str) -> None:
    smuggled = [mail(recipient=hostile), mail()]
    with mail_server() as server:
        outcomes = transport(server.port).deliver(smuggled)
    assert [type(each) for each in outcomes] == [Never, Sent]
    assert server.recipients == ["ada@example.org"]
    with pytest.raises(ValueError, match=r"linefeed|newline"):
        as_message(mail(subject="a\r\nBcc: eve@example.org"), SENDER)


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail.example.org", SmtpServer("mail.example.org", 587)),
        ("smtps://mail.example.org", SmtpServer("mail.example.org", 465, True)),
        ("smtp://a%40b:p%2Fw@h:25/", SmtpServer("h", 25, False, "a@b", "p/w")),
        ("smtp://[::1]:2525", SmtpServer("::1", 2525)),
    ],
)
def test_a_server_is_a_url(url: str, server: SmtpServer) -> None:
    assert read_smtp_url(url) == server
    assert "p/w" not in repr(server)


@pytest.mark.parametrize(
    "url", ["", "mail.example.org", "http://h", "smtp://", "smtp://h/x", "smtp://h:99999"]
)
def test_what_is_no_such_url_is_refused(url: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        read_smtp_url(url)


@pytest.mark.parametrize("text", ["hub@example.org", "CosmoHub <hub@example.org>", '"Cosmo Hub" <hub@x.org>'])
def test_a_sender_is_an_address_with_or_without_a_name(text: str) -> None:
    assert read_sender(text).username == "hub"


def test_a_sender_of_any_script_has_a_domain_in_ascii() -> None:
    sender = read_sender("Zoë <hub@exämple.org>")
    with mail_server() as server:
        ours = SmtpTransport(SmtpServer("127.0.0.1", server.port), sender, silence_s=5)
        assert ours.deliver([mail()]) == [Sent()]
    assert server.messages[0]["From"] == "Zoë <hub@xn--exmple-cua.org>"


@pytest.mark.parametrize("text", ["", "hub", "hub@", "@x", "Hub <hub@x.org", "a@b\r\nX: y", "<>", "a@b c@d"])
def test_what_is_no_sender_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        read_sender(text)
