"""A real mail server in a thread of its own, that a test lets refuse, fall silent or hang up."""
# ruff: noqa: N802 - the names of the hooks are the library's

import asyncio
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


class MailServer:
    """What it got, and what it shall answer: `rcpt` and `data` are the answers to those commands."""

    def __init__(self, **smtp: Any) -> None:
        self.messages: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.logins: list[tuple[str, str]] = []
        self.rcpt = self.data = ""
        self.hang_up_at: int | None = None
        self.sessions = 0
        self.port = 0
        self._smtp = smtp
        self._got = threading.Condition()

    async def handle_EHLO(
        self, server: Any, session: Any, envelope: Any, hostname: str, responses: Any
    ) -> Any:
        self.sessions += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if self.rcpt:
            return self.rcpt
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.hang_up_at == len(self.messages):
            server.transport.abort()
            return "451 unheard"
        if self.data:
            return self.data
        with self._got:
            self.messages.append(message_from_bytes(envelope.content, policy=default))  # type: ignore[arg-type]
            self.recipients += envelope.rcpt_tos
            self._got.notify_all()
        return "250 OK"

    def authenticate(self, server: Any, session: Any, envelope: Any, mechanism: str, auth: Any) -> AuthResult:
        assert isinstance(auth, LoginPassword)
        self.logins.append((auth.login.decode(), auth.password.decode()))
        return AuthResult(success=auth.password == b"right", handled=False)

    def wait_for(self, count: int) -> list[EmailMessage]:
        """Return the messages when there are `count`; to be called in a thread."""
        with self._got:
            assert self._got.wait_for(lambda: len(self.messages) >= count, 10), "no such mail came"
            return list(self.messages)

    def protocol(self) -> SMTP:
        """Return what serves one connection."""
        return SMTP(self, **{"enable_SMTPUTF8": True, "authenticator": self.authenticate, **self._smtp})


@contextmanager
def mail_server(port: int = 0, tls_first: ssl.SSLContext | None = None, **smtp: Any) -> Iterator[MailServer]:
    """Run a server on a free port of the loopback, or on `port`."""
    server = MailServer(**smtp)
    ready = threading.Event()
    stops: list[Any] = []

    async def serve() -> None:
        loop, stop = asyncio.get_running_loop(), asyncio.Event()
        listening = await loop.create_server(
            server.protocol, "127.0.0.1", port, ssl=tls_first, reuse_address=True
        )
        server.port = listening.sockets[0].getsockname()[1]
        stops.append(lambda: loop.call_soon_threadsafe(stop.set))
        ready.set()
        await stop.wait()
        listening.close()

    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    assert ready.wait(10)
    try:
        yield server
    finally:
        stops[0]()
        thread.join(10)


def closed_port() -> int:
    """Return a port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def certificate(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Return the TLS of a server at 127.0.0.1 and that of a client that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    public, private = folder / "cert.pem", folder / "key.pem"
    public.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(public, private)
    return server, ssl.create_default_context(cafile=str(public))
